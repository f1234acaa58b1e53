"""A page from the web: an answer's body read within a limit, its headers, and an address as a message may show it.

How pages are asked for is the web client's part.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from content_pipeline.trends.sources.base import SourceError, one_line

MAX_ERROR_BYTES = 64 * 1024


@dataclass(frozen=True)
class Page:
    """An answer with status 200: its body, its headers (names in lower case), and where it came from after redirects."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            SourceError: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise SourceError(
                f"{bare(self.url)} answers with something that is not JSON: {one_line(error)}"
            ) from None


class MissingPage(SourceError):  # noqa: N818
    """The server has no such page (status 404)."""


def bare(url: str) -> str:
    """Return an address without its query and its user part, fit for a message."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """Return a body, never unpacked beyond ``limit`` bytes: httpx would inflate whatever a chunk holds.

    Raises:
        SourceError: it is larger, or in an encoding other than gzip.
        httpx.RequestError: the connection fails, or the gzip is broken or cut off.
    """
    place = bare(str(response.url))
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("gzip", "x-gzip", "identity", ""):
        raise SourceError(f"{place} answers in an encoding that was not asked for: {one_line(encoding, 40)}")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            body += unpacker.decompress(chunk, limit + 1 - len(body)) if unpacker else chunk
            if len(body) > limit:
                size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit:,} bytes"
                raise SourceError(f"{place} answers with more than {size}")
    except zlib.error as error:
        raise httpx.DecodingError(f"the gzip is broken: {error}") from None
    if unpacker and not unpacker.eof:
        raise httpx.RemoteProtocolError("the gzip is cut off")
    return bytes(body)


async def read_error(response: httpx.Response) -> bytes:
    """Return the body of a refusal; nothing where it is too large to be one or cannot be read."""
    try:
        return await read_body(response, MAX_ERROR_BYTES)
    except (SourceError, httpx.RequestError):
        return b""
