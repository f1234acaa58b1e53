"""Near-duplicates: how well each measure of likeness tells posts that are told again from posts that share phrases, and how fast.

All sides are computed in this run, on scripts of the template engine about the sandbox's own titles. Told again: a script with another
hook, other figures and hashtags, its lines in another order, a line less, a part of its telling words replaced by words of other
scripts, all of it; and, as the engine itself does it, all the same advice in another format. Not told again: two posts of different
days and subjects, of the same topic and format, with at most half of their advice in common. Each measure's threshold is the one of
the best F1 on half of the scripts; figures are of the other half, at that threshold and, for what ships, at the gate's own.

    python benchmarks/policy_duplicates.py [--days 20]
"""

import argparse
import itertools
import random
import re
import statistics
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio
from script_variants import STAMP, START, briefs_of, strategy_of

from content_pipeline.accounts import Account, load_accounts
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.review.similarity import SIMILAR_FROM, Corpus, similarity
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.scripts.records import Script
from content_pipeline.scripts.writing import write_scripts
from content_pipeline.trends.words.text import is_telling, words

ROOT = Path(__file__).parent.parent
Pair = tuple[Script, Script]
Measure = Callable[[str, str], float]
MOST_PAIRS = 1500


def written(account: Account, days: int) -> list[list[Script]]:
    """Return the scripts of days, each day by itself."""
    made = []
    for n in range(days):
        day = START + timedelta(days=n)
        briefs = briefs_of(account, day, [])
        slots = plan_calendar(account, day, briefs, strategy_of(account, day), STAMP)
        made.append(write_scripts(account, day, briefs, slots, TemplateEngine(), STAMP)[0])
    return made


def caption(script: Script) -> str:
    return script.caption_long


def told(script: Script) -> str:
    return "\n".join(part for s in script.segments for part in (s.on_screen_text, s.voice_text))


def advice(script: Script) -> frozenset[str]:
    """Return the lines of a script's body, without what numbers them."""
    body = (s.on_screen_text for s in script.segments if s.role == "body")
    return frozenset(re.sub(r"^(?:☐|\d+\.|Step \d+:|Myth:)\s*", "", line).casefold() for line in body)


