"""From trends and strategy to briefs: which trends, in which shape, with which words.

Which slot an idea gets is the calendar's business, its archetype ``choosing``'s, its words ``wording``'s.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice

import numpy as np

from content_pipeline.accounts import Account, Tone
from content_pipeline.briefs.archetypes import archetypes, bands_of
from content_pipeline.briefs.beliefs import Beliefs, generator
from content_pipeline.briefs.choosing import choose
from content_pipeline.briefs.reading import opening, read_subjects
from content_pipeline.briefs.records import Brief, RecentPost, Strategy, Subject
from content_pipeline.briefs.skips import screened, skip
from content_pipeline.briefs.variants import variants_of
from content_pipeline.briefs.virality import ViralityContext, virality, virality_context
from content_pipeline.briefs.wording import (
    WANTED_HOOKS,
    capitalized,
    direction,
    hooks,
    phrased,
    thumbnails,
    topic,
    words_for,
)
from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.trends.records import Trend, TrendPattern
from content_pipeline.trends.scoring.niche import TRENDING, topic_family
from content_pipeline.trends.words.text import words

NICHE_SHARE = 0.6
"""How much of a trend's attraction comes from its fit to the account; the rest is the trend's own strength."""
NOVELTY_SHARE = 0.5
"""How much of it is lost where the account has posted about the very same in the last 90 days."""
FEWEST = 27
"""Briefs of a day, however few an account posts: what is learned from needs a choice."""
WEEK_AND_RESERVES = 7 + 2
"""Briefs for each post of a day: seven days of slots, and two reserves; at most 90, as an account posts ten times a day at most."""


@dataclass(frozen=True)
class _Desk:
    """What every brief of an account's day is made with."""

    account: Account
    day: date
    strategy: Strategy
    beliefs: Beliefs
    context: ViralityContext
    worn: frozenset[str]
    stamp: Stamp


