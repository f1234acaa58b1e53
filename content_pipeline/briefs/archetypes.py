"""The levels of the archetype's factors, as data. ``archetypes.yaml`` is the file that a strategist edits.

What a level is worth belongs to the virality score and to what was learned; how it is worded, to the wording files.
"""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from content_pipeline.accounts import Account, Slug
from content_pipeline.settings import ConfigError, nearest, parse, read_yaml

PATH = Path(__file__).with_name("archetypes.yaml")


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Pull = Annotated[float, Field(ge=0, le=1)]
Examples = Annotated[list[str], Field(min_length=1)]


class _Level(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HookFamily(_Level):
    """A way to open. ``pattern`` is the cue that a viewer perceives; ``pull`` is how much tension it makes, in [0, 1]."""

    description: str
    cue: str
    pattern: Pattern
    pull: Pull
    examples: Examples


class Format(_Level):
    """A way to build the body. ``caption_style`` is the style of observed captions that it makes, if it makes one."""

    description: str
    cue: str
    pattern: Pattern
    pull: Pull
    caption_style: str | None = None
    examples: Examples


class DurationBand(_Level):
    """The length of a reel in seconds, and how many beats its body has."""

    description: str
    seconds: int = Field(ge=3, le=90)
    beats: int = Field(ge=1, le=8)


class CallToAction(_Level):
    """What the viewer is asked to do."""

    cue: str
    pattern: Pattern


class TensionCue(_Level):
    """Words that make a viewer stop or pass on: the ``lift`` in log click-through rate where they stand, and its ``sd``."""

    pattern: Pattern
    lift: float = Field(ge=-1, le=1)
    sd: float = Field(gt=0, le=1)


class Archetypes(_Level):
    """All levels, by factor, and the cues of tension."""

    hook_families: dict[Slug, HookFamily] = Field(min_length=1)
    formats: dict[Slug, Format] = Field(min_length=1)
    duration_bands: dict[Slug, DurationBand] = Field(min_length=1)
    ctas: dict[Slug, CallToAction] = Field(min_length=1)
    tension: dict[Slug, TensionCue] = {}


@cache
def archetypes() -> Archetypes:
    """Return the levels of ``archetypes.yaml``.

    Raises:
        ConfigError: the file has an unknown key or a value out of range.
    """
    return parse(Archetypes, read_yaml(PATH), PATH.name)


def bands_of(account: Account) -> tuple[str, ...]:
    """Return the duration bands that an account uses, in the order of ``archetypes.yaml``; all where it names none.

    Raises:
        ConfigError: it names one that there is not.
    """
    known = archetypes().duration_bands
    for band in account.duration_bands:
        if band not in known:
            raise ConfigError(
                f"account {account.id!r}: unknown duration band {band!r}{nearest(band, known)}; known: {', '.join(known)}"
            )
    return tuple(band for band in known if not account.duration_bands or band in account.duration_bands)


def perceived_hook(line: str) -> str | None:
    """Return the hook family that a viewer perceives in a first line, or none."""
    families = archetypes().hook_families.items()
    return next(
        (name for name, family in families if re.search(family.pattern, line.strip(), re.IGNORECASE)), None
    )