class Retelling:
    """Ways to tell a text again, each drawn by a seed."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self._hooks = [s.segments[0].on_screen_text for s in scripts]
        self._words = sorted({w for s in scripts for w in words(s.caption_long) if is_telling(w)})

    def _hook(self, text: str, rng: random.Random) -> str:
        return "\n".join([rng.choice(self._hooks), *text.split("\n")[1:]])

    def _figures(self, text: str, rng: random.Random) -> str:
        return re.sub(r"\d+", lambda _: str(rng.randint(2, 90)), text) + " #another #tag"

    def _order(self, text: str, rng: random.Random) -> str:
        first, *rest = [line for line in text.split("\n") if line.strip()]
        rng.shuffle(rest)
        return "\n".join([first, *rest])

    def _shorter(self, text: str, rng: random.Random) -> str:
        lines = [line for line in text.split("\n") if line.strip()]
        lines.pop(rng.randrange(1, len(lines)))
        return "\n".join(lines)

    def _replaced(self, share: float) -> Callable[[str, random.Random], str]:
        def replace(text: str, rng: random.Random) -> str:
            def word(match: re.Match[str]) -> str:
                drawn = is_telling(match[0].casefold()) and rng.random() < share
                return rng.choice(self._words) if drawn else match[0]

            return re.sub(r"[A-Za-z']+", word, text)

        return replace

    def _everything(self, text: str, rng: random.Random) -> str:
        for change in (self._hook, self._order, self._shorter, self._replaced(0.15), self._figures):
            text = change(text, rng)
        return text

    def ways(self) -> dict[str, Callable[[str, random.Random], str]]:
        """Return the ways by name; percents are of the telling words."""
        return {
            "hook": self._hook,
            "figures": self._figures,
            "order": self._order,
            "shorter": self._shorter,
            "10 %": self._replaced(0.10),
            "20 %": self._replaced(0.20),
            "30 %": self._replaced(0.30),
            "all": self._everything,
        }


def telling_line(text: str) -> str:
    return " ".join(w for w in words(text) if is_telling(w))


def shingles(text: str, size: int) -> list[str]:
    found = words(text)
    return [" ".join(found[i : i + size]) for i in range(len(found) - size + 1)]


def min_hashes(text: str, size: int, count: int = 128) -> np.ndarray:
    """Return a signature whose share of equal places estimates the Jaccard index of two sets of shingles (Broder, 1997)."""
    prime = np.uint64(2**31 - 1)
    rng = np.random.default_rng(0)
    a, b = rng.integers(1, 2**31 - 1, (2, count), dtype=np.uint64)
    hashed = np.array([zlib.crc32(s.encode()) for s in shingles(text, size)] or [0], dtype=np.uint64) % prime
    return ((a[:, None] * hashed + b[:, None]) % prime).min(axis=1)


def min_hash(size: int) -> Measure:
    kept: dict[str, np.ndarray] = {}

    def measure(a: str, b: str) -> float:
        for text in (a, b):
            if text not in kept:
                kept[text] = min_hashes(text, size)
        return float((kept[a] == kept[b]).mean())

    return measure


MEASURES: dict[str, Measure] = {
    "token sort": lambda a, b: token_sort_ratio(a, b) / 100,
    "token set": lambda a, b: token_set_ratio(a, b) / 100,
    "token set, telling": lambda a, b: token_set_ratio(telling_line(a), telling_line(b)) / 100,
    "MinHash, words": min_hash(1),
    "MinHash, 2 words": min_hash(2),
    "MinHash, 3 words": min_hash(3),
    "overlap (the gate's)": similarity,
}


def both(measure: Measure, pair: Pair) -> float:
    """Return the greater likeness, of the captions or of what is told in the reel."""
    return max(measure(caption(pair[0]), caption(pair[1])), measure(told(pair[0]), told(pair[1])))


def unlike(scripts: Sequence[Script], rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Return pairs of one topic and format that share at most half of their advice, and pairs that share all in another format."""
    different, again = [], []
    for a, b in itertools.combinations(scripts, 2):
        if a.day == b.day or a.archetype.topic_family != b.archetype.topic_family:
            continue
        shared = len(advice(a) & advice(b)) / min(len(advice(a)), len(advice(b)))
        if shared <= 0.5 and a.archetype.format == b.archetype.format:
            different.append((a, b))
        elif shared == 1 and a.archetype.format != b.archetype.format:
            again.append((a, b))
    rng.shuffle(different)
    return different[:MOST_PAIRS], again


def best_threshold(same: Sequence[float], different: Sequence[float]) -> float:
    """Return the likeness from which on F1 is best, halfway to the next lower one."""
    marks = sorted({*same, *different})
    middles = [(a + b) / 2 for a, b in itertools.pairwise(marks)]

    def f1(mark: float) -> float:
        hits, false = sum(s >= mark for s in same), sum(d >= mark for d in different)
        return 2 * hits / (hits + false + len(same))

    return max(middles, key=f1)


def likenesses(
    measure: Measure, scripts: Sequence[Script], retelling: Retelling
) -> tuple[dict[str, list[float]], list[float]]:
    """Return the likenesses of what is told again, by way, and of what is not."""
    different, again = unlike(scripts, random.Random(1))
    found = {
        way: [
            measure(text, change(text, random.Random(f"{way}-{n}")))
            for n, script in enumerate(scripts[:100])
            for text in (caption(script), told(script))
        ]
        for way, change in retelling.ways().items()
    }
    found["format"] = [both(measure, pair) for pair in again]
    return found, [both(measure, pair) for pair in different]


