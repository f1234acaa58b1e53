"""Builds the body of a chat request, in the form that a model takes.

Which form that is, is guessed from the model's name and corrected by what its server refuses.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from content_pipeline.scripts.engines.openai.wire import schema
from content_pipeline.scripts.prompts.loading import Message

TEMPERATURES = {"safe": 0.3, "balanced": 0.7, "full": 1.0}
"""By an account's creativity."""
ANSWER_TOKENS = 1800
"""Twice what a script of 45 seconds takes."""
REASONING_TOKENS = 6000
"""Models that reason spend tokens of the same limit before they write."""
_REASONS = re.compile(r"(o\d|gpt-[5-9])(?!.*chat)")
"""OpenAI's models that reason take no temperature but the default (a 400 says so)."""


@dataclass(frozen=True)
class Form:
    """How a model takes a request."""

    temperature: bool
    tokens: int
    tokens_name: str = "max_completion_tokens"
    structure: str = "json_schema"

    def without(self, parameter: str) -> "Form | None":
        """Return the form for a server that refused ``parameter``; None where there is none left to try."""
        if parameter == "temperature" and self.temperature:
            return replace(self, temperature=False)
        if parameter == "max_completion_tokens" and self.tokens_name == parameter:
            return replace(self, tokens_name="max_tokens")
        if parameter == "response_format" and self.structure != "text":
            return replace(self, structure="json_object" if self.structure == "json_schema" else "text")
        return None


def form_of(model: str) -> Form:
    """Return the form that a model is expected to take."""
    reasons = _REASONS.match(model.rpartition("/")[2]) is not None
    return Form(temperature=not reasons, tokens=REASONING_TOKENS if reasons else ANSWER_TOKENS)


def build(
    model: str, form: Form, message: Message, temperature: float, more: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Return a request's body; ``more`` are messages after the prompt's two."""
    system = message.system
    body: dict[str, Any] = {"model": model, form.tokens_name: form.tokens}
    if form.temperature:
        body["temperature"] = temperature
    if form.structure == "json_schema":
        named = {"name": "script", "strict": True, "schema": schema()}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    else:
        system += (
            f"\n\nAnswer with one JSON object and nothing else. Its JSON Schema:\n{json.dumps(schema())}"
        )
        if form.structure == "json_object":
            body["response_format"] = {"type": "json_object"}
    first = [{"role": "system", "content": system}, {"role": "user", "content": message.user}]
    return body | {"messages": [*first, *more]}


def most_tokens(body: Mapping[str, Any]) -> int:
    """Return the most tokens that a body can be read as: no tokenizer makes more of a text than it has bytes."""
    return len(json.dumps(body, ensure_ascii=False).encode())
