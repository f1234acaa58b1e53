"""Who a trend is: a cluster of today goes on as the trend of an earlier day that it shares most signals with."""

from collections import Counter
from collections.abc import Sequence

from content_pipeline.storage.records import stable_id
from content_pipeline.trends.records import Trend, TrendDay, TrendSignal

LONGEST_HISTORY = 30


def trend_ids(clusters: Sequence[Sequence[TrendSignal]], earlier: Sequence[Trend]) -> list[str]:
    """Return the id of each cluster: an earlier trend's, or a new one that follows from its first item.

    Where one trend has parted in two, the cluster with more of its signals goes on as it; where two have become one, the one with more
    signals in it goes on.
    """
    holder = {signal: trend.trend_id for trend in earlier for signal in trend.signal_ids}
    shared = [Counter(holder[s.signal_id] for s in members if s.signal_id in holder) for members in clusters]
    claims = sorted(
        ((-count, trend, place) for place, counts in enumerate(shared) for trend, count in counts.items()),
    )
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for _, trend, place in claims:
        if place not in ids and trend not in taken:
            ids[place] = trend
            taken.add(trend)
    for place, members in enumerate(clusters):
        if place not in ids:
            ids[place] = _new_id(members[0], taken)
            taken.add(ids[place])
    return [ids[place] for place in range(len(clusters))]


def history_of(trend_id: str, earlier: Sequence[Trend]) -> list[TrendDay]:
    """Return what a trend was on earlier days, oldest first."""
    last = next((trend for trend in reversed(earlier) if trend.trend_id == trend_id), None)
    if last is None:
        return []
    day = TrendDay(day=last.day, score=last.score, engagement=last.engagement)
    return [*last.history, day][-LONGEST_HISTORY:]


def _new_id(first: TrendSignal, taken: set[str]) -> str:
    found = stable_id("trend", first.source_type, first.external_id)
    # The id of its first item may belong to a trend that this item has left.
    return (
        found if found not in taken else stable_id("trend", first.source_type, first.external_id, first.day)
    )
