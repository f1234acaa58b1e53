"""The template engine: deterministic, offline, English. It composes a reel from the parts of the evidence and a bank of advice.

How it says things is data (``grammar.yaml``, ``advice.yaml``). What it states as fact of a trend is where it was seen and what its
title says, quoted; everything else is marked as opinion.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from content_pipeline.accounts import EDITOR, Account, Persona
from content_pipeline.briefs.archetypes import DurationBand, archetypes
from content_pipeline.briefs.beliefs import generator
from content_pipeline.briefs.reading import opening, quoted
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.briefs.wording import capitalized, hooks, thumbnails, topic, words_for
from content_pipeline.scripts.advice import Advice, ranked_advice, subject_family
from content_pipeline.scripts.engines.base import Draft, EngineError, EngineStopped, Line
from content_pipeline.scripts.engines.composing import (
    FEWEST_POINTS,
    ReelPart,
    call_of,
    caption_of,
    composed,
    context_of,
    grammar,
)
from content_pipeline.scripts.records import Claim, Writing
from content_pipeline.storage.records import content_hash
from content_pipeline.trends.scoring.niche import TRENDING

LANGUAGE = "en"
TITLE_LENGTH = 80
CLAIM_LENGTH = 100
ALT_TEXT = 1000
DOUBT = 0.15
"""How much a doubt takes from the confidence."""
PLATFORMS = {  # by host, or by the first word of a source's name
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "reddit.com": "Reddit",
    "news.ycombinator.com": "Hacker News",
    "instagram.com": "Instagram",
    "en.wikipedia.org": "Wikipedia",
    "trends.google.com": "Google Trends",
    "youtube": "YouTube",
    "reddit": "Reddit",
    "sandbox": "the trend feed",
}


@cache
def _grammar_id() -> str:
    """Return the content hash of all data that the engine writes with."""
    names = (
        "scripts/engines/grammar.yaml",
        "scripts/advice.yaml",
        "briefs/wording.yaml",
        "briefs/topics.yaml",
    )
    texts = [files("content_pipeline").joinpath(name).read_text(encoding="utf-8") for name in names]
    return content_hash(*texts)[:16]


class TemplateEngine:
    """Writes from a grammar."""

    stopped: EngineStopped | None = None

    def write(self, brief: Brief, account: Account, variant: int, avoid: Sequence[str]) -> Draft:
        """Return the words of a variant: another hook family and another format than the variants before it, and other advice.

        Raises:
            EngineError: the account speaks another language, the brief has no evidence, or every hook is worn out.
        """
        if account.language != LANGUAGE:
            raise EngineError(
                f"the template engine writes English and {account.id} speaks {account.language!r}: "
                "let a model write (CONTENT_PIPELINE_ENGINE=openai), or set language: en"
            )
        if not brief.evidence:
            raise EngineError(f"brief {brief.brief_id} has no evidence")
        shape = shape_of(brief, variant)
        persona = next((p for p in account.voices if p.name == brief.persona), EDITOR)
        band = archetypes().duration_bands[shape.duration_band]
        advice, fitting = ranked_advice(brief, variant, band.beats)
        words = _words(brief, shape)
        turn = int(generator("call", brief.brief_id).integers(100)) + variant
        frame = context_of(words, variant), call_of(shape.cta, words, turn)
        hook, points, lines, used = _composition(brief, shape, variant, avoid, persona, words, advice, frame)
        claims = [_claim(brief), *(_opinion(piece) for piece in used)]
        doubts = [] if fitting else ["no advice shares a word with the evidence"]
        doubts += [] if brief.subject.short else ["the title has no short phrase to speak of"]
        return Draft(
            archetype=shape,
            hook=Line(on_screen_text=hook, voice_text=hook if hook[-1] in ".?!" else f"{hook}."),
            context=lines[0],
            beats=lines[1:-1],
            cta=lines[-1],
            cover_text=_cover(brief, shape, words, variant),
            caption_short=hook,
            caption_long=caption_of(hook, shape.format, frame[0], points, words, claims[0].text),
            hashtags=_hashtags(brief, account, variant),
            alt_text=_alt_text(hook, lines),
            claims=claims,
            writing=_writing(doubts),
        )


def shape_of(brief: Brief, variant: int) -> Archetype:
    """Return a variant's archetype: the brief's own first, then others that differ from it in hook family and format."""
    own = brief.archetype
    if variant == 0:
        return own
    known = archetypes()
    rng = generator("shapes", brief.brief_id)
    families, formats = (
        [names[i] for i in rng.permutation(len(names)).tolist() if names[i] != mine]
        for names, mine in ((list(known.hook_families), own.hook_family), (_formats(), own.format))
    )
    return own.model_copy(
        update={
            "hook_family": families[(variant - 1) % len(families)],
            "format": formats[(variant - 1) % len(formats)],
        }
    )


def _formats() -> list[str]:
    """Return the formats that the grammar can build."""
    return [name for name in archetypes().formats if name in grammar()["formats"]]


def _words(brief: Brief, shape: Archetype) -> dict[str, str]:
    own, subject = topic(subject_family(brief)), brief.subject
    of_topic = shape.topic_family != TRENDING
    words = words_for(subject, own, archetypes().duration_bands[shape.duration_band].beats, of_topic)
    parts = {name: getattr(subject, name) for name in ("figure", "question", "statement")}
    named = not subject.phrase.startswith("“")
    parts["thing" if named else "title"] = (
        subject.phrase if named else quoted(brief.trend_title, TITLE_LENGTH)
    )
    place = _platform(brief.evidence[0].url, brief.evidence[0].source)
    return (
        words
        | {name: part for name, part in parts.items() if part}
        | {"platform": place, "why_topic": own.why, "Why_topic": capitalized(own.why)}
    )


def _composition(
    brief: Brief,
    shape: Archetype,
    variant: int,
    avoid: Sequence[str],
    persona: Persona,
    words: dict[str, str],
    advice: list[Advice],
    frame: tuple[ReelPart, ReelPart],
) -> tuple[str, list[ReelPart], list[Line], list[Advice]]:
    """Return hook, points, lines and the advice in them; ``words["n"]`` is then the number of points, which a hook may promise."""
    band = archetypes().duration_bands[shape.duration_band]
    for number in range(band.beats, FEWEST_POINTS - 1, -1):
        words["n"] = str(number)
        hook = _hook(brief, shape, words, persona, variant, avoid)
        points, lines, used = _body(shape.format, advice, words, frame, band, len(hook.split()))
        if len(used) == number or shape.hook_family != "number":
            words["n"] = str(len(used))
            return hook, points, lines, used
    raise EngineError("no number of points is what a hook promises")


def _body(
    form: str,
    advice: list[Advice],
    words: dict[str, str],
    frame: tuple[ReelPart, ReelPart],
    band: DurationBand,
    hook_words: int,
) -> tuple[list[ReelPart], list[Line], list[Advice]]:
    """Return points, lines and the advice in them: the most fitting, or the shortest where that has too many words."""
    try:
        used = advice
        points, lines = composed(form, used, words, frame, band, hook_words)
    except EngineError:
        used = sorted(
            advice,
            key=lambda piece: len(f"{piece.do} {piece.myth if form == 'myth' else piece.avoid}".split()),
        )
        points, lines = composed(form, used, words, frame, band, hook_words)
    return points, lines, used[: len(points) - (form == "explainer")]


def _hook(
    brief: Brief,
    shape: Archetype,
    words: dict[str, str],
    persona: Persona,
    variant: int,
    avoid: Sequence[str],
) -> str:
    """Return the brief's own hook for its own shape, one of the shape's family otherwise; never one of ``avoid``."""
    worn = {text.casefold() for text in avoid}
    own = [_counted(hook, shape, words["n"]) for hook in brief.hooks] if variant == 0 else []
    fresh = [hook for hook in own if hook.casefold() not in worn]
    rng = generator("hook", brief.brief_id, variant)
    # Where hooks about the topic alone are worn out, how the title opens still names this trend and no other.
    for filling in (words, words | {"name": opening(brief.trend_title)}):
        fresh = fresh or hooks(shape.hook_family, filling, persona.tone, rng, avoid, number=1)
    if not fresh:
        raise EngineError(f"every hook of the family {shape.hook_family} was used in the last 90 days")
    return fresh[0]


def _counted(hook: str, shape: Archetype, number: str) -> str:
    """Return a hook that promises a number with the number that the reel has."""
    promised, _, rest = hook.partition(" ")
    return f"{number} {rest}" if shape.hook_family == "number" and promised.isdigit() else hook


def _cover(brief: Brief, shape: Archetype, words: dict[str, str], variant: int) -> str:
    """Return a cover text of the shape's family, another one for each variant of the same family."""
    texts = thumbnails(shape.hook_family, words, generator("cover", brief.brief_id))
    return texts[variant % len(texts)] if texts else capitalized(words["m"])


