"""What a creative engine is: something that turns a brief into the words of a reel. Timing and ids are given by ``writing``."""

from typing import Protocol

from content_pipeline.briefs.records import Brief
from content_pipeline.scripts.records import Claim
from content_pipeline.settings import Account
from content_pipeline.storage.records import Part


class EngineError(Exception):
    """The engine could not write this script; the message says why."""


class Line(Part):
    """A part of a reel in words: what stands on screen and what is said."""

    on_screen_text: str
    voice_text: str


class Draft(Part):
    """The words of one variant."""

    hook: Line
    beats: list[Line]
    cta: Line
    cover_text: str
    caption_short: str
    caption_long: str
    hashtags: list[str]
    alt_text: str
    claims: list[Claim]


class CreativeEngine(Protocol):
    """Writes variants of briefs."""

    name: str
    prompt_version: str
    generative: bool
    """Whether a generative model writes, so that posts are labelled as made with AI."""

    def draft(self, brief: Brief, account: Account, variant: int) -> Draft:
        """Return the words of a brief's variant, counted from 0; the same arguments may give the same words.

        Raises:
            EngineError: nothing usable could be written.
        """
        ...
