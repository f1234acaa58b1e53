"""What the tests of the engine share: a brief, an answer that a good model would give, and an engine that asks a local server."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.scripts.engines.base import CreativeEngine
from content_pipeline.scripts.engines.openai.asking import Limits
from content_pipeline.scripts.engines.openai.building import build_openai_engine
from content_pipeline.settings import Settings
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.records import Evidence
from content_pipeline_tests.examples import START
from content_pipeline_tests.marts import rows
from content_pipeline_tests.trends.server import Answer, Asked, Server

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = "test-key-that-must-stay-hidden"
CHAT = "/v1/chat/completions"
TITLE = "A ten minute walk after lunch lifts the afternoon"
SHAPE = Archetype(
    hook_family="question", format="listicle", duration_band="short", cta="save", topic_family="focus"
)
LIMITS = Limits(answer_s=2.0, whole_s=6.0, wait_s=0.3, first_wait_s=0.01)


def brief(*titles: str, url: str = "https://example.test/walk", **changes: object) -> Brief:
    evidence = [
        Evidence(signal_id=f"signal_{n}", source="hacker_news", title=title, url=url, observed_at=START)
        for n, title in enumerate(titles or (TITLE,), 1)
    ]
    values = {"archetype": SHAPE, "evidence": evidence, "trend_title": evidence[0].title}
    return rows.brief().model_copy(update=values | changes)


def script(**changes: Any) -> dict[str, Any]:
    """Return what a model answers: valid, within its time, tied to the evidence."""
    values: dict[str, Any] = {
        "hook": line("Why does lunch end your day?"),
        "context": line("A short walk is talked about"),
        "beats": [
            line("Walk right after eating", "Walk right after eating, before the screen wins."),
            line("Leave the phone inside", "Leave the phone inside, so your head gets a break."),
            line("Come back to one task", "Come back to one single task on paper."),
        ],
        "cta": line("Save this", "Save this for your next lunch."),
        "cover_text": "Lunch is not the end",
        "caption_short": "Lunch does not have to end your day.",
        "caption_long": "Lunch does not have to end your day.\n\n1. Walk right after eating\n2. Leave the phone\n3. One task",
        "hashtags": ["#focus", "#deepwork", "#productivity"],
        "alt_text": "Text on screen about a walk after lunch.",
        "claims": [
            claim("A walk after lunch helps the afternoon.", 1, "walk after lunch lifts the afternoon"),
            {"text": "The phone is best left inside.", "kind": "opinion", "evidence": None, "quote": None},
        ],
        "self_confidence": 0.9,
    }
    return values | changes


def line(shown: str, said: str | None = None) -> dict[str, str]:
    return {"on_screen_text": shown, "voice_text": said or shown}


def claim(text: str, number: int, quote: str) -> dict[str, Any]:
    return {"text": text, "kind": "evidence", "evidence": number, "quote": quote}


def says(
    content: Any = None,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    usage: Any = "usual",
    **answer: Any,
) -> Answer:
    """Return a completion; a ``content`` of dicts is sent as JSON text."""
    text = json.dumps(content) if isinstance(content, dict) else content
    tokens = {
        "prompt_tokens": 1000,
        "completion_tokens": 400,
        "total_tokens": 1400,
        "prompt_tokens_details": {"cached_tokens": 200},
    }
    body = {
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": refusal},
                "finish_reason": finish,
            }
        ],
        "usage": tokens if usage == "usual" else usage,
    }
    return Answer(body, **answer)


def fails(
    status: int, code: str | None = None, message: str = "no", headers: Any = None, **error: Any
) -> Answer:
    body = {
        "error": {"message": message, "type": "invalid_request_error", "code": code, "param": None} | error
    }
    return Answer(body, status=status, headers=headers or {})


def by_model(**answers: Answer | Sequence[Answer]) -> Any:
    """Return a route that answers by the model that is asked; of a list, one after the other, the last for ever."""
    seen: dict[str, int] = {}

    def respond(asked: Asked) -> Answer:
        model = json.loads(asked.body)["model"]
        given = answers[model.replace("-", "_")]
        if isinstance(given, Answer):
            return given
        seen[model] = seen.get(model, -1) + 1
        return given[min(seen[model], len(given) - 1)]

    return respond


def engine(
    server: Server | str,
    database: OperationsDatabase,
    limits: Limits = LIMITS,
    now: Any = None,
    **changes: object,
) -> CreativeEngine:
    """Return the engine alone, asking ``model-a`` and then ``model-b``."""
    url = server if isinstance(server, str) else server.url
    values: dict[str, Any] = {
        "openai_api_key": KEY,
        "openai_base_url": f"{url}/v1",
        "openai_models": "model-a,model-b",
        "engine": "openai",
        "engine_fallback": "none",
    }
    return build_openai_engine(Settings(**(values | changes)), database, now or (lambda: NOW), limits)


def bodies(server: Server) -> list[dict[str, Any]]:
    """Return what was asked, in order."""
    return [json.loads(asked.body) for asked in server.asked]
