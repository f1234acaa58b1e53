"""Pages from the web with every limit that a foreign server needs: time, size, retries, politeness, conditional requests.

What the bytes mean is the adapters' part. Secrets go into ``headers`` and never into an address; messages name an address
without its query.
"""

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import httpx
import stamina

from content_pipeline.trends.sources.base import RateLimited, SourceError, Tools, Unchanged, one_line
from content_pipeline.trends.sources.pages import MissingPage, Page, bare, read_body, read_error
from content_pipeline.trends.sources.waits import asked_wait, spent_limit

__all__ = ["MAX_PAGE_BYTES", "Explain", "MissingPage", "Page", "Web", "bare"]

MAX_PAGE_BYTES = 5 * 1024 * 1024
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
ANSWER_SECONDS = 15.0
"""How long a whole answer may take, redirects included: a server that drips a byte a second never runs into a read time-out."""
ATTEMPTS = 3
RETRY_SECONDS = 25.0
"""No attempt begins later; with the longest wait and one more answer, a page is had or given up within a sensor's minute."""
LONGEST_WAIT_SECONDS = 10.0
"""A server that asks for more is asked again at a later poll."""
MANY_SECONDS = 40.0
MAX_REDIRECTS = 3
CONCURRENT = 8
RETRIED = {408, 425, 429, 500, 502, 503, 504}
_ADVICE = {
    401: "check the secret that the sources file names: it is wrong or has expired",
    403: "the server refuses this client: check credentials, permissions, and whether the source allows automated readers",
    404: "check the address in the sources file",
    410: "the page is gone for good: take the source out of the sources file",
    429: "raise every_minutes of this source",
}
_OWN_FAULTS = (httpx.LocalProtocolError, httpx.UnsupportedProtocol)
_CAUSES: Mapping[type[Exception], str] = {
    httpx.ConnectTimeout: "no connection in 5 s",
    httpx.ReadTimeout: "no answer in 10 s",
    httpx.PoolTimeout: "no free connection in 10 s",
    # Its text may quote a header, which may be a secret.
    httpx.LocalProtocolError: "the request cannot be sent",
}
# httpx logs whole addresses, and a private feed's may hold its key.
logging.getLogger("httpx").setLevel(logging.WARNING)

Explain = Callable[[int, Mapping[str, str], bytes], SourceError | None]
"""Reads an API's own error out of an answer's status, headers (names in lower case) and the beginning of its body.

What it returns is raised and not retried; None leaves the status to speak."""


class _Refused(SourceError):  # noqa: N818
    """An answer that may be better when asked again, after ``wait`` seconds if the server says so."""

    def __init__(self, message: str, wait: float | None = None, advice: str = "") -> None:
        super().__init__(message, advice)
        self.wait = wait


