"""Hate and abuse in a text: its words, its sentences, and a score made of both."""
