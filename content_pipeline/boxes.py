"""The boxes of a reel: which room and which sizes each text gets, and what of a text goes where.

What passes here can be rendered, and nothing else can. Where a box lies and how it looks is the renders' matter.
"""

import re
from dataclasses import dataclass
from typing import Literal

from content_pipeline.typography import (
    BOLD,
    MEDIUM,
    SAFE_LEFT,
    SAFE_RIGHT,
    Block,
    Box,
    TextError,
    at_most,
    drawable,
    excerpt,
    fit,
    line_height,
    measure,
)

Place = Literal["hook", "context", "body", "cta", "cover"]
"""A segment's role, or the cover."""

COLUMN = SAFE_RIGHT - SAFE_LEFT
BLOCK_TOP, BLOCK_BOTTOM = 400, 1250
"""Between the handle above and the captions below."""
COVER_TOP, COVER_BOTTOM = 400, 1380
ROOM = BLOCK_BOTTOM - BLOCK_TOP
BAR_SPACE = 70
"""What a headline's bar takes of its height."""
LABEL_SPACE, CONTEXT_INSET = 90, 48
BADGE, BADGE_GAP, REST_GAP = 150, 54, 30
POINT_ROOM = ROOM - BADGE - 2 * BADGE_GAP
PILL_HEIGHT, PILL_GAP = 136, 70

HOOK = Box(COLUMN, ROOM - BAR_SPACE, BOLD, 176, 64)
COVER = Box(COLUMN, COVER_BOTTOM - COVER_TOP - BAR_SPACE, BOLD, 176, 64)
CONTEXT = Box(COLUMN - CONTEXT_INSET, ROOM - LABEL_SPACE, MEDIUM, 112, 52)
CALL = Box(COLUMN, ROOM - PILL_HEIGHT - PILL_GAP, BOLD, 140, 56)
POINT = Box(COLUMN, POINT_ROOM, BOLD, 152, 52)
HEADING = Box(COLUMN, POINT_ROOM // 2, BOLD, 152, 52)
HEADING_REST = Box(COLUMN, POINT_ROOM // 2 - REST_GAP, MEDIUM, 76, 40)
LABEL = Box(COLUMN, line_height(112), BOLD, 112, 52)
LABEL_REST = Box(COLUMN, POINT_ROOM - LABEL.height - REST_GAP, MEDIUM, 100, 40)

CAPTION_SIZE = 52
CAPTION_PAD = 28
CAPTION_WIDTH = COLUMN - 2 * CAPTION_PAD - 60
"""What a line of a caption may take by the font's own spaces; the 60 pixels are for wider ones."""

NUMBERED = re.compile(r"^(?:\w+\s+)?(\d{1,2})\s*[.:)]\s+(?=\S)")
HEADED = re.compile(r"^([^:]{2,36}):\s+(?=\S)")
TICKABLE = re.compile(r"^\s*(?:(?P<open>☐|□|\[ ?\])|☑|✅|✔|\[[xX]\])\ufe0f?\s+(?=\S)")


@dataclass(frozen=True)
class Point:
    """The parts of a body's text: its number, if it names one; whether it is ticked, null where it is no item of
    a checklist; the heading; and what follows the heading's colon.
    """

    number: str | None
    ticked: bool | None
    heading: str
    rest: str


def split_point(text: str, family: str) -> Point:
    """Split a body's text; what cannot be drawn is left out.

    Raises:
        TextError: nothing of the text can be drawn, or the font lacks its letters.
    """
    tickable = TICKABLE.match(text)
    shown = _visible(text[tickable.end() :] if tickable else text, family)
    numbered = None if tickable else NUMBERED.match(shown)
    shown = shown[numbered.end() :] if numbered else shown
    headed = HEADED.match(shown)
    return Point(
        number=numbered[1] if numbered else None,
        ticked=tickable["open"] is None if tickable else None,
        heading=headed[1] if headed else shown,
        rest=shown[headed.end() :] if headed else "",
    )


def placed(place: Place, text: str, family: str) -> list[tuple[str, Box]]:
    """Return the parts of a text and the box of each.

    Raises:
        TextError: nothing of the text can be drawn, or the font lacks its letters.
    """
    if place != "body":
        return [
            (_visible(text, family), {"hook": HOOK, "context": CONTEXT, "cta": CALL, "cover": COVER}[place])
        ]
    point = split_point(text, family)
    if not point.rest:
        return [(point.heading, POINT)]
    # A heading of one word (Myth, Why) is a label: the message is the rest.
    label = len(point.heading.split()) == 1
    return [(point.heading, LABEL if label else HEADING), (point.rest, LABEL_REST if label else HEADING_REST)]


def fitted(place: Place, text: str, family: str) -> list[Block]:
    """Fit the parts of a text.

    Raises:
        TextError: nothing of the text can be drawn, the font lacks its letters, or a part does not fit its box.
    """
    return [fit(part, family, box) for part, box in placed(place, text, family)]


def caption_text(text: str, family: str) -> str:
    """Return what of the voice text can be drawn as a caption, which may be nothing.

    Raises:
        TextError: the font lacks its letters, or one word alone is wider than a caption.
    """
    shown = drawable(text, family)
    for word in shown.split():
        if all(wide(word, family, CAPTION_SIZE, MEDIUM) > CAPTION_WIDTH for wide in (at_most, measure)):
            raise TextError(f"the word {excerpt(word)} is wider than a caption: shorten it")
    return shown


def _visible(text: str, family: str) -> str:
    shown = drawable(text, family)
    if not shown:
        raise TextError(f"nothing of the text {excerpt(text)} can be drawn")
    return shown
