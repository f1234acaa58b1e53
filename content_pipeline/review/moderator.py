"""Asks OpenAI's moderation endpoint about texts. A service that fails is told as such: nothing passes because nobody looked.

Which categories block is ``rules.moderation``'s part; how a request is sent, and what may be said of a problem, the engine's client's.
"""

import time
from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any
from urllib.parse import urlsplit

import stamina
from pydantic import BaseModel, Field, ValidationError

from content_pipeline.review.moderation import Moderation
from content_pipeline.scripts.engines.openai.client import ChatClient
from content_pipeline.scripts.engines.openai.problems import BadAnswer, ModelUnavailable, Problem
from content_pipeline.settings import OPENAI_URL, THIS_MACHINE, Settings

MODEL = "omni-moderation-latest"
MOST_TEXTS = 100
"""Texts in one request: a day of three slots has about thirty. More go in further requests."""
MOST_CHARACTERS = 20_000
"""Of a text: a script has about 1,500."""
ATTEMPTS = 3
WHOLE_S = 60.0
LONGEST_WAIT_S = 20.0
"""Seconds that a server may ask to wait before the next attempt; asked for more, it is told as a problem."""

Category = Annotated[str, Field(pattern=r"^[a-z][a-z/-]{1,39}$")]


class _Result(BaseModel):
    categories: dict[Category, bool | None]
    category_scores: dict[Category, Annotated[float, Field(ge=0, le=1)] | None]


class _Answer(BaseModel):
    results: list[_Result]


class OpenAIModerator:
    """Judges texts by the moderation endpoint of a server.

    Args:
        client: sends the requests.
        whole_s: seconds for all attempts on one request.
        first_wait_s: before the second attempt; the third waits twice as long.
    """

    def __init__(self, client: ChatClient, whole_s: float = WHOLE_S, first_wait_s: float = 1.0) -> None:
        self._client = client
        self._whole_s = whole_s
        self._first_wait_s = first_wait_s

    def judge(self, texts: Mapping[str, str]) -> Moderation:
        """Return what is flagged in texts, by their keys (content hashes), in as few requests as their number allows.

        Never raises for a service that fails: ``problem`` then says why, without secrets.
        """
        flagged: dict[str, Mapping[str, float]] = {}
        try:
            waiting = iter(texts)
            while keys := list(islice(waiting, MOST_TEXTS)):
                results = self._results([texts[key][:MOST_CHARACTERS] for key in keys])
                flagged |= {key: _flagged(result) for key, result in zip(keys, results, strict=True)}
        except Problem as problem:
            return Moderation(flagged, str(problem))
        return Moderation(flagged)

    def _results(self, texts: list[str]) -> list[_Result]:
        body = self._asked({"model": MODEL, "input": texts})
        try:
            results = _Answer.model_validate(body).results
        except ValidationError as error:
            raise BadAnswer(
                "no_moderation", f"the answer is no moderation ({error.error_count()} fields are wrong)"
            ) from None
        if len(results) != len(texts):
            raise BadAnswer("no_moderation", f"{len(results)} results came for {len(texts)} texts")
        return results

    def _asked(self, request: Mapping[str, Any]) -> dict[str, Any]:
        ends = time.monotonic() + self._whole_s
        for attempt in stamina.retry_context(
            on=_waits,
            attempts=ATTEMPTS,
            timeout=self._whole_s,
            wait_initial=self._first_wait_s,
            wait_jitter=0,
        ):
            with attempt:
                return self._client.moderate(request, max(0.1, ends - time.monotonic()))
        raise AssertionError("stamina ends with an answer or an error")


def build_moderator(settings: Settings) -> OpenAIModerator | None:
    """Return the moderator that the settings allow, or none."""
    if not moderates(settings) or settings.openai_api_key is None:
        return None
    key = settings.openai_api_key.get_secret_value()
    return OpenAIModerator(ChatClient(settings.openai_base_url, key, settings.openai_timeout_s))


def moderates(settings: Settings) -> bool:
    """Tell whether the settings allow a moderator: it needs a key, and a server that has the endpoint.

    Those are OpenAI's own, which mode sandbox does not ask, and one on this machine.
    """
    host = urlsplit(settings.openai_base_url).hostname or ""
    local = host in THIS_MACHINE
    remote = host == urlsplit(OPENAI_URL).hostname and settings.mode != "sandbox"
    return settings.openai_api_key is not None and (local or remote)


def _waits(error: Exception) -> bool | float:
    """Tell whether another attempt makes sense, and after how many seconds where the server says so."""
    if not isinstance(error, ModelUnavailable) or not (error.again or error.state == "timed_out"):
        return False
    if error.wait_s is None:
        return True
    return error.wait_s if error.wait_s <= LONGEST_WAIT_S else False


def _flagged(result: _Result) -> dict[str, float]:
    scores = result.category_scores
    return {name: scores.get(name) or 0.0 for name, found in sorted(result.categories.items()) if found}
