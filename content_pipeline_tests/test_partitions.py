"""Partitions: keys and dimensions are two forms of one thing, ranges stay within their source or account, weeks begin on Mondays."""

import itertools
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.partitions import (
    ACCOUNT_DAY,
    ACCOUNT_WEEK,
    DAYS,
    FIRST_DAY,
    SOURCE_DAY,
    days_before,
    dims_of,
    partition_key,
    register_partitions,
)

slugs = st.from_regex(r"\A[a-z0-9][a-z0-9_]{0,39}\Z")
days = st.dates(FIRST_DAY, date(2026, 11, 1))


@given(slugs, days)
def test_a_key_and_its_dimensions_are_one_thing(name, day):
    for dimension, definition in (("account", ACCOUNT_DAY), ("source", SOURCE_DAY)):
        key = definition.get_partition_key_from_str(partition_key(**{dimension: name, "day": day}))
        assert dims_of(key) == {dimension: name, "day": str(day)}


@given(days, st.integers(0, 40))
def test_a_window_ends_the_day_before(day, count):
    window = days_before(day, count)
    assert len(window) == count
    assert all(b - a == timedelta(days=1) for a, b in itertools.pairwise([*window, day]))


@given(slugs, slugs, days, st.integers(0, 10))
def test_a_range_of_one_source_names_no_other(name, other, day, length):
    with dg.DagsterInstance.ephemeral() as instance:
        register_partitions(instance, [], {name, other})
        last = min(day + timedelta(days=length), date(2026, 11, 1))
        span = dg.PartitionKeyRange(partition_key(source=name, day=day), partition_key(source=name, day=last))
        keys = SOURCE_DAY.get_partition_keys_in_range(span, dynamic_partitions_store=instance)
        found = [dims_of(key) for key in keys]
    assert {dims["source"] for dims in found} == {name}
    assert sorted(dims["day"] for dims in found) == [
        str(day + timedelta(days=n)) for n in range((last - day).days + 1)
    ]


def test_registering_twice_adds_nothing():
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            register_partitions(instance, ["demo"], ["rss"])
        assert instance.get_dynamic_partitions("account") == ["demo"]
        assert instance.get_dynamic_partitions("source") == ["rss"]


def test_tomorrow_in_the_east_is_there_already():
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert DAYS.has_partition_key(str(tomorrow))


@pytest.mark.parametrize(("day", "monday"), [("2026-01-05", True), ("2026-01-04", False)])
def test_weeks_begin_on_mondays(day, monday):
    weeks = ACCOUNT_WEEK.get_partitions_def_for_dimension("week")
    assert weeks.has_partition_key(day) is monday
