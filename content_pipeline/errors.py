"""Errors that are meant for the person at the command line: one clear line instead of a traceback."""


class UserError(Exception):
    """Something failed for a reason that the message explains."""
