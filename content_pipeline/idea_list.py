"""What `content-pipeline ideas` tells: distinct ideas for a niche, from the lake's newest trends and from what never gets old.

It needs no account, no key and no network. Ideas that production plans are the ``briefs`` asset's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

import numpy as np
from pydantic import Field
from rapidfuzz.fuzz import token_set_ratio
from rich.console import Console
from rich.table import Table
from rich.text import Text

from content_pipeline.accounts import Tone
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import generator
from content_pipeline.briefs.reading import read_subjects
from content_pipeline.briefs.records import Subject
from content_pipeline.briefs.skips import quotable, screened
from content_pipeline.briefs.wording import (
    DISTINCT_BELOW,
    WANTED_HOOKS,
    WANTED_THUMBNAILS,
    Topic,
    capitalized,
    direction,
    hooks,
    phrased,
    thumbnails,
    topic,
    topic_families,
    words_for,
)
from content_pipeline.errors import UserError
from content_pipeline.scripts.advice import GENERAL, Advice, advice_for
from content_pipeline.settings import Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.records import Part, Record
from content_pipeline.trends.records import Trend
from content_pipeline.trends.scoring.niche import term_weight
from content_pipeline.trends.words.safety import safety_flags
from content_pipeline.trends.words.text import words

TRENDS = 40
"""Trends of the newest day that are looked at."""
LONGEST_NICHE = 60


class Idea(Part):
    """An idea for a reel; ``source`` is the trend's address, null for what does not rest on a trend."""

    title: str
    premise: str
    pain_point: str
    desire: str
    hooks: list[str] = Field(min_length=WANTED_HOOKS)
    thumbnail_texts: list[str] = Field(min_length=WANTED_THUMBNAILS)
    caption_direction: str
    hook_family: str
    format: str
    topic: str
    trend: str | None
    source: str | None


class Ideas(Record):
    """The answer: the ideas with what was asked for."""

    niche: str
    topic: str | None
    tone: Tone
    ideas: list[Idea]


def make_ideas(
    settings: Settings, niche: str, about: str | None, tone: Tone, count: int, now: datetime
) -> Ideas:
    """Return ``count`` distinct ideas: those about the newest trends of the niche in turn with those that never get old.

    Raises:
        UserError: the niche or the topic says nothing or is one that brands stay away from, or there are fewer distinct ideas.
    """
    families = _families(niche, about)
    rng = generator("ideas", niche, about, tone)
    found: list[Idea] = []
    fresh = _from_trends(settings, families, [niche, about or ""], tone, rng)
    lasting = _from_advice(families, tone, rng)
    for pair in zip_longest(fresh, lasting):
        for idea in filter(None, pair):
            if len(found) < count and _is_distinct(idea, found):
                found.append(idea)
    if len(found) < count:
        raise UserError(
            f"only {len(found)} distinct ideas for {about or niche!r}: ask for --count {len(found)}, or for another --topic"
        )
    return Ideas(trace_id="ideas", created_at=now, niche=niche, topic=about, tone=tone, ideas=found)


def show(answer: Ideas, console: Console) -> None:
    """Print a table for people."""
    table = Table("", "idea", "hooks", "thumbnails", "premise", show_lines=True)
    for place, idea in enumerate(answer.ideas, start=1):
        cells = (idea.title, "\n".join(idea.hooks[1:]), "\n".join(idea.thumbnail_texts), idea.premise)
        table.add_row(str(place), *(Text(cell) for cell in cells))
    console.print(table)


def _families(niche: str, about: str | None) -> list[str]:
    """Return the topic families that a niche or topic names, or one made of its own words."""
    asked = " ".join((about or niche).split())
    if not words(asked) or len(asked) > LONGEST_NICHE:
        raise UserError(
            f"a niche or topic is one to a few words, such as fitness or home office; at most {LONGEST_NICHE} characters"
        )
    if flags := {"nsfw", "tragedy", "gambling"} & safety_flags(f"{niche} {asked}").keys():
        raise UserError(f"no ideas about {asked!r}: brands stay away from {sorted(flags)[0]}")
    named = [family for family in topic_families() if set(words(family)) & set(words(asked))]
    return named or [asked.casefold()]


