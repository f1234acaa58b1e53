"""How a reel is composed from parts: what the trend is, the points of a format, the call to action, as full of words as time allows.

The phrasings are data (``grammar.yaml``). Which advice, hook and evidence are used is the engine's choice.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from textwrap import shorten
from typing import Any, NamedTuple

import yaml

from content_pipeline.briefs.archetypes import DurationBand
from content_pipeline.briefs.wording import capitalized
from content_pipeline.scripts.advice import Advice
from content_pipeline.scripts.engines.base import EngineError, Line
from content_pipeline.scripts.pacing import TOLERANCE, WORDS_PER_SECOND, least_seconds

FEWEST_POINTS = 2
FULL = 1.1
"""How full of words a reel may get, in parts of what its band takes at 150 words a minute; too full is more than 1.2."""

CONTEXT_WORDS = 20
SHORT_SCREEN = 40
"""Characters of a text on screen that takes two seconds to read."""


class ReelPart(NamedTuple):
    """A part of the reel: what is shown, the ways to say it from short to long, and its lines in the caption."""

    screen: str
    says: list[str]
    caption: list[str]


@cache
def grammar() -> dict[str, Any]:
    """Return the data of ``grammar.yaml``."""
    text = files("content_pipeline.scripts.engines").joinpath("grammar.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def context_of(words: dict[str, str], turn: int) -> ReelPart:
    """Say what the trend is, from the parts that the evidence has; each ``turn`` begins with another kind and another way.

    The first turn takes the most telling kind. One that is too long to be said is passed over; where all are, the title is only shown.
    """
    bridge = take(grammar()["bridges"], turn).format_map(words)
    kinds = [kind for kind in grammar()["contexts"] if set(kind["needs"]) <= words.keys()]
    start = turn % len(kinds)
    for kind in [*kinds[start:], *kinds[:start]]:
        way = take(kind["ways"], turn // len(kinds))
        screen, first, says = (
            capitalized(way[name].format_map(words)) for name in ("screen", "first", "says")
        )
        caption = [] if kind.get("quotes") else [says]
        if len(says.split()) <= CONTEXT_WORDS:
            return ReelPart(screen, [first, says, f"{says} {bridge}"], caption)
    return ReelPart(screen, [first, f"{first} {bridge}"], caption)


def call_of(cta: str, words: dict[str, str], turn: int) -> ReelPart:
    """Return one of a call to action's ways: its button, and its request, short and long."""
    button, short, long = (text.format_map(words) for text in take(grammar()["ctas"][cta], turn))
    return ReelPart(button, [short, long], [long])


def composed(
    form: str,
    advice: Sequence[Advice],
    words: dict[str, str],
    frame: tuple[ReelPart, ReelPart],
    band: DurationBand,
    hook_words: int,
) -> tuple[list[ReelPart], list[Line]]:
    """Return as many points as the band's time allows, and all lines but the hook, as full of words as it allows.

    Where even two points leave no time to read the context on screen, it is cut short there; the caption has it whole.

    Args:
        form: the format.
        advice: what to say, the best first.
        words: fill the phrasings.
        frame: the context before the points and the call after them.
        band: the duration band: at most so many points.
        hook_words: words that the hook takes.

    Raises:
        EngineError: even two points are too many words.
    """
    context, call = frame
    target = band.seconds * WORDS_PER_SECOND
    full, most = FULL * target - hook_words, (1 + TOLERANCE) * target - hook_words
    numbers = range(band.beats, FEWEST_POINTS - 1, -1)
    for shown, number in [*((context, n) for n in numbers), (_cut(context), FEWEST_POINTS)]:
        points = _points(form, advice[:number], words)
        parts = [shown, *points, call]
        said = [part.says[0] for part in parts]
        if _count(parts, said) > most:
            continue
        for level in range(1, max(len(part.says) for part in parts)):
            for place, part in enumerate(parts):
                longer = [*said[:place], part.says[min(level, len(part.says) - 1)], *said[place + 1 :]]
                said = longer if _count(parts, longer) <= full else said
        return points, [
            Line(on_screen_text=part.screen, voice_text=text) for part, text in zip(parts, said, strict=True)
        ]
    raise EngineError(f"{FEWEST_POINTS} points as a {form} have too many words for the length of the reel")


def _cut(part: ReelPart) -> ReelPart:
    """Return a part whose text on screen can be read in the least time of a part, or little more."""
    closing = "”" if part.screen.endswith("”") else ""
    return part._replace(screen=shorten(part.screen, SHORT_SCREEN, placeholder="…" + closing))


def _count(parts: Sequence[ReelPart], said: Sequence[str]) -> float:
    """Return how many words' time the parts take, to be said and to be read."""
    return WORDS_PER_SECOND * sum(
        least_seconds(part.screen, text) for part, text in zip(parts, said, strict=True)
    )


def _points(form: str, advice: Sequence[Advice], words: dict[str, str]) -> list[ReelPart]:
    ways, ordinals = grammar()["formats"][form], grammar()["ordinals"]
    points = []
    if form == "explainer":
        why = grammar()["explainer"]
        points.append(ReelPart(*(_filled(why[name], words) for name in ("screen", "says", "caption_why"))))
    for number, piece in enumerate(advice, start=1):
        last = number == len(advice) > FEWEST_POINTS
        filling = (
            words
            | _pieces(piece)
            | {"n": str(number), "First": ordinals[-1] if last else ordinals[number - 1]}
        )
        points.append(ReelPart(*(_filled(ways[name], filling) for name in ("screen", "says", "caption"))))
    return points


def _filled(template: Any, words: dict[str, str]) -> Any:
    return (
        [text.format_map(words) for text in template]
        if isinstance(template, list)
        else template.format_map(words)
    )


def _pieces(piece: Advice) -> dict[str, str]:
    do = piece.do if piece.do[:2].isupper() else piece.do[:1].lower() + piece.do[1:]
    return {
        "do": do,
        "Do": piece.do,
        "why": piece.why,
        "Why": capitalized(piece.why),
        "how": piece.how,
        "avoid": piece.avoid,
        "myth": piece.myth,
    }


def caption_of(
    hook: str, form: str, context: ReelPart, points: Sequence[ReelPart], words: dict[str, str], source: str
) -> str:
    """Return the caption without its request: the hook, what the trend is, the points one a line, and the source.

    Where the context quotes the title, the source, which names it too, stands in its place.
    """
    told, after = (context.caption[0], ["", source]) if context.caption else (source, [])
    explains = form == "explainer"
    lead = grammar()["explainer"]["caption_what"].format_map(words | {"context": told}) if explains else told
    body = [_longest(point.caption) for point in points]
    return "\n".join([hook, "", lead, *([] if explains else [""]), *body, *after])


def _longest(lines: Any) -> str:
    return str(lines if isinstance(lines, str) else lines[-1])


def take(items: Sequence[Any], turn: int) -> Any:
    """Return the item whose turn it is."""
    return items[turn % len(items)]
