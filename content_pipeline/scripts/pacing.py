"""How long words take: to be said, to be read, what fits a duration band, and when each part of a reel begins and ends."""

import math
from collections.abc import Sequence

from content_pipeline.scripts.engines.base import Draft, EngineError, Line
from content_pipeline.scripts.records import Segment

WORDS_PER_SECOND = 2.5
"""150 words a minute: an easy narration."""
TOLERANCE = 0.2
"""How far a reel's length may be from its band's, as a share of it."""
HOOK_S = 3.0
"""The hook is said in this time (domain rules: a viewer decides in three seconds)."""
MIN_SEGMENT_S = 1.6
"""A part that is shorter cannot be read."""
CHARACTERS_PER_SECOND = 20.0
"""How fast on-screen text can be read (Netflix, English Timed Text Style Guide: adult programmes, 20 characters a second)."""
FRAMES_PER_SECOND = 30


def words_in(lines: Sequence[Line]) -> int:
    """Return how many words are said."""
    return sum(len(line.voice_text.split()) for line in lines)


def fits(words: int, seconds: float) -> bool:
    """Tell whether words, said at 150 a minute, take the seconds of a band within its tolerance."""
    return abs(words / WORDS_PER_SECOND - seconds) <= TOLERANCE * seconds


def least_seconds(screen: str, voice: str) -> float:
    """Return the time that a part takes: to be said at 150 words a minute, to be read on screen, and 1.6 s at least."""
    return max(MIN_SEGMENT_S, len(voice.split()) / WORDS_PER_SECOND, len(screen) / CHARACTERS_PER_SECOND)


def timed(draft: Draft, seconds: float) -> list[Segment]:
    """Give each part the time that it takes to be said and read, on whole frames.

    Args:
        draft: the words.
        seconds: the length of the draft's duration band; the whole may differ from it by a fifth.

    Raises:
        EngineError: the words are too many or too few for the band, or the hook takes more than three seconds.
    """
    words = words_in(draft.lines)
    if not fits(words, seconds):
        least, most = (
            math.ceil((1 - TOLERANCE) * seconds * WORDS_PER_SECOND),
            int((1 + TOLERANCE) * seconds * WORDS_PER_SECOND),
        )
        raise EngineError(f"{words} words do not fit {seconds:.0f} s: {least} to {most} do")
    if words_in([draft.hook]) > HOOK_S * WORDS_PER_SECOND:
        raise EngineError(
            f"the hook has {words_in([draft.hook])} words, more than can be said in {HOOK_S:.0f} s"
        )
    context = [("context", draft.context)] if draft.context else []
    parts = [("hook", draft.hook), *context, *(("body", beat) for beat in draft.beats), ("cta", draft.cta)]
    segments, start = [], 0.0
    for role, line in parts:
        length = least_seconds(line.on_screen_text, line.voice_text)
        end = math.floor((start + length) * FRAMES_PER_SECOND + 0.5) / FRAMES_PER_SECOND
        segments.append(
            Segment(
                role=role,
                start_s=round(start, 4),
                end_s=round(end, 4),
                on_screen_text=line.on_screen_text,
                voice_text=line.voice_text,
            )
        )
        start = end
    if start > (1 + TOLERANCE) * seconds:
        raise EngineError(f"{len(parts)} parts take {start:.1f} s, too long for a band of {seconds:.0f} s")
    return segments
