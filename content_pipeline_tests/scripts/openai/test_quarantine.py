"""Prompts that fail again and again rest, for all processes, until their time is over or somebody releases them."""

from datetime import timedelta

import pytest

from content_pipeline.scripts.engines.base import EngineStopped, ModelsFailed
from content_pipeline.scripts.prompts.loading import Prompt, load_prompts
from content_pipeline.scripts.quarantine import BLOCKED_BRIEFS, FAILED_BRIEFS, REST, Quarantine, Strike
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
    for number in range(FAILED_BRIEFS - 1):
        assert quarantine.strike(PROMPT, "failed", f"brief_{number}", "no JSON") is None
    quarantine.succeeded(PROMPT)
    assert quarantine.strikes(PROMPT) == 0
    struck = [quarantine.strike(PROMPT, "failed", f"brief_{n}", "no JSON") for n in range(FAILED_BRIEFS)]
    assert struck[-1] is not None
    assert (struck[-1].reason, struck[-1].until) == (
        "failed for 5 briefs in a row; the last: no JSON",
        NOW + REST,
    )
    assert quarantine.resting(PROMPT) == struck[-1]
    assert [rest.family for rest in quarantine.all()] == ["script"]
    assert quarantine.resting(OTHER) is None  # a mended prompt is another one


@pytest.mark.parametrize(("kind", "briefs"), [("blocked", BLOCKED_BRIEFS), ("failed", FAILED_BRIEFS)])
def test_refusals_and_failures_count_by_brief(
    database: OperationsDatabase, kind: Strike, briefs: int
) -> None:
    quarantine = Quarantine(database, lambda: NOW)
    for _ in range(10):
        assert quarantine.strike(PROMPT, kind, "brief_1", "no") is None
    for number in range(2, briefs):
        assert quarantine.strike(PROMPT, kind, f"brief_{number}", "no") is None
    assert quarantine.strike(PROMPT, kind, "brief_last", "no") is not None


def test_one_brief_that_no_model_can_write_rests_no_prompt(store: OperationsDatabase) -> None:
    with serving(says("no JSON")) as server:
        writer = engine(server, store)
        for _ in range(FAILED_BRIEFS + 1):
            with pytest.raises(ModelsFailed, match="schema_mismatch"):
                writer.write(brief(), demo(), 0, [])
    assert Quarantine(store, lambda: NOW).all() == []


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
