"""Stores that every stage uses: the lake, media, the operations database. Knows no stage."""
