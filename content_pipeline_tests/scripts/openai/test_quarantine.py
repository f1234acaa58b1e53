"""Prompts that fail again and again rest, for all processes, until their time is over or somebody releases them."""

from datetime import timedelta

import pytest

from content_pipeline.scripts.engines.base import EngineStopped, ModelsFailed
from content_pipeline.scripts.prompts.loading import Prompt, load_prompts
from content_pipeline.scripts.quarantine import BLOCKED_BRIEFS, FAILURES, REST, Quarantine
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PromptQuarantineRow
from content_pipeline_tests.examples import demo
from content_pipeline_tests.scripts.openai.helpers import NOW, bodies, brief, engine, says, script
from content_pipeline_tests.trends.server import serving

PROMPT = Prompt("script", "prompt_1", "s", "u", frozenset())
OTHER = Prompt("script", "prompt_2", "s", "u", frozenset())


def test_failures_in_a_row_bring_quarantine_and_a_success_in_between_does_not(
    database: OperationsDatabase,
) -> None:
    quarantine = Quarantine(database, lambda: NOW)
    for number in range(FAILURES - 1):
        assert quarantine.strike(PROMPT, "failed", f"brief_{number}", "no JSON") is None
    quarantine.succeeded(PROMPT)
    assert quarantine.strikes(PROMPT) == 0
    struck = [quarantine.strike(PROMPT, "failed", "brief_1", "no JSON") for _ in range(FAILURES)]
    assert struck[-1] is not None
    assert (struck[-1].reason, struck[-1].until) == ("5 failures in a row; the last: no JSON", NOW + REST)
    assert quarantine.resting(PROMPT) == struck[-1]
    assert [rest.family for rest in quarantine.all()] == ["script"]
    assert quarantine.resting(OTHER) is None  # a mended prompt is another one


def test_refusals_count_by_brief(database: OperationsDatabase) -> None:
    quarantine = Quarantine(database, lambda: NOW)
    for _ in range(10):
        assert quarantine.strike(PROMPT, "blocked", "brief_1", "refused") is None
    for number in range(2, BLOCKED_BRIEFS):
        assert quarantine.strike(PROMPT, "blocked", f"brief_{number}", "refused") is None
    assert quarantine.strike(PROMPT, "blocked", "brief_last", "refused") is not None


def test_quarantine_ends_by_itself_or_by_somebody_and_then_starts_anew(database: OperationsDatabase) -> None:
    now = [NOW]
    quarantine = Quarantine(database, lambda: now[0])

    def strike() -> None:
        for number in range(BLOCKED_BRIEFS):
            quarantine.strike(PROMPT, "blocked", f"brief_{number}", "refused")

    strike()
    now[0] = NOW + REST - timedelta(seconds=1)
    assert quarantine.resting(PROMPT)
    now[0] = NOW + REST
    assert quarantine.resting(PROMPT) is None
    assert quarantine.strikes(PROMPT) == 0
    strike()
    assert quarantine.release("script", "ana") == 1
    assert quarantine.resting(PROMPT) is None
    assert quarantine.release("script", "ana") == 0
    with database.transaction() as session:
        rows = session.query(PromptQuarantineRow).order_by(PromptQuarantineRow.id).all()
    assert [(row.released_by, row.released_at) for row in rows] == [(None, None), ("ana", now[0])]


def test_a_resting_prompt_is_passed_over_and_all_resting_stops_the_engine(store: OperationsDatabase) -> None:
    refusal = says(None, refusal="no")
    with serving(refusal) as server:
        writer = engine(server, store)
        for number in range(BLOCKED_BRIEFS):
            with pytest.raises(ModelsFailed, match="script_alternate: refused"):
                writer.write(brief(brief_id=f"brief_{number}"), demo(), 0, [])
        asked = len(server.asked)
        with pytest.raises(EngineStopped, match="prompts list") as stopped:
            writer.write(brief(), demo(), 0, [])
        assert stopped.value.state == "prompts_in_quarantine"
        assert len(server.asked) == asked
    Quarantine(store, lambda: NOW).release("script_alternate", "ana")
    alternate = load_prompts(["script_alternate"])[0]
    with serving(says(script())) as server:
        draft = engine(server, store).write(brief(), demo(), 0, [])
    assert draft.writing.prompt_id == alternate.id
    assert len(bodies(server)) == 1
