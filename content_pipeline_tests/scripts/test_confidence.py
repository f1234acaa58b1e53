"""How far scripts are believed: good ones clear the floor, and each kind of fault takes from it and is told."""

from typing import Any

import pytest

from content_pipeline.scripts.confidence import confidence, supported, unsupported_figures
from content_pipeline.scripts.engines.base import Draft
from content_pipeline.scripts.engines.openai.drafting import drafted
from content_pipeline.scripts.engines.openai.material import evidence_titles
from content_pipeline.scripts.engines.openai.wire import ModelDraft
from content_pipeline.scripts.prompts.loading import Message
from content_pipeline_tests.examples import WRITING, demo
from content_pipeline_tests.scripts.openai.helpers import SHAPE, TITLE, brief, claim, line, script

FLOOR = 0.7
"""The default of the settings."""


def judged(
    avoid: tuple[str, ...] = (), report: float = 0.9, **changes: Any
) -> tuple[float, list[str], Draft]:
    about = brief()
    answer = ModelDraft.model_validate(script(**changes))
    draft, unsupported = drafted(answer, about, SHAPE, demo(), avoid, Message("s", "u"), WRITING)
    found = confidence(draft, demo(), evidence_titles(about), avoid, unsupported, report)
    return found.value, found.doubts, draft


def test_a_good_script_is_believed_without_doubts() -> None:
    value, doubts, _ = judged()
    assert value == pytest.approx(0.99)
    assert doubts == []


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"hook": line("Lunch ends your day")}, "the hook does not open as question does"),
        ({"caption_long": "No list here"}, "the caption does not show the format listicle"),
        ({"cta": line("Keep it", "Keep this for your next lunch.")}, "the last line is no save"),
        ({"cover_text": "Lunch"}, "the cover has not 3 to 7 words"),
        (
            {
                "beats": [
                    *script()["beats"][:2],
                    line("Walk right after eating", "Walk right after eating, before the screen wins."),
                ]
            },
            "two beats say the same",
        ),
        (
            {
                "beats": script()["beats"][:2],
                "context": line("A walk after lunch is talked about a lot these days"),
            },
            "2 beats instead of 3",
        ),
        ({"claims": []}, "no claim rests on the evidence"),
        (
            {"claims": [claim("A study says so.", 1, "a study of 9,000 people")]},
            "rests on no evidence: A study says so.",
        ),
        ({"claims": [claim("So it is.", 7, "walk after lunch")]}, "rests on no evidence: So it is."),
        (
            {"alt_text": "x", "cover_text": "It lifts 87 percent more"},
            "a figure that is not in the evidence: 87",
        ),
        (
            {"context": line(TITLE), "beats": script()["beats"][:2]},
            "a title of the evidence is pasted into a line",
        ),
    ],
)
def test_each_fault_lowers_it_and_is_told(changes: dict[str, Any], doubt: str) -> None:
    value, doubts, _ = judged(**changes)
    assert doubt in doubts
    assert value <= judged()[0] - 0.04


def test_a_script_in_another_language_is_told() -> None:
    german = {
        "beats": [
            line("Geh nach dem Essen", "Geh gleich nach dem Essen eine kleine Runde spazieren."),
            line("Lass das Telefon liegen", "Lass dein Telefon liegen, damit der Kopf Ruhe hat."),
            line("Dann nur eine Aufgabe", "Komm danach zu einer einzigen Aufgabe zurück."),
        ]
    }
    assert "written in de, not in en" in judged(**german)[1]


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({}, True),
        ({"claims": []}, True),
        ({"cover_text": "Lunch", "caption_long": "No list here"}, True),
        ({"claims": [claim("Invented.", 1, "never said")]}, False),
        ({"claims": [claim("Invented.", 1, "never said")], "cover_text": "Lunch"}, False),
        ({"claims": [], "context": line(TITLE), "beats": script()["beats"][:2]}, False),
    ],
)
def test_invention_and_pasting_fall_below_the_floor_and_slips_of_form_do_not(
    changes: dict[str, Any], passes: bool
) -> None:
    assert (judged(**changes)[0] >= FLOOR) is passes


def test_a_hook_near_a_used_one_is_less_original() -> None:
    value, doubts, _ = judged(avoid=("Why does lunch cost your afternoon?",))
    assert value < judged()[0]
    far, _, _ = judged(avoid=("Three notes that plan a week",))
    assert far == judged()[0]
    assert doubts in ([], ["the hook is near one that was used"])


@pytest.mark.parametrize("report", [float("nan"), float("inf"), -3.0, 100.0])
def test_what_a_model_says_of_itself_cannot_lift_it(report: float) -> None:
    assert judged(report=report)[0] == pytest.approx(judged()[0] - 0.09)


@pytest.mark.parametrize(
    ("quote", "title", "expected"),
    [
        ("walk after lunch", TITLE, True),
        ("Walk  After Lunch", TITLE, True),
        ("a ten-minute walk after lunch lifts the afternoon", TITLE, True),
        ("a walk cures everything", TITLE, False),
        ("a", TITLE, False),
        ("", TITLE, False),
        (None, TITLE, False),
        (TITLE + " by 40 percent, says a study of the whole world", TITLE, False),
    ],
)
def test_a_quote_stands_in_its_title_or_does_not(quote: str | None, title: str, expected: bool) -> None:
    assert supported(quote, title) is expected


@pytest.mark.parametrize(
    ("text", "titles", "expected"),
    [
        ("Sleep 8 hours", [], []),
        ("Save 40 dollars", ["It saves 40 dollars"], []),
        ("Save 1,200 dollars", ["It saves 1200 dollars"], []),
        ("Save 41.5 dollars", ["It saves 41 dollars"], ["41.5"]),
        ("In 2031 and 2031", [], ["2031"]),
    ],
)
def test_figures_are_those_of_the_evidence(text: str, titles: list[str], expected: list[str]) -> None:
    draft = judged()[2].model_copy(update={"cover_text": text})
    assert unsupported_figures(draft, titles) == expected
