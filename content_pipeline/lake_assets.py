"""What the assets of the flow have in common, said once: owner, kinds, column schema, range runs, the lake as their store.

Keep what one asset does out of here; that is in its stage's ``assets.py``.
"""

import pkgutil
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from content_pipeline.storage.records import Record, Stamp
from content_pipeline.storage.schema import arrow_schema

# Known and accepted: the version of Dagster is pinned exactly, and a test runs a range as one run. Other beta warnings stay visible.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy` of", category=dg.BetaWarning)

OWNER = "team:content"
RECORD = "record"


def lake_asset(
    record: type[Record],
    partitions_def: dg.PartitionsDefinition,
    *,
    deps: Iterable[str] = (),
    checks: Sequence[str] = (),
    kinds: Iterable[str] = (),
    pool: str | None = None,
    freshness: dg.FreshnessPolicy | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorate a function that returns a list of ``record`` (or a ``MaterializeResult`` with one) as an asset in the lake.

    The group is the stage's folder, the description the function's docstring. A run may cover a range of partitions, because a run
    costs seconds (thirty days as one run: 32 s; as thirty runs: 390 s). ``checks`` are blocking.
    """

    def decorate(function: Callable[..., Any]) -> dg.AssetsDefinition:
        return dg.asset(
            partitions_def=partitions_def,
            backfill_policy=dg.BackfillPolicy.single_run(),
            group_name=function.__module__.split(".")[-2],
            owners=[OWNER],
            kinds={"python", "parquet", *kinds},
            metadata={
                RECORD: f"{record.__module__}:{record.__name__}",
                "dagster/column_schema": _column_schema(record),
            },
            deps=[dg.AssetKey(dep.split("/")) for dep in deps],
            check_specs=[dg.AssetCheckSpec(name, asset=function.__name__, blocking=True) for name in checks],
            io_manager_key="lake_io",
            dagster_type=dg.Any,
            pool=pool,
            freshness_policy=freshness,
        )(function)

    return decorate


def records_of(assets: Iterable[dg.AssetsDefinition]) -> Mapping[str, type[Record]]:
    """Return the record class of every lake asset, by the asset's name."""
    return {
        key.path[-1]: pkgutil.resolve_name(metadata[RECORD])
        for asset in assets
        for key, metadata in asset.metadata_by_key.items()
        if RECORD in metadata
    }


def check(name: str, passed: bool, *, stops: bool = True, **metadata: Any) -> dg.AssetCheckResult:
    """Return the result of a check of an asset; one that does not stop the run shows as a warning."""
    severity = dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(check_name=name, passed=passed, severity=severity, metadata=metadata)


def stamp(context: dg.AssetExecutionContext, now: Any) -> Stamp:
    """Return the envelope of the rows that this run makes."""
    return Stamp(trace_id=context.run.run_id, created_at=now)


def markdown_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], most: int = 12
) -> dg.MarkdownMetadataValue:
    """Return the first ``most`` rows as a Markdown table for an asset's metadata."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in list(rows)[:most]]
    return dg.MetadataValue.md("\n".join(lines))


def _cell(value: object) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else str(value if value is not None else "")
    # Titles are foreign: a link or a picture in one must not become one in the UI.
    return text.replace("|", "\\|").replace("[", "\\[").replace("\n", " ")


def _column_schema(record: type[Record]) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                field.name, str(field.type), constraints=dg.TableColumnConstraints(nullable=field.nullable)
            )
            for field in arrow_schema(record)
        ]
    )