def _claim(brief: Brief) -> Claim:
    seen = brief.evidence[0]
    day = f"{seen.observed_at:%B} {seen.observed_at.day}"
    text = f"Seen on {_platform(seen.url, seen.source)} on {day}: {quoted(seen.title, CLAIM_LENGTH)}."
    return Claim(text=text, kind="evidence", signal_id=seen.signal_id, url=seen.url, quote=seen.title)


def _opinion(piece: Advice) -> Claim:
    return Claim(text=f"{piece.do}: {piece.why}.", kind="opinion", signal_id=None, url=None, quote=None)


def _platform(url: str | None, source: str) -> str:
    """Return what people call the place: never a host name, which a caption would show as a link."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return PLATFORMS.get(host) or PLATFORMS.get(source.split("_")[0]) or "the web"


def _hashtags(brief: Brief, account: Account, variant: int) -> list[str]:
    rng = generator("hashtags", brief.brief_id, variant)
    own = topic(subject_family(brief)).hashtags
    named = [brief.subject.short] if brief.subject.proper and brief.subject.short else []
    shuffled = [own[i] for i in rng.permutation(len(own)).tolist()]
    tags = [_tag(word) for word in [shuffled[0], *named, *shuffled[1:], *account.niche.split(" and ")]]
    kept = {tag.casefold(): tag for tag in reversed(tags) if 3 <= len(tag) <= 30}
    return list(reversed(kept.values()))[: account.max_hashtags]


def _tag(word: str) -> str:
    parts = re.split(r"[\s-]+", word)
    joined = "".join(part[:1].upper() + part[1:] for part in parts) if len(parts) > 1 else word
    return "#" + "".join(c for c in joined if c.isascii() and c.isalnum())


def _alt_text(hook: str, lines: Sequence[Line]) -> str:
    texts = [hook, *(line.on_screen_text for line in lines)]
    joined = " ".join(text if text[-1] in ".?!”" else f"{text}." for text in texts)
    return f"Reel with on-screen text: {joined}"[:ALT_TEXT]


def _writing(doubts: list[str]) -> Writing:
    return Writing(
        engine="template",
        model=None,
        prompt_id=_grammar_id(),
        attempts=1,
        input_tokens=None,
        output_tokens=None,
        cost_usd=None,
        confidence=round(1 - DOUBT * len(doubts), 4),
        doubts=doubts,
        fallback=None,
    )
