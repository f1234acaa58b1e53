"""What was known before a day: what the account posted lately (ledger and briefs), and the newest patterns of observed reels.

How new ideas must differ from it is said where it is asked: ``ideas`` and ``virality``.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Brief, RecentPost
from content_pipeline.storage.lake import Lake, OutdatedPartition
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import published_briefs
from content_pipeline.trends.records import TrendPattern

WINDOW = timedelta(days=90)
"""What was said longer ago may be said again."""
PATTERN_DAYS = 28
"""How far back patterns are looked for; older ones would weigh less than a tenth."""

_COLUMNS = ("day", "brief_id", "title", "trend_title", "archetype", "hooks")


def recent_posts(lake: Lake, operations: OperationsDatabase, account: str, day: date) -> list[RecentPost]:
    """Return the posts of the 90 days before ``day`` that went live, oldest first.

    Only days before ``day`` count, so that planning the day again gives the same ideas. Reads the partitions of days with posts
    alone, and of them the columns that are asked for; what an older version of the software did not write of hooks counts as none.

    Raises:
        OutdatedPartition: a version of the software wrote the brief of a post that said less of it than is asked for.
    """
    posted = published_briefs(operations, account, day, WINDOW)
    dims = [{"account": account, "day": str(d)} for d in sorted({d for d, _ in posted})]
    rows = lake.scan("briefs", Brief, dims, _COLUMNS).to_pylist()
    briefs = {(row["day"], row["brief_id"]): row for row in rows}
    return [_recent(account, briefs[key]) for key in posted if key in briefs]


def _recent(account: str, row: dict[str, Any]) -> RecentPost:
    told = {name: row[name] for name in _COLUMNS if name != "brief_id"}
    try:
        return RecentPost.model_validate(told | {"hooks": row["hooks"] or []})
    except ValidationError as error:
        raise OutdatedPartition(
            f"briefs account={account}, day={row['day']} was written by another version of the software: materialize it again"
        ) from error


def with_planned(
    recent: Sequence[RecentPost], account: Account, day: date, planned: Iterable[Brief]
) -> list[RecentPost]:
    """Return the account's posts before ``day`` with what the present run ``planned`` for earlier days, oldest first.

    Of a day from which nothing went live yet, its best briefs stand for its posts, as many as the account posts a day.
    """
    live = {post.day for post in recent}
    likely = [
        RecentPost(day=b.day, title=b.title, trend_title=b.trend_title, archetype=b.archetype, hooks=b.hooks)
        for b in planned
        if b.account == account.id and b.rank <= account.posts_per_day
        if day - WINDOW <= b.day < day and b.day not in live
    ]
    return sorted([*recent, *likely], key=lambda post: post.day)


def newest_patterns(lake: Lake, day: date) -> list[TrendPattern]:
    """Return the trend patterns of the newest day before ``day`` that has a partition, at most 28 days back; none without one."""
    days = (str(day - timedelta(days=n)) for n in range(1, PATTERN_DAYS + 1))
    newest = next((d for d in days if lake.exists("trend_patterns", {"day": d})), None)
    return lake.read("trend_patterns", TrendPattern, {"day": newest}) if newest else []
