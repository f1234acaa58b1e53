"""The weekly report of an account: one HTML file that needs nothing else, for the people who run it.

Reads the marts as they were at the end of the week, and what the lake says about decisions. Looks belong in
the template.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import FACTORS, FactorWeight
from content_pipeline.clock import start_of
from content_pipeline.metrics.records import TARGET_AGES_HOURS
from content_pipeline.optimizer.records import ExperimentDecision, ModeDecision, RewardModel
from content_pipeline.reports.plots import growth_plot, levels_plot
from content_pipeline.review.records import Review
from content_pipeline.storage.lake import Lake

Row = dict[str, Any]

AGE_COLUMNS = dict(
    zip(TARGET_AGES_HOURS, ("views_1h", "views_6h", "views_24h", "views_72h", "views_7d"), strict=True)
)
FUNNEL = ("signals", "trends", "briefs", "scripts", "released", "renders", "posts", "published")
LONGEST_TITLE = 160


@dataclass(frozen=True)
class Decisions:
    """What the lake says about the account in the week, in order of days: reviews of scripts and what was
    learned.
    """

    reviews: Sequence[Review] = ()
    reward_models: Sequence[RewardModel] = ()
    modes: Sequence[ModeDecision] = ()
    experiments: Sequence[ExperimentDecision] = ()


NO_DECISIONS = Decisions()


def report_path(home: Path, account: str, week: date) -> Path:
    """Return where the report of an account's week is kept."""
    return home / "reports" / account / f"{week}.html"


def read_decisions(lake: Lake, account: str, week: date) -> Decisions:
    """Return what the lake says about the week; days that were never made are left out."""
    days = [{"account": account, "day": str(week + timedelta(days=n))} for n in range(7)]
    return Decisions(
        reviews=lake.read_existing("reviews", Review, days),
        reward_models=lake.read_existing("reward_model", RewardModel, days),
        modes=lake.read_existing("mode_decision", ModeDecision, days),
        experiments=lake.read_existing("experiment_decisions", ExperimentDecision, days),
    )


