from datetime import UTC, datetime

import pytest

from content_pipeline.renders.selection import select_scripts
from content_pipeline_tests.renders.rows import review, script


def variant(name, brief, slot=1, preference=1):
    return script(
        script_id=name,
        brief_id=brief,
        slot_id=f"slot_{slot}",
        slot_at=datetime(2026, 3, 1, 12 + slot, tzinfo=UTC),
        preference=preference,
    )


FIRST = variant("a", "brief_1")
RESERVE = variant("b", "brief_2", preference=2)
SECOND = variant("c", "brief_2", slot=2)
SECOND_RESERVE = variant("d", "brief_3", slot=2, preference=2)


@pytest.mark.parametrize(
    ("scripts", "blocked", "expected"),
    [
        ([FIRST, RESERVE], [], ["a"]),
        ([RESERVE, FIRST], [FIRST], ["b"]),
        ([FIRST, RESERVE], [FIRST, RESERVE], []),
        ([SECOND, SECOND_RESERVE, RESERVE, FIRST], [], ["a", "c"]),
        ([FIRST, RESERVE, SECOND, SECOND_RESERVE], [FIRST], ["b", "d"]),
        ([], [], []),
    ],
)
def test_the_best_script_that_is_not_blocked(scripts, blocked, expected):
    reviews = [review(s, "blocked" if s in blocked else "needs_approval") for s in scripts]
    assert [s.script_id for s in select_scripts(scripts, reviews)] == expected
    assert [s.script_id for s in select_scripts(scripts[::-1], reviews[::-1])] == expected


def test_what_is_released_comes_before_what_waits_for_a_person():
    reviews = [review(FIRST, "needs_approval"), review(RESERVE, "released")]
    assert [s.script_id for s in select_scripts([FIRST, RESERVE], reviews)] == ["b"]


def test_a_script_without_a_review_of_its_content_does_not_pass():
    assert select_scripts([FIRST], []) == []
    assert select_scripts([FIRST], [review(FIRST, content_hash="0" * 64)]) == []
    assert select_scripts([FIRST], [review(RESERVE)]) == []
    assert select_scripts([FIRST], [review(FIRST), review(FIRST, "blocked")]) == []
