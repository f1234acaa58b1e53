"""Adapters that read trend sources, one a file, behind one protocol."""
