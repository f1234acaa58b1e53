"""When each word of the voice text is said, and which words are shown together.

There is no recorded voice to align with: time is shared out by the length of the words. Drawing is the
scenes' matter.
"""

from dataclasses import dataclass

from content_pipeline.renders.errors import RenderError
from content_pipeline.typography import excerpt, wrap

FASTEST_WORDS_PER_SECOND = 7.0
"""Nobody reads, or says, more words in a second."""
CHARACTERS_OF_A_PAUSE = 4
"""A word ends with a short pause; after a comma or full stop it counts double."""
LINES = 2


@dataclass(frozen=True)
class Word:
    """A word of the voice text, with the seconds of the reel in which it is said."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Phrase:
    """Words that are on screen together, in lines."""

    lines: tuple[tuple[Word, ...], ...]

    @property
    def words(self) -> list[Word]:
        """Return the words in the order in which they are said."""
        return [word for line in self.lines for word in line]


def time_words(text: str, start_s: float, end_s: float) -> list[Word]:
    """Share the seconds from ``start_s`` to ``end_s`` among the words of ``text`` by their length.

    Raises:
        RenderError: there are more words than anyone can follow.
    """
    parts = text.split()
    seconds = end_s - start_s
    if len(parts) > FASTEST_WORDS_PER_SECOND * seconds:
        raise RenderError(
            f"the voice text {excerpt(text)} has {len(parts)} words for {seconds:.1f} s: shorten it"
        )
    weights = [len(part) + CHARACTERS_OF_A_PAUSE * (2 if part[-1] in ".,;:!?" else 1) for part in parts]
    words, passed = [], 0
    for part, weight in zip(parts, weights, strict=True):
        begin = start_s + seconds * passed / sum(weights)
        passed += weight
        words.append(Word(part, begin, start_s + seconds * passed / sum(weights)))
    return words


def phrases(words: list[Word], family: str, weight: int, size: int, width: int) -> list[Phrase]:
    """Group words, none of them wider than ``width`` pixels, into phrases of at most two lines that fit it; a
    phrase ends where a sentence does.
    """
    groups: list[list[Word]] = []
    for word in words:
        fresh = not groups or groups[-1][-1].text[-1] in ".!?"
        if not fresh:
            texts = [w.text for w in groups[-1]] + [word.text]
            fresh = len(wrap(texts, family, size, weight, width)) > LINES
        if fresh:
            groups.append([])
        groups[-1].append(word)
    return [_phrase(group, family, weight, size, width) for group in groups]


def _phrase(group: list[Word], family: str, weight: int, size: int, width: int) -> Phrase:
    left = list(group)
    lines = []
    for line in wrap([word.text for word in group], family, size, weight, width):
        count = len(line.split())
        lines.append(tuple(left[:count]))
        left = left[count:]
    return Phrase(tuple(lines))
