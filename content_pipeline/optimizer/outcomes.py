"""What happened to the posts of an account, as the optimizer reads it from the published marts.

One ``PostOutcome`` a published post, with its factors and its snapshots. What follows from outcomes belongs
in the models.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from content_pipeline.briefs.records import FACTORS
from content_pipeline.storage.records import Part

MIN_AGE_H = 0.75
"""A reading of a younger post says little: the growth curve starts at the age of one hour."""


class Snapshot(Part):
    """Counts of a post at one age; null where the platform gave none."""

    observed_at: datetime
    age_hours: float
    target_age_h: int
    views: int | None
    reach: int | None = None
    saves: int | None = None
    shares: int | None = None


class PostOutcome(Part):
    """A published post: its factors (those that are known) and its snapshots, oldest first."""

    post_id: str
    account: str
    published_at: datetime
    factors: dict[str, str]
    snapshots: list[Snapshot]

    def latest(self, as_of: datetime) -> Snapshot | None:
        """Return the last snapshot with views that was observed up to ``as_of`` at a usable age, or none."""
        usable = [
            s
            for s in self.snapshots
            if s.observed_at <= as_of and s.views is not None and s.age_hours >= MIN_AGE_H
        ]
        return usable[-1] if usable else None


_QUERY = f"""
select p.post_id, p.account, p.published_at, {", ".join(f"p.{factor}" for factor in FACTORS)},
       m.observed_at, m.age_hours, m.target_age_h, m.views, m.reach, m.saves, m.shares
from posts_as_of($as_of) p
join post_metrics_as_of($as_of) m on m.post_id = p.post_id
where p.account = $account and p.state = 'published' and p.published_at is not null
"""  # noqa: S608 (names of columns, from FACTORS)


def read_outcomes(marts_path: Path, account: str, as_of: datetime) -> list[PostOutcome]:
    """Return the posts of ``account`` that were observed up to ``as_of``, in order of publication.

    The connection is read-only and short: it neither waits for a rebuild of the marts nor holds one up.

    Raises:
        duckdb.Error: there is no marts file at ``marts_path``.
    """
    with duckdb.connect(marts_path, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        cursor = connection.execute(_QUERY, {"as_of": as_of, "account": account})
        names = [column[0] for column in cursor.description or []]
        return from_rows(dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[PostOutcome]:
    """Group rows, one a snapshot with its post's factors, into outcomes; the order of the rows does not
    matter.
    """
    posts: dict[str, Mapping[str, Any]] = {}
    snapshots: dict[str, list[Snapshot]] = {}
    for row in rows:
        posts[row["post_id"]] = row
        values = {name: row.get(name) for name in Snapshot.model_fields}
        snapshots.setdefault(row["post_id"], []).append(Snapshot.model_validate(values))
    outcomes = [
        PostOutcome(
            post_id=post_id,
            account=row["account"],
            published_at=row["published_at"],
            factors={factor: row[factor] for factor in FACTORS if row.get(factor)},
            snapshots=sorted(snapshots[post_id], key=lambda s: (s.observed_at, s.age_hours)),
        )
        for post_id, row in posts.items()
    ]
    return in_order(outcomes)


def in_order(outcomes: Iterable[PostOutcome]) -> list[PostOutcome]:
    """Return outcomes in the order of the models: by publication, ties by id."""
    return sorted(outcomes, key=lambda o: (o.published_at, o.post_id))


def recent(outcomes: Iterable[PostOutcome], as_of: datetime, days: float) -> list[PostOutcome]:
    """Return, in order, the posts published in the ``days`` before ``as_of``."""
    return in_order(o for o in outcomes if as_of - timedelta(days=days) < o.published_at <= as_of)
