"""Dagster's face of the trends stage: what sources showed, the scored trends of a day, what breaks out, which patterns work."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.alerts import Alerts
from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import (
    ACCOUNT_DAY,
    DAYS,
    SOURCE_DAY,
    account_days,
    days_before,
    partition_key,
    run_dims,
)
from content_pipeline.settings import ConfigError, Settings
from content_pipeline.storage.lake import Lake, OutdatedPartition
from content_pipeline.storage.landing import Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.patterns import WINDOW_DAYS as PATTERN_DAYS
from content_pipeline.trends.patterns import patterns
from content_pipeline.trends.records import Breakout, Trend, TrendPattern, TrendSignal
from content_pipeline.trends.scoring.breakouts import raise_breakouts
from content_pipeline.trends.scoring.learned import Outlooks
from content_pipeline.trends.scoring.posted import posted_titles
from content_pipeline.trends.scoring.scoring import WINDOW_DAYS, Context, score_trends
from content_pipeline.trends.scoring.view import HEADER, MOST, picture, table_rows
from content_pipeline.trends.scoring.window import Window
from content_pipeline.trends.sources.base import SourceError
from content_pipeline.trends.sources.catalog import TrendSources
from content_pipeline.trends.watching.health import Health, SourceHealth
from content_pipeline.trends.watching.ingesting import Ingestion, Refreshed
from content_pipeline.trends.watching.reading import watched

POLLS_TAG = "content_pipeline/polls"
"""A run with this tag reads what has landed and asks no source."""


@lake_asset(
    TrendSignal,
    SOURCE_DAY,
    pool="trend_signals",  # it reads, merges and replaces its partition
    freshness=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=1), warn_window=timedelta(hours=3)),
)
def trend_signals(
    context: dg.AssetExecutionContext,
    sources: dg.ResourceParam[TrendSources],
    lake: dg.ResourceParam[Lake],
    landing: dg.ResourceParam[Landing],
    operations: dg.ResourceParam[OperationsDatabase],
    alerts: dg.ResourceParam[Alerts],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Items that a source showed on a day: title, address, engagement, rank and when they were seen.

    Made from the polls that have landed and, unless the sensor asked for the run because of them, from the source itself.
    Materializing again merges: an item seen before gains a sighting and does not multiply. Rows that cannot be read go to the dead
    letters with their reason. A source that fails does not lose what the run reads of others.
    """
    now, ask = clock.now(), POLLS_TAG not in context.run.tags
    ingestion = Ingestion(sources, lake, landing, operations, clock.now)
    made: list[Refreshed] = []
    failed: dict[str, SourceError] = {}
    for dims in run_dims(context):
        source, day = dims["source"], date.fromisoformat(dims["day"])
        if source in failed:
            continue
        try:
            made.append(ingestion.refresh(source, day, stamp(context, now), ask=ask))
        except SourceError as error:
            failed[source] = error
        except ConfigError as error:  # its partitions outlive its entry in the sources file
            failed[source] = SourceError(str(error), "put it back, or leave it out of the run")
    alerts.deliver()
    if failed:
        _report_made(context, made)
        raise dg.Failure(
            "; ".join(f"source {source!r}: {error}" for source, error in failed.items()),
            metadata={f"what to do about {source}": error.advice or "-" for source, error in failed.items()},
            allow_retries=False,
        )
    return dg.MaterializeResult(metadata=_ingested(made))


def _report_made(context: dg.AssetExecutionContext, made: list[Refreshed]) -> None:
    """Tell Dagster of the partitions that a run wrote before it fails."""
    for one in made:
        key = partition_key(**one.dims)
        context.log_event(
            dg.AssetMaterialization(context.asset_key, partition=key, metadata=_ingested([one]))
        )


def _ingested(made: list[Refreshed]) -> dict[str, Any]:
    rows = [signal for one in made for signal in one.signals]
    reasons = Counter(letter.reason for one in made for letter in one.letters)
    return {
        "dagster/row_count": len(rows),
        "partitions": len(made),
        "bytes": sum(one.size for one in made),
        "path": dg.MetadataValue.path(made[-1].path) if made else None,
        "polls": sum(one.polls for one in made),
        "dead_letters": reasons.total(),
        "new_dead_letters": sum(one.new_letters for one in made),
        "reasons": markdown_table(("reason", "rows"), reasons.most_common()),
        "top": markdown_table(
            ("title", "engagement", "rank"),
            ((s.title[:80], s.engagement, s.rank) for s in _strongest(rows)),
        ),
    }


@dg.asset_check(asset="trend_signals")
def sources_are_fresh(
    sources: dg.ResourceParam[TrendSources], operations: dg.ResourceParam[OperationsDatabase]
) -> dg.AssetCheckResult:
    """No source that can be asked has failed three times in a row."""
    return freshness_of(SourceHealth(operations).stale(watched(sources)))


