"""From briefs and slots to scripts: asks the engine for words, gives every part its time, and every script its id."""

import math
import re
from collections.abc import Sequence
from datetime import date

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.scripts.engines.base import CreativeEngine, Draft, EngineError, Line
from content_pipeline.scripts.records import Script, Segment
from content_pipeline.settings import Account
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.storage.records import Stamp, content_hash, stable_id

MIN_SEGMENT_S = 1.6
WORDS_PER_SECOND = 3.5
"""The most that is easy to follow: 210 words a minute, the upper end of comfortable narration and captions."""


def write_scripts(
    account: Account,
    day: date,
    briefs: Sequence[Brief],
    calendar: Sequence[CalendarSlot],
    engine: CreativeEngine,
    stamp: Stamp,
    variants: int = 2,
) -> tuple[list[Script], list[DeadLetter]]:
    """Return variants of the brief of each of the day's slots and of its reserves, most preferred first.

    A brief that the engine cannot write is a dead letter; the others go on.
    """
    by_id = {brief.brief_id: brief for brief in briefs}
    scripts: list[Script] = []
    letters: list[DeadLetter] = []
    for slot in calendar:
        if slot.status != "committed" or slot.brief_id is None:
            continue
        wanted = [
            (by_id[name], variant) for name in (slot.brief_id, *slot.reserves) for variant in range(variants)
        ]
        for preference, (brief, variant) in enumerate(wanted, start=1):
            try:
                draft = engine.draft(brief, account, variant)
                scripts.append(_script(account, day, brief, slot, draft, variant, preference, engine, stamp))
            except EngineError as error:
                letters.append(_letter(account, day, brief, error))
    return scripts, letters


def _script(
    account: Account,
    day: date,
    brief: Brief,
    slot: CalendarSlot,
    draft: Draft,
    variant: int,
    preference: int,
    engine: CreativeEngine,
    stamp: Stamp,
) -> Script:
    seconds = archetypes().duration_bands[brief.archetype.duration_band].seconds
    segments = timed(draft, seconds)
    seen = content_hash(segments, draft.cover_text, draft.caption_long, draft.hashtags, draft.alt_text)
    return Script(
        script_id=stable_id("script", brief.brief_id, slot.slot_id, variant, seen),
        brief_id=brief.brief_id,
        trend_id=brief.trend_id,
        slot_id=slot.slot_id,
        slot_at=slot.slot_at,
        slot_label=slot.slot_label,
        account=account.id,
        day=day,
        variant=variant,
        preference=preference,
        archetype=brief.archetype,
        language=account.language,
        segments=segments,
        duration_s=float(seconds),
        cover_text=draft.cover_text,
        caption_short=draft.caption_short,
        caption_long=draft.caption_long,
        hashtags=draft.hashtags,
        alt_text=draft.alt_text,
        claims=draft.claims,
        engine=engine.name,
        prompt_version=engine.prompt_version,
        ai_generated=engine.generative,
        content_hash=seen,
        **stamp.fields(),
    )


def timed(draft: Draft, seconds: float) -> list[Segment]:
    """Give each part its time: in proportion to its words, at least 1.6 s, ``seconds`` in all.

    Words beyond 3.5 a second are not said: the part with the most to say is cut to what stands on screen first.

    Raises:
        EngineError: even the words on screen are too many.
    """
    parts = [("hook", draft.hook), *(("body", beat) for beat in draft.beats), ("cta", draft.cta)]
    lines = [line for _, line in parts]
    while _words(lines) > WORDS_PER_SECOND * seconds:
        longest = max(
            range(len(lines)), key=lambda i: len(lines[i].voice_text.split()) - len(_core(lines[i]).split())
        )
        if len(_core(lines[longest]).split()) >= len(lines[longest].voice_text.split()):
            raise EngineError(f"too many words for {seconds:.0f} s: {_words(lines)}")
        lines[longest] = lines[longest].model_copy(update={"voice_text": _core(lines[longest])})
    weights = [len(line.voice_text.split()) for line in lines]
    free = seconds - MIN_SEGMENT_S * len(lines)
    if free < 0:
        raise EngineError(f"{len(lines)} parts do not fit into {seconds:.0f} s")
    ends = [MIN_SEGMENT_S * (i + 1) + free * sum(weights[: i + 1]) / sum(weights) for i in range(len(lines))]
    marks = [0.0, *(math.floor(end * 30 + 0.5) / 30 for end in ends[:-1]), float(seconds)]  # on whole frames
    return [
        Segment(
            role=role,
            start_s=round(start, 4),
            end_s=round(end, 4),
            on_screen_text=line.on_screen_text,
            voice_text=line.voice_text,
        )
        for (role, _), line, start, end in zip(parts, lines, marks, marks[1:], strict=False)
    ]


def _core(line: Line) -> str:
    """Return what stands on screen without its number: the least that must be said."""
    return re.sub(r"^(step )?\d+[.:] ", "", line.on_screen_text, flags=re.IGNORECASE)


def _words(lines: Sequence[Line]) -> int:
    return sum(len(line.voice_text.split()) for line in lines)


def _letter(account: Account, day: date, brief: Brief, error: EngineError) -> DeadLetter:
    return DeadLetter(
        stage="scripts",
        source=account.id,
        day=day,
        position=brief.brief_id,
        reason=str(error),
        excerpt=brief.title,
    )
