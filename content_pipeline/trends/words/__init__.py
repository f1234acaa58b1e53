"""Foreign words and values: reading them, their language, and what brands stay away from."""
