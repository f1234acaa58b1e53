"""Rights: whether every font, sound, picture and voice of a finished reel comes with a licence that lets a business post it.

What a render is made of is the renders stage's to say; it asks here before its files may go. Texts quoted as evidence are ``claims``'.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Protocol

import yaml

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import excerpt
from content_pipeline.storage.records import Part

KINDS = ("font", "sound", "picture", "voice")


class Origin(Protocol):
    """Where a part of a render comes from."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def licence(self) -> str: ...  # noqa: D102


class Licence(Part):
    """What a licence allows: parts of ``kinds`` in a post of a business, and whether the author must be named in it."""

    id: str
    kinds: list[str]
    credit: bool = False


def check_rights(parts: Iterable[Origin], caption: str | None = None) -> Iterator[Finding]:
    """Find parts without a source, or without a known licence that allows commercial use, and required credits that are missing.

    Args:
        parts: all that the file is made of.
        caption: what will stand beside it, where it is known: a licence may ask that the author's name stands there.

    Yields:
        Findings that block. A file that names no font is made of something that nobody wrote down.
    """
    known, seen = licences(), list(parts)
    if not any(part.kind == "font" for part in seen):
        yield _finding(
            "unlisted",
            "the file names no font that it is drawn with",
            "list every part that the file is made of",
            "",
        )
    for part in seen:
        what = f"the {part.kind} {part.name!r}"
        place = f"{part.name}: {part.licence or 'no licence'}, {part.source or 'no source'}"
        licence = known.get(part.licence.strip().casefold())
        if part.kind not in KINDS:
            yield _finding(
                "kind",
                f"{what} is no kind of part that rights are known for",
                f"name one of {', '.join(KINDS)}",
                place,
            )
        elif not part.source.strip():
            yield _finding(
                "source",
                f"nobody knows where {what} comes from",
                "name its source, or use another one",
                place,
            )
        elif licence is None:
            said = (
                f"{part.licence!r}, which is not known to allow it" if part.licence.strip() else "not known"
            )
            yield _finding(
                "licence",
                f"the licence of {what} is {said}",
                "use one under a licence that allows commercial use, such as OFL-1.1, CC0-1.0 or CC-BY-4.0",
                place,
            )
        elif part.kind not in licence.kinds:
            yield _finding(
                "licence",
                f"{licence.id} is no licence for {what}",
                "use one under a licence for its kind",
                place,
            )
        elif licence.credit and caption is not None and part.name.casefold() not in caption.casefold():
            yield _finding(
                "credit",
                f"{licence.id} asks that {what} is credited",
                f"write into the caption: {part.name} ({licence.id})",
                place,
            )


@cache
def licences() -> dict[str, Licence]:
    """Return the licences that allow a business to post what is under them, by their names in lower case."""
    text = files("content_pipeline.review.rules").joinpath("rights.yaml").read_text(encoding="utf-8")
    return {item["id"].casefold(): Licence(**item) for item in yaml.safe_load(text)["licences"]}


def _finding(name: str, message: str, remedy: str, place: str) -> Finding:
    return Finding(
        rule_id=f"rights.{name}",
        severity="block",
        message=message,
        remedy=remedy,
        excerpt=excerpt(place),
    )
