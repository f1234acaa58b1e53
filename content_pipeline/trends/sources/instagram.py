"""What the readers of Instagram's Graph API (Facebook Login) share: address and token, paging, errors by code, usage of limits.

Which calls are made and what they mean is the adapters' part.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from content_pipeline.trends.sources.base import RateLimited, Refusal, SourceError, Tools, one_line
from content_pipeline.trends.sources.config import EnvironmentVariable, SourceConfig, WebAddress
from content_pipeline.trends.sources.parts import PartError
from content_pipeline.trends.sources.web import RETRIED, Web

NEAR_PERCENT = 95
"""Calls stop before the 100 % at which Meta refuses them: further ones would only lengthen the wait (Meta, "Rate Limits")."""
NEAR_MINUTES = 15
MOST_MINUTES = 24 * 60
PAGE_SIZE = 50
"""The most that hashtags and comments give in one page."""

_LIMITS = {4: 15, 17: 15, 32: 15, 341: 60, 613: 15, 80001: 60, 80002: 60}
"""Codes of limits, and minutes to wait where the answer does not say (Meta, "Handling Errors" and "Rate Limits")."""
_PASSING = {-1, 1, 2}
_USE_CASES = {"instagram", "pages"}

_LOGIN = "log the account in again and replace its token; check too that the token belongs to this host"
_PERMISSION = "check the token's scopes, the person's role on the page and the app's review"
_CONFIRM = "the person has to confirm the account on facebook.com and log in again"
# Of the account or the app as a whole (Meta, "Handling Errors"); any other code is about the object that was asked for.
_ADVICE: dict[tuple[int, int | None], str] = {
    (3, None): "the app lacks a feature: hashtags need Instagram Public Content Access, with app review",
    (10, None): _PERMISSION,
    (102, None): _LOGIN,
    (190, 459): _CONFIRM,
    (190, 464): _CONFIRM,
    (190, None): _LOGIN,
    (368, None): "the account is blocked for a while: open the Instagram app and resolve it",
    **{(code, None): _PERMISSION for code in range(200, 300)},
}
_HANDLE = re.compile(r"(?<![\w.])@[\w.]*\w")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD_OUTSIDE_HASHTAGS = re.compile(r"(?<![\w#])\w")

Row = tuple[str, dict[str, Any]]


class InstagramSource(SourceConfig):
    """What every Instagram source names: the account that asks, its token's environment variable, the API and its version."""

    ig_user_id: Annotated[str, Field(pattern=r"^\d{1,30}$", coerce_numbers_to_str=True)]
    access_token_env: EnvironmentVariable
    base_url: WebAddress = "https://graph.facebook.com"
    api_version: Annotated[str, Field(pattern=r"^v\d{1,3}\.\d$")] = "v25.0"


