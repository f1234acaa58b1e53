"""From briefs and slots to scripts: asks the engine for words, gives every part its time, and every script its id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from content_pipeline.accounts import Account
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.scripts.engines.base import CreativeEngine, Draft, EngineError
from content_pipeline.scripts.fitting import misfits
from content_pipeline.scripts.pacing import timed
from content_pipeline.scripts.records import Script, seen_hash
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.storage.records import Stamp, stable_id

RESERVE_VARIANTS = 2
"""Most scripts of a brief that only stands by for a slot whose own is blocked."""


@dataclass(frozen=True)
class _Wanted:
    """A script to be written: a variant of a brief for a slot, and where it stands among the slot's."""

    slot: CalendarSlot
    brief: Brief
    variant: int
    preference: int


def write_scripts(
    account: Account,
    day: date,
    briefs: Sequence[Brief],
    calendar: Sequence[CalendarSlot],
    engine: CreativeEngine,
    stamp: Stamp,
    used_hooks: Sequence[str] = (),
) -> tuple[list[Script], list[DeadLetter]]:
    """Return the variants of the brief of each of the day's slots and of its reserves, most preferred first.

    A brief gets as many variants as it deserves, a reserve two at most. No two scripts of the day open with the same hook, and none
    with one of ``used_hooks``, those of the account's last 90 days. What the engine cannot write is a dead letter; the others go on.
    """
    scripts: list[Script] = []
    letters: list[DeadLetter] = []
    avoid = list(used_hooks)
    for wanted in _wanted(briefs, calendar):
        try:
            draft = engine.write(wanted.brief, account, wanted.variant, avoid)
            scripts.append(_script(account, day, wanted, draft, stamp))
            avoid.append(draft.hook.on_screen_text)
        except EngineError as error:
            letters.append(_letter(account, day, wanted, error))
    return scripts, letters


def _wanted(briefs: Sequence[Brief], calendar: Sequence[CalendarSlot]) -> list[_Wanted]:
    by_id = {brief.brief_id: brief for brief in briefs}
    wanted = []
    for slot in calendar:
        if slot.status != "committed" or slot.brief_id is None:
            continue
        own = by_id[slot.brief_id]
        shapes = [(own, variant) for variant in range(own.variants)]
        for name in slot.reserves:
            shapes += [(by_id[name], v) for v in range(min(RESERVE_VARIANTS, by_id[name].variants))]
        wanted += [_Wanted(slot, brief, v, place) for place, (brief, v) in enumerate(shapes, start=1)]
    return wanted


def _script(account: Account, day: date, wanted: _Wanted, draft: Draft, stamp: Stamp) -> Script:
    """Return the script of a draft.

    Raises:
        EngineError: it does not fit its time or its boxes.
    """
    brief, slot = wanted.brief, wanted.slot
    segments = timed(draft, archetypes().duration_bands[draft.archetype.duration_band].seconds)
    if unfit := misfits(segments, draft.cover_text, account.brand.font):
        raise EngineError(unfit[0])
    modelled = draft.writing.model is not None
    disclosure = account.ai_disclosure if modelled else None
    caption = "\n".join(
        [draft.caption_long, *(["", disclosure] if disclosure else []), "", draft.cta.voice_text]
    )
    seen = seen_hash(segments, draft.cover_text, caption, draft.hashtags, draft.alt_text)
    return Script(
        script_id=stable_id("script", brief.brief_id, slot.slot_id, wanted.variant, seen),
        brief_id=brief.brief_id,
        trend_id=brief.trend_id,
        slot_id=slot.slot_id,
        slot_at=slot.slot_at,
        slot_label=slot.slot_label,
        account=account.id,
        day=day,
        variant=wanted.variant,
        preference=wanted.preference,
        archetype=draft.archetype,
        language=account.language,
        segments=segments,
        duration_s=segments[-1].end_s,
        cover_text=draft.cover_text,
        caption_short=f"{draft.caption_short}\n{draft.cta.voice_text}",
        caption_long=caption,
        hashtags=draft.hashtags,
        alt_text=draft.alt_text,
        claims=draft.claims,
        writing=draft.writing,
        disclosure=disclosure,
        is_ai_generated=modelled,
        needs_human=draft.needs_human,
        content_hash=seen,
        **stamp.fields(),
    )


def _letter(account: Account, day: date, wanted: _Wanted, error: EngineError) -> DeadLetter:
    return DeadLetter(
        stage="scripts",
        source=account.id,
        day=day,
        position=f"{wanted.brief.brief_id}, variant {wanted.variant}",
        reason=str(error),
        excerpt=wanted.brief.title,
    )