class Web:
    """Reads pages for one source.

    Args:
        tools: the source's clock and memory of validators.
        headers: sent with every request, such as an ``Authorization``; with any, redirects are not followed, because one
            could carry them to another host.
        limit: bytes of a body, after decompression.
        explain: reads the errors of an API.

    Raises:
        SourceError: a header holds what no header can carry.
    """

    def __init__(
        self,
        tools: Tools,
        headers: Mapping[str, str] | None = None,
        limit: int = MAX_PAGE_BYTES,
        explain: Explain | None = None,
    ) -> None:
        for name, value in (headers or {}).items():
            if not (value.isascii() and value.isprintable()):
                raise SourceError(
                    f"the value for the header {name} holds characters that no header can carry",
                    "check the secret in the environment: it must be one line of ASCII",
                )
        self._tools = tools
        self._limit = limit
        self._explain = explain
        self._headers = {"User-Agent": tools.user_agent, "Accept-Encoding": "gzip", **(headers or {})}
        self._redirects = 0 if headers else MAX_REDIRECTS
        self._quiet_until = 0.0

    def get(self, url: str, params: Mapping[str, Any] | None = None, *, conditional: bool = False) -> Page:
        """Return a page; transient failures are retried with back-off and jitter, or after the wait that the server asks for.

        Args:
            url: the address.
            params: its query.
            conditional: ask only for what changed since the last kept reading.

        Raises:
            SourceError: no whole answer in time, a status other than 200, too large a body.
            RateLimited: the server asks for a longer wait than a poll has.
            Unchanged: ``conditional``, and the server says that nothing changed.
        """
        return asyncio.run(self._alone(url, params, conditional))

    def json(self, url: str, params: Mapping[str, Any] | None = None, *, conditional: bool = False) -> Any:
        """Return a page's JSON; raises what ``get`` does, and SourceError where it is none."""
        return self.get(url, params, conditional=conditional).json()

    def get_many(self, urls: Sequence[str]) -> list[Page | SourceError]:
        """Return a page for each address, in their order, or why there is none; at most ``CONCURRENT`` are asked for at a time.

        What has not come after ``MANY_SECONDS`` is given up.
        """
        return asyncio.run(self._many(urls))

    async def _alone(self, url: str, params: Mapping[str, Any] | None, conditional: bool) -> Page:
        async with self._client() as client:
            return await self._get(client, url, params, conditional)

    async def _many(self, urls: Sequence[str]) -> list[Page | SourceError]:
        gate = asyncio.Semaphore(CONCURRENT)

        async def one(url: str) -> Page | SourceError:
            async with gate:
                try:
                    return await self._get(client, url, None, False)
                except SourceError as error:
                    return error

        if not urls:
            return []
        async with self._client() as client:
            tasks = [asyncio.create_task(one(url)) for url in urls]
            _, late = await asyncio.wait(tasks, timeout=MANY_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return [
            SourceError(f"{bare(url)} has no answer in the {MANY_SECONDS:.0f} s for all pages")
            if task.cancelled()
            else task.result()
            for url, task in zip(urls, tasks, strict=True)
        ]

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=TIMEOUT, headers=self._headers, verify=_certificates())

    async def _get(
        self, client: httpx.AsyncClient, url: str, params: Mapping[str, Any] | None, conditional: bool
    ) -> Page:
        async for attempt in stamina.retry_context(
            on=_retry_after, attempts=ATTEMPTS, timeout=RETRY_SECONDS, wait_initial=0.5
        ):
            with attempt:
                return await self._ask(client, url, params, conditional)
        raise AssertionError("a retry context ends in a return or an error")

    async def _ask(
        self, client: httpx.AsyncClient, url: str, params: Mapping[str, Any] | None, conditional: bool
    ) -> Page:
        await self._keep_quiet(url)
        try:
            request = client.build_request("GET", url, params=params)
            key = str(request.url)
            if conditional:
                request.headers.update(self._tools.memory.known.get(key, {}))
            async with asyncio.timeout(ANSWER_SECONDS):
                page = await self._answer(client, request, url)
        except TimeoutError:
            raise _Refused(
                f"{bare(url)} gives no whole answer in {ANSWER_SECONDS:.0f} s", advice="the server is slow"
            ) from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise _failure(url, error) from None
        if conditional:
            self._tools.memory.met[key] = _validators(page.headers)
        return page

    async def _keep_quiet(self, url: str) -> None:
        wait = self._quiet_until - time.monotonic()
        if wait > LONGEST_WAIT_SECONDS:
            until = self._tools.now() + timedelta(seconds=wait)
            raise RateLimited(f"{bare(url)} is not asked: the server's rate limit is spent", until)
        if wait > 0:
            await asyncio.sleep(wait)

    async def _answer(self, client: httpx.AsyncClient, request: httpx.Request, url: str) -> Page:
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        for _ in range(self._redirects + 1):
            response = await client.send(request, stream=True)
            try:
                spent = spent_limit(response.headers, self._tools.now())
                if spent is not None:
                    self._quiet_until = time.monotonic() + spent
                if response.status_code == httpx.codes.OK:
                    body = await read_body(response, self._limit)
                    return Page(str(response.url), body, {k.lower(): v for k, v in response.headers.items()})
                if response.status_code == httpx.codes.NOT_MODIFIED and conditional:
                    raise Unchanged
                if response.next_request is None or not self._redirects:
                    raise await self._refusal(response, url)
                request = response.next_request
            finally:
                await response.aclose()
        raise SourceError(
            f"{bare(url)} redirects more than {self._redirects} times",
            "put the final address into the sources file",
        )

    async def _refusal(self, response: httpx.Response, url: str) -> SourceError:
        status, headers = response.status_code, {k.lower(): v for k, v in response.headers.items()}
        if self._explain and (error := self._explain(status, headers, await read_error(response))):
            return error
        message = f"{bare(url)} answers with status {status}"
        if response.next_request is not None:
            return SourceError(
                f"{message}: it has moved to {bare(str(response.next_request.url))}",
                "redirects are not followed with a secret: put the new address into the sources file, if you trust it",
            )
        if status == httpx.codes.NOT_FOUND:
            return MissingPage(message, _ADVICE[status])
        asked = asked_wait(headers, self._tools.now())
        if status not in RETRIED and not (status == httpx.codes.FORBIDDEN and asked is not None):
            return SourceError(message, _ADVICE.get(status, ""))
        if asked is not None and asked > LONGEST_WAIT_SECONDS:
            self._quiet_until = time.monotonic() + asked
            until = self._tools.now() + timedelta(seconds=asked)
            return RateLimited(f"{message} and asks to wait {asked:.0f} s", until)
        return _Refused(
            message, asked, _ADVICE.get(status, "the server has trouble: it is asked again at the next poll")
        )


def _failure(url: str, error: Exception) -> SourceError:
    cause = _CAUSES.get(type(error)) or one_line(error) or type(error).__name__
    message = f"{bare(url)} cannot be read: {cause}"
    if isinstance(error, _OWN_FAULTS) or not isinstance(error, httpx.TransportError):
        return SourceError(message, "check the address in the sources file")
    return _Refused(message, advice="check the network and the address")


def _retry_after(error: Exception) -> bool | float:
    if not isinstance(error, _Refused):
        return False
    # A little jitter on top, so that many readers that were told the same moment do not come together.
    return True if error.wait is None else error.wait + random.uniform(0, 0.5)  # noqa: S311


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    pairs = (("If-None-Match", headers.get("etag")), ("If-Modified-Since", headers.get("last-modified")))
    return {name: value for name, value in pairs if value}


@lru_cache
def _certificates() -> ssl.SSLContext:
    # Reading the bundle takes 30 ms, and every reading of a source opens a client.
    return httpx.create_ssl_context()
