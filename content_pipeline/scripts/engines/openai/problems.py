"""How asking a model can go wrong: each way has a name (``state``), and its class says what is done next.

Nothing here quotes a request, and no message holds what looks like a key.
"""

import re
from collections.abc import Mapping
from typing import Any

from content_pipeline.scripts.engines.openai.redaction import redacted

LONGEST_QUOTE = 160
_WAIT = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_ADJUSTABLE = ("response_format", "temperature", "max_completion_tokens")
_POLICY_CODES = {"content_policy_violation", "content_filter", "invalid_prompt", "moderation_blocked"}
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}


class Problem(Exception):  # noqa: N818 - the base of named states
    """A request did not end in a usable answer."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(f"{state}: {message}")
        self.state = state


class ModelUnusable(Problem):
    """The model cannot be used in this run (unknown, key refused, quota spent): the next one is asked, this one no more."""


class ModelUnavailable(Problem):
    """The model gives no answer now (time-out, server error, rate limit): the next one is asked."""

    def __init__(self, state: str, message: str, wait_s: float | None = None, again: bool = False) -> None:
        super().__init__(state, message)
        self.wait_s = wait_s
        """How long the server asks to wait."""
        self.again = again
        """Whether the same model may answer when it is asked once more."""


class PromptBlocked(Problem):
    """The model, or its provider's filter, refuses: it counts against the prompt, and another prompt is tried."""


class BadAnswer(Problem):
    """There is an answer, and it cannot be used: it is asked for once more, with the reason."""


class Truncated(BadAnswer):
    """The answer ends before it is whole: it is asked for once more, with room for twice as many tokens."""


class Adjust(Problem):
    """The server does not take a part of the request (``parameter``): it is sent again without it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__("unsupported_parameter", message)
        self.parameter = parameter


def problem_of(status: int, headers: Mapping[str, str], body: Any) -> Problem:
    """Return what an answer with an error status means.

    Args:
        status: of the answer.
        headers: of the answer; names in lower case, or case-insensitive.
        body: its JSON: ``{"error": {...}}``, what stands in it, or anything else.
    """
    error = body.get("error", body) if isinstance(body, Mapping) else {}
    error = error if isinstance(error, Mapping) else {"message": error}
    code = str(error.get("code") or error.get("type") or "")
    said = quoted(error.get("message"))
    message = f"status {status}{f' ({quoted(code)})' if code else ''}{f': {said}' if said else ''}"
    if status in (401, 403):
        # What the API says here quotes a part of the key.
        return ModelUnusable(
            "key_refused", f"status {status}: check OPENAI_API_KEY and its access to the model"
        )
    if status == 402 or code in _QUOTA_CODES or error.get("type") in _QUOTA_CODES:
        return ModelUnusable("quota_spent", f"status {status}: the account has no credit left")
    if status == 404:
        return ModelUnusable("model_not_found", message)
    if status == 429:
        return ModelUnavailable("rate_limited", message, wait_s=asked_wait(headers), again=True)
    if status in (408, 409) or status >= 500:
        return ModelUnavailable("server_error", message, wait_s=asked_wait(headers), again=True)
    if status == 400 and code in _POLICY_CODES:
        return PromptBlocked("content_policy", message)
    if status in (400, 422) and (parameter := _adjustable(error)):
        return Adjust(parameter, message)
    return ModelUnavailable("request_refused", message)


def _adjustable(error: Mapping[str, Any]) -> str | None:
    """Return the part of the request that a server does not take, by the parameter that it names or, failing that, its words."""
    named = str(error.get("param") or "")
    text = str(error.get("message") or "")
    return next((p for p in _ADJUSTABLE if named.startswith(p)), None) or next(
        (p for p in _ADJUSTABLE if not named and p in text), None
    )


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait: ``retry-after-ms``, ``retry-after``, or the reset of a rate limit that is spent.

    Resets are written as ``1m30.5s`` or ``12ms`` (OpenAI, Rate limits, "Rate limits in headers").
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    seconds = _number(headers.get("retry-after"))
    if seconds is not None:
        return seconds
    waits = [
        _duration(headers.get(f"x-ratelimit-reset-{kind}", ""))
        for kind in ("requests", "tokens")
        if _number(headers.get(f"x-ratelimit-remaining-{kind}")) == 0
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _number(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text) else None


def _duration(text: str) -> float | None:
    match = _WAIT.fullmatch(text.strip())
    if not text.strip() or match is None:
        return None
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def quoted(text: object) -> str:
    """Return a foreign text as a message may hold it: one short line without control characters, and without what looks like a key."""
    if text is None:
        return ""
    plain = "".join(c if c.isprintable() else " " for c in str(text))
    # Cut last: a part of a key looks like nothing.
    return redacted(" ".join(plain.split()))[:LONGEST_QUOTE]
