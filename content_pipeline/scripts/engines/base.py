"""What a creative engine is: something that turns a brief into the words of a reel. Timing and ids are given by ``writing``."""

from collections.abc import Sequence
from typing import Protocol

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.scripts.records import Claim, Writing
from content_pipeline.storage.records import Part


class EngineError(Exception):
    """The engine could not write this script; the message says why."""


class Line(Part):
    """A part of a reel in words: what stands on screen and what is said."""

    on_screen_text: str
    voice_text: str


class Draft(Part):
    """The words of one variant. ``context`` says what the trend is, before the beats say what to make of it.

    ``archetype`` is what this variant is: it may open or build its body in another way than its brief asks. ``needs_human``
    asks for a person whatever the account's phase.
    """

    archetype: Archetype
    hook: Line
    context: Line | None
    beats: list[Line]
    cta: Line
    cover_text: str
    caption_short: str
    caption_long: str
    hashtags: list[str]
    alt_text: str
    claims: list[Claim]
    writing: Writing
    needs_human: bool = False

    @property
    def lines(self) -> list[Line]:
        """Return every line in the order in which it is seen."""
        context = [self.context] if self.context else []
        return [self.hook, *context, *self.beats, self.cta]


class ModelUse(Part):
    """What asking models took, failed attempts included. ``cost_usd`` is null where a price is unknown."""

    attempts: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


class ModelsFailed(EngineError):  # noqa: N818 - a state, as ``EngineStopped``
    """Models were asked and none wrote a usable script; ``use`` is what it took."""

    def __init__(self, message: str, use: ModelUse | None = None) -> None:
        super().__init__(message)
        self.use = use or ModelUse()


class EngineStopped(ModelsFailed):
    """The engine cannot write any script for now, so asking it for the next one is no use; ``state`` names why."""

    def __init__(self, state: str, message: str, use: ModelUse | None = None) -> None:
        super().__init__(message, use)
        self.state = state


class CreativeEngine(Protocol):
    """Writes variants of briefs."""

    stopped: EngineStopped | None
    """Why the engine writes nothing more for now, if it does not."""

    def write(self, brief: Brief, account: Account, variant: int, avoid: Sequence[str]) -> Draft:
        """Return the words of a brief's variant, counted from 0; the same arguments may give the same words.

        Args:
            brief: what to write about.
            account: who speaks.
            variant: variants differ in how they open or how they are built.
            avoid: hooks that the account has used lately, or that other scripts of the day use: none of them may open this one.

        Raises:
            EngineError: nothing usable could be written.
        """
        ...
