"""One request to an OpenAI-compatible server, a completion or a moderation, with every limit that it needs: time, size, no retries.

What to ask and what to do about a problem are others' parts.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import Any, cast

import httpx2
import openai

from content_pipeline.scripts.engines.openai.answers import parsed
from content_pipeline.scripts.engines.openai.problems import ModelUnavailable, problem_of
from content_pipeline.scripts.engines.openai.redaction import without_key

MAX_ANSWER_BYTES = 1024 * 1024
"""A script takes about 5 KB."""
CONNECT_S = 10.0

# A request's address may be logged by the library, and a proxy's address may hold a password.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class _TooLarge(Exception):  # noqa: N818
    pass


Asking = Callable[[openai.AsyncOpenAI], AbstractAsyncContextManager[Any]]


class ChatClient:
    """Sends requests to an OpenAI-compatible server.

    Args:
        base_url: up to ``/v1``.
        key: sent as a bearer token, and nowhere else; taken out of what the server says.
        timeout_s: for a whole answer, from connecting to its last byte.
    """

    def __init__(self, base_url: str, key: str, timeout_s: float) -> None:
        self._base_url = base_url
        self._key = key
        self._timeout_s = timeout_s

    def complete(self, request: Mapping[str, Any], within_s: float) -> dict[str, Any]:
        """Ask for a chat completion: send a request body and return the body of the answer, whatever JSON object it is.

        Args:
            request: a body as the API takes it.
            within_s: seconds that are left; the client's own time-out may be shorter.

        Raises:
            Problem: there is no answer, one with an error status, or one that is no JSON object.
        """
        return self._send(
            lambda client: cast(Any, client.chat.completions).with_streaming_response.create(**request),
            within_s,
        )

    def moderate(self, request: Mapping[str, Any], within_s: float) -> dict[str, Any]:
        """Ask for a moderation, in the same way.

        Raises:
            Problem: as for a completion.
        """
        return self._send(
            lambda client: cast(Any, client.moderations).with_streaming_response.create(**request), within_s
        )

    def _send(self, asking: Asking, within_s: float) -> dict[str, Any]:
        return asyncio.run(self._answer(asking, min(within_s, self._timeout_s)))

    async def _answer(self, asking: Asking, seconds: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds), self._client() as client:
                return parsed(await _body(asking(client)), self._key)
        except (TimeoutError, openai.APITimeoutError):
            raise ModelUnavailable("timed_out", f"no whole answer in {seconds:.0f} s") from None
        except _TooLarge:
            raise ModelUnavailable(
                "too_large", f"the answer is larger than {MAX_ANSWER_BYTES // 1024} KB"
            ) from None
        except openai.APIStatusError as error:
            raise problem_of(
                error.status_code, error.response.headers, _without_key(error.body, self._key)
            ) from None
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, _TooLarge):
                raise ModelUnavailable(
                    "too_large", f"the answer is larger than {MAX_ANSWER_BYTES // 1024} KB"
                ) from None
            # The cause's own text may quote a header, and so the key.
            raise ModelUnavailable(
                "unreachable", f"the connection failed: {type(cause).__name__}", again=True
            ) from None

    def _client(self) -> openai.AsyncOpenAI:
        transport = _Limited(httpx2.AsyncHTTPTransport(verify=_certificates()))
        return openai.AsyncOpenAI(
            api_key=self._key,
            base_url=self._base_url,
            max_retries=0,  # who asks retries, and nobody else
            http_client=httpx2.AsyncClient(
                transport=transport,
                timeout=httpx2.Timeout(self._timeout_s, connect=CONNECT_S),
                follow_redirects=False,  # a redirect could carry the key to another host
            ),
        )


async def _body(asked: AbstractAsyncContextManager[Any]) -> bytes:
    body = bytearray()
    async with asked as response:
        async for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:  # after decompression
                raise _TooLarge
    return bytes(body)


def _without_key(body: object, key: str) -> object:
    try:
        return without_key(body, key)
    except RecursionError:
        return None  # nested so deep that it is no error message


class _Limited(httpx2.AsyncBaseTransport):
    """Stops reading an answer that is too large: the library reads error answers whole before it raises."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        response.stream = _Counted(cast(httpx2.AsyncByteStream, response.stream))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise _TooLarge
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    # Reading the certificates takes 20 ms, and every request has a client of its own.
    return httpx2.create_ssl_context()
