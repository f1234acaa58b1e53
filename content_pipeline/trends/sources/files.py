"""Bytes of foreign files and pages, with limits: gzip, tar members, addresses.

What the bytes mean is the adapters' part.
"""

import tarfile
import zlib
from pathlib import Path

import httpx

from content_pipeline.trends.sources.base import SourceError, one_line

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PAGE_BYTES = 5 * 1024 * 1024
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
USER_AGENT = "content-pipeline/0.1 (trend reader)"


def read_bytes(path: Path, member: str | None = None, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return a file's bytes: of a tar archive its ``member``, of a gzip file as much as is whole.

    Raises:
        SourceError: the file or the member cannot be read, or is larger than ``limit``.
    """
    try:
        if member is not None:
            with tarfile.open(path) as archive:
                file = archive.extractfile(member)
                data = file.read(limit + 1) if file else b""
        else:
            with path.open("rb") as file:
                data = file.read(limit + 1)
        if data[:2] == b"\x1f\x8b":
            # A decompressor object hands out what a cut-off file still holds; gzip.open would not.
            data = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, limit + 1)
    except KeyError:
        raise SourceError(f"{path.name} has no member {member!r}") from None
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise SourceError(f"{path.name} cannot be read: {one_line(error)}") from error
    if len(data) > limit:
        raise SourceError(f"{path.name} is larger than {limit >> 20} MiB")
    return data


def fetch(url: str, params: dict[str, str] | None = None) -> bytes:
    """Return the body of a page.

    Raises:
        SourceError: no answer in ten seconds, another status than 200, or a body above 5 MiB.
    """
    body = bytearray()
    try:
        with (
            httpx.Client(
                timeout=TIMEOUT, follow_redirects=True, max_redirects=3, headers={"User-Agent": USER_AGENT}
            ) as client,
            client.stream("GET", url, params=params) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise SourceError(f"{url} answers with status {response.status_code}")
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_PAGE_BYTES:
                    raise SourceError(f"{url} answers with more than {MAX_PAGE_BYTES >> 20} MiB")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise SourceError(f"{url} cannot be read: {one_line(error) or type(error).__name__}") from error
    return bytes(body)
