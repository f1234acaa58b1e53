"""Dagster's face of the marts: one asset a SQL file, all built together in one private file that is then published."""

import re
from collections.abc import Iterator

import dagster as dg

from content_pipeline.lake_assets import OWNER
from content_pipeline.marts.build import MARTS, SQL, build_marts
from content_pipeline.settings import Settings


def _spec(mart: str) -> dg.AssetSpec:
    """Return the asset of a mart; its dependencies are the lake's assets and the marts that its SQL reads."""
    sql = (SQL / f"{mart}.sql").read_text(encoding="utf-8")
    title = sql.splitlines()[0].removeprefix("-- ")
    staged = sorted(set(re.findall(r"\blake_([a-z_]+)\b", sql)))
    others = [
        _key(other)
        for other in MARTS
        if other != mart and re.search(rf"\b(?:from|join)\s+{other}(?:_as_of)?\b", sql)
    ]
    return dg.AssetSpec(
        _key(mart),
        deps=[*staged, *others],
        description=f"{title}\n\nTable `{mart}` of marts.duckdb.",
        group_name="marts",
        owners=[OWNER],
        kinds={"duckdb", "sql"},
    )


def _key(mart: str) -> dg.AssetKey:
    # Two marts are called as an asset of the lake is.
    return dg.AssetKey(["marts", mart])


@dg.multi_asset(name="marts", specs=[_spec(mart) for mart in MARTS], pool="marts")
def marts(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult]:
    """Rebuild every mart from the lake. A reader of the old file is not disturbed."""
    rows = build_marts(settings.lake_base, settings.marts_path)
    for mart, count in rows.items():
        yield dg.MaterializeResult(
            asset_key=_key(mart),
            metadata={"dagster/row_count": count, "path": dg.MetadataValue.path(str(settings.marts_path))},
        )
