"""Near-duplicates of a title, as other sources would word it: the kinds that the clustering was built with, and kinds held out.

Every variant still tells the same story. Which titles there are and how they are judged stays in the benchmarks.
"""

import html
import random
import re
import unicodedata
from collections.abc import Callable

from content_pipeline.trends.words.text import telling_words

Variant = Callable[[str, random.Random], str]

ENOUGH_WORDS = 4
"""Telling words that a title needs before words of it are lost or changed: with fewer it may become another story."""
LONG_TITLE = 6
"""The same for more of its words."""

EMOJI = ["🔥", "😱", "🚨", "❤️", "🇺🇸", "👨‍👩‍👧", "💀", "1️⃣"[1:], "✨"]
SUFFIXES = [
    " - Reuters",
    " | CNN",
    " - BBC News",
    " - The New York Times",
    " | The Guardian",
    " - Der Spiegel",
]
UNKNOWN_SUFFIXES = [
    " - The Hindu",
    " | Irish Examiner",
    " – Dagens Nyheter",
    " · 9to5Mac",
    " (via Boing Boing)",
]
PREFIXES = ["BREAKING: ", "Breaking: ", "WATCH: ", "EXCLUSIVE: ", "[VIDEO] ", "JUST IN: "]
ADDED = ["today", "officially", "finally", "right now", "in full"]
TAILS = [" (Updated)", " [repost]", " #viral", " pls share", " // full story"]
ALIKE = [(" and ", " & "), (" vs. ", " versus "), (" vs ", " v "), (" ft. ", " feat. "), (" says ", " said ")]
SMALL = {"the", "a", "an", "of", "to", "in", "and", "is", "on", "for", "de", "la", "el", "der", "die", "das"}
PUNCTUATION = str.maketrans({"'": "’", '"': "”", "-": "–", "|": "-", ":": " -", "!": "", "?": " ?", ",": ""})


def upper_or_lower(title: str, rng: random.Random) -> str:
    return rng.choice([title.upper, title.lower, title.swapcase])()


def with_emoji(title: str, rng: random.Random) -> str:
    words = title.split()
    for _ in range(rng.randint(1, 3)):
        words.insert(rng.randint(0, len(words)), rng.choice(EMOJI))
    return " ".join(words)


def with_source(title: str, rng: random.Random) -> str:
    return title + rng.choice(SUFFIXES)


def with_label(title: str, rng: random.Random) -> str:
    return rng.choice(PREFIXES) + title


def repunctuated(title: str, rng: random.Random) -> str:
    return rng.choice([title.translate(PUNCTUATION), " ".join(re.findall(r"\w+", title)), title + "!!"])


def as_entities(title: str, rng: random.Random) -> str:
    escaped = html.escape(title)
    return escaped if rng.random() < 0.5 else escaped.replace("'", "&#39;").replace(" ", "&nbsp;", 1)


def cut_off(title: str, rng: random.Random) -> str:
    kept = title[: max(int(len(title) * rng.uniform(0.55, 0.85)), 1)].rstrip()
    return kept + rng.choice(["…", "...", " …"])


def with_typos(title: str, rng: random.Random) -> str:
    characters = list(title)
    for _ in range(1 + (len(title) > 50)):
        places = [
            i for i in range(len(characters) - 1) if characters[i].isalpha() and characters[i + 1].isalpha()
        ]
        if places:
            at = rng.choice(places)
            characters[at : at + 2] = rng.choice(_slips)(characters[at], characters[at + 1], rng)
    return "".join(characters)


def reordered(title: str, rng: random.Random) -> str:
    parts = re.split(r"\s[-–|]\s|: ", title)
    if len(parts) > 1:
        return " | ".join(reversed(parts))
    words = title.split()
    at = rng.randint(1, max(len(words) - 1, 1))
    return " ".join([*words[at:], *words[:at]])


def word_dropped(title: str, rng: random.Random) -> str:
    words = title.split()
    droppable = [i for i, word in enumerate(words) if not any(c.isdigit() for c in word)]
    if len(words) > 1 and droppable:
        del words[rng.choice(droppable)]
    return " ".join(words)


