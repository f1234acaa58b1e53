"""1,000 briefs to 4,000 script variants by the template engine: how long it takes, how distinct variants are, whether texts fit.

Both sides of each claim are computed in this run: the time against the limit of 60 s, distinctness against the variants of the same
brief, hooks against 90 days of one account that posts three times a day. The briefs are about the sandbox's own titles.

    python benchmarks/script_variants.py [--briefs 1000] [--variants 4]
"""

import argparse
import itertools
import random
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter

import yaml
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.accounts import Account, load_accounts
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.briefs.records import Brief, RecentPost, Strategy
from content_pipeline.scripts.engines.base import Draft, EngineError
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.scripts.fitting import misfits
from content_pipeline.scripts.pacing import timed
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.records import Component, Components, Evidence, Trend
from content_pipeline.trends.scoring.niche import niche_fit

ROOT = Path(__file__).parent.parent
START = date(2026, 1, 5)
STAMP = Stamp(trace_id="benchmark", created_at=datetime(2026, 1, 5, tzinfo=UTC))
A_DAY = 20
LIMIT_S, MEDIAN_BELOW, MOST_BELOW = 60.0, 60.0, 85.0


def titles(day: date) -> list[str]:
    """Return a day's titles: every pattern of the sandbox's world with words drawn for the day."""
    rng = random.Random(str(day))
    categories = yaml.safe_load((ROOT / "content_pipeline/sandbox/titles.yaml").read_text())["categories"]
    made = []
    for words in categories.values():
        for pattern in words["titles"]:
            names = {name for _, name, _, _ in Formatter().parse(pattern) if name}
            text = pattern.format(**{name: rng.choice(words[name]) for name in names})
            made.append(text[:1].upper() + text[1:])
    rng.shuffle(made)
    return made[:A_DAY]


def trend(title: str, day: date, number: int, account: Account) -> Trend:
    seen_at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    seen = Evidence(
        signal_id=f"signal_{day}_{number}",
        source="youtube_us",
        title=title,
        url=f"https://www.youtube.com/watch?v={day}-{number}",
        observed_at=seen_at,
    )
    half = Component(value=0.6, confidence=0.5)
    return Trend(
        trend_id=f"trend_{day}_{number}",
        day=day,
        title=title,
        language="en",
        keywords=title.casefold().split()[:4],
        signal_ids=[seen.signal_id],
        sources=["youtube_us"],
        evidence=[seen],
        first_seen_at=seen_at,
        last_seen_at=seen_at,
        available_at=seen_at,
        days_seen=1,
        speed=0.1,
        engagement=1000.0,
        sparkline=[5.0, 6.9],
        stage="emerging",
        components=Components(**dict.fromkeys(Components.model_fields, half)),
        chance=None,
        chance_of=None,
        score=0.8,
        niche_fit={account.id: niche_fit(title, [], account)},
        novelty={account.id: 1.0},
        safety=[],
        history=[],
        reasons=["made for a benchmark"],
        **STAMP.fields(),
    )


def strategy_of(account: Account, day: date) -> Strategy:
    """Return a strategy that has learned nothing yet."""
    return Strategy(
        account=account.id,
        day=day,
        policy_version=None,
        in_force_at=STAMP.created_at,
        mode="explore",
        exploration=0.4,
        temperature=0.3,
        weights=[],
        kpi_weights={"reach": 1.0},
        **STAMP.fields(),
    )


def briefs_of(account: Account, day: date, recent: list[RecentPost]) -> list[Brief]:
    trends = [trend(title, day, n, account) for n, title in enumerate(titles(day))]
    return make_briefs(account, day, trends, strategy_of(account, day), recent, STAMP, count=A_DAY)


def text_of(draft: Draft) -> str:
    """Return all that is said, which is what a viewer would find the same."""
    return " ".join(line.voice_text for line in draft.lines)


def write_all(account: Account, briefs: list[Brief], variants: int) -> tuple[list[list[Draft]], list[str]]:
    engine, written, failures = TemplateEngine(), [], []
    for brief in briefs:
        own, avoid = [], []
        for variant in range(variants):
            try:
                draft = engine.write(brief, account, variant, avoid)
                segments = timed(draft, archetypes().duration_bands[draft.archetype.duration_band].seconds)
                failures += misfits(segments, draft.cover_text, account.brand.font)
                own.append(draft)
                avoid.append(draft.hook.on_screen_text)
            except EngineError as error:
                failures.append(str(error))
        written.append(own)
    return written, failures


def ninety_days(account: Account) -> tuple[int, int, int]:
    """Return the posts of an account in 90 days, the hooks that repeat an earlier one, and the posts that no hook was left for."""
    engine, hooks, recent, refused = TemplateEngine(), [], [], 0
    for n in range(90):
        day = START + timedelta(days=n)
        for brief in briefs_of(account, day, recent)[: account.posts_per_day]:
            try:
                draft = engine.write(brief, account, 0, hooks)
            except EngineError:
                refused += 1
                continue
            hooks.append(draft.hook.on_screen_text)
            recent.append(
                RecentPost(
                    day=day,
                    title=brief.title,
                    trend_title=brief.trend_title,
                    archetype=draft.archetype,
                    hooks=brief.hooks,
                )
            )
    return len(hooks), len(hooks) - len({hook.casefold() for hook in hooks}), refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--briefs", type=int, default=1000)
    parser.add_argument("--variants", type=int, default=4)
    given = parser.parse_args()
    account = load_accounts(ROOT / "data/accounts")["demo"]

    began = time.perf_counter()
    briefs: list[Brief] = []
    day = START
    while len(briefs) < given.briefs:
        briefs += briefs_of(account, day, [])
        day += timedelta(days=1)
    briefs = briefs[: given.briefs]
    planned = time.perf_counter()
    written, failures = write_all(account, briefs, given.variants)
    ended = time.perf_counter()

    alike = [
        token_set_ratio(text_of(a), text_of(b)) for own in written for a, b in itertools.combinations(own, 2)
    ]
    scripts = sum(map(len, written))
    posts, repeated, refused = ninety_days(account)
    print(
        f"{len(briefs)} briefs in {planned - began:.1f} s, {scripts} scripts in {ended - planned:.1f} s: "
        f"{(ended - planned) / LIMIT_S:.2f} of the limit of {LIMIT_S:.0f} s; not written or not fitting: {len(failures)}"
    )
    print(
        f"alike within a brief (token set, 0 to 100): median {statistics.median(alike):.1f} (limit {MEDIAN_BELOW:.0f}), "
        f"most {max(alike):.1f} (limit {MOST_BELOW:.0f}), {sum(a > MOST_BELOW for a in alike)} of {len(alike)} pairs above it"
    )
    print(f"90 days, {posts} posts: {repeated} hooks repeated, {refused} without a hook")
    for failure in sorted(set(failures))[:10]:
        print("  failed:", failure)


if __name__ == "__main__":
    main()
