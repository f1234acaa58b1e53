"""The virality score: five factors from data, each in [0.2, 1.2], with the confidence of each and what stood in for missing data.

The product ranks and gates ideas; it is no probability. Every factor is stored, so that the product can be calibrated against
outcomes elsewhere. Nothing of the brief's own day or later is read.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from statistics import median

from rapidfuzz import fuzz, process, utils

from content_pipeline.accounts import Account
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import Beliefs
from content_pipeline.briefs.records import Archetype, Brief, RecentPost, Virality, ViralityFactor
from content_pipeline.briefs.virality_effects import (
    Known,
    Lifts,
    caption,
    fading,
    observed_lifts,
    pooled,
    total,
)
from content_pipeline.briefs.virality_tension import tension
from content_pipeline.trends.records import Trend, TrendPattern
from content_pipeline.trends.words.text import telling_words

FACTOR_NAMES = ("novelty", "pattern_strength", "emotional_pull", "platform_bias", "creator_consistency")
LOW, HIGH = 0.2, 1.2
NEUTRAL = 0.95
"""The factor of an effect of which nothing is known: the best that may be said without data is less than the best there is."""
STEEPNESS = 4.0
"""How fast a factor follows an effect: near ``NEUTRAL`` 0.1 in log views (10 %) is 0.075, and there is an end to either side."""
POSTS_FOR_CONFIDENCE = 30
UNRELATED = 60.0
"""The token-set ratio (0 to 100) that the nearest of some hundred unrelated titles usually reaches."""

DISTANCE_SHARE, FRESHNESS_SHARE = 0.6, 0.4
HOOK_SHARE, FORMAT_SHARE, HEAT_SHARE = 0.5, 0.15, 0.35
STRANGER = 0.45
"""The share of an idea that has nothing to do with the account's niche or its winners: trends from outside may still be taken."""
WINNERS_HALF = 10
"""Posts with learned effects at which likeness to winners counts as much as the fit of words."""


@dataclass(frozen=True)
class ViralityContext:
    """What is known before a day of an account's posts and of others' reels; built once, used for every idea.

    ``titles`` are what the account's recent posts said, normalized, and ``title_weights`` how much each is still remembered;
    ``winner_families`` and ``winner_words`` the share of the account's winners, by age, that have a topic family or a word.
    """

    account: str
    day: date
    beliefs: Beliefs
    lifts: Lifts
    posts: int
    titles: tuple[str, ...]
    title_weights: tuple[float, ...]
    winners: int
    winner_families: Mapping[str, float]
    winner_words: Mapping[str, float]


def virality_context(
    account: Account,
    day: date,
    beliefs: Beliefs,
    recent: Sequence[RecentPost],
    patterns: Sequence[TrendPattern] = (),
) -> ViralityContext:
    """Return what the factors of a day rest on; posts and patterns of ``day`` and later are passed over."""
    before = [post for post in recent if post.day < day]
    weights = [fading((day - post.day).days) for post in before]
    winners = _winners(before, beliefs)
    return ViralityContext(
        account=account.id,
        day=day,
        beliefs=beliefs,
        lifts=observed_lifts(patterns, day),
        posts=len(before),
        titles=tuple(utils.default_process(t) for post in before for t in (post.title, post.trend_title)),
        title_weights=tuple(chain.from_iterable((weight, weight) for weight in weights)),
        winners=len(winners),
        winner_families=_shares([[post.archetype.topic_family] for post in winners], winners, day),
        winner_words=_shares([telling_words(post.trend_title) for post in winners], winners, day),
    )


def virality(trend: Trend, archetype: Archetype, context: ViralityContext) -> Virality:
    """Return the virality of an idea about ``trend`` in the shape of ``archetype``; ``docs/briefs.md`` has the formulas."""
    factors = {
        "novelty": _novelty(trend, context),
        "pattern_strength": _pattern_strength(archetype, context),
        "emotional_pull": _emotional_pull(trend, archetype),
        "platform_bias": _platform_bias(archetype, context),
        "creator_consistency": _creator_consistency(trend, archetype, context),
    }
    return Virality(
        **factors,
        product=round(math.prod(factor.value for factor in factors.values()), 4),
        confidence=min(factor.confidence for factor in factors.values()),
    )


def factor_table(briefs: Sequence[Brief]) -> list[tuple[str, float, float, float, float, str]]:
    """Return for each factor its lowest, median and highest value over briefs, its median confidence, and the fallbacks taken."""
    rows = []
    for name in FACTOR_NAMES if briefs else ():
        factors: list[ViralityFactor] = [getattr(brief.virality, name) for brief in briefs]
        values = [factor.value for factor in factors]
        fallbacks = Counter(factor.fallback for factor in factors if factor.fallback)
        told = ", ".join(f"{fallback} ({count})" for fallback, count in fallbacks.most_common())
        confidence = median(factor.confidence for factor in factors)
        rows.append((name, min(values), median(values), max(values), confidence, told))
    return rows


