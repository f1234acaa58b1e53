"""Breakouts, identity and the view: what is raised for whom, how often; who a trend is; what people read."""

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image

from content_pipeline.trends.records import Component, SafetyFlag, TrendDay
from content_pipeline.trends.scoring.breakouts import raise_breakouts
from content_pipeline.trends.scoring.reasons import reasons, sparkline
from content_pipeline.trends.scoring.view import HEADER, picture, table_rows
from content_pipeline.trends.stories.identity import trend_ids
from content_pipeline_tests.examples import DAY, STAMP, demo, trend
from content_pipeline_tests.trends.helpers import signal

ACCOUNT = demo()
SURE = Component(value=0.95, confidence=0.9)


def hot(title="Focus app breaks out", number=0, **changes):
    made = trend(title, number, **({"score": 0.9, "niche_fit": {"demo": 0.5}} | changes))
    return made.model_copy(update={"components": made.components.model_copy(update={"burst": SURE})})


def test_a_trend_that_crossed_the_bar_today_is_raised_once():
    (first,) = raise_breakouts(ACCOUNT, DAY, [hot()], [], STAMP)
    assert first.title == "Focus app breaks out"
    assert first.evidence
    later = STAMP.model_copy(update={"created_at": STAMP.created_at + timedelta(hours=5)})
    assert raise_breakouts(ACCOUNT, DAY, [hot(), hot("Another", 1)], [first], later) == [first]


def test_never_more_than_the_account_takes_best_first():
    account = ACCOUNT.model_copy(update={"breakouts_per_day": 2})
    trends = [hot("One", 1, score=0.85), hot("Two", 2, score=0.95), hot("Three", 3, score=0.9)]
    assert [b.title for b in raise_breakouts(account, DAY, trends, [], STAMP)] == ["Two", "Three"]
    none = ACCOUNT.model_copy(update={"breakouts_per_day": 0})
    assert raise_breakouts(none, DAY, trends, [], STAMP) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 0.79},
        {"stage": "fading"},
        {"niche_fit": {"demo": 0.0}},
        {"novelty": {"demo": 0.2}},
        {"language": "fr"},
        {"safety": [SafetyFlag(flag="tragedy", words=["crash"])]},
        {"history": [TrendDay(day=DAY - timedelta(days=1), score=0.85, engagement=None)]},
    ],
)
def test_what_does_not_fit_is_not_raised(changes):
    assert raise_breakouts(ACCOUNT, DAY, [hot(**changes)], [], STAMP) == []


def test_what_is_merely_large_is_not_raised():
    assert raise_breakouts(ACCOUNT, DAY, [trend("Large", score=0.9)], [], STAMP) == []


def test_a_trend_that_parts_goes_on_where_most_of_its_signals_are():
    signals = [signal(f"T{n}") for n in range(5)]
    earlier = trend("T", 7, signal_ids=[s.signal_id for s in signals])
    ids = trend_ids([signals[:2], signals[2:]], [earlier])
    assert ids[1] == earlier.trend_id
    assert ids[0] != earlier.trend_id


def test_trends_that_become_one_go_on_as_the_larger():
    signals = [signal(f"T{n}") for n in range(5)]
    small = trend("S", 1, signal_ids=[signals[0].signal_id])
    large = trend("L", 2, signal_ids=[s.signal_id for s in signals[1:]])
    assert trend_ids([signals], [small, large]) == [large.trend_id]


def test_ids_are_distinct_also_when_a_first_item_has_left_its_trend():
    first = signal("T")
    (own,) = trend_ids([[first]], [])
    others = [signal(f"O{n}") for n in range(3)]
    earlier = trend("T", trend_id=own, signal_ids=[first.signal_id, *(s.signal_id for s in others)])
    ids = trend_ids([[first], others], [earlier])
    assert ids[1] == own
    assert len(set(ids)) == 2


def test_the_course_is_a_line_of_bars():
    assert sparkline([]) == ""
    assert sparkline([1.0]) == "▁"
    assert sparkline([0.0, 1.0, 0.5]) == "▁█▅"


def test_reasons_say_what_speaks_for_a_trend():
    said = reasons(hot(chance=0.3, chance_of="is still listed the next day", days_seen=3))
    assert any("above 95% of what is usual" in text for text in said)
    assert "seen on 3 days of the last week" in said
    quiet = trend("Quiet").components.model_copy(update={"place": Component(value=0.2, confidence=1)})
    assert reasons(trend("Quiet", components=quiet))[0] == "nothing about it stands out yet"


def test_the_table_has_a_cell_for_each_heading():
    rows = table_rows([trend("One | two", 0), trend("Three", 1)])
    assert [row[0] for row in rows] == [1, 2]
    assert all(len(row) == len(HEADER) for row in rows)


def test_the_picture_is_one_whatever_the_titles():
    drawn = picture(
        [hot("💥 $x^2$ 日本"), trend("Plain", 1, sparkline=[1.0]), trend("None", 2, sparkline=[])]
    )
    data = base64.b64decode(drawn.split("base64,")[1].rstrip(")"))
    assert Image.open(io.BytesIO(data)).size[0] == 800
    assert picture([]) == "no trends"