def make_briefs(
    account: Account,
    day: date,
    trends: Sequence[Trend],
    strategy: Strategy,
    recent: Sequence[RecentPost],
    stamp: Stamp,
    patterns: Sequence[TrendPattern] = (),
    count: int | None = None,
) -> list[Brief]:
    """Return up to ``count`` briefs, best first; without one, enough for each slot of the week and two reserves for each of a day.

    ``patterns`` are those of the newest day before ``day``; ``recent`` the account's posts of the last 90 days.
    """
    beliefs = Beliefs(strategy)
    desk = _Desk(
        account,
        day,
        strategy,
        beliefs,
        virality_context(account, day, beliefs, recent, patterns),
        frozenset(hook for post in recent for hook in post.hooks),
        stamp,
    )
    count = max(FEWEST, WEEK_AND_RESERVES * account.posts_per_day) if count is None else count
    posted = {post.trend_title for post in recent}
    candidates = list(islice(_candidates(account, trends, posted), count))
    terms = {word for phrases in account.topics.values() for phrase in phrases for word in words(phrase)}
    subjects = read_subjects([trend.title for trend, _ in candidates], terms)
    made = [
        _brief(desk, trend, subject, family, angle)
        for angle in range(-(-count // max(1, len(candidates))))
        for (trend, family), subject in zip(candidates, subjects, strict=True)
    ][:count]
    return _ranked(made, account.posts_per_day * 3)


def _candidates(account: Account, trends: Sequence[Trend], posted: set[str]) -> Iterator[tuple[Trend, str]]:
    """Yield the trends that the account may take with their topic family, most attractive first; of like titles the first one."""
    taken = (screened(t, account.banned_topics) for t in trends if skip(t, account, posted) is None)
    ranked = sorted(((_attraction(t, account), t.trend_id, t) for t in taken), key=lambda found: found[:2])
    by_title = {trend.title.casefold(): (pull, name, trend) for pull, name, trend in ranked}
    pool = [(pull, name, topic_family(trend, account), trend) for pull, name, trend in by_title.values()]
    families: Counter[str] = Counter()
    while pool:
        # A family that has many ideas already must attract more: variety without a hard cap.
        best = max(pool, key=lambda found: (found[0] * 0.9 ** families[found[2]], found[1]))
        pool.remove(best)
        _, _, family, trend = best
        families[family] += 1
        yield trend, family


def _attraction(trend: Trend, account: Account) -> float:
    fit = 1 - NICHE_SHARE + NICHE_SHARE * trend.niche_fit.get(account.id, 0.0)
    new = 1 - NOVELTY_SHARE + NOVELTY_SHARE * trend.novelty.get(account.id, 1.0)
    return trend.score * fit * new


def _brief(desk: _Desk, trend: Trend, subject: Subject, family: str, angle: int) -> Brief:
    account, strategy, own = desk.account, desk.strategy, topic(family)
    seed = (account.id, desk.day, strategy.policy_version, trend.trend_id, angle)
    chosen = choose(strategy, desk.beliefs, family, *seed, bands=bands_of(account))
    archetype = chosen.archetype
    rng = generator("words", account.id, desk.day, trend.trend_id, angle)
    persona = account.voices[int(rng.integers(len(account.voices)))]
    filling = words_for(
        subject, own, archetypes().duration_bands[archetype.duration_band].beats, family != TRENDING
    )
    found = _hooks(archetype.hook_family, filling, trend.title, persona.tone, rng, desk.worn)
    scored = virality(trend, archetype, desk.context)
    variants, shadow = variants_of(scored.product, strategy.mode)
    mean, sd = desk.beliefs.predict(archetype)
    return Brief(
        brief_id=stable_id("brief", account.id, desk.day, trend.trend_id, angle, archetype, found),
        account=account.id,
        day=desk.day,
        rank=0,
        trend_id=trend.trend_id,
        trend_title=trend.title,
        subject=subject,
        title=found[0],
        premise=phrased("premises", filling, rng),
        pain_point=f"{capitalized(own.pain)}.",
        angle=phrased("angles", filling, rng),
        persona=persona.name,
        archetype=archetype,
        hooks=found,
        thumbnail_texts=thumbnails(archetype.hook_family, filling, rng),
        caption_direction=direction(archetype.cta),
        keywords=[*dict.fromkeys([*trend.keywords[:5], family])],
        evidence=list(trend.evidence),
        available_at=max(trend.available_at, datetime.combine(desk.day, time(), tzinfo=UTC)),
        virality=scored,
        variants=variants,
        shadow_test=shadow,
        predicted_reward=round(mean, 6),
        predicted_sd=round(sd, 6),
        sampled_reward=round(chosen.sampled, 6),
        propensity=round(chosen.propensity, 6),
        choice=chosen.choice,
        policy_version=strategy.policy_version,
        **desk.stamp.fields(),
    )


def _hooks(
    family: str,
    filling: dict[str, str],
    title: str,
    tone: Tone,
    rng: np.random.Generator,
    worn: frozenset[str],
) -> list[str]:
    """Return three hooks: of the family; where too few of it are not worn, some with the title's opening; then of other families.

    Where all are worn, used ones stand in: scripts never open with them.
    """
    named = filling | {"name": opening(title)}
    others = [name for name in archetypes().hook_families if name != family]
    tries = [
        (family, filling, worn),
        (family, named, worn),
        *((name, named, worn) for name in others),
        (family, named, ()),
    ]
    found: list[str] = []
    for name, told, avoid in tries:
        if len(found) < WANTED_HOOKS:
            found += hooks(name, told, tone, rng, [*avoid, *found], WANTED_HOOKS - len(found))
    return found


def _ranked(briefs: list[Brief], needed: int) -> list[Brief]:
    """Order by draw and virality; drop the weak ones (no variant), unless too few would be left: those get one."""
    best = sorted(briefs, key=lambda b: (-(b.sampled_reward + b.virality.product), b.brief_id))
    strong = [b for b in best if b.variants]
    kept = strong if len(strong) >= needed else best[: max(needed, len(strong))]
    return [
        brief.model_copy(update={"rank": rank, "variants": max(1, brief.variants)})
        for rank, brief in enumerate(kept, start=1)
    ]
