"""What looks like a key is taken out of what a server says, and what an operator needs to read is not."""

from typing import Any

import pytest

from content_pipeline.scripts.engines.base import ModelsFailed
from content_pipeline.scripts.engines.openai.problems import quoted
from content_pipeline.scripts.engines.openai.redaction import MARK, redacted, without_key
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import demo
from content_pipeline_tests.scripts.openai.helpers import KEY, brief, engine, fails, says, script
from content_pipeline_tests.trends.server import Answer, serving


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-Ab12Cd34Ef56",
        "sk-abcd****wxyz",
        "sess-0123abcd",
        "key-0123abcd",
        "Bearer abc",
        "bearer  x.y~z+/=",
        "AIzaSyD-abc_123",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-bmF0_dXJl",
        "deadbeefdeadbeefdeadbeef",
        "550e8400-e29b-41d4-a716-446655440000",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "aB3/dE5+gH7/jK9+mN1/pQ3+",
        "aB3_dE5-gH7_jK9-mN1_pQ3-",
    ],
)
def test_what_looks_like_a_key_is_taken_out(secret: str) -> None:
    for text in (secret, f"header: {secret}", f"'{secret}', and more", f"({secret})"):
        assert secret not in redacted(text)
        assert MARK in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "The model `claude-3-5-sonnet-20241022` does not exist",
        "status 403 (unsupported_country_region_territory)",
        "Rate limit reached for gpt-4.1-mini-2025-04-14 in 1m30.5s",
        "Invalid URL (POST /v1/engines/chat/completions)",
        "the task-manager is busy",
    ],
)
def test_names_codes_and_paths_can_still_be_read(text: str) -> None:
    assert redacted(text) == text


def test_a_key_is_taken_out_before_a_text_is_cut() -> None:
    assert "sk-" not in quoted("x " * 75 + "y" * 5 + " sk-proj-Ab12Cd34Ef56")
    assert "Ab12" not in quoted(" " * 630 + "sk-proj-Ab12Cd34Ef56")


def test_the_key_is_taken_out_of_every_text_of_a_value() -> None:
    value = {"a": ["my-secret-1", {"MY-SECRET-1!": 1}], "n": 7, "none": None}
    assert without_key(value, "my-secret-1") == {"a": [MARK, {f"{MARK}!": 1}], "n": 7, "none": None}


def test_a_stand_in_for_a_key_is_a_word_like_others() -> None:
    assert without_key("none of the ollama models", "none") == "none of the ollama models"


LONG_KEY = "Zk" + "x7Q" * 30
"""Longer than a message may be, so that a cut runs through it."""


@pytest.mark.parametrize("key", [KEY, LONG_KEY, "plainpassword"])
@pytest.mark.parametrize(
    "leak",
    [
        lambda key: fails(400, message=f"your header was Authorization: {key}"),
        lambda key: fails(500, message=" " * 600 + "x" * 100 + key),
        lambda key: fails(429, code=key, headers={"Retry-After": "600"}),
        lambda key: fails(404, message=key.upper()),
        lambda key: Answer(f"you sent {'y' * 40} {key}".encode()),
        lambda key: Answer({"error": {"message": key}}),
        lambda key: Answer({"object": key}),
        lambda key: says(None, refusal=f"I will not tell {key}"),
        lambda key: says(None, finish=key),
        lambda key: says({key: "x"}),
        lambda key: says(script(**{key: "x"})),
    ],
)
def test_a_key_that_a_server_repeats_is_in_no_message_and_not_on_the_row(
    store: OperationsDatabase, key: str, leak: Any
) -> None:
    with serving(leak(key)) as server:
        with pytest.raises(ModelsFailed) as failed:
            engine(server, store, openai_api_key=key).write(brief(), demo(), 0, [])
        standing_in = engine(server, store, openai_api_key=key, engine_fallback="template")
        draft = standing_in.write(brief(), demo(), 0, [])
    assert draft.writing.fallback is not None
    for told in (str(failed.value), draft.model_dump_json()):
        assert key[:8].casefold() not in told.casefold()


def test_a_key_in_an_answer_is_taken_out_of_the_script(store: OperationsDatabase) -> None:
    with serving(says(script(alt_text=f"Text on screen, {KEY}."))) as server:
        assert engine(server, store).write(brief(), demo(), 0, []).alt_text == "Text on screen, [key]."


def test_an_error_that_is_nested_without_end_is_an_error_as_any_other(store: OperationsDatabase) -> None:
    with serving(Answer(b"[" * 700 + b"]" * 700, status=500)) as server:
        writer = engine(server, store)
        with pytest.raises(ModelsFailed, match="server_error: status 500"):
            writer.write(brief(), demo(), 0, [])
