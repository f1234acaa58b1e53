"""Small lakes for the tests of niches: signals of a few sources on DAY."""

from content_pipeline.niches.items import read_items
from content_pipeline.niches.scoring import score_candidates
from content_pipeline.niches.seeds import Seeds, load_seeds
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import TrendSignal
from content_pipeline_tests.trends.helpers import DAY, signal

SEEDS = load_seeds()


def told(title, engagement=100, key=None, source="s", **changes):
    """Return a signal seen once at nine o'clock."""
    return signal(title, (9, engagement), key=key or title, source=source, **changes)


def plain(count=40, source="s"):
    """Return items that no niche is about, with engagements from 1 to count."""
    return [told(f"Nothing in particular {n}", n + 1, f"plain {n}", source) for n in range(count)]


def lake_of(folder, *signals) -> Lake:
    lake = Lake(str(folder / "lake"))
    for source in {s.source for s in signals}:
        rows = [s for s in signals if s.source == source]
        lake.write("trend_signals", {"source": source, "day": str(DAY)}, TrendSignal, rows)
    return lake


def scores(folder, *signals, seeds: Seeds = SEEDS, top=3):
    """Return the score of every candidate by its id."""
    items = read_items(lake_of(folder, *signals), DAY, 1)
    return {s.score.niche: s.score for s in score_candidates(items, seeds, 1, top)}