def report_quality(scripts: Sequence[Script]) -> None:
    rng = random.Random(5)
    shuffled = list(scripts)
    rng.shuffle(shuffled)
    halves = shuffled[::2], shuffled[1::2]
    retelling = Retelling(scripts)
    ways = [*retelling.ways(), "format"]
    print(f"{'measure':<24}{'from':>6}{'precision':>11}{'recall':>8}  recall by way: {', '.join(ways)}")
    for name, measure in MEASURES.items():
        same, different = likenesses(measure, halves[0], retelling)
        chosen = best_threshold(list(itertools.chain(*same.values())), different)
        same, different = likenesses(measure, halves[1], retelling)
        marks = [chosen]
        marks += [0.90] if name == "token sort" else [SIMILAR_FROM] if measure is similarity else []
        for mark in marks:
            flat = list(itertools.chain(*same.values()))
            hits, false = sum(s >= mark for s in flat), sum(d >= mark for d in different)
            by_way = "  ".join(f"{statistics.mean(s >= mark for s in same[way]):.2f}" for way in ways)
            print(
                f"{name:<24}{mark:>6.2f}{hits / max(1, hits + false):>11.4f}{hits / len(flat):>8.3f}  {by_way}"
                f"  ({len(flat)} told again, {len(different)} not, {false} of them taken for it)"
            )


def report_speed(scripts: Sequence[Script]) -> None:
    texts = [(caption(s), told(s)) for s in scripts]
    for new, old in ((3, 270), (30, 900)):
        # Every text of the history is another: a copy would be found by its first look.
        history = [tuple(f"{part} variant{n}" for part in texts[n % len(texts)]) for n in range(old)]
        asked = texts[-new:]

        def by_corpus(asked: Iterable = asked, history: Iterable = history) -> None:
            kinds = [Corpus(part) for part in zip(*history, strict=True)]
            for parts in asked:
                for corpus, part in zip(kinds, parts, strict=True):
                    corpus.nearest(part)

        def by_pairs(measure: Measure, asked: Iterable = asked, history: Iterable = history) -> None:
            for parts in asked:
                for others in history:
                    for a, b in zip(parts, others, strict=True):
                        measure(a, b)

        took = {"overlap (the gate's)": seconds(by_corpus)}
        for name in ("token sort", "token set", "MinHash, 2 words"):
            fresh = min_hash(2) if name.startswith("MinHash") else MEASURES[name]
            took[name] = seconds(lambda fresh=fresh: by_pairs(fresh))
        print(
            f"{new} scripts against {old} posts, captions and scripts:",
            ", ".join(f"{n} {s:.2f} s" for n, s in took.items()),
        )


def seconds(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def report_flow(days: Sequence[Sequence[Script]]) -> None:
    """Print what the gate's measure would block if on each day the first variant that is not blocked were posted."""
    posted: list[Script] = []
    blocked, seen, same_day, slots, empty = 0, 0, 0, 0, 0
    for scripts in days:
        kinds = Corpus(map(caption, posted)), Corpus(map(told, posted))
        goes: dict[str, Script] = {}
        for script in sorted(scripts, key=lambda s: (s.slot_at, s.preference)):
            nearest = [
                corpus.nearest(part(script)) for corpus, part in zip(kinds, (caption, told), strict=True)
            ]
            again = any(n is not None and n.similarity >= SIMILAR_FROM for n in nearest)
            earlier = [s for s in scripts if s.slot_at < script.slot_at]
            same_day += any(both(similarity, (script, s)) >= SIMILAR_FROM for s in earlier)
            seen, blocked = seen + 1, blocked + again
            if not again:
                goes.setdefault(script.slot_id, script)
        slots += len({s.slot_id for s in scripts})
        empty += len({s.slot_id for s in scripts} - set(goes))
        posted += goes.values()
    print(
        f"{len(days)} days of the template engine: {blocked} of {seen} scripts are like a post of the days before, "
        f"{same_day} like a script of an earlier slot of their day; {empty} of {slots} slots have no variant left"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=20)
    given = parser.parse_args()
    account = load_accounts(ROOT / "data/accounts")["demo"]
    days = written(account, given.days)
    scripts = [script for day in days for script in day]
    report_quality(scripts)
    report_speed(scripts)
    report_flow(days)


if __name__ == "__main__":
    main()
