"""Bytes of foreign files, with limits: gzip, tar members.

What the bytes mean is the adapters' part.
"""

import tarfile
import zlib
from pathlib import Path

from content_pipeline.trends.sources.base import SourceError, one_line

MAX_FILE_BYTES = 64 * 1024 * 1024


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
