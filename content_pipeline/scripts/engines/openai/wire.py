"""What a model is asked to return: a record that strict structured outputs can hold. It has no defaults and no limits of length.

Strict mode takes no such keywords (OpenAI, Structured outputs, "Supported schemas"); what else is asked is checked in ``drafting``.
"""

from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from content_pipeline.scripts.engines.openai.problems import BadAnswer
from content_pipeline.scripts.engines.openai.redaction import redacted


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelLine(_Strict):
    """A line of a reel."""

    on_screen_text: str
    voice_text: str


class ModelClaim(_Strict):
    """A statement; ``evidence`` is the number of the evidence in the data, from 1."""

    text: str
    kind: Literal["evidence", "opinion"]
    evidence: int | None
    quote: str | None


class ModelDraft(_Strict):
    """A script as a model returns it."""

    hook: ModelLine
    context: ModelLine | None
    beats: list[ModelLine]
    cta: ModelLine
    cover_text: str
    caption_short: str
    caption_long: str
    hashtags: list[str]
    alt_text: str
    claims: list[ModelClaim]
    self_confidence: float


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``ModelDraft``."""
    return ModelDraft.model_json_schema()


def read_draft(text: str) -> ModelDraft:
    """Read a model's text; a Markdown fence around the JSON is taken off.

    Raises:
        BadAnswer: it is no JSON, or another record; the reason names the fields.
    """
    plain = text.strip()
    if plain.startswith("```"):
        plain = plain.strip("`").removeprefix("json").strip()
    try:
        return ModelDraft.model_validate_json(plain)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, p['loc'])) or 'answer'}: {p['msg'][:80]}" for p in error.errors()[:3]
        ]
        # A field that is not asked for has the server's own name.
        raise BadAnswer("schema_mismatch", redacted("; ".join(problems))) from None
