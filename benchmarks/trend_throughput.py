"""How fast a day's signals are normalized, merged with what had landed before and clustered, and how much memory that takes.

Run ``python benchmarks/trend_throughput.py``. Rows are made from real titles: a part of them reworded by other sources, a part
seen again later. Each size runs in a process of its own, which begins with a small warm-up (patterns, the language model).
Exit status 1 where 100,000 rows take 30 s or 1 GiB, or a row takes more than 1.2 times as long as with 10,000.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from title_variants import variants

from content_pipeline.storage.records import Stamp
from content_pipeline.trends.normalize import ingest, merge_signals
from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal
from content_pipeline.trends.sources.rss import RssSource
from content_pipeline.trends.stories.clustering import cluster
from content_pipeline.trends.words.language import language_of

SMALL, LARGE = 10_000, 100_000
WARM_UP = 500
OTHERS = 20_000
SMALL_RUNS = 3
MOST_SECONDS = 30.0
MOST_BYTES = 2**30
MOST_GROWTH = 1.2
SOURCES = ("youtube", "reddit", "hacker_news", "rss", "google_trends")
LANDED = 0.2
"""Part of the items that an earlier poll of the day has landed already."""
REWORDED = 0.25
"""Part of the items that are another source's wording of an earlier one."""
SEEN_AGAIN = 0.15
"""Part of the rows that show an item of the same poll again."""
DAY = datetime(2026, 4, 13, tzinfo=UTC)
STAMP = Stamp(trace_id="benchmark", created_at=DAY)
TABLES = ("youtube_trending/*.parquet", "hackernews/items.parquet")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a source shows of an item at a moment, as little as a row of a file takes."""

    number: int
    key: str
    title: str


@dataclass(frozen=True)
class Poll:
    """An adapter that makes its rows as it is read."""

    shown: list[Shown]
    at: datetime

    def read(self, day: object) -> Iterator[RawItem | Refusal]:  # noqa: ARG002
        """Yield the rows."""
        for one in self.shown:
            views = 1000 + one.number * 7919 % 1_000_003
            seen = RawObservation(
                observed_at=self.at + timedelta(seconds=one.number % 3600),
                views=f"{views:,}",
                likes=views // 20,
                comments=views // 300,
                rank=one.number % 100 + 1,
            )
            yield RawItem(
                position=f"row {one.number}",
                external_id=one.key,
                title=one.title,
                url=f"https://www.example.org/watch?v={one.key}",
                published_at="2026-04-13T06:00:00Z",
                category="News",
                tags=["news", "today"],
                author=f"Channel {one.number % 997}",
                observations=[seen],
            )


def real_titles(folder: Path) -> list[str]:
    found: dict[str, None] = {}
    for pattern in TABLES:
        for path in sorted(folder.glob(pattern)):
            for batch in pq.ParquetFile(path).iter_batches(1000, columns=["title"]):
                titles = batch["title"].to_pylist()
                found |= dict.fromkeys(title for title in titles if title and title.strip())
    return list(found)


def shown(titles: list[str], count: int, rng: random.Random) -> dict[str, list[Shown]]:
    """Return ``count`` rows by source."""
    rng.shuffle(titles)
    fresh = iter(titles)
    told: list[str] = []
    rows: dict[str, list[Shown]] = {name: [] for name in SOURCES}
    for number in range(count):
        source = rows[rng.choice(SOURCES)]
        kind = rng.random()
        if kind < SEEN_AGAIN and source:
            again = rng.choice(source)
            source.append(Shown(number, again.key, again.title))
            continue
        reworded = kind < SEEN_AGAIN + REWORDED and told
        made = variants(rng.choice(told), rng, held_out=False, count=1) if reworded else []
        told.append(made[0][0] if made else next(fresh))
        source.append(Shown(number, f"item-{number}", told[-1]))
    return rows


def measured(rows: dict[str, list[Shown]]) -> dict[str, float]:
    """Return the CPU seconds of each step, the seconds of all by the clock, and counts."""
    configs = {name: RssSource(type="rss", name=name, url="https://example.org/feed") for name in rows}
    day = DAY.date()
    known = {}
    for name, part in rows.items():
        earlier = Poll(part[: int(LANDED * len(part))], DAY + timedelta(hours=6))
        known[name] = ingest(configs[name], earlier, day, STAMP).signals
    wall, cpu = time.perf_counter(), [time.process_time()]
    found = {
        name: ingest(configs[name], Poll(part, DAY + timedelta(hours=12)), day, STAMP)
        for name, part in rows.items()
    }
    cpu.append(time.process_time())
    signals = [one for name in rows for one in merge_signals(known[name], found[name].signals)]
    cpu.append(time.process_time())
    groups = cluster(signals)
    cpu.append(time.process_time())
    return {
        "seconds": time.perf_counter() - wall,
        "normalize": cpu[1] - cpu[0],
        "merge": cpu[2] - cpu[1],
        "cluster": cpu[3] - cpu[2],
        "cpu": cpu[3] - cpu[0],
        "signals": len(signals),
        "refused": sum(len(result.dead_letters) for result in found.values()),
        "groups": len(groups),
    }


def run(count: int, folder: Path) -> None:
    """Measure one size in this process and print it as JSON."""
    titles = real_titles(folder)
    rng = random.Random(7)
    measured(shown(titles, WARM_UP, rng))
    for title in titles[-OTHERS:]:  # so that both sizes begin with memories full of other titles
        language_of(None, title)
    result = measured(shown(titles, count, rng))
    result["bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


def in_own_process(count: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--rows", str(count)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="measure this many rows alone and print JSON")
    options = parser.parse_args()
    folder = Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data")).absolute()
    if not folder.is_dir():
        print(f"skipped: no real recorded data in {folder}: set CONTENT_PIPELINE_REAL_DATA")
        return 0
    if options.rows:
        run(options.rows, folder)
        return 0
    small = [in_own_process(SMALL) for _ in range(SMALL_RUNS)]
    large = in_own_process(LARGE)
    for count, result in ((SMALL, small[0]), (LARGE, large)):
        steps = ", ".join(f"{step} {result[step]:.2f}" for step in ("normalize", "merge", "cluster"))
        print(
            f"{count:7,} rows: {result['seconds']:5.1f} s ({steps} s of CPU), {result['bytes'] / 2**20:.0f} MiB; "
            f"{result['signals']:,.0f} signals in {result['groups']:,.0f} groups, {result['refused']:.0f} refused"
        )
    growth = large["cpu"] / LARGE / (statistics.median(result["cpu"] for result in small) / SMALL)
    print(
        f"of the limits: time {large['seconds'] / MOST_SECONDS:.2f}, memory {large['bytes'] / MOST_BYTES:.2f}; "
        f"a row takes {growth:.2f} times as long as with {SMALL:,} (at most {MOST_GROWTH})"
    )
    failed = large["seconds"] >= MOST_SECONDS or large["bytes"] >= MOST_BYTES or growth > MOST_GROWTH
    print("missed" if failed else "met")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