def _from_trends(
    settings: Settings, families: Sequence[str], asked: Sequence[str], tone: Tone, rng: np.random.Generator
) -> Iterator[Idea]:
    """Yield ideas about the newest day's trends that speak of what was asked for."""
    lake = Lake(settings.lake_base)
    days = [dims["day"] for dims in lake.partitions("trends")]
    if not days:
        return
    wanted = {
        *words(" ".join(asked)),
        *families,
        *(tag.casefold() for family in families for tag in topic(family).hashtags),
    }
    trends = [t for t in lake.read("trends", Trend, {"day": max(days)}) if term_weight(wanted, t.title, [])]
    usable = [
        screened(t) for t in trends if t.language in (None, "en") and not t.safety and quotable(t.title)
    ]
    best = sorted((t for t in usable if t.evidence), key=lambda t: (-t.score, t.trend_id))[:TRENDS]
    for number, (trend, subject) in enumerate(
        zip(best, read_subjects([t.title for t in best], wanted), strict=True)
    ):
        idea = _idea(topic(families[number % len(families)]), subject, None, trend, tone, rng, number)
        if idea:
            web = (idea.source or "").casefold().startswith(("http://", "https://"))
            yield idea if web else idea.model_copy(update={"source": None})


def _from_advice(families: Sequence[str], tone: Tone, rng: np.random.Generator) -> Iterator[Idea]:
    """Yield ideas that rest on advice, the families' own before the general: each is named by its advice."""
    banks = [[(family, piece) for piece in advice_for(family)] for family in families]
    mixed = [entry for group in zip_longest(*banks) for entry in group if entry]
    mixed += [(families[0], piece) for piece in advice_for(GENERAL)]
    for number, (family, piece) in enumerate(mixed):
        idea = _idea(topic(family), None, piece, None, tone, rng, number)
        if idea:
            yield idea


def _idea(
    own: Topic,
    subject: Subject | None,
    piece: Advice | None,
    trend: Trend | None,
    tone: Tone,
    rng: np.random.Generator,
    number: int,
) -> Idea | None:
    """Return an idea in the ``number``-th shape, or none where its words give too few hooks."""
    known = archetypes()
    # What is not about a trend is no news.
    families = [name for name in known.hook_families if trend is not None or name != "news"]
    formats = list(known.formats)
    family, form = families[number % len(families)], formats[number % len(formats)]
    filling = words_for(subject, own, 3)
    found = hooks(family, filling, tone, rng)
    texts = thumbnails(family, filling, rng)
    if len(found) < WANTED_HOOKS or len(texts) < WANTED_THUMBNAILS:
        return None
    premise = f"{capitalized(piece.why)}. {piece.how}" if piece else phrased("premises", filling, rng)
    return Idea(
        title=piece.do if piece else found[0],
        premise=premise,
        pain_point=f"{capitalized(own.pain)}.",
        desire=f"{capitalized(own.desire)}.",
        hooks=found,
        thumbnail_texts=texts,
        caption_direction=direction(list(known.ctas)[number % len(known.ctas)]),
        hook_family=family,
        format=form,
        topic=own.name,
        trend=trend.title if trend else None,
        source=trend.evidence[0].url if trend else None,
    )


def _is_distinct(idea: Idea, found: Sequence[Idea]) -> bool:
    """Tell whether an idea's title, and its title with its premise, are as distinct from the others' as hooks must be."""
    return all(
        token_set_ratio(idea.title, other.title) < DISTINCT_BELOW
        and token_set_ratio(f"{idea.title} {idea.premise}", f"{other.title} {other.premise}") < DISTINCT_BELOW
        for other in found
    )
