"""Rule families of the gate, one a file."""
