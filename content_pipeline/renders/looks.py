"""How each kind of a reel's texts looks: hook and cover, context, points, call to action, as still pictures.

What fits is decided in ``boxes``; when a picture is seen and how it moves is the scenes' matter.
"""

from content_pipeline.boxes import (
    BADGE,
    BADGE_GAP,
    BAR_SPACE,
    BLOCK_BOTTOM,
    BLOCK_TOP,
    COLUMN,
    CONTEXT_INSET,
    LABEL_SPACE,
    PILL_GAP,
    PILL_HEIGHT,
    REST_GAP,
    Point,
)
from content_pipeline.renders.drawing import Picture, bare, rounded, stacked, text_lines, tick, words
from content_pipeline.renders.palette import Palette, Rgb, mix
from content_pipeline.typography import (
    BOLD,
    MEDIUM,
    SAFE_LEFT,
    SAFE_RIGHT,
    Block,
    Box,
    TextError,
    fit,
    font,
    measure,
)

PILL_TEXT = Box(COLUMN - 140, 90, BOLD, 60, 20)
ACTIONS = {"save": "Save", "share": "Share", "send": "Share", "comment": "Comment", "follow": "Follow"}
CONTEXT_LABEL = "WHAT IS GOING ON"
LABEL_SIZE, LABEL_TRACKING = 38, 4
STRUCK = "myth"
"""A heading that is struck through."""
_PLAIN = (
    "about after again before being could does every from have here into just like more most much nobody"
    " never only other over really should some than that their them then there these they thing things this"
    " those through what when where which while will with without would your yourself"
)
PLAIN_WORDS = frozenset(_PLAIN.split())
"""Words that are long and say little: no key words."""


def headline(block: Block, family: str, colours: Palette, top: int, bottom: int) -> list[Picture]:
    """Draw a huge text under a short bar, in the middle between ``top`` and ``bottom``; key words take the
    accent.
    """
    start = top + (bottom - top - block.height - BAR_SPACE) // 2
    bar = rounded(SAFE_LEFT, start, 120, 14, 7, colours.primary)
    lines = text_lines(
        block,
        family,
        BOLD,
        SAFE_LEFT,
        start + BAR_SPACE - 8,
        colours.ink,
        colours.accent,
        key_words(block.text),
    )
    return [bar, *lines]


def context(block: Block, language: str, family: str, colours: Palette) -> list[Picture]:
    """Draw what the trend is: a calm text beside a rule, under a label in English reels."""
    label_space = LABEL_SPACE if language == "en" else 0
    top = BLOCK_TOP + (BLOCK_BOTTOM - BLOCK_TOP - block.height - label_space) // 2
    pictures = []
    if label_space:
        pictures.append(_label(CONTEXT_LABEL, top, family, colours.accent))
    top += label_space
    pictures.append(rounded(SAFE_LEFT, top, 10, block.height, 5, colours.primary))
    keys = frozenset(word for word in key_words(block.text) if any(c.isdigit() for c in word))
    pictures += text_lines(
        block, family, MEDIUM, SAFE_LEFT + CONTEXT_INSET, top, colours.ink, colours.accent, keys
    )
    return pictures


