"""Budgets in the operations database, on SQLite and PostgreSQL, also when two pollers ask at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.watching.budgets import StoredBudget
from content_pipeline_tests.trends.helpers import NOON

LIMIT, DAYS = 3, 7


class Watch:
    """A clock that a test turns."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def budget(database, watch):
    return StoredBudget(database, watch)


def spend(budget, unit, name="b", limit=LIMIT):
    return budget.spend(name, unit, limit=limit, days=DAYS)


def test_no_more_than_the_limit_of_different_units_is_given(budget):
    assert [spend(budget, unit) for unit in "abcd"] == [True, True, True, False]
    assert [spend(budget, unit) for unit in "abc"] == [True] * 3
    assert spend(budget, "d", name="another budget")
    assert sorted(budget.spent("b", days=DAYS)) == ["a", "b", "c"]
    assert not spend(budget, "x", name="empty", limit=0)


def test_a_unit_is_free_within_its_window_and_asking_again_does_not_extend_it(budget, watch):
    for hours, unit in enumerate("abc"):
        watch.now = NOON + timedelta(hours=hours)
        assert spend(budget, unit)
    watch.now = NOON + timedelta(days=DAYS) - timedelta(seconds=1)
    assert spend(budget, "a")
    assert not spend(budget, "d")
    watch.now = NOON + timedelta(days=DAYS)
    assert budget.spent("b", days=DAYS) == ["c", "b"]
    assert spend(budget, "d")
    assert not spend(budget, "a")
    assert budget.spent("b", days=DAYS) == ["d", "c", "b"]


def test_what_was_taken_outlives_the_process(url, watch):
    for taken in (True, False):
        database = OperationsDatabase(url)
        assert all(spend(StoredBudget(database, watch), unit) for unit in "abc")
        assert spend(StoredBudget(database, watch), "d") is False, taken
        database.dispose()


def test_pollers_that_ask_at_once_never_overspend(url, database, watch):
    other = OperationsDatabase(url)
    budgets = [StoredBudget(database, watch), StoredBudget(other, watch)]
    start = threading.Barrier(6)

    def poll(n):
        start.wait()
        # Every poller asks for 10 units, of which it shares 5 with the next one.
        return {unit for unit in range(n * 5, n * 5 + 10) if spend(budgets[n % 2], f"#{unit}", limit=20)}

    with ThreadPoolExecutor(6) as pool:
        given = set().union(*pool.map(poll, range(6)))
    other.dispose()
    assert len(given) == 20
    assert {f"#{unit}" for unit in given} == set(budgets[0].spent("b", days=DAYS))


def test_pollers_that_ask_for_one_unit_at_once_all_get_it_and_it_counts_once(database, watch):
    budget = StoredBudget(database, watch)
    start = threading.Barrier(4)

    def poll(_):
        start.wait()
        return spend(budget, "same", limit=1)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(poll, range(4))) == [True] * 4
    assert budget.spent("b", days=DAYS) == ["same"]
