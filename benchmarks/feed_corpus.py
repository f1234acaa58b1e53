"""Bad input: every feed of the recorded corpus through the real path, from the file to signals and dead letters.

Prints how many were parsed, partly parsed and dead-lettered, and the slowest; fails on a crash, on a file that takes longer than
2 s, and on markup in anything that would be stored. The corpus is found through CONTENT_PIPELINE_REAL_DATA.
"""

import os
import re
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from content_pipeline.storage.records import Stamp
from content_pipeline.trends.normalize import IngestResult, ingest
from content_pipeline.trends.sources import feeds
from content_pipeline.trends.sources.base import SourceError, Tools
from content_pipeline.trends.sources.rss import RssSource

LONGEST_SECONDS = 2.0
NOW = datetime(2026, 4, 13, 12, tzinfo=UTC)
_TAG = re.compile(r"<[/!?a-zA-Z]")
_CODE_ADDRESS = re.compile(r"\s*(javascript|vbscript|data)\s*:", re.IGNORECASE)

State = Literal["parsed", "partly parsed", "dead-lettered", "crashed"]


@dataclass(frozen=True)
class Reading:
    """What came of a file: all of it (its entries became signals, if it has any), a part, or nothing; or the reader crashed."""

    name: str
    state: State
    signals: int
    letters: int
    seconds: float
    reason: str
    markup: str | None


def read_corpus(corpus: Path, folder: Path) -> Iterator[Reading]:
    """Yield what came of each file of the corpus, written one after the other to ``folder``."""
    with tarfile.open(corpus) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                path = folder / "feed.xml"
                path.write_bytes(content.read())
                yield _read(member.name, path)


def _read(name: str, path: Path) -> Reading:
    source = RssSource(type="rss", name="corpus", path=path)
    adapter = source.adapter(Tools(now=lambda: NOW))
    stamp = Stamp(trace_id="corpus", created_at=NOW)
    started = time.perf_counter()
    found: list[IngestResult] = []
    reason = ""
    failed: State | None = None
    try:
        found = [ingest(source, adapter, day, stamp) for day in _days(path)]
    except SourceError as error:
        reason = str(error)
    except Exception as error:  # what the benchmark is there to find
        reason, failed = repr(error), "crashed"
    seconds = time.perf_counter() - started
    signals = sum(len(one.signals) for one in found)
    letters = [letter for one in found for letter in one.dead_letters]
    reason = reason or "; ".join(sorted({letter.reason for letter in letters}))
    state: State = failed or ("parsed" if not reason else "partly parsed" if signals else "dead-lettered")
    return Reading(name, state, signals, len(letters), seconds, reason, _markup(found, reason))


def _days(path: Path) -> list[date]:
    """Return the days that a feed has entries of, and today."""
    moments = [feeds.moment(entry) for entry in feeds.parse(path.read_bytes(), path.name).entries]
    return sorted({NOW.date(), *(moment.date() for moment in moments if moment and moment < NOW)})


def _markup(found: list[IngestResult], reason: str) -> str | None:
    """Return the first text that would be stored and holds a tag, or an address that runs code."""
    rows = [row for one in found for row in (*one.signals, *one.dead_letters)]
    texts = [text for row in rows for text in _texts(row.model_dump(mode="json"))]
    addresses = [signal.url or "" for one in found for signal in one.signals]
    bad = [text for text in [*texts, reason] if _TAG.search(text)]
    bad += [address for address in addresses if _CODE_ADDRESS.match(address)]
    return bad[0] if bad else None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def main() -> int:
    """Read the corpus, print what came of it, and return 1 if a limit is broken."""
    corpus = (
        Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data")) / "feeds" / "feed_corpus.tar.gz"
    )
    if not corpus.is_file():
        print(f"skipped: there is no {corpus}; set CONTENT_PIPELINE_REAL_DATA")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        readings = list(read_corpus(corpus, Path(folder)))
    slowest = max(readings, key=lambda one: one.seconds)
    states = Counter(one.state for one in readings)
    print(
        f"{len(readings)} files, {sum(one.seconds for one in readings):.1f} s: "
        + ", ".join(
            f"{states[state]} {state}" for state in ("parsed", "partly parsed", "dead-lettered", "crashed")
        )
    )
    print(
        f"{sum(one.signals for one in readings)} signals, {sum(one.letters for one in readings)} dead letters"
    )
    for reason, files in Counter(one.reason for one in readings if one.reason).most_common(8):
        print(f"  {files:4} files: {reason}")
    print(f"slowest: {slowest.name}, {slowest.seconds * 1000:.0f} ms")
    broken = [
        one for one in readings if one.state == "crashed" or one.markup or one.seconds > LONGEST_SECONDS
    ]
    for one in broken:
        print(f"BROKEN {one.name}: {one.state}, {one.seconds:.1f} s, {one.reason} {one.markup or ''}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