class Graph:
    """Asks the Graph API for lists. The token stands in a header only, and messages hold codes and never the API's own texts.

    Raises:
        MissingSecret: the token is not in the environment.
    """

    def __init__(self, config: InstagramSource, tools: Tools) -> None:
        token = tools.secret(config.access_token_env).get_secret_value()
        self._tools = tools
        self._root = f"{config.base_url.rstrip('/')}/{config.api_version}"
        self._web = Web(tools, headers={"Authorization": f"Bearer {token}"}, explain=self._explain)
        self._spent_until: datetime | None = None

    def rows(
        self, path: str, params: Mapping[str, Any], *, key: str = "data", pages: int = 1
    ) -> Iterator[Row | Refusal]:
        """Yield the objects of a list with their positions, page after page; what is no object is refused.

        Args:
            path: of the list, below the version.
            params: its query.
            key: the answer's field that holds the list.
            pages: the most to read.

        Raises:
            PartError: the API refuses this list only.
            RateLimited: a limit is reached or near.
            SourceError: the API cannot be read.
        """
        after: dict[str, str] = {}
        number = 0
        for _ in range(pages):
            answer = self._answer(path, {**params, **after})
            found = answer.get(key)
            if not isinstance(found, list):
                raise SourceError(f"Instagram answers {path} without a list {key!r}")
            for entry in found:
                position = f"{path}[{number}]"
                number += 1
                yield (
                    (position, entry)
                    if isinstance(entry, dict)
                    else Refusal(position, "not an object", one_line(entry))
                )
            cursor = _inner(_inner(answer, "paging"), "cursors").get("after")
            if not found or not isinstance(cursor, str):
                return
            after = {"after": cursor}

    def _answer(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if self._spent_until is not None and self._tools.now() < self._spent_until:
            raise RateLimited("Instagram's rate limit is nearly spent", self._spent_until)
        page = self._web.get(f"{self._root}/{path}", params)
        percent, minutes = usage(page.headers)
        if percent >= NEAR_PERCENT:
            self._spent_until = self._after(minutes or NEAR_MINUTES)
        answer = page.json()
        if not isinstance(answer, dict):
            raise SourceError(f"Instagram answers {path} with something that is not an object")
        return answer

    def _after(self, minutes: float) -> datetime:
        return self._tools.now() + timedelta(minutes=min(minutes, MOST_MINUTES))

    def _explain(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError | None:
        error = _inner(_parsed(body), "error")
        code, subcode = error.get("code"), error.get("error_subcode")
        if not isinstance(code, int):
            return None
        said = f"Instagram answers with error {code}{f'/{subcode}' if isinstance(subcode, int) else ''}"
        if isinstance(trace := error.get("fbtrace_id"), str) and re.fullmatch(r"[\w-]{1,64}", trace):
            said += f" (trace {trace})"
        if code in _LIMITS:
            self._spent_until = self._after(usage(headers)[1] or _LIMITS[code])
            return RateLimited(f"{said}: a limit of calls is reached", self._spent_until)
        advice = _ADVICE.get((code, subcode)) or _ADVICE.get((code, None))
        if advice is not None:
            return SourceError(said, advice)
        if code in _PASSING or error.get("is_transient") is True:
            trouble = SourceError(said, "Instagram has trouble: it is asked again at the next poll")
            return None if status in RETRIED else trouble
        return PartError(
            said, "look the code up in Meta's list of errors; check names and ids in the sources file"
        )


def usage(headers: Mapping[str, str]) -> tuple[float, float]:
    """Return the highest usage of a limit in percent and the minutes until calls are allowed again, 0 where nothing is said.

    ``X-App-Usage`` is one set of percentages; ``X-Business-Use-Case-Usage`` one for each business and use case, of which those
    of Instagram count (Meta, "Rate Limits").
    """
    sets = [_object(_parsed(headers.get("x-app-usage", "")))]
    for entries in _object(_parsed(headers.get("x-business-use-case-usage", ""))).values():
        sets += [one for one in _list(entries) if _object(one).get("type") in _USE_CASES]
    names = ("call_count", "total_time", "total_cputime")
    percent = max((_number(one.get(name)) for one in sets for name in names), default=0.0)
    return percent, max((_number(one.get("estimated_time_to_regain_access")) for one in sets), default=0.0)


def without_people(text: object) -> str:
    """Return a text without links and @handles: what strangers write is of interest, who they are is not."""
    return _HANDLE.sub("", _LINK.sub("", text)) if isinstance(text, str) else ""


def headline(caption: str, limit: int = 200) -> str:
    """Return a caption's first line that has words other than hashtags, else its first line; at most ``limit`` characters."""
    lines = [line for line in (" ".join(line.split()) for line in caption.splitlines()) if line]
    line = next((line for line in lines if _WORD_OUTSIDE_HASHTAGS.search(line)), lines[0] if lines else "")
    if len(line) <= limit:
        return line
    head = line[:limit].rpartition(" ")[0]
    # Some languages are written without spaces.
    return f"{head if len(head) > limit // 2 else line[: limit - 1]}…"


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _inner(value: Any, name: str) -> dict[str, Any]:
    return _object(_object(value).get(name))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float:
    try:
        number = float(value) if isinstance(value, (int, float)) else 0.0
    except OverflowError:
        return 0.0
    return number if math.isfinite(number) else 0.0
