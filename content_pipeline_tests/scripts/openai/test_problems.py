"""What error answers mean, and how long servers ask to wait."""

from typing import Any

import pytest

from content_pipeline.scripts.engines.openai.problems import (
    Adjust,
    ModelUnavailable,
    ModelUnusable,
    PromptBlocked,
    asked_wait,
    problem_of,
    quoted,
)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30.5s"}, 90.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "12ms"}, 0.012),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "2h"}, 7200.0),
        ({"x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "6m0s"}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e99"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_what_the_headers_say(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == (pytest.approx(seconds) if seconds is not None else None)


@pytest.mark.parametrize(
    ("status", "error", "kind", "state"),
    [
        (401, {}, ModelUnusable, "key_refused"),
        (403, {"code": "unsupported_country_region_territory"}, ModelUnusable, "key_refused"),
        (404, {"code": "DeploymentNotFound"}, ModelUnusable, "model_not_found"),
        (402, {}, ModelUnusable, "quota_spent"),
        (429, {"code": "insufficient_quota"}, ModelUnusable, "quota_spent"),
        (429, {"type": "insufficient_quota"}, ModelUnusable, "quota_spent"),
        (429, {"code": "rate_limit_exceeded"}, ModelUnavailable, "rate_limited"),
        (408, {}, ModelUnavailable, "server_error"),
        (529, {}, ModelUnavailable, "server_error"),
        (400, {"code": "content_filter", "param": "prompt"}, PromptBlocked, "content_policy"),
        (400, {"param": "temperature", "code": "unsupported_value"}, Adjust, "unsupported_parameter"),
        (400, {"param": "response_format.json_schema"}, Adjust, "unsupported_parameter"),
        (422, {"message": "Unknown field max_completion_tokens"}, Adjust, "unsupported_parameter"),
        (
            400,
            {"param": "messages[0].role", "message": "no temperature"},
            ModelUnavailable,
            "request_refused",
        ),
        (413, {}, ModelUnavailable, "request_refused"),
        (302, {}, ModelUnavailable, "request_refused"),
    ],
)
def test_every_status_has_a_name_and_a_consequence(
    status: int, error: dict[str, Any], kind: type, state: str
) -> None:
    problem = problem_of(status, {}, {"error": error})
    assert type(problem) is kind
    assert problem.state == state


@pytest.mark.parametrize(
    "body", [None, "text", [], {"error": "text"}, {"error": None}, {"error": {"message": {"a": 1}}}, 7]
)
def test_bodies_of_any_shape_are_taken(body: Any) -> None:
    assert problem_of(500, {}, body).state == "server_error"


def test_foreign_texts_are_short_and_hold_no_key() -> None:
    text = quoted("Incorrect key sk-proj-Ab12Cd34Ef56.\n\x1b[31m" + "x" * 1000)
    assert "Ab12" not in text
    assert text.isprintable()
    assert len(text) <= 160