def point(parts: Point, count: int, blocks: list[Block], family: str, colours: Palette) -> list[Picture]:
    """Draw a point: its number or its box to tick, a rule, the heading, and the rest as a smaller text.

    ``count`` is its number where it names none; ``blocks`` are its heading and, if there is one, its rest.
    """
    title, *rest = blocks
    height = BADGE + 2 * BADGE_GAP + title.height + sum(REST_GAP + block.height for block in rest)
    top = BLOCK_TOP + (BLOCK_BOTTOM - BLOCK_TOP - height) // 2
    rule_left = SAFE_LEFT + BADGE + 36
    colour = mix(colours.top, colours.ink, 0.35)
    rule = rounded(rule_left, top + BADGE // 2 - 3, SAFE_RIGHT - rule_left, 6, 3, colour)
    pictures = [_badge(parts, count, top, family, colours), rule]
    top += BADGE + BADGE_GAP
    keys = frozenset(bare(word) for word in title.text.split()) if rest else key_words(title.text)
    lines = text_lines(title, family, BOLD, SAFE_LEFT, top, colours.ink, colours.accent, keys)
    if rest and title.text.lower() == STRUCK:
        lines = [_struck(lines[0], title, family, top, colours.ink)]
    pictures += lines
    top += title.height + REST_GAP
    for block in rest:
        pictures += text_lines(
            block, family, MEDIUM, SAFE_LEFT, top, colours.ink, colours.accent, frozenset()
        )
    return pictures


def call(block: Block, handle: str, language: str, family: str, colours: Palette) -> list[Picture]:
    """Draw the call to action: a large text over a pill with its verb, and the handle beside it."""
    top = BLOCK_TOP + (BLOCK_BOTTOM - BLOCK_TOP - block.height - PILL_HEIGHT - PILL_GAP) // 2
    keys = key_words(block.text)
    lines = text_lines(block, family, BOLD, SAFE_LEFT, top, colours.ink, colours.accent, keys)
    top += block.height + PILL_GAP
    action = ACTIONS.get(bare(block.text.split()[0])) if language == "en" else None
    label = fit(action or f"@{handle}", family, PILL_TEXT)
    width = round(measure(label.text, family, label.size, BOLD)) + 140
    middle = top + PILL_HEIGHT // 2
    pill = stacked(
        rounded(SAFE_LEFT, top, width, PILL_HEIGHT, PILL_HEIGHT // 2, colours.primary),
        _centred(label.text, family, BOLD, label.size, SAFE_LEFT + width // 2, middle, colours.on_primary),
    )
    beside = _name_beside(handle, SAFE_LEFT + width + 36, middle, family, colours) if action else []
    return [*lines, pill, *beside]


def key_words(text: str) -> frozenset[str]:
    """Return the words of a text that carry it: numbers, and its two longest words that are not common
    ones.
    """
    found = list(dict.fromkeys(bare(word) for word in text.split()))
    numbers = {word for word in found if any(character.isdigit() for character in word)}
    long = sorted((w for w in found if len(w) > 3 and w not in PLAIN_WORDS), key=len, reverse=True)
    return frozenset(numbers | set(long[: max(1, 2 - len(numbers))]))


def _label(text: str, top: int, family: str, ink: Rgb) -> Picture:
    """Draw a small line of spaced capitals."""
    runs, x = [], 0.0
    for letter in text:
        runs.append((letter, x, ink))
        x += measure(letter, family, LABEL_SIZE, BOLD) + LABEL_TRACKING
    return words(runs, family, BOLD, LABEL_SIZE, SAFE_LEFT, top)


def _struck(line: Picture, block: Block, family: str, top: int, ink: Rgb) -> Picture:
    """Draw a stroke through the middle of a line's small letters, a little wider than the line."""
    _left, x_top, _right, base = font(family, block.size, BOLD).getbbox("x", anchor="ls")
    middle = top + block.size + round((x_top + base) / 2)
    width = round(measure(block.lines[0], family, block.size, BOLD)) + 16
    return stacked(line, rounded(SAFE_LEFT - 8, middle - 4, width, 9, 4, ink))


def _badge(parts: Point, count: int, top: int, family: str, colours: Palette) -> Picture:
    if parts.ticked is not None:
        return tick(SAFE_LEFT, top, BADGE, colours.primary, colours.on_primary, parts.ticked)
    circle = rounded(SAFE_LEFT, top, BADGE, BADGE, BADGE // 2, colours.primary)
    x, y = SAFE_LEFT + BADGE // 2, top + BADGE // 2
    number = parts.number or str(count)
    return stacked(circle, _centred(number, family, BOLD, 84, x, y, colours.on_primary))


def _name_beside(handle: str, left: int, middle: int, family: str, colours: Palette) -> list[Picture]:
    """Draw the handle from ``left`` on, or nothing where it has no room: it stands at the top anyway."""
    if SAFE_RIGHT - left < 200:
        return []
    try:
        name = fit(f"@{handle}", family, Box(SAFE_RIGHT - left, 70, MEDIUM, 48, 24))
    except TextError:
        return []
    top = middle - round(name.size * 0.64)
    return [words([(name.text, 0.0, colours.ink)], family, MEDIUM, name.size, left, top)]


def _centred(text: str, family: str, weight: int, size: int, x: int, y: int, ink: Rgb) -> Picture:
    """Draw one line with the middle of its capitals at ``x``, ``y``."""
    _left, top, _right, bottom = font(family, size, weight).getbbox("H", anchor="ls")
    width = measure(text, family, size, weight)
    return words(
        [(text, 0.0, ink)], family, weight, size, round(x - width / 2), round(y - (top + bottom) / 2) - size
    )
