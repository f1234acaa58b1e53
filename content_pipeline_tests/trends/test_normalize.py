"""Signals from raw items: what is refused and why and can be tried again, what is merged, what stays out."""

import gc
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.trends.bulk import no_collection
from content_pipeline.trends.normalize import BATCH, MAX_PAYLOAD, ingest, merge_signals, replay
from content_pipeline.trends.records import Observation
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
        ("https://[bad/path", None),
        ("http://[::1", None),
        ("http://[::1]/x", "http://[::1]/x"),
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


def test_a_refused_row_keeps_what_it_was_and_can_be_tried_again():
    refused = RawItem(
        "row 1", "k", "t", tags=["a"], observations=[RawObservation(observed_at=NOON, views="lots")]
    )
    (letter,) = read(refused).dead_letters
    with pytest.raises(ValueError, match="views is not a number"):
        replay(SANDBOX, letter.payload, DAY, STAMP)
    mended = letter.payload.replace("lots", "12K")
    assert (
        replay(SANDBOX, mended, DAY, STAMP)
        == read(
            RawItem(
                "row 1", "k", "t", tags=["a"], observations=[RawObservation(observed_at=NOON, views="12K")]
            )
        ).signals[0]
    )


def test_a_row_refused_by_another_version_is_read_as_far_as_it_is_known():
    payload = {"position": "row 1", "external_id": "k", "title": "t", "mood": "good"}
    seen = [{"observed_at": "2026-04-13T12:00:00Z", "smiles": 3}]
    assert replay(SANDBOX, json.dumps(payload | {"observations": seen}), DAY, STAMP).title == "t"


@pytest.mark.parametrize(
    "payload", ["", "no JSON", "[]", "{}", '{"observations": [1]}', '{"observations": []}']
)
def test_what_is_no_row_is_not_tried_again(payload):
    with pytest.raises(ValueError, match="the payload is not a row of a source"):
        replay(SANDBOX, payload, DAY, STAMP)


def test_a_row_that_is_too_long_or_has_no_end_is_refused_without_its_payload():
    endless: list = []
    endless.append(endless)
    long, looped = item(title="x" * MAX_PAYLOAD), RawItem("row 2", "k", "", tags=endless)
    assert [letter.payload for letter in read(long, looped).dead_letters] == [None, None]
    (refusal,) = read(Refusal("row 1", "broken", "...")).dead_letters
    assert refusal.payload is None


def test_the_language_is_what_the_source_says_or_else_what_the_title_is_in():
    said = RawItem("row 1", "a", "Helga", language="pt-BR", observations=[RawObservation(observed_at=NOON)])
    told = item(title="Der Hafen von Lissabon steht seit gestern unter Wasser", key="b")
    assert {s.external_id: s.language for s in read(said, told, item(title="Ok", key="c")).signals} == {
        "a": "pt",
        "b": "de",
        "c": None,
    }


def test_more_rows_than_a_batch_are_all_read():
    rows = [item(key=str(n)) if n % 3 else item(key=str(n), views=-1) for n in range(BATCH + 5)]
    result = read(*rows)
    assert len(result.signals) + len(result.dead_letters) == BATCH + 5
    assert {s.external_id for s in result.signals} == {str(n) for n in range(BATCH + 5) if n % 3}


def test_a_counter_that_fell_and_a_gap_stay_as_they_were_seen():
    first = signal("t", (1, 50), (2, 80), key="k")
    later = signal("t", (5, 70), key="k")
    silent = first.model_copy(
        update={
            "observations": [Observation(observed_at=NOON, engagement=None, rank=3)],
            "observed_at": NOON,
            "engagement": None,
        }
    )
    (merged,) = merge_signals([first], [silent, later])
    assert [o.engagement for o in merged.observations] == [50, 80, 70, None]
    assert (merged.observed_at, merged.engagement) == (NOON, None)


def test_the_collector_works_again_after_an_error():
    @no_collection()
    def fail():
        raise KeyError(gc.isenabled())

    with pytest.raises(KeyError, match="False"):
        fail()
    assert gc.isenabled()


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


def test_no_text_of_a_signal_is_taken_for_markup_whatever_the_source():
    foul = "<script>alert(1)</script> <img src=x onerror=y> I <3 you & 1 < 2"
    made = RawItem(
        "row 1",
        "k",
        foul,
        category=foul,
        tags=[foul],
        author=foul,
        caption=foul,
        audio=foul,
        observations=[RawObservation(observed_at=NOON)],
    )
    (kept,) = read(made).signals
    for text in (kept.title, kept.category, *kept.tags, kept.author, kept.caption, kept.audio):
        assert "<script" not in text
        assert "<img" not in text
        assert "I <3 you & 1 < 2" in text
