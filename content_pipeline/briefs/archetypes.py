"""The levels of the archetype's factors, as data. ``archetypes.yaml`` is the file that a strategist edits."""

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

from content_pipeline.settings import parse


class _Level(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HookFamily(_Level):
    """A way to open. ``pattern`` is the cue that a viewer perceives; ``pull`` is how much tension it makes, in [0, 1]."""

    cue: str
    pattern: str
    pull: float = Field(ge=0, le=1)
    example: str


class Format(_Level):
    """A way to build the body."""

    cue: str
    pattern: str
    pull: float = Field(ge=0, le=1)


class DurationBand(_Level):
    """The length of a reel in seconds, and how many beats its body has."""

    seconds: int = Field(ge=3, le=90)
    beats: int = Field(ge=1, le=8)


class CallToAction(_Level):
    """What the viewer is asked to do."""

    cue: str
    pattern: str


class Archetypes(_Level):
    """All levels, by factor."""

    hook_families: dict[str, HookFamily]
    formats: dict[str, Format]
    duration_bands: dict[str, DurationBand]
    ctas: dict[str, CallToAction]


@cache
def archetypes() -> Archetypes:
    """Return the levels of ``archetypes.yaml``.

    Raises:
        ConfigError: the file has an unknown key or a value out of range.
    """
    text = files("content_pipeline.briefs").joinpath("archetypes.yaml").read_text(encoding="utf-8")
    return parse(Archetypes, yaml.safe_load(text), "archetypes.yaml")


def perceived_hook(line: str) -> str | None:
    """Return the hook family that a viewer perceives in a first line, or none."""
    families = archetypes().hook_families.items()
    return next(
        (name for name, family in families if re.search(family.pattern, line.strip(), re.IGNORECASE)), None
    )
