"""Creative engines behind one protocol."""
