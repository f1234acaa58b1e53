"""The login's limit: how many tries a name and a client have, also when they come at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from content_pipeline.desk.throttle import (
    MAX_PER_CLIENT,
    MAX_PER_NAME,
    WINDOW,
    Throttle,
    TooManyLogins,
    network_of,
)
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.desk.serving import Machine


@pytest.fixture
def throttle(lite: OperationsDatabase, machine: Machine) -> Throttle:
    return Throttle(lite, machine.now)


def refused(throttle: Throttle, name: str, client: str) -> int:
    with pytest.raises(TooManyLogins) as error:
        throttle.attempt(name, client)
    return error.value.wait_s


def test_a_name_has_five_tries_in_a_quarter_of_an_hour_from_wherever(
    throttle: Throttle, machine: Machine
) -> None:
    for number in range(MAX_PER_NAME):
        throttle.attempt(" ANA"[number % 2 :], f"10.0.0.{number}")
        machine.wait(minutes=1)
    assert refused(throttle, "ana", "10.0.1.1") == 10 * 60
    throttle.attempt("bo", "10.0.0.1")
    machine.wait(minutes=10)
    throttle.attempt("ana", "10.0.1.1")
    assert refused(throttle, "ana", "10.0.1.1") == 60


def test_a_client_has_twenty_tries_whatever_the_names(throttle: Throttle, machine: Machine) -> None:
    for number in range(MAX_PER_CLIENT):
        attempt = throttle.attempt(f"user{number}", "2001:db8::1")
        if number < 2:
            throttle.succeeded(attempt)
    for number in range(2):
        throttle.attempt(
            f"other{number}", f"2001:db8::ffff:{number}"
        )  # the same /64; two tries had succeeded
    assert refused(throttle, "somebody", "2001:db8::2") == WINDOW.total_seconds()
    throttle.attempt("somebody", "2001:db8:0:1::1")
    machine.moment += WINDOW
    throttle.attempt("somebody", "2001:db8::2")


def test_a_login_that_succeeds_clears_its_name(throttle: Throttle) -> None:
    for _ in range(3):
        for number in range(MAX_PER_NAME):
            last = throttle.attempt("ana", f"10.0.0.{number}")
        assert refused(throttle, "ana", "10.0.1.1") > 0
        throttle.succeeded(last)


def test_many_at_once_get_no_more_tries(database: OperationsDatabase, machine: Machine) -> None:
    throttle = Throttle(database, machine.now)

    def attempt(_: int) -> bool:
        try:
            throttle.attempt("ana", "10.0.0.1")
        except TooManyLogins:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == MAX_PER_NAME


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_what_counts_as_one_client(client: str, network: str) -> None:
    assert network_of(client) == network
