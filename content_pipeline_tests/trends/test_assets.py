"""The assets made from signals: a trend goes on over days and runs, what was posted counts, breakouts stay, patterns are found."""

from datetime import timedelta
from types import SimpleNamespace

import dagster as dg
import pytest

from content_pipeline.clock import SandboxClock
from content_pipeline.partitions import register_partitions
from content_pipeline.settings import load_settings
from content_pipeline.storage.io_manager import LakeIOManager
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends import assets
from content_pipeline.trends.records import Breakout, Trend, TrendPattern, TrendSignal
from content_pipeline_tests.examples import demo
from content_pipeline_tests.trends.helpers import DAY, NOON, signal

RECORDS = {
    "trends": Trend,
    "trend_patterns": TrendPattern,
    "breakouts": Breakout,
    "trend_signals": TrendSignal,
}
YESTERDAY = DAY - timedelta(days=1)
TITLE = "Focus timers break out of the office"


@pytest.fixture
def studio(tmp_path, monkeypatch):
    lake = Lake(str(tmp_path / "lake"))
    clock = SandboxClock(tmp_path / "clock")
    clock.advance_to(NOON)
    instance = dg.DagsterInstance.ephemeral()
    register_partitions(instance, ["demo"], ["s"])
    for day, found in (
        (YESTERDAY, signal(TITLE, (-16, 5), (-15, 9), key="k")),
        (DAY, signal(TITLE, (8, 20), (9, 90), (10, 9000), key="k")),
    ):
        lake.write("trend_signals", {"source": "s", "day": str(day)}, TrendSignal, [found])
    with OperationsDatabase(f"sqlite:///{tmp_path / 'operations.db'}") as database:
        resources = {
            "lake": lake,
            "accounts": {"demo": demo()},
            "operations": database,
            "settings": load_settings(home=tmp_path),
            "clock": clock,
            "lake_io": LakeIOManager(lake, RECORDS),
        }

        def run(name, key, last=None):
            ends = {"dagster/asset_partition_range_start": key, "dagster/asset_partition_range_end": last}
            result = dg.materialize(
                [assets.trends, assets.trend_patterns, assets.breakouts],
                selection=[name],
                instance=instance,
                partition_key=None if last else key,
                tags=ends if last else {},
                resources=resources,
            )
            assert result.success
            return result

        yield SimpleNamespace(lake=lake, run=run, database=database, monkeypatch=monkeypatch)


def trend_of(studio, day):
    [trend] = studio.lake.read("trends", Trend, {"day": str(day)})
    return trend


@pytest.mark.parametrize("in_one_run", [True, False])
def test_a_trend_goes_on_from_day_to_day_in_one_run_and_in_several(studio, in_one_run):
    if in_one_run:
        studio.run("trends", str(YESTERDAY), str(DAY))
    else:
        studio.run("trends", str(YESTERDAY))
        studio.run("trends", str(DAY))
    before, after = trend_of(studio, YESTERDAY), trend_of(studio, DAY)
    assert after.trend_id == before.trend_id
    assert [(past.day, past.score) for past in after.history] == [(YESTERDAY, before.score)]


def test_what_an_older_version_wrote_does_not_stop_the_day(studio):
    path = studio.lake.path("trends", {"day": str(YESTERDAY)})
    studio.lake.write("trends", {"day": str(YESTERDAY)}, TrendSignal, [signal("Other columns")])
    assert path.exists()
    studio.run("trends", str(DAY))
    assert trend_of(studio, DAY).history == []


def test_what_the_account_posted_about_is_less_new(studio):
    studio.monkeypatch.setattr(assets, "posted_titles", lambda *_: [TITLE])
    studio.run("trends", str(DAY))
    assert trend_of(studio, DAY).novelty == {"demo": 0.0}


def test_the_list_shows_what_speaks_for_each(studio):
    result = studio.run("trends", str(DAY))
    [event] = result.asset_materializations_for_node("trends")
    assert TITLE in event.metadata["top"].value
    assert "data:image/png;base64," in event.metadata["courses"].value


def test_a_breakout_that_was_raised_stays(studio):
    studio.run("trends", str(DAY))
    hot = trend_of(studio, DAY)
    burst = hot.components.model_copy(
        update={"burst": hot.components.burst.model_copy(update={"value": 0.99})}
    )
    hot = hot.model_copy(update={"score": 0.95, "components": burst, "stage": "emerging", "history": []})
    studio.lake.write("trends", {"day": str(DAY)}, Trend, [hot])
    key = dg.MultiPartitionKey({"account": "demo", "day": str(DAY)})
    dims = {"account": "demo", "day": str(DAY)}

    studio.run("breakouts", key)
    [first] = studio.lake.read("breakouts", Breakout, dims)
    studio.lake.write("trends", {"day": str(DAY)}, Trend, [hot.model_copy(update={"score": 0.1})])
    studio.run("breakouts", key)
    assert studio.lake.read("breakouts", Breakout, dims) == [first]
    assert first.title == TITLE


def test_patterns_are_made_for_every_day_of_a_range(studio):
    studio.run("trend_patterns", str(YESTERDAY), str(DAY))
    for day in (YESTERDAY, DAY):
        assert studio.lake.read("trend_patterns", TrendPattern, {"day": str(day)}) == []