def _novelty(trend: Trend, context: ViralityContext) -> ViralityFactor:
    """Rate the distance to what the account said in 90 days, half of it fading with time, and the trend's freshness."""
    told = 0.0
    if context.titles:
        ratios = process.cdist(
            [utils.default_process(trend.title)], context.titles, scorer=fuzz.token_set_ratio
        )
        alike = ((ratios[0] - UNRELATED) / (100 - UNRELATED)).clip(0, 1)
        told = float((alike * context.title_weights).max())
    distance = (trend.novelty.get(context.account, 1 - told) + 1 - told) / 2
    fresh = trend.components.freshness
    weight = FRESHNESS_SHARE * fresh.confidence
    share = (DISTANCE_SHARE * distance + weight * fresh.value) / (DISTANCE_SHARE + weight)
    confidence = DISTANCE_SHARE * _of_posts(context.posts) + weight
    return _factor(LOW + share, confidence, None if context.posts else "nothing posted yet")


def _pattern_strength(archetype: Archetype, context: ViralityContext) -> ViralityFactor:
    """Rate the hook by the account's own effect and by what observed reels with it were worth, and the caption's style by those."""
    hook = pooled(context.beliefs, context.lifts, "hook_family", archetype.hook_family)
    style = caption(context.lifts, archetype.format)
    return _of_effect([hook, style] if style else [hook])


def _emotional_pull(trend: Trend, archetype: Archetype) -> ViralityFactor:
    """Rate the tension of hook and format by judgement, the trend's heat, and the measured lift of the words."""
    known, burst = archetypes(), trend.components.burst
    words = tension(archetype.hook_family, [trend.title, *(seen.title for seen in trend.evidence)])
    heat = (trend.score + burst.confidence * burst.value) / (1 + burst.confidence)
    judged = (
        HOOK_SHARE * known.hook_families[archetype.hook_family].pull
        + FORMAT_SHARE * known.formats[archetype.format].pull
        + HEAT_SHARE * heat
    )
    confidence = (1 - HEAT_SHARE) * words.confidence + HEAT_SHARE * burst.confidence
    return _factor(
        (LOW + judged) * math.exp(words.lift), confidence, None if words.confidence else "strategist's pull"
    )


def _platform_bias(archetype: Archetype, context: ViralityContext) -> ViralityFactor:
    """Rate how the format, the length and the call to action do on the platform."""
    return _of_effect(
        [
            pooled(context.beliefs, context.lifts, factor, getattr(archetype, factor))
            for factor in ("format", "duration_band", "cta")
        ]
    )


def _creator_consistency(trend: Trend, archetype: Archetype, context: ViralityContext) -> ViralityFactor:
    """Rate the fit to the account's niche and the likeness to its own winners, by what its topic was worth."""
    topic = pooled(context.beliefs, context.lifts, "topic_family", archetype.topic_family)
    fit = trend.niche_fit.get(context.account)
    if fit is None and not context.winners and not topic.own:
        return _factor(NEUTRAL, 0.0, "neutral")
    words = telling_words(trend.title)
    shared = max((context.winner_words.get(word, 0.0) for word in words), default=0.0)
    alike = (context.winner_families.get(archetype.topic_family, 0.0) + shared) / 2
    weight = context.winners / (context.winners + WINNERS_HALF)
    close = (1 - weight) * (fit or 0.0) + weight * alike
    confidence = ((fit is not None) + topic.confidence + _of_posts(context.winners)) / 3
    value = (LOW + STRANGER + (1 - STRANGER) * close) * math.exp(topic.mean)
    return _factor(value, confidence, None if context.winners else "niche fit")


def _winners(posts: Sequence[RecentPost], beliefs: Beliefs) -> list[RecentPost]:
    """Return the posts whose hook and topic, by what was learned, are worth more than those of the account's median post."""
    effects = [_worth(post, beliefs) for post in posts]
    if not any(effects):
        return []
    middle = median(effects)
    return [post for post, effect in zip(posts, effects, strict=True) if effect > middle]


def _worth(post: RecentPost, beliefs: Beliefs) -> float:
    shape = post.archetype
    return (
        beliefs.of("hook_family", shape.hook_family).mean
        + beliefs.of("topic_family", shape.topic_family).mean
    )


def _shares(features: Sequence[Sequence[str]], posts: Sequence[RecentPost], day: date) -> dict[str, float]:
    """Return the share of the posts, later ones weighing more, that have each feature."""
    weights = [fading((day - post.day).days) for post in posts]
    shares: dict[str, float] = {}
    for own, weight in zip(features, weights, strict=True):
        for feature in dict.fromkeys(own):
            shares[feature] = shares.get(feature, 0.0) + weight / sum(weights)
    return shares


def _of_effect(parts: Sequence[Known]) -> ViralityFactor:
    """Return the factor of a sum of effects: a logistic curve through ``NEUTRAL`` at 0."""
    known = total(parts)
    start = math.log((NEUTRAL - LOW) / (HIGH - NEUTRAL))
    value = LOW + (HIGH - LOW) / (1 + math.exp(-min(50.0, max(-50.0, start + STEEPNESS * known.mean))))
    fallback = None if known.own else "trend patterns" if known.observed else "neutral"
    return _factor(value, known.confidence, fallback)


def _of_posts(number: int) -> float:
    return min(1.0, (number / POSTS_FOR_CONFIDENCE) ** 0.5)


def _factor(value: float, confidence: float, fallback: str | None) -> ViralityFactor:
    return ViralityFactor(
        value=round(min(HIGH, max(LOW, value)), 4),
        confidence=round(min(1.0, max(0.0, confidence)), 4),
        fallback=fallback,
    )
