"""Whether every text of a script can be drawn: asked while it is written, by the measure that the renderer uses."""

from collections.abc import Iterator, Sequence

from content_pipeline.boxes import Place, caption_text, placed
from content_pipeline.scripts.engines.base import Draft
from content_pipeline.scripts.records import Segment
from content_pipeline.typography import TextError, check_fit


def misfits(parts: Draft | Sequence[Segment], cover_text: str, family: str) -> list[str]:
    """Return a sentence for every text that does not fit its box in the font ``family``, or has letters that it lacks.

    The text on screen and the caption of every line are tried, and the cover's text. Nothing is returned exactly
    where the renderer has room for all of them.
    """
    found = []
    bodies = 0
    for place, on_screen, voice in _lines(parts):
        bodies += place == "body"
        name = f"body {bodies}" if place == "body" else place
        found += _misfits(name, place, on_screen, family)
        try:
            caption_text(voice, family)
        except TextError as error:
            found.append(f"{name}, voice text: {error}")
    return found + _misfits("cover", "cover", cover_text, family)


def _misfits(name: str, place: Place, text: str, family: str) -> list[str]:
    try:
        for part, box in placed(place, text, family):
            check_fit(part, family, box)
    except TextError as error:
        return [f"{name}: {error}"]
    return []


def _lines(parts: Draft | Sequence[Segment]) -> Iterator[tuple[Place, str, str]]:
    """Yield role, text on screen and voice text of every line, in the order in which they are seen."""
    if not isinstance(parts, Draft):
        for part in parts:
            yield part.role, part.on_screen_text, part.voice_text
        return
    yield "hook", parts.hook.on_screen_text, parts.hook.voice_text
    if parts.context:
        yield "context", parts.context.on_screen_text, parts.context.voice_text
    for beat in parts.beats:
        yield "body", beat.on_screen_text, beat.voice_text
    yield "cta", parts.cta.on_screen_text, parts.cta.voice_text
