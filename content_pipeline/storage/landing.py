"""Landed polls: what a source showed at a moment, kept before anything is made of it. One small file a poll.

``_landing/unread/source=<name>/day=<day>/<moment>-<fingerprint>.jsonl.gz`` below the lake's base, written beside and renamed over, and
moved to ``_landing/read`` once a partition holds it. What a poll is made of is the stage's part: here it is lines of JSON.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from upath import UPath

from content_pipeline.settings import SLUG

SUFFIX = ".jsonl.gz"
_NAME = re.compile(r"\d{8}T\d{12}Z-(?P<fingerprint>[0-9a-f]{8,64})" + re.escape(SUFFIX))


@dataclass(frozen=True, order=True)
class LandedPoll:
    """A landed poll of a source and a day; in order of their names the polls of a day are in order of time."""

    source: str
    day: date
    name: str

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of what the poll showed."""
        match = _NAME.fullmatch(self.name)
        return match["fingerprint"] if match else ""


class Landing:
    """Keeps landed polls below ``base``, a path or any fsspec URL, so that pollers and runs on different machines share them."""

    def __init__(self, base: str) -> None:
        self._unread = UPath(base) / "_landing" / "unread"
        self._read = UPath(base) / "_landing" / "read"

    def land(
        self, source: str, day: date, moment: datetime, fingerprint: str, lines: Iterable[str]
    ) -> LandedPoll:
        """Keep a poll.

        Raises:
            OSError: it cannot be written; nothing is left behind.
        """
        body = "".join(f"{line}\n" for line in lines)
        poll = LandedPoll(source, day, f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{fingerprint}{SUFFIX}")
        target = _place(self._unread, poll)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.parent / f".{uuid4().hex}.tmp"
        try:
            beside.write_bytes(gzip.compress(body.encode(), compresslevel=6, mtime=0))
            beside.rename(target)
        finally:
            beside.unlink(missing_ok=True)
        return poll

    def unread(self, source: str | None = None, day: date | None = None) -> list[LandedPoll]:
        """Return the polls that no partition holds yet, of one source and day or of all; oldest first within each."""
        return _polls(self._unread, source, day)

    def newest(self, source: str, day: date) -> LandedPoll | None:
        """Return the last poll of a day, read or not."""
        polls = [poll for folder in (self._unread, self._read) for poll in _polls(folder, source, day)]
        return max(polls, key=lambda poll: poll.name, default=None)

    def lines(self, poll: LandedPoll) -> list[str]:
        """Return an unread poll's lines.

        Raises:
            ValueError: it is cut off or otherwise broken.
            FileNotFoundError: it is unread no longer.
        """
        data = _place(self._unread, poll).read_bytes()
        try:
            lines = [line.decode() for line in gzip.decompress(data).splitlines()]
        except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise ValueError(f"the file is broken: {error}") from None
        if not lines:
            raise ValueError("the file is broken: it is empty")
        return lines

    def mark_read(self, polls: Iterable[LandedPoll]) -> None:
        """Move polls away after their partition was written; one that another run has moved is passed over."""
        for poll in polls:
            target = _place(self._read, poll)
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                _place(self._unread, poll).rename(target)

    def prune(self, source: str, before: date) -> int:
        """Remove a source's read polls of days before ``before``; return how many. Unread ones always stay."""
        old = [poll for poll in _polls(self._read, source) if poll.day < before]
        for poll in old:
            _place(self._read, poll).unlink(missing_ok=True)
        for folder in {_place(kept, poll).parent for poll in old for kept in (self._unread, self._read)}:
            if folder.protocol in ("", "file"):  # other places have no empty folders
                with suppress(OSError):
                    os.rmdir(folder.path)
        return len(old)


def _place(folder: UPath, poll: LandedPoll) -> UPath:
    if not (SLUG.fullmatch(poll.source) and _NAME.fullmatch(poll.name)):
        raise ValueError(f"{poll.source!r} or {poll.name!r} cannot be the name of a landed poll")
    return folder / f"source={poll.source}" / f"day={poll.day}" / poll.name


def _polls(folder: UPath, source: str | None = None, day: date | None = None) -> list[LandedPoll]:
    if source is not None:
        folder = folder / f"source={source}"
        if day is not None:
            folder = folder / f"day={day}"
    if not folder.exists():
        return []
    found = (_poll(path) for path in folder.rglob(f"*{SUFFIX}"))
    return sorted(poll for poll in found if poll is not None)


def _poll(path: UPath) -> LandedPoll | None:
    source, day = path.parent.parent.name.partition("="), path.parent.name.partition("=")
    if not _NAME.fullmatch(path.name) or (source[0], day[0]) != ("source", "day"):
        return None
    try:
        return LandedPoll(source[2], date.fromisoformat(day[2]), path.name)
    except ValueError:
        return None
