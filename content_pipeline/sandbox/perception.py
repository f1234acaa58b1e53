"""What a viewer perceives in a post: its hook, format, topic, call to action, length and time of day.

It knows the caption, the length and the hour alone, as a viewer does; what the makers meant is not known
here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
OTHER = "other"
Cues = Sequence[tuple[str, re.Pattern[str]]]


def _cues(*pairs: tuple[str, str]) -> Cues:
    return [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in pairs]


HOOKS = _cues(
    ("contrarian", r"^(stop|unpopular opinion|forget|skip|quit)\b"),
    ("challenge", r"^(try|give)\b"),
    ("news", r"^(everyone is talking about|new|breaking|this week)\b"),
    ("story", r"^(i|how i|my)\b"),
    ("number", r"^\d"),
    ("curiosity", r"\b(nobody|hidden|secret|quietly)\b"),
    ("mistake", r"\b(mistakes?|wrong|trap)\b"),
    ("question", r"\?$"),
)
FORMATS = _cues(
    ("listicle", r"^1\. "),
    ("how_to", r"^step 1\b"),
    ("comparison", r"^instead of\b"),
    ("explainer", r"^what: "),
    ("myth", r"^myth: "),
    ("checklist", r"^\[ \] |^☐ "),
)
CTAS = _cues(
    ("save", r"^save\b"),
    ("share", r"^(share|send)\b"),
    ("comment", r"^comment\b"),
    ("follow", r"^follow\b"),
)
TOPICS = {
    "focus": "focus attention distraction flow concentration|deep work",
    "habits": "habit habits routine routines morning discipline streak streaks consistency",
    "tools": "app apps tool tools notes calendar software ai shortcut shortcuts phone",
    "energy": "sleep energy rest burnout walk stress mental",
    "money": "money budget saving savings spending income invest investing",
    "fitness": "fitness workout workouts gym exercise training muscle cardio",
}
TRENDING = "trending"
SHORT_S = 21.0
MEDIUM_S = 37.0
AFTERNOON_H = 12
EVENING_H = 17


@dataclass(frozen=True)
class Perception:
    """A post as a viewer sees it, each value a level of its factor."""

    hook: str
    format: str
    topic: str
    cta: str
    duration: str
    slot: str

    def levels(self) -> dict[str, str]:
        """Return the level of each factor."""
        return dict(vars(self))


def perceive(caption: str, duration_s: float, published_at: datetime) -> Perception:
    """Perceive a post from its caption, its length (seconds) and the moment it went live (aware)."""
    lines = [line.strip() for line in caption.splitlines() if line.strip()]
    spoken = [line for line in lines if not _is_hashtags(line)]
    body = spoken[1:]
    return Perception(
        hook=_first_cue(HOOKS, spoken[:1]),
        format=_first_cue(FORMATS, body),
        topic=_topic(caption),
        cta=_first_cue(CTAS, spoken[-1:]),
        duration="short" if duration_s < SHORT_S else "medium" if duration_s < MEDIUM_S else "long",
        slot=_slot(published_at.astimezone(ZONE).hour),
    )


def _first_cue(cues: Cues, lines: Sequence[str]) -> str:
    """Return the first cue, in the cues' order, that any of the lines shows."""
    return next((name for name, pattern in cues if any(map(pattern.search, lines))), OTHER)


def _is_hashtags(line: str) -> bool:
    return all(word.startswith("#") for word in line.split())


def _topic(caption: str) -> str:
    counts = {family: len(pattern.findall(caption)) for family, pattern in _TOPIC_PATTERNS.items()}
    best = max(counts, key=lambda family: counts[family])  # the first of equals
    return best if counts[best] else TRENDING


def _topic_pattern(words: str) -> re.Pattern[str]:
    single, _, phrases = words.partition("|")
    choices = [re.escape(word) for word in single.split()]
    choices += [re.escape(phrase).replace(r"\ ", r"\s?") for phrase in phrases.split("|") if phrase]
    return re.compile(rf"\b(?:{'|'.join(choices)})\b", re.IGNORECASE)


_TOPIC_PATTERNS = {family: _topic_pattern(words) for family, words in TOPICS.items()}


def _slot(hour: int) -> str:
    return "morning" if hour < AFTERNOON_H else "afternoon" if hour < EVENING_H else "evening"