def word_added(title: str, rng: random.Random) -> str:
    words = title.split()
    words.insert(rng.randint(1, len(words)), rng.choice(ADDED))
    return " ".join(words)


def with_unknown_source(title: str, rng: random.Random) -> str:
    return title + rng.choice(UNKNOWN_SUFFIXES)


def with_tail(title: str, rng: random.Random) -> str:
    return title + rng.choice(TAILS)


def as_hashtags(title: str, rng: random.Random) -> str:
    return " ".join(f"#{w}" if w.isalpha() and rng.random() < 0.4 else w for w in title.split())


def without_accents(title: str, rng: random.Random) -> str:  # noqa: ARG001
    return "".join(c for c in unicodedata.normalize("NFD", title) if not "\u0300" <= c <= "\u036f")


def full_width(title: str, rng: random.Random) -> str:  # noqa: ARG001
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in title)


def worded_alike(title: str, rng: random.Random) -> str:  # noqa: ARG001
    for one, other in ALIKE:
        title = title.replace(one, other)
    return title


def spoken_of(title: str, rng: random.Random) -> str:
    return rng.choice([f"RT @reader: {title}", f"“{title}”", f"{title}?! What we know so far"])


def with_source_first(title: str, rng: random.Random) -> str:
    return rng.choice(["CNN: ", "Reuters - ", "BBC News | ", "(AP) "]) + title


def first_words(title: str, rng: random.Random) -> str:  # noqa: ARG001
    words = title.split()
    return " ".join(words[: max(ENOUGH_WORDS, int(len(words) * 0.75))])


def word_replaced(title: str, rng: random.Random) -> str:
    words = title.split()
    words[rng.randrange(len(words))] = rng.choice(["big", "new", "great", "people", "today", "world"])
    return " ".join(words)


def shuffled(title: str, rng: random.Random) -> str:
    words = title.split()
    rng.shuffle(words)
    return " ".join(words)


def without_small_words(title: str, rng: random.Random) -> str:  # noqa: ARG001
    return " ".join(word for word in title.split() if word.lower() not in SMALL) or title


def twice_changed(title: str, rng: random.Random) -> str:
    first, second = rng.sample(
        [upper_or_lower, with_emoji, with_source, with_typos, repunctuated, word_dropped], 2
    )
    return second(first(title, rng), rng)


LIGHT: list[Variant] = [upper_or_lower, with_emoji, repunctuated, as_entities, with_source, with_label]
"""Kinds that leave all words of a title: any title can bear them."""
HEAVY: list[Variant] = [cut_off, with_typos, reordered, word_dropped, word_added]
HELD_OUT_LIGHT: list[Variant] = [
    as_hashtags,
    without_accents,
    full_width,
    worded_alike,
    with_source_first,
    without_small_words,
]
HELD_OUT_HEAVY: list[Variant] = [
    with_unknown_source,
    with_tail,
    spoken_of,
    twice_changed,
    shuffled,
]


LOSSY: list[Variant] = [first_words, word_replaced]
"""Kinds that leave so much out that only a long title still tells the same story."""


def variants(title: str, rng: random.Random, *, held_out: bool, count: int = 3) -> list[tuple[str, str]]:
    """Return up to ``count`` variants of a title that differ from it, each with the name of its kind."""
    light, heavy = (HELD_OUT_LIGHT, HELD_OUT_HEAVY) if held_out else (LIGHT, HEAVY)
    telling = min(len(set(telling_words(title))), len(title.split()))
    kinds = [
        *light,
        *(heavy if telling >= ENOUGH_WORDS else []),
        *(LOSSY if held_out and telling >= LONG_TITLE else []),
    ]
    made = [(kind(title, rng), kind.__name__) for kind in rng.sample(kinds, min(count, len(kinds)))]
    return [(text, name) for text, name in made if text.strip() and text != title]


_slips: list[Callable[[str, str, random.Random], list[str]]] = [
    lambda a, b, rng: [b, a],  # noqa: ARG005
    lambda a, b, rng: [a],  # noqa: ARG005
    lambda a, b, rng: [a, b, b],  # noqa: ARG005
    lambda a, b, rng: [rng.choice("aeiostrn"), b],  # noqa: ARG005
]
