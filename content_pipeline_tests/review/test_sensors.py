"""The sensor at the desk: asks once for what people did, again (bounded) after a failure, and never while a run is under way."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from content_pipeline.jobs import review_again
from content_pipeline.review.sensors import MAX_ATTEMPTS, PARTITION_TAG, desk_changes
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow
from content_pipeline_tests.databases import publication, record_word
from content_pipeline_tests.examples import DAY, demo

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = f"demo|{DAY}"


class Desk:
    """An instance in which runs are left behind as they ended, and an operations database in which somebody decides."""

    def __init__(self, instance: dg.DagsterInstance, operations: OperationsDatabase) -> None:
        self.instance = instance
        self.operations = operations

    def now(self) -> datetime:
        return NOW

    def decide(self) -> None:
        record_word(self.operations, "demo", "c", "editorial", "approved", "Ada", NOW)

    def tick(self) -> list[dg.RunRequest]:
        given = {"operations": self.operations, "accounts": {"demo": demo()}, "clock": self}
        context = dg.build_sensor_context(instance=self.instance, resources=given)
        return list(desk_changes(context).run_requests)

    def leave(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
        self.instance.create_run_for_job(
            dg.GraphDefinition(name=review_again.name).to_job(),
            tags={PARTITION_TAG: str(request.partition_key), **request.tags},
            status=status,
        )


@pytest.fixture
def desk(tmp_path):
    with OperationsDatabase(f"sqlite:///{tmp_path}/operations.db") as operations:
        with operations.transaction() as session:
            session.add(publication(1, DAY, "awaiting_approval"))
        with dg.DagsterInstance.ephemeral() as instance:
            yield Desk(instance, operations)


def test_nothing_is_asked_for_until_somebody_says_something(desk):
    assert desk.tick() == []
    desk.decide()
    [request] = desk.tick()
    assert request.partition_key == KEY
    assert desk.instance.get_dynamic_partitions("account") == ["demo"]
    assert desk.tick() == [request]  # the same key: the daemon starts it once
    desk.leave(request, dg.DagsterRunStatus.SUCCESS)
    assert desk.tick() == []
    desk.decide()
    [again] = desk.tick()
    assert again.run_key != request.run_key


def test_what_is_said_during_a_run_is_asked_for_after_it(desk):
    desk.decide()
    [request] = desk.tick()
    desk.leave(request, dg.DagsterRunStatus.STARTED)
    desk.decide()
    assert desk.tick() == []
    [running] = desk.instance.get_runs()
    desk.instance.report_run_canceled(running)
    assert len(desk.tick()) == 1


def test_a_failed_run_is_asked_for_again_and_not_for_ever(desk):
    desk.decide()
    keys = []
    for _ in range(MAX_ATTEMPTS + 2):
        for request in desk.tick():
            keys.append(request.run_key)
            desk.leave(request, dg.DagsterRunStatus.FAILURE)
    assert len(keys) == len(set(keys)) == MAX_ATTEMPTS


def test_of_a_day_whose_posts_have_ended_nothing_is_asked_for(desk):
    desk.decide()
    with desk.operations.transaction() as session:
        session.get_one(PublicationRow, "post_1").state = "missed"
    assert desk.tick() == []
