"""The media store: reels and covers, named by the SHA-256 of their content and never rewritten. A path or any fsspec URL."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from upath import UPath


class MediaStore:
    """Keeps files under ``base/<2 hex>/<sha256><suffix>``."""

    def __init__(self, base: str) -> None:
        self._base = UPath(base)

    def put(self, file: Path) -> str:
        """Store a local file and return its key; a file that is there already is left alone."""
        digest = sha256_of(file)
        key = f"{digest[:2]}/{digest}{file.suffix}"
        target = self._base / key
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.parent / f".{digest}.{uuid4().hex}.tmp"
            with file.open("rb") as source, beside.open("wb") as sink:
                while chunk := source.read(1 << 20):
                    sink.write(chunk)
            beside.rename(target)
        return key

    def exists(self, key: str) -> bool:
        """Tell whether the store has ``key``."""
        return (self._base / key).exists()

    def url(self, key: str) -> str:
        """Return the path or URL of ``key``."""
        return str(self._base / key)

    def size(self, key: str) -> int:
        """Return the size of ``key`` in bytes."""
        return int((self._base / key).stat().st_size)

    def read(self, key: str) -> bytes:
        """Return the content of ``key``."""
        return bytes((self._base / key).read_bytes())

    def put_note(self, name: str, text: str) -> None:
        """Write a small text file ``name`` beside the media at once; one of that name is replaced."""
        target = self._base / name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.parent / f".{target.name}.{uuid4().hex}.tmp"
        beside.write_text(text, encoding="utf-8")
        if target.protocol in ("", "file"):
            os.replace(beside.path, target.path)
        else:
            beside.fs.mv(beside.path, target.path)

    def note(self, name: str) -> str | None:
        """Return the text file ``name``, or None where there is none or it is no text."""
        try:
            return str((self._base / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, UnicodeDecodeError):
            return None

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """Give a local file with the content of ``key``; for a remote store a copy that lives as long as the block."""
        path = self._base / key
        if path.protocol in ("", "file"):
            yield Path(path.path)
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            copy.write_bytes(path.read_bytes())
            yield copy


def sha256_of(file: Path) -> str:
    """Return the SHA-256 (hex) of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
