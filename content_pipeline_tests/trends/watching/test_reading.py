"""What was read: its fingerprint changes with what it tells, and it comes back from a line of JSON as it was."""

from datetime import datetime, timedelta

import pytest

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal
from content_pipeline.trends.watching.reading import as_line, fingerprint, from_line
from content_pipeline_tests.trends.helpers import NOON


def item(**changes):
    seen = changes.pop("seen", [RawObservation(NOON, score=10, rank=1)])
    return RawItem(**({"position": "1", "external_id": "x", "title": "T"} | changes), observations=seen)


def test_the_moment_of_the_poll_and_the_order_of_items_change_no_fingerprint():
    later = NOON + timedelta(minutes=10)
    first, other = item(), item(external_id="y")
    again = item(position="2", seen=[RawObservation(later, score=10, rank=1)])
    moved = item(external_id="y", seen=[RawObservation(later, score=10, rank=1)])
    assert fingerprint([first, other], NOON, NOON) == fingerprint([moved, again], later, later)


@pytest.mark.parametrize(
    "changed",
    [
        item(title="U"),
        item(external_id="y"),
        item(seen=[RawObservation(NOON, score=11, rank=1)]),
        item(seen=[RawObservation(NOON, score=10, rank=2)]),
        item(seen=[RawObservation(NOON - timedelta(hours=1), score=10, rank=1)]),
        Refusal("1", "no title", "x"),
    ],
)
def test_ids_titles_numbers_and_refusals_change_the_fingerprint(changed):
    assert fingerprint([changed], NOON, NOON) != fingerprint([item()], NOON, NOON)


@pytest.mark.parametrize(
    "found",
    [
        item(),
        item(title="\ud800 \u2028", url="https://a.example/?x", tags=["a", "b"], nsfw=True, duration_s=1.5),
        item(seen=[]),
        item(seen=[RawObservation()]),
        item(external_id=None, title=None),
        Refusal("line 3", "not JSON", "{\x00"),
    ],
)
def test_what_is_landed_comes_back_as_it_was(found):
    back = from_line(as_line(found))
    if isinstance(found, RawItem) and found.observations and found.observations[0].observed_at:
        assert datetime.fromisoformat(back.observations[0].observed_at) == NOON
        back.observations[0] = found.observations[0]
    assert back == found


def test_an_item_that_json_cannot_hold_is_landed_as_a_refusal():
    knot: list = []
    knot.append(knot)
    assert from_line(as_line(item(position="7", tags=knot))) == Refusal(
        "7", "cannot be kept as JSON: ValueError", ""
    )


@pytest.mark.parametrize("line", ["{}", "[]", "null", '{"item": {}}', '{"refusal": {"position": 1}}', "x"])
def test_a_strange_line_is_refused(line):
    with pytest.raises(ValueError, match=r".+"):
        from_line(line)
