"""Signals from raw items: what is refused and why, what is merged, what stays out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.trends.normalize import ingest, merge_signals
from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal
from content_pipeline_tests.trends.helpers import DAY, NOON, SANDBOX, STAMP, Shelf, signal


def item(title="A title", key="k", **seen) -> RawItem:
    return RawItem("row 1", key, title, observations=[RawObservation(**({"observed_at": NOON} | seen))])


def read(*items):
    return ingest(SANDBOX, Shelf(items), DAY, STAMP)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item(title=" \u200b "), "no title"),
        (item(title=None), "no title"),
        (item(title="x" * 501), "title too long"),
        (item(key=""), "no external id"),
        (item(key=float("nan")), "no external id"),
        (item(views=-1), "views is negative"),
        (item(likes="lots"), "likes is not a number"),
        (item(rank=0), "rank is below 1"),
        (item(observed_at="soon"), "observed_at is not a time"),
        (item(observed_at=None), "no observed_at"),
        (RawItem("row 1", "k", "t"), "no sighting"),
        (Refusal("row 1", "broken", "..."), "broken"),
    ],
)
def test_a_bad_row_is_a_dead_letter_and_the_good_go_on(bad, reason):
    result = read(bad, item(key="good"))
    assert [(x.reason, x.position, x.source, x.day) for x in result.dead_letters] == [
        (reason, "row 1", "world", DAY)
    ]
    assert [s.external_id for s in result.signals] == ["good"]


def test_the_strongest_count_is_the_engagement():
    cases = [
        ({"views": 3, "score": 9}, 3),
        ({"score": 2, "likes": 9}, 2),
        ({"likes": "1K"}, 1000),
        ({"comments": 4}, None),
    ]
    for numbers, engagement in cases:
        assert read(item(**numbers)).signals[0].engagement == engagement


def test_one_item_seen_twice_in_a_reading_is_one_signal():
    later = item(title="New title", observed_at=NOON + timedelta(hours=1), views=20)
    (merged,) = read(later, item(views=10)).signals
    assert [o.engagement for o in merged.observations] == [10, 20]
    assert (merged.title, merged.views, merged.observed_at) == ("New title", 20, NOON + timedelta(hours=1))


def test_what_is_seen_after_the_day_is_dropped():
    late = RawObservation(observed_at=NOON + timedelta(hours=12), views=99)
    (kept,) = read(
        RawItem("row 1", "k", "t", observations=[late, RawObservation(observed_at=NOON, views=1)])
    ).signals
    assert (kept.views, len(kept.observations)) == (1, 1)
    assert read(RawItem("row 1", "k", "t", observations=[late])).signals == []


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.org/x", "https://a.org/x"),
        ("t.csv#1", "t.csv#1"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        (None, None),
    ],
)
def test_only_web_addresses_and_locators_are_kept(url, kept):
    raw = RawItem("row 1", "k", "t", url=url, observations=[RawObservation(observed_at=NOON)])
    assert read(raw).signals[0].url == kept


def test_a_long_external_id_is_hashed():
    a, b = read(item(key="x" * 300), item(key="x" * 299 + "y")).signals
    assert a.external_id != b.external_id
    assert len(a.external_id) < 200


titles = st.sampled_from(["one", "two"])
signals = st.lists(
    st.builds(lambda t, h, e: signal(t, (h, e)), titles, st.integers(0, 23), st.integers(0, 9)), max_size=8
)


@given(signals, signals)
def test_merging_is_idempotent_and_keeps_every_sighting(first, second):
    merged = merge_signals(first, second)
    assert merge_signals(merged, second) == merge_signals(merged, merged) == merged
    for one in merged:
        moments = [o.observed_at for o in one.observations]
        given_ = {
            o.observed_at for s in [*first, *second] if s.signal_id == one.signal_id for o in s.observations
        }
        assert moments == sorted(given_)
        assert (one.observed_at, one.engagement) == (moments[-1], one.observations[-1].engagement)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(), st.floats()), st.one_of(st.text(), st.floats(), st.integers())
        )
    )
)
def test_whatever_comes_becomes_a_signal_or_a_dead_letter(rows):
    result = read(*(item(title=title, key=n, views=views) for n, (title, views) in enumerate(rows)))
    assert len(result.signals) + len(result.dead_letters) == len(rows)
