"""The metrics assets in Dagster: an account that does not answer is shown, and what could be read is kept."""

from datetime import timedelta

import dagster as dg
import httpx
import pytest

from content_pipeline.definitions import build_defs
from content_pipeline.instance import NOW_TAG
from content_pipeline.metrics.records import PostMetrics
from content_pipeline.partitions import partition_key, register_partitions
from content_pipeline.posts.ledger import Ledger
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline.settings import load_settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import DAY, START
from content_pipeline_tests.posts.rows import at, intent


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path))
    return load_settings()


def test_a_dead_login_is_a_warning_and_the_run_goes_on(settings):
    slot = START + timedelta(hours=14)
    database = OperationsDatabase(settings.effective_database_url)
    ledger = Ledger(database)
    ledger.plan("demo", DAY, [intent(day=DAY, slot_at=slot)], at())
    post = ledger.claim("demo", at().model_copy(update={"created_at": slot}))
    ledger.record(post, "published", at(), state="published", media_id="17900000000000001", published_at=slot)
    database.dispose()
    with running_sandbox(settings.home) as url, dg.DagsterInstance.ephemeral() as instance:
        fault = {"at": "insights", "kind": "error", "times": 9}
        error = {"code": 190, "error_subcode": 463, "message": "expired", "type": "OAuthException"}
        httpx.post(f"{url}/sandbox/faults", json=fault | {"error": error}).raise_for_status()
        register_partitions(instance, ["demo"], [])
        defs = build_defs(settings.model_copy(update={"instagram_url": url}))
        result = defs.resolve_job_def("collect_metrics").execute_in_process(
            instance=instance,
            partition_key=partition_key(account="demo", day=DAY),
            tags={NOW_TAG: (slot + timedelta(hours=1)).isoformat()},
            raise_on_error=False,
        )
    assert result.success
    checks = {c.check_name: c for c in result.get_asset_check_evaluations()}
    assert not checks["every_account_answered"].passed
    assert checks["every_account_answered"].severity == dg.AssetCheckSeverity.WARN
    assert (
        Lake(settings.lake_base).read("post_metrics", PostMetrics, {"account": "demo", "day": str(DAY)}) == []
    )
