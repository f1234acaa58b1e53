"""Every recorded exchange, played over a socket: each ends in a script, a retry, the other model or prompt, or a named error."""

import json
from collections import Counter
from pathlib import Path

import pytest

from content_pipeline.scripts.engines.base import EngineError
from content_pipeline.scripts.engines.openai.answers import text_of, usage_of
from content_pipeline.scripts.engines.openai.asking import Limits
from content_pipeline.scripts.engines.openai.client import ChatClient
from content_pipeline.scripts.engines.openai.problems import Problem
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import demo
from content_pipeline_tests.scripts.openai.helpers import CHAT, brief, engine, says, script
from content_pipeline_tests.scripts.openai.recorded import Exchange, exchanges
from content_pipeline_tests.trends.server import Answer, serving

QUICK = Limits(answer_s=5.0, whole_s=20.0, wait_s=0.05, first_wait_s=0.001, silent=10**9)


def _kind(exchange: Exchange) -> tuple[int, bytes, int]:
    """Return what answers have in common that differ in no more than a word or an id."""
    data = exchange.answer.data
    return exchange.answer.status, data[:20], len(data) // 4000


@pytest.fixture(scope="module")
def recorded(real_data: Path) -> list[Exchange]:
    found = list(exchanges(real_data / "openai"))
    assert len(found) > 800
    return found


def _outcome(client: ChatClient) -> str:
    """Return how one request ends; anything but a text or a problem is raised."""
    try:
        answer = client.complete({"model": "m", "messages": []}, 5.0)
        text_of(answer)
    except Problem as problem:
        return problem.state
    return "text" if usage_of(answer) else "text without usage"


def test_every_recorded_answer_ends_in_text_or_a_named_problem(recorded: list[Exchange]) -> None:
    outcomes: Counter[str] = Counter()
    current = Answer()
    with serving({CHAT: lambda _: current}) as server:
        client = ChatClient(f"{server.url}/v1", "key", 5.0)
        for exchange in recorded:
            current = exchange.answer
            outcomes[_outcome(client)] += 1
    assert outcomes.total() == len(recorded)
    for state, fewest in {
        "text": 100,
        "refused": 18,
        "truncated": 6,
        "content_policy": 3,
        "empty": 30,
        "no_completion": 100,
        "no_json": 30,
        "key_refused": 6,
        "model_not_found": 3,
    }.items():
        assert outcomes[state] >= fewest, outcomes


def test_a_model_that_answers_as_recorded_is_stood_in_for_by_the_next_or_by_the_other_prompt(
    recorded: list[Exchange], store: OperationsDatabase
) -> None:
    current = Answer()
    good = says(script())

    def respond(asked: object) -> Answer:
        body = json.loads(asked.body)  # type: ignore[attr-defined]
        mended = body["model"] == "model-b" or "You are the editor" in body["messages"][0]["content"]
        return good if mended else current

    seen = set()
    with serving({CHAT: respond}) as server:
        for exchange in recorded:
            if _kind(exchange) in seen:
                continue
            seen.add(_kind(exchange))
            current = exchange.answer
            draft = engine(server, store, QUICK, openai_daily_budget_usd=1e6).write(brief(), demo(), 0, [])
            assert draft.writing.attempts >= 2, exchange.name
            assert not draft.needs_human, exchange.name


def test_a_server_that_only_answers_as_recorded_ends_in_a_named_error(
    recorded: list[Exchange], store: OperationsDatabase
) -> None:
    chat = [e for e in recorded if "chat/completions" in e.path or e.answer.status >= 400]
    current = Answer()
    seen = set()
    with serving({CHAT: lambda _: current}) as server:
        for exchange in chat:
            if _kind(exchange) in seen:
                continue
            seen.add(_kind(exchange))
            current = exchange.answer
            writer = engine(server, store, QUICK, openai_daily_budget_usd=1e6)
            with pytest.raises(EngineError) as ended:
                writer.write(brief(brief_id=exchange.name[:40]), demo(), 0, [])
            assert ":" in str(ended.value), exchange.name
