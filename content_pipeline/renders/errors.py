"""What the renders stage raises beside ``typography.TextError``."""

from content_pipeline.errors import UserError


class RenderError(UserError):
    """A script cannot be rendered; the message says why."""
