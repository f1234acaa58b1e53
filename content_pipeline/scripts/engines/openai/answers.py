"""Reads the body of a chat completion: its text, why it ended, what it used. What the text should hold is not decided here."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from content_pipeline.scripts.engines.openai.problems import BadAnswer, PromptBlocked, Truncated, quoted
from content_pipeline.scripts.engines.openai.redaction import without_key


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = _Message()  # a provider's filter leaves it out
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class _Cached(BaseModel):
    cached_tokens: int | None = Field(default=0, ge=0)


class _Usage(BaseModel):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    prompt_tokens_details: _Cached | None = None


@dataclass(frozen=True)
class Usage:
    """The tokens of a request; ``cached`` are those of ``read`` that the server had seen before."""

    read: int
    cached: int
    written: int


def parsed(body: bytes, key: str = "") -> dict[str, Any]:
    """Return a body as a JSON object, without the key where it repeats it.

    Raises:
        BadAnswer: it is something else.
    """
    try:
        value = without_key(json.loads(body), key)
    except (ValueError, RecursionError):
        begins = quoted(without_key(body.decode(errors="replace"), key))[:60]
        raise BadAnswer("no_json", f"the body is not JSON, it begins {begins!r}") from None
    if not isinstance(value, dict):
        raise BadAnswer("no_completion", f"the body is a {type(value).__name__}, not a completion")
    return value


def usage_of(body: dict[str, Any]) -> Usage | None:
    """Return the tokens that a completion took, or None where the server does not say, or says what cannot be."""
    try:
        said = _Usage.model_validate(body.get("usage"))
    except ValidationError:
        return None
    cached = (said.prompt_tokens_details.cached_tokens or 0) if said.prompt_tokens_details else 0
    return Usage(said.prompt_tokens, min(cached, said.prompt_tokens), said.completion_tokens)


def text_of(body: dict[str, Any]) -> str:
    """Return the text of a completion.

    Raises:
        PromptBlocked: the model refused, or the provider's filter stopped it.
        Truncated: it ran into its limit of tokens.
        BadAnswer: the body is no completion, or one without a text.
    """
    try:
        choice = _Completion.model_validate(body).choices[0]
    except ValidationError:
        raise BadAnswer("no_completion", f"the body is no chat completion{_kind(body)}") from None
    message = choice.message
    if message.refusal:
        raise PromptBlocked("refused", quoted(message.refusal))
    if choice.finish_reason == "content_filter":
        raise PromptBlocked("content_policy", "the provider's content filter stopped the answer")
    if choice.finish_reason == "length":
        raise Truncated("truncated", "the answer ran into its limit of tokens")
    if not message.content or not message.content.strip():
        raise BadAnswer(
            "empty", f"the answer has no text (finish reason {quoted(choice.finish_reason) or 'none'})"
        )
    return message.content


def _kind(body: dict[str, Any]) -> str:
    if "error" in body:
        error = body["error"]
        return f": {quoted(error.get('message') if isinstance(error, dict) else error)}"
    return f" but a {quoted(body['object'])}" if body.get("object") else ""
