"""Requests as they come over the socket, against OpenAI's own specification."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from content_pipeline.scripts.engines.openai.requests import form_of
from content_pipeline.scripts.engines.openai.wire import schema
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import demo
from content_pipeline_tests.scripts.openai.helpers import CHAT, bodies, brief, engine, fails, says, script
from content_pipeline_tests.trends.server import Answer, serving


@cache
def _validator(file: Path) -> Draft202012Validator:
    specification = json.loads(gzip.decompress(file.read_bytes()))
    registry = Registry().with_resource("urn:api", Resource.from_contents(specification, DRAFT202012))
    reference = {"$ref": "urn:api#/components/schemas/CreateChatCompletionRequest"}
    return Draft202012Validator(reference, registry=registry)


@pytest.mark.parametrize(
    ("models", "answers"),
    [
        ("gpt-4.1-mini", [says(script())]),
        ("gpt-5-mini", [says(script())]),
        ("gpt-4.1-mini", [says("{}"), says(script())]),
        ("gpt-4.1-mini", [says("{", finish="length"), says(script())]),
        ("gpt-4.1-mini", [says(None, refusal="no"), says(script())]),
        ("local", [fails(400, param="response_format"), fails(400, param="response_format"), says(script())]),
        (
            "local",
            [fails(400, param="temperature"), fails(400, param="max_completion_tokens"), says(script())],
        ),
    ],
)
def test_every_request_is_one_that_the_specification_allows(
    store: OperationsDatabase, real_data: Path, models: str, answers: list[Answer]
) -> None:
    validator = _validator(real_data / "openai" / "openapi.json.gz")
    with serving({CHAT: answers}) as server:
        engine(server, store, openai_models=models).write(brief(), demo(), 1, ["An old hook"])
    assert len(server.asked) == len(answers)
    for asked, body in zip(server.asked, bodies(server), strict=True):
        assert (asked.method, asked.path) == ("POST", CHAT)
        assert asked.headers["content-type"] == "application/json"
        assert [error.message for error in validator.iter_errors(body)] == []


def test_the_specification_would_find_a_wrong_request(real_data: Path) -> None:
    validator = _validator(real_data / "openai" / "openapi.json.gz")
    good = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]}
    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"messages": [{"role": "nobody", "content": "x"}]})
    assert not validator.is_valid(good | {"temperature": 3})
    assert not validator.is_valid(good | {"response_format": {"type": "json_schema"}})


def test_the_schema_is_one_that_strict_mode_takes() -> None:
    taken = {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "$defs",
        "$ref",
        "anyOf",
        "enum",
        "items",
    }
    noise = {"title", "description"}

    def look(part: Any) -> None:
        if not isinstance(part, dict):
            return
        assert set(part) <= taken | noise
        if "properties" in part:
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])
        assert "$ref" not in part or len(part) == 1
        for inner in [
            *part.get("properties", {}).values(),
            *part.get("$defs", {}).values(),
            *part.get("anyOf", []),
        ]:
            look(inner)
        look(part.get("items"))

    look(schema())


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        *[(name, True) for name in ("o3", "o4-mini", "gpt-5", "gpt-5.5", "openai/gpt-5-mini")],
        *[(name, False) for name in ("gpt-4o", "gpt-4.1-mini", "gpt-5-chat-latest", "llama3:8b", "orca")],
    ],
)
def test_models_that_reason_are_known_by_their_names(model: str, reasons: bool) -> None:
    assert form_of(model).temperature is not reasons
