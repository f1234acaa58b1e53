"""The policy gate between a script and the public."""