def weekly_report(marts_path: Path, account: Account, week: date, decisions: Decisions = NO_DECISIONS) -> str:
    """Return the report of the week that begins on the Monday ``week``, as HTML.

    Figures are those known at the end of the week, so a report made again later says the same. A week without
    posts gives a report that says so.

    Raises:
        ValueError: ``week`` is not a Monday.
        duckdb.Error: there is no marts file at ``marts_path``.
    """
    if week.weekday() != 0:
        raise ValueError(f"a week begins on a Monday; {week} is a {week:%A}")
    as_of = start_of(week + timedelta(days=7), account.zone)
    tables = _read(marts_path, account.id, week, as_of)
    posts = [_shown(row, account) for row in tables["posts"]]
    live = [row for row in posts if row["state"] == "published"]
    measured = [row for row in live if row["views"] is not None]
    environment = Environment(
        loader=PackageLoader("content_pipeline.reports"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters.update(count=_count, percent=_percent, exp=math.exp)
    last_experiments = {decision.experiment_id: decision for decision in decisions.experiments}
    return environment.get_template("weekly.html").render(
        account=account,
        week=week,
        last_day=week + timedelta(days=6),
        as_of=as_of.astimezone(account.zone),
        tiles=_tiles(tables, live),
        posts=sorted(live, key=lambda row: -(row["views"] or -1)),
        growth=growth_plot([_by_age(row) for row in measured], account.brand)
        if any(map(_by_age, measured))
        else None,
        hooks=levels_plot(_by_hook(tables["history"]), account.brand) if tables["history"] else None,
        history=len(tables["history"]),
        funnel=_funnel(tables["funnel"]),
        learned=_learned(decisions),
        decisions=decisions,
        experiments=list(last_experiments.values()),
        troubles=[row for row in posts if row["state"] not in ("published", "planned")],
        blocked=[review for review in decisions.reviews if review.verdict == "blocked"],
    )


def _read(marts_path: Path, account: str, week: date, as_of: datetime) -> dict[str, list[Row]]:
    """Return the tables of the report, read over one short read-only connection.

    ``posts`` and ``before`` are the posts of the week and of the one before; ``history`` every measured post
    up to then.
    """
    values = {"account": account, "as_of": as_of, "week": week}
    posts = """
        select a.*, p.title, p.reason, p.slot_at, p.evidence_url
        from post_performance_as_of($as_of) a join posts p using (post_id)
        where a.account = $account and {when} order by p.slot_at, post_id"""
    queries = {
        "posts": posts.format(when="a.date between $week and $week + 6"),
        "before": posts.format(when="a.date between $week - 7 and $week - 1"),
        "history": """
            select hook_family, views from post_performance_as_of($as_of)
            where account = $account and state = 'published' and views >= 0 and hook_family is not null""",
        "followers": """
            select date, followers from kpi_daily where account = $account and followers is not null
            and date <= $week + 6 order by date desc limit 8""",
        "funnel": """
            select * from funnel_daily where account = $account and date between $week and $week + 6""",
    }
    with duckdb.connect(marts_path, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables = {}
        for name, query in queries.items():
            used = {key: value for key, value in values.items() if f"${key}" in query}
            cursor = connection.execute(query, used)
            names = [column[0] for column in cursor.description or []]
            tables[name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables


def _shown(row: Row, account: Account) -> Row:
    """Add what the table shows: local time, short title, a link only to the web, and the archetype's
    parts.
    """
    title = row["title"] or row["trend_title"] or row["post_id"]
    at = row["published_at"] or row["slot_at"]
    return {
        **row,
        "title": _short(title),
        "trend": _short(row["trend_title"] or ""),
        "at": at.astimezone(account.zone),
        "link": _web(row["permalink"]),
        "evidence": _web(row["evidence_url"]),
        "parts": [row[factor].replace("_", " ") for factor in FACTORS if row[factor]],
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def _web(address: str | None) -> str | None:
    return address if address and urlsplit(address).scheme in ("http", "https") else None


def _tiles(tables: Mapping[str, list[Row]], live: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Return the headline figures as (name, value, note); a note compares with the week before where that is
    fair.
    """
    before = [row for row in tables["before"] if row["state"] == "published"]
    planned = len(tables["posts"])
    tiles = [
        ("posts live", str(len(live)), f"of {planned} in the ledger"),
        ("views", _count(_sum(live, "views")), "of this week's posts so far"),
        ("reach", _count(_sum(live, "reach")), "accounts, summed over posts"),
        ("median views at 24 h", _count(_median(live)), _change(_median(live), _median(before))),
    ]
    for name, column in (("save rate", "saves"), ("share rate", "shares")):
        new, old = _rate(live, column), _rate(before, column)
        tiles.append((name, _percent(new), _change(new, old)))
    watched = [row["watch_through"] for row in live if row["watch_through"] is not None]
    tiles.append(
        (
            "watch-through",
            _percent(statistics.fmean(watched) if watched else None),
            "average watch time / length",
        )
    )
    followers = [row["followers"] for row in tables["followers"]]
    gained = (
        f"{followers[0] - followers[-1]:+,} in the days known" if len(followers) > 1 else "no earlier reading"
    )
    tiles.append(
        ("followers", _count(followers[0] if followers else None), gained if followers else "no reading")
    )
    return tiles


def _sum(rows: Sequence[Row], column: str) -> int | None:
    values = [row[column] for row in rows if row[column] is not None]
    return sum(values) if values else None


def _median(rows: Sequence[Row]) -> float | None:
    values = [row["views_24h"] for row in rows if row["views_24h"] is not None]
    return statistics.median(values) if values else None


def _rate(rows: Sequence[Row], column: str) -> float | None:
    both = [row for row in rows if row[column] is not None and row["views"]]
    return sum(row[column] for row in both) / sum(row["views"] for row in both) if both else None


def _change(new: float | None, old: float | None) -> str:
    return (
        f"{new / old - 1:+.0%} on the week before"
        if new is not None and old
        else "nothing to compare with yet"
    )


def _by_age(row: Row) -> dict[float, float]:
    return {float(age): row[column] for age, column in AGE_COLUMNS.items() if row[column]}


def _by_hook(rows: Sequence[Row]) -> dict[str, list[float]]:
    return {
        hook: [r["views"] for r in rows if r["hook_family"] == hook]
        for hook in sorted({r["hook_family"] for r in rows})
    }


def _funnel(rows: Sequence[Row]) -> list[tuple[str, int, float]]:
    """Return (step, count, width in percent); widths are on a root scale, because signals outnumber posts a
    hundredfold.
    """
    totals = {step: sum(row[step] for row in rows) for step in FUNNEL}
    widest = max(totals.values(), default=0) or 1
    return (
        [(step, total, round(100 * (total / widest) ** 0.5, 1)) for step, total in totals.items()]
        if rows
        else []
    )


def _learned(decisions: Decisions) -> list[tuple[str, FactorWeight, FactorWeight]]:
    """Return, for each factor with two or more posted levels, the best and the weakest of them by the last
    model.
    """
    if not decisions.reward_models:
        return []
    rows = []
    for factor in FACTORS:
        tried = [w for w in decisions.reward_models[-1].weights if w.factor == factor and w.posts]
        tried.sort(key=lambda w: (-w.mean, w.level))
        if len(tried) > 1:
            rows.append((factor.replace("_", " "), tried[0], tried[-1]))
    return rows


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