def freshness_of(stale: list[Health]) -> dg.AssetCheckResult:
    """Return the result of the check ``sources_are_fresh``; the sensor reports it too, when a source turns."""
    table = markdown_table(
        ("source", "failures in a row", "last success", "last error"),
        ((h.source, h.failures_in_a_row, h.last_success_at or "never", h.last_error) for h in stale),
    )
    return check("sources_are_fresh", not stale, stops=False, stale=len(stale), sources=table)


@lake_asset(Trend, DAYS, deps=["trend_signals"], checks=["scores_are_in_range"])
def trends(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    operations: dg.ResourceParam[OperationsDatabase],
    settings: dg.ResourceParam[Settings],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Clusters of signals about one thing, from all sources, scored for a day, with reasons; a trend keeps its id from day to day.

    Made from the day's signals and those of the six days before, as far as they were materialized, from the trends of those
    days, and from the outlooks that each source's past teaches (docs/trends.md).
    """
    outlooks, window = Outlooks(lake), Window(lake, WINDOW_DAYS)
    rows: list[Trend] = []
    done: list[date] = []
    for dims in run_dims(context):
        day = date.fromisoformat(dims["day"])
        known = Context(
            accounts=accounts,
            outlooks=outlooks.of(day),
            earlier=_trends_before(day, lake, rows, done),
            posted={name: posted_titles(lake, operations, name, day) for name in accounts},
        )
        rows += score_trends(
            day, window.up_to(day), known, stamp(context, clock.now()), method=settings.trend_clustering
        )
        done.append(day)
        context.log.info(f"{day}: {sum(t.day == day for t in rows)} trends")
    shown = [t for t in rows if t.day == max((t.day for t in rows), default=None)]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "trends": len(rows),
            "top": markdown_table(HEADER, table_rows(shown), most=MOST),
            "courses": dg.MetadataValue.md(picture(shown)),
            "stages": dict(Counter(t.stage for t in shown)),
            "flagged": sum(bool(t.safety) for t in shown),
            "with_outlook": sum(t.components.outlook.confidence > 0 for t in shown),
        },
        check_results=[check("scores_are_in_range", all(0 <= t.score <= 1 for t in rows), trends=len(rows))],
    )


@lake_asset(TrendPattern, DAYS, deps=["trend_signals"])
def trend_patterns(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], clock: dg.ResourceParam[Clock]
) -> dg.MaterializeResult:
    """What ways to make a reel or video were worth in the four weeks up to a day: the lift of hook, caption, length and sound.

    Over like items of the same source, shrunk where little is known, with a 90 % interval. An association, not an effect.
    """
    window = Window(lake, PATTERN_DAYS)
    rows: list[TrendPattern] = []
    for dims in run_dims(context):
        day = date.fromisoformat(dims["day"])
        rows += patterns(day, window.up_to(day), stamp(context, clock.now()))
    clearest = sorted(rows, key=lambda p: -p.confidence)
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "patterns": len(rows),
            "clearest": markdown_table(
                ("source", "dimension", "level", "items", "lift", "from", "to", "confidence"),
                (
                    (
                        p.source_type,
                        p.dimension,
                        p.level,
                        p.items,
                        p.lift,
                        p.lift_low,
                        p.lift_high,
                        p.confidence,
                    )
                    for p in clearest
                ),
            ),
        },
    )


@lake_asset(Breakout, ACCOUNT_DAY)
def breakouts(
    context: dg.AssetExecutionContext,
    trends: list[Trend],
    lake: dg.ResourceParam[Lake],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Trends that crossed the bar during the day and fit an account: what the reactive slot of its calendar can take.

    What was raised stays, and never more is raised than the account's ``breakouts_per_day``.
    """
    rows: list[Breakout] = []
    for name, day in account_days(context):
        raised = lake.read_existing("breakouts", Breakout, [{"account": name, "day": str(day)}])
        today = [t for t in trends if t.day == day]
        rows += raise_breakouts(pick_account(accounts, name), day, today, raised, stamp(context, clock.now()))
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "breakouts": len(rows),
            "raised": markdown_table(
                ("account", "trend", "score", "raised", "why"),
                (
                    (b.account, b.title, b.score, f"{b.raised_at:%Y-%m-%d %H:%M}", "; ".join(b.reasons))
                    for b in rows
                ),
            ),
        },
    )


def _trends_before(day: date, lake: Lake, made: list[Trend], done: Sequence[date]) -> list[Trend]:
    """Return the trends of the days of the window before ``day``, oldest first: those that this run made, else the lake's."""
    own: dict[date, list[Trend]] = {d: [] for d in done}
    for trend in made:
        own[trend.day].append(trend)
    return [
        trend
        for earlier in days_before(day, WINDOW_DAYS - 1)
        for trend in (own[earlier] if earlier in own else _stored_trends(lake, earlier))
    ]


def _stored_trends(lake: Lake, day: date) -> list[Trend]:
    try:
        return lake.read_existing("trends", Trend, [{"day": str(day)}])
    except OutdatedPartition:  # it only gives trends their names and history
        return []


def _strongest(signals: list[TrendSignal]) -> list[TrendSignal]:
    return sorted(signals, key=lambda s: -(s.engagement or 0))
