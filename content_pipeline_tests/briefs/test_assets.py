"""The ideas in Dagster: days that one run plans together do not repeat each other."""

from datetime import timedelta

import dagster as dg
import pytest

from content_pipeline.briefs import assets
from content_pipeline.briefs.records import Brief, Strategy
from content_pipeline.clock import SandboxClock
from content_pipeline.partitions import register_partitions
from content_pipeline.storage.io_manager import LakeIOManager
from content_pipeline.storage.lake import Lake
from content_pipeline.trends import assets as trend_assets
from content_pipeline.trends.records import Trend
from content_pipeline_tests.examples import DAY, demo, strategy, trends

NEXT = DAY + timedelta(days=1)
RECORDS = {"trends": Trend, "strategy": Strategy, "briefs": Brief}


@pytest.fixture
def planned(tmp_path, database):
    """Give the ideas of two days on which the same trends are seen, planned in one run."""
    lake, instance = Lake(str(tmp_path / "lake")), dg.DagsterInstance.ephemeral()
    register_partitions(instance, ["demo"], [])
    for day in (DAY, NEXT):
        lake.write("trends", {"day": str(day)}, Trend, [t.model_copy(update={"day": day}) for t in trends()])
        lake.write("strategy", {"account": "demo", "day": str(day)}, Strategy, [strategy(day=day)])
    ends = {"start": f"demo|{DAY}", "end": f"demo|{NEXT}"}
    result = dg.materialize(
        [trend_assets.trends, assets.strategy, assets.briefs],
        selection=["briefs"],
        instance=instance,
        tags={f"dagster/asset_partition_range_{name}": key for name, key in ends.items()},
        resources={
            "lake": lake,
            "accounts": {"demo": demo()},
            "operations": database,
            "settings": "no run of the briefs asset asks them",
            "clock": SandboxClock(tmp_path / "clock"),
            "lake_io": LakeIOManager(lake, RECORDS),
        },
    )
    assert result.success
    return [lake.read("briefs", Brief, {"account": "demo", "day": str(day)}) for day in (DAY, NEXT)]


def test_what_one_run_plans_best_for_a_day_is_not_planned_for_the_next(planned):
    first, second = planned
    best = {brief.trend_title for brief in first if brief.rank <= demo().posts_per_day}
    assert best
    assert second
    assert best.isdisjoint(brief.trend_title for brief in second)
