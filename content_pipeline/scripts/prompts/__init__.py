"""Prompts as files, one family a file, and the module that reads them."""
