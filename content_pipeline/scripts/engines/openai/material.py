"""Turns a brief into what a prompt is filled with. Everything that comes from outside goes in as JSON, cleaned and cut to length.

How it is asked for is the prompts' part.
"""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from content_pipeline.accounts import EDITOR, Account
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.scripts.pacing import HOOK_S, TOLERANCE, WORDS_PER_SECOND
from content_pipeline.trends.records import Evidence
from content_pipeline.trends.words.orders import gives_instructions
from content_pipeline.trends.words.values import clean_text

LONGEST_TEXT = 300
LONGEST_URL = 300
"""A longer address is mostly tracking; its host says where the evidence is from."""
MOST_EVIDENCE = 8
MOST_HOOKS = 40
"""Of the hooks that were used, the latest."""


def variables(brief: Brief, shape: Archetype, account: Account, avoid: Sequence[str]) -> dict[str, object]:
    """Return all that a prompt may ask for."""
    known = archetypes()
    hook, form = known.hook_families[shape.hook_family], known.formats[shape.format]
    band = known.duration_bands[shape.duration_band]
    persona = next((p for p in account.voices if p.name == brief.persona), EDITOR)
    words = band.seconds * WORDS_PER_SECOND
    return {
        "persona_name": persona.name,
        "audience": persona.audience,
        "tone": persona.tone,
        "voice": persona.voice,
        "niche": account.niche,
        "language": account.language,
        "seconds": band.seconds,
        "beats": band.beats,
        "words_low": round((1 - TOLERANCE / 2) * words),
        "words_high": round((1 + TOLERANCE / 2) * words),
        "hook_words": int(HOOK_S * WORDS_PER_SECOND),
        "hook_description": hook.description,
        "hook_cue": hook.cue,
        "format_description": form.description,
        "format_cue": form.cue,
        "cta_cue": known.ctas[shape.cta].cue,
        "max_hashtags": account.max_hashtags,
        "data": json.dumps(_data(brief, avoid), ensure_ascii=False, indent=1)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e"),
    }


def orders(brief: Brief) -> bool:
    """Tell whether a title of the evidence reads like an instruction to a model."""
    return any(gives_instructions(clean_text(text)) for text in [brief.trend_title, *evidence_titles(brief)])


def evidence_titles(brief: Brief) -> list[str]:
    """Return the titles as the prompt shows them, in the order of their numbers from 1."""
    return [_short(item.title) for item in brief.evidence[:MOST_EVIDENCE]]


def _data(brief: Brief, avoid: Sequence[str]) -> dict[str, object]:
    texts = {
        "topic": brief.trend_title,
        "about": brief.subject.phrase,
        "idea": brief.title,
        "premise": brief.premise,
        "pain_point": brief.pain_point,
        "angle": brief.angle,
        "caption_direction": brief.caption_direction,
    }
    return {
        **{name: _short(text) for name, text in texts.items()},
        "hooks_to_start_from": [_short(hook) for hook in brief.hooks[:5]],
        "evidence": [
            _evidence(number, item) for number, item in enumerate(brief.evidence[:MOST_EVIDENCE], 1)
        ],
        "used_hooks": [_short(hook) for hook in avoid[-MOST_HOOKS:]],
    }


def _evidence(number: int, item: Evidence) -> dict[str, object]:
    return {
        "n": number,
        "source": _short(item.source),
        "title": _short(item.title),
        "url": _address(item.url),
        "seen": f"{item.observed_at:%Y-%m-%d}",
    }


def _address(url: str | None) -> str | None:
    plain = clean_text(url)
    if len(plain) <= LONGEST_URL:
        return plain or None
    try:
        return f"{urlsplit(plain).scheme}://{urlsplit(plain).hostname}/"[:LONGEST_URL]
    except ValueError:
        return None


def _short(text: str) -> str:
    plain = clean_text(text)
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…"
