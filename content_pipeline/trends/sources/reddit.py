"""Live listings of Reddit over its API, as an application without a user (OAuth client credentials, read-only).

Since November 2025 Reddit approves new credentials by hand, so this source is off where there are none.
What a post is made of stands beside the recorded listings.
"""

import io
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import praw
import prawcore
import requests
import urllib3
from pydantic import Field, StringConstraints, model_validator

from content_pipeline.trends.sources.base import (
    RateLimited,
    RawItem,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import EnvironmentVariable, SourceConfig, WebAddress
from content_pipeline.trends.sources.pages import bare
from content_pipeline.trends.sources.parts import PartError, read_parts
from content_pipeline.trends.sources.reddit_listing import posts
from content_pipeline.trends.sources.waits import asked_wait, spent_limit
from content_pipeline.trends.sources.web import ANSWER_SECONDS, LONGEST_WAIT_SECONDS, MAX_PAGE_BYTES

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
TOKEN_PATH = "/api/v1/access_token"  # noqa: S105
Subreddit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{2,30}$")]

_OK = 200
_TOO_MANY = 429
_MOVED = range(300, 400)
_OF_ONE_SUBREDDIT = {
    403: "it is private, in quarantine or banned",
    404: "there is no such subreddit, or it is banned",
}
_CREDENTIALS = "check the client id and secret in the environment"
_ADVICE = {
    400: "check subreddits and listing in the sources file",
    401: _CREDENTIALS,
    403: f"Reddit refuses this client: {_CREDENTIALS}, and that Reddit has approved the application",
    429: "raise every_minutes of this source",
}
_TROUBLE = "Reddit has trouble: it is asked again at the next poll"


class RedditSource(SourceConfig):
    """Listings of subreddits, each in its own order.

    ``top`` is of the last ``time_filter``. ``limit`` is posts of each subreddit, at most the 100 that one request shows
    (https://www.reddit.com/dev/api, "listings"). ``client_id_env`` and ``client_secret_env`` name environment variables.
    """

    type: Literal["reddit"]
    subreddits: tuple[Subreddit, ...] = Field(default=("popular",), min_length=1, max_length=25)
    listing: Literal["hot", "rising", "top"] = "hot"
    time_filter: Literal["hour", "day", "week"] | None = None
    limit: int = Field(default=100, ge=1, le=100)
    client_id_env: EnvironmentVariable = "REDDIT_CLIENT_ID"
    client_secret_env: EnvironmentVariable = "REDDIT_CLIENT_SECRET"  # noqa: S105
    oauth_url: WebAddress = "https://oauth.reddit.com"
    reddit_url: WebAddress = "https://www.reddit.com"

    @model_validator(mode="after")
    def _time_of_top(self) -> "RedditSource":
        if self.time_filter is not None and self.listing != "top":
            raise ValueError("time_filter goes with listing: top")
        return self

    def adapter(self, tools: Tools) -> "RedditAdapter":
        """Return the adapter that reads these listings.

        Raises:
            MissingSecret: the source is off, because the client id or secret is not in the environment.
        """
        return RedditAdapter(self, tools)


class RedditAdapter:
    """Reads listings through PRAW, which renews the token, keeps to the rate limit and retries what may pass.

    The listings are taken as JSON and not as PRAW's objects: those ask Reddit again for a field that a body lacks, and one
    broken post would cost the whole listing.
    """

    def __init__(self, config: RedditSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._session = _Session(tools)
        self._reddit = praw.Reddit(
            "DEFAULT",
            client_id=tools.secret(config.client_id_env).get_secret_value(),
            client_secret=tools.secret(config.client_secret_env).get_secret_value(),
            # These are given, so that neither praw.ini nor the environment makes a user of this client.
            username=None,
            password=None,
            refresh_token=None,
            user_agent=tools.user_agent,
            oauth_url=config.oauth_url.rstrip("/"),
            reddit_url=config.reddit_url.rstrip("/"),
            check_for_updates=False,
            check_for_async=False,
            requestor_kwargs={"session": self._session},
        )

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the posts that the subreddits show now, if ``day`` is today.

        Raises:
            SourceError: no subreddit can be read.
            RateLimited: the rate limit is spent.
        """
        if day != self._tools.now().date():
            return
        yield from read_parts((f"r/{name}" for name in self._config.subreddits), self._posts)

    def _posts(self, place: str) -> Iterator[RawItem | Refusal]:
        answer = self._listing(place)
        inner = answer.get("data") if isinstance(answer, dict) else None
        children = inner.get("children") if isinstance(inner, dict) else None
        if not isinstance(children, list):
            raise SourceError(f"Reddit answers for {place} with something that is not a listing", _TROUBLE)
        return posts(children, self._tools.now(), place=place, escaped=False)

    def _listing(self, place: str) -> Any:
        # PRAW would sleep until the limit is reset, which may be ten minutes.
        self._session.refuse_while_spent()
        params: dict[str, str | int] = {"limit": self._config.limit}
        if self._config.time_filter:
            params["t"] = self._config.time_filter
        try:
            return self._reddit.request(method="GET", path=f"{place}/{self._config.listing}", params=params)
        except Exception as error:
            # Answers that PRAW does not expect raise KeyError, ValueError and AssertionError in it.
            raise _failure(error, place, self._session.answered) from None


class _Session(requests.Session):
    """A session with a limit on the size and time of an answer; it turns a spent rate limit into ``RateLimited``."""

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        self._tools = tools
        self._spent_until = 0.0
        self.answered: requests.Response | None = None

    def refuse_while_spent(self) -> None:
        """Raise ``RateLimited`` where the limit is spent for longer than a poll may wait."""
        wait = self._spent_until - time.monotonic()
        if wait > LONGEST_WAIT_SECONDS:
            raise RateLimited("Reddit's rate limit is spent", self._tools.now() + timedelta(seconds=wait))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request and read its whole answer.

        Raises:
            SourceError: the answer is too large or takes too long.
            RateLimited: the answer is a refusal, and says that the rate limit is spent.
        """
        self.answered = None
        kwargs |= {"stream": True, "timeout": (CONNECT_SECONDS, READ_SECONDS)}
        response = super().send(request, **kwargs)
        self._note_limit(response)
        with response:
            body = _read(response)
        response.raw = io.BytesIO(body)
        self.answered = response
        return response

    def _note_limit(self, response: requests.Response) -> None:
        now, refused = self._tools.now(), response.status_code != _OK
        headers = {name.lower(): value for name, value in response.headers.items()}
        too_many = response.status_code == _TOO_MANY
        wait = asked_wait(headers, now) if too_many else spent_limit(headers, now)
        if wait is not None:
            self._spent_until = time.monotonic() + wait
            if refused:
                raise RateLimited("Reddit's rate limit is spent", now + timedelta(seconds=wait))


def _read(response: requests.Response) -> bytes:
    body, deadline = bytearray(), time.monotonic() + ANSWER_SECONDS
    # read1 gives what has come; other reads wait for a whole chunk, and a dripping server would hold them for hours.
    while chunk := response.raw.read1(1 << 16, decode_content=True):
        body += chunk
        if len(body) > MAX_PAGE_BYTES:
            raise SourceError(f"{bare(response.url)} answers with more than {MAX_PAGE_BYTES >> 20} MiB")
        if time.monotonic() > deadline:
            raise SourceError(f"{bare(response.url)} takes more than {ANSWER_SECONDS:.0f} s for one answer")
    return bytes(body)


def _failure(error: Exception, place: str, answered: requests.Response | None) -> SourceError:
    if isinstance(error, prawcore.RequestException):
        return _network(error.original_exception)
    if isinstance(error, prawcore.OAuthException):
        return SourceError(f"Reddit gives no token: {one_line(error.error, 40)}", _CREDENTIALS)
    if answered is None:
        return SourceError(f"Reddit cannot be asked: {type(error).__name__}", _CREDENTIALS)
    status, of_token = answered.status_code, answered.url.endswith(TOKEN_PATH)
    if status == _OK:
        what = "the request for a token" if of_token else place
        return SourceError(
            f"Reddit answers {what} with something unexpected ({type(error).__name__})", _TROUBLE
        )
    if of_token:
        return SourceError(
            f"Reddit answers the request for a token with status {status}", _ADVICE.get(status, _TROUBLE)
        )
    if status in _OF_ONE_SUBREDDIT:
        return PartError(
            f"{place}: {_OF_ONE_SUBREDDIT[status]} (status {status})", "take it out of the sources file"
        )
    if status in _MOVED:
        return PartError(
            f"{place}: Reddit shows another page instead (status {status})", "check the subreddit's name"
        )
    return SourceError(f"Reddit answers for {place} with status {status}", _ADVICE.get(status, _TROUBLE))


def _network(error: Exception) -> SourceError:
    if isinstance(error, SourceError):
        return error
    # By its kind and not by its text, which may quote a header.
    cause = "the connection failed"
    if isinstance(error, (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)):
        cause = f"no answer in {READ_SECONDS:.0f} s"
    elif isinstance(error, requests.ConnectTimeout):
        cause = f"no connection in {CONNECT_SECONDS:.0f} s"
    elif isinstance(error, (requests.exceptions.InvalidHeader, UnicodeError)):
        return SourceError("Reddit cannot be asked: the credentials are not one line of ASCII", _CREDENTIALS)
    return SourceError(f"Reddit cannot be read: {cause}", "check the network and the address")
