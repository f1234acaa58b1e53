"""Two engines as one, with engines that do what a test needs."""

from collections.abc import Sequence

import pytest

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Brief
from content_pipeline.scripts.engines.base import (
    Draft,
    EngineError,
    EngineStopped,
    Line,
    ModelsFailed,
    ModelUse,
)
from content_pipeline.scripts.engines.chain import FallbackEngine
from content_pipeline_tests.examples import WRITING, demo
from content_pipeline_tests.marts import rows

USE = ModelUse(attempts=3, input_tokens=900, output_tokens=90, cost_usd=0.01)


class Engine:
    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def write(self, brief: Brief, account: Account, variant: int, avoid: Sequence[str]) -> Draft:
        self.asked += 1
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome:
            raise outcome
        line = Line(on_screen_text="x", voice_text="x")
        return Draft(
            archetype=brief.archetype,
            hook=line,
            context=None,
            beats=[line],
            cta=line,
            cover_text="c",
            caption_short="c",
            caption_long="c",
            hashtags=[],
            alt_text="a",
            claims=[],
            writing=WRITING,
        )


def write(engine: FallbackEngine) -> Draft:
    return engine.write(rows.brief(), demo(), 0, [])


def test_what_the_first_writes_is_left_as_it_is() -> None:
    assert write(FallbackEngine(Engine(), Engine(EngineError("never asked")))).writing == WRITING


def test_what_the_first_cannot_write_the_second_does_and_says_so() -> None:
    first = Engine(ModelsFailed("no model answered", USE), EngineError("odd brief"))
    engine = FallbackEngine(first, Engine())
    failed, odd, fine = write(engine), write(engine), write(engine)
    assert failed.writing.fallback == "template: no model answered"
    assert (failed.writing.attempts, failed.writing.input_tokens, failed.writing.cost_usd) == (4, 900, 0.01)
    assert (odd.writing.fallback, odd.writing.attempts, odd.writing.cost_usd) == (
        "template: odd brief",
        1,
        None,
    )
    assert fine.writing.fallback is None
    assert first.asked == 3


def test_an_engine_that_has_stopped_is_not_asked_again_and_its_state_can_be_seen() -> None:
    first = Engine(EngineStopped("budget_spent", "the budget is spent", USE))
    engine = FallbackEngine(first, Engine())
    drafts = [write(engine) for _ in range(3)]
    assert first.asked == 1
    assert {draft.writing.fallback for draft in drafts} == {"template: the budget is spent"}
    assert [draft.writing.cost_usd for draft in drafts] == [0.01, None, None]
    assert engine.stopped is not None
    assert engine.stopped.state == "budget_spent"


def test_what_neither_can_write_is_an_error_with_both_reasons() -> None:
    engine = FallbackEngine(Engine(ModelsFailed("timed out", USE)), Engine(EngineError("no evidence")))
    with pytest.raises(ModelsFailed, match="timed out; and its fallback: no evidence") as failed:
        write(engine)
    assert failed.value.use == USE
