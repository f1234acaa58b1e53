"""The template engine: deterministic, offline, English. It says something useful about the topic and nothing that is not known.

The advice is data (``beats.yaml``). What it says of a trend is that it was seen at its source, which is the claim's evidence.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

import yaml
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import generator
from content_pipeline.briefs.records import Brief
from content_pipeline.briefs.wording import subject, topic
from content_pipeline.scripts.engines.base import Draft, EngineError, Line
from content_pipeline.scripts.records import Claim
from content_pipeline.settings import Account
from content_pipeline.storage.records import Part, content_hash

CLAIM_LENGTH = 100
MAX_HASHTAGS = 5
"""Instagram shows five since December 2025, though its API still takes thirty."""

CTAS = {
    "save": ("Save this for later", "Save this so you find it when you need it."),
    "share": ("Send it to a friend", "Send this to the one friend who needs it."),
    "comment": ("Comment your pick", "Comment the one you will try first."),
    "follow": ("Follow for one a day", "Follow for one small idea a day."),
}
PLATFORMS = {
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "reddit.com": "Reddit",
    "news.ycombinator.com": "Hacker News",
}


class Beat(Part):
    """A piece of advice: what to do, why, and what it replaces."""

    do: str
    why: str
    avoid: str


@cache
def beats_of(family: str) -> list[Beat]:
    """Return the advice for a topic family; one without advice of its own gets the general one."""
    text = files("content_pipeline.scripts.engines").joinpath("beats.yaml").read_text(encoding="utf-8")
    banks = yaml.safe_load(text)
    return [Beat.model_validate(beat) for beat in banks.get(family) or banks["general"]]


class TemplateEngine:
    """Writes from templates."""

    name = "template"
    generative = False

    @property
    def prompt_version(self) -> str:
        """Return a version that changes with the advice."""
        return (
            "template-"
            + content_hash({family: beats_of(family) for family in ("focus", "trending", "general")})[:8]
        )

    def draft(self, brief: Brief, account: Account, variant: int) -> Draft:
        """Return the words of a variant: another hook, other advice, the same archetype."""
        if not brief.hooks or not brief.evidence:
            raise EngineError(f"brief {brief.brief_id} has no hooks or no evidence")
        archetype = brief.archetype
        hook = brief.hooks[variant % len(brief.hooks)]
        number = archetypes().duration_bands[archetype.duration_band].beats
        chosen = _advice(brief, variant, number)
        lines, body = FORMATS[archetype.format](chosen, brief)
        button, request = CTAS[archetype.cta]
        claim = _claim(brief)
        tags = _hashtags(brief, account)
        return Draft(
            hook=Line(on_screen_text=hook, voice_text=_spoken(hook)),
            beats=lines,
            cta=Line(on_screen_text=button, voice_text=request),
            cover_text=brief.thumbnail_texts[variant % len(brief.thumbnail_texts)],
            caption_short=f"{hook}\n{request}",
            caption_long="\n".join([hook, "", *body, "", claim.text, "", request]),
            hashtags=tags,
            alt_text=f"Reel with on-screen text: {hook} {' '.join(line.on_screen_text + '.' for line in lines)}"[
                :1000
            ],
            claims=[claim],
        )


def _advice(brief: Brief, variant: int, number: int) -> list[Beat]:
    """Choose advice: what shares words with the trend first, then by a fixed shuffle that differs from brief to brief."""
    bank = beats_of(brief.archetype.topic_family)
    order = (
        generator("advice", brief.trend_id, brief.account, brief.day, variant).permutation(len(bank)).tolist()
    )
    words = " ".join([brief.trend_title, *brief.keywords])
    ranked = sorted(order, key=lambda i: -_overlap(bank[i], words))
    return [bank[i] for i in ranked[:number]]


def _overlap(beat: Beat, words: str) -> int:
    return int(token_set_ratio(f"{beat.do} {beat.why} {beat.avoid}".casefold(), words.casefold()) // 25)


def _listicle(chosen: Sequence[Beat], _: Brief) -> tuple[list[Line], list[str]]:
    lines = [Line(on_screen_text=f"{n}. {b.do}", voice_text=_said(b)) for n, b in enumerate(chosen, 1)]
    return lines, [f"{n}. {b.do}: {b.why}." for n, b in enumerate(chosen, 1)]


def _how_to(chosen: Sequence[Beat], _: Brief) -> tuple[list[Line], list[str]]:
    lines = [Line(on_screen_text=f"Step {n}: {b.do}", voice_text=_said(b)) for n, b in enumerate(chosen, 1)]
    return lines, [f"Step {n}: {b.do}, because {b.why}." for n, b in enumerate(chosen, 1)]


def _comparison(chosen: Sequence[Beat], _: Brief) -> tuple[list[Line], list[str]]:
    lines = [Line(on_screen_text=b.do, voice_text=f"Instead of {b.avoid}, {_lower(b.do)}.") for b in chosen]
    return lines, [f"Instead of {b.avoid}: {_lower(b.do)}." for b in chosen]


def _explainer(chosen: Sequence[Beat], brief: Brief) -> tuple[list[Line], list[str]]:
    own, name = topic(brief.archetype.topic_family), subject(brief.trend_title)
    why = own.why[:1].upper() + own.why[1:]
    lines = [Line(on_screen_text=why, voice_text=f"Why it matters: {own.why}.")]
    lines += [Line(on_screen_text=b.do, voice_text=_said(b)) for b in chosen[:-1]]
    body = [
        f"What: people are looking at {name}.",
        f"Why: {own.why}.",
        *(f"Do: {_lower(b.do)}; {b.why}." for b in chosen[:-1]),
    ]
    return lines, body


FORMATS = {"listicle": _listicle, "how_to": _how_to, "comparison": _comparison, "explainer": _explainer}


def _claim(brief: Brief) -> Claim:
    seen = brief.evidence[0]
    day = f"{seen.observed_at:%B} {seen.observed_at.day}"
    text = f"Seen on {_platform(seen.url, seen.source)} on {day}: {subject(seen.title, CLAIM_LENGTH)}."
    return Claim(text=text, signal_id=seen.signal_id, url=seen.url)


def _platform(url: str | None, source: str) -> str:
    host = (urlsplit(url).hostname or "" if url else "").removeprefix("www.")
    return PLATFORMS.get(host) or PLATFORMS.get(source.split("_")[0] + ".com") or source.replace("_", " ")


def _hashtags(brief: Brief, account: Account) -> list[str]:
    words = [*topic(brief.archetype.topic_family).hashtags, *account.niche.split(" and ")]
    tags = ["#" + "".join(c for c in word.lower() if c.isascii() and c.isalnum()) for word in words]
    return [tag for tag in dict.fromkeys(tags) if 3 <= len(tag) <= 30][:MAX_HASHTAGS]


def _said(beat: Beat) -> str:
    return f"{beat.do}: {beat.why}."


def _spoken(hook: str) -> str:
    return hook if hook[-1] in ".?!" else f"{hook}."


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
