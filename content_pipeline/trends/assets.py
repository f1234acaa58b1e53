"""Dagster's face of the trends stage: what sources showed (source x day), and the scored trends of a day."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import dagster as dg

from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import DAYS, SOURCE_DAY, days_before, run_dims
from content_pipeline.settings import Account, ConfigError, nearest
from content_pipeline.storage.dead_letters import DeadLetters
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.health import SourceHealth
from content_pipeline.trends.normalize import ingest, merge_signals
from content_pipeline.trends.records import Trend, TrendSignal
from content_pipeline.trends.scoring import WINDOW_DAYS, score_trends
from content_pipeline.trends.sources.base import SourceError
from content_pipeline.trends.sources.catalog import TrendSources


@lake_asset(TrendSignal, SOURCE_DAY, pool="trend_signals")  # it reads, merges and replaces its partition
def trend_signals(
    context: dg.AssetExecutionContext,
    sources: dg.ResourceParam[TrendSources],
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Items that a source showed on a day: title, address, engagement, rank and when they were seen.

    Read from the source's adapter. Materializing again merges: an item seen before gains a sighting and does not multiply. Rows
    that cannot be read go to the dead letters with their reason.
    """
    now = clock.now()
    health = SourceHealth(operations)
    rows: list[TrendSignal] = []
    letters = []
    for dims in run_dims(context):
        source, day = dims["source"], date.fromisoformat(dims["day"])
        try:
            result = ingest(sources.config(source), sources.adapter(source), day, stamp(context, now))
        except SourceError as error:
            health.failed(source, str(error), now)
            raise dg.Failure(f"source {source!r}: {error}", allow_retries=False) from None
        except KeyError:
            raise ConfigError(
                f"source {source!r} is not in the sources file{nearest(source, sources.names)}"
            ) from None
        rows += merge_signals(lake.read_existing("trend_signals", TrendSignal, [dims]), result.signals)
        letters += result.dead_letters
        health.succeeded(source, now)
    new_letters = DeadLetters(operations).add(letters, stamp(context, now))
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "signals": len(rows),
            "dead_letters": len(letters),
            "new_dead_letters": new_letters,
            "reasons": markdown_table(
                ("reason", "rows"), Counter(letter.reason for letter in letters).most_common()
            ),
            "top": markdown_table(
                ("title", "engagement", "rank"),
                ((s.title[:80], s.engagement, s.rank) for s in _strongest(rows)),
            ),
        },
    )


@lake_asset(Trend, DAYS, deps=["trend_signals"], checks=["scores_are_in_range"])
def trends(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Clusters of signals about one thing, from all sources, scored for a day: burst, velocity, novelty, niche fit, stage of life.

    Made from the day's signals and those of the six days before, as far as they were materialized.
    """
    days = [date.fromisoformat(dims["day"]) for dims in run_dims(context)]
    signals = {day: _signals_of(lake, day) for day in {d for day in days for d in _window(day)}}
    rows: list[Trend] = []
    for day in days:
        window = [signal for seen in _window(day) for signal in signals[seen]]
        rows += score_trends(day, window, accounts, stamp(context, clock.now()))
    best = sorted(rows, key=lambda t: -t.score)
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "trends": len(rows),
            "top": markdown_table(
                ("trend", "score", "stage", "sources"),
                ((t.title[:80], t.score, t.stage, ", ".join(t.sources)) for t in best),
            ),
        },
        check_results=[check("scores_are_in_range", all(0 <= t.score <= 1 for t in rows), trends=len(rows))],
    )


def _window(day: date) -> list[date]:
    return [*days_before(day, WINDOW_DAYS - 1), day]


def _signals_of(lake: Lake, day: date) -> list[TrendSignal]:
    return lake.read_existing(
        "trend_signals", TrendSignal, lake.partitions("trend_signals", day=day.isoformat())
    )


def _strongest(signals: list[TrendSignal]) -> list[TrendSignal]:
    return sorted(signals, key=lambda s: -(s.engagement or 0))
