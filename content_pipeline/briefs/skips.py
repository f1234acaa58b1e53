"""Which trends an account leaves alone, and why in words: what cannot be spoken of, is avoided, or was posted about."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from content_pipeline.briefs.reading import speakable
from content_pipeline.settings import Account
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.trends.records import Trend

_INSTRUCTIONS = re.compile(
    r"\b(ignore|disregard|forget|override)\b[^.]{0,40}\b(previous|prior|above|earlier|all|your|system)\b[^.]{0,30}"
    r"\b(instructions?|prompts?|rules?|messages?|context)\b"
    r"|\b(system|developer) prompt\b|\byou are now\b|\bact as (an?|the) (ai|assistant|model)\b|<\|?\s*(system|im_start|assistant)",
    re.IGNORECASE,
)


class Skip(NamedTuple):
    """A trend that an account leaves alone; ``broken`` where it cannot be used by anybody."""

    trend_id: str
    title: str
    reason: str
    broken: bool


def gives_instructions(text: str) -> bool:
    """Tell whether a text speaks to a language model ("ignore previous instructions") and not to people."""
    return bool(_INSTRUCTIONS.search(text))


def skip(trend: Trend, account: Account, posted: Collection[str]) -> Skip | None:
    """Return why an account leaves a trend alone, or none where it may take it; ``posted`` are titles of trends posted about."""
    flags = [flag.flag for flag in trend.safety if flag.flag in account.avoid]
    banned = [phrase for phrase in account.banned_topics if phrase.casefold() in trend.title.casefold()]
    if not any(seen.title.strip() for seen in trend.evidence):
        return _skip(trend, "it names no evidence", broken=True)
    if not speakable(trend.title):
        return _skip(
            trend,
            "its title has no words in Latin letters to speak of",
            broken=not any(map(str.isalpha, trend.title)),
        )
    if gives_instructions(trend.title):
        return _skip(trend, "its title gives instructions to a language model", broken=True)
    if not account.takes(trend.language):
        return _skip(trend, f"the account does not take what is in the language {trend.language!r}")
    if flags:
        return _skip(trend, f"the account avoids {flags[0]}")
    if banned:
        return _skip(trend, f"the account does not speak about {banned[0]!r}")
    if trend.title in posted:
        return _skip(trend, "the account posted about it in the last 90 days")
    return None


def skips(trends: Iterable[Trend], account: Account, posted: Collection[str]) -> list[Skip]:
    """Return the trends that an account leaves alone, in their order."""
    return [found for trend in trends if (found := skip(trend, account, posted)) is not None]


def letters(found: Iterable[Skip], account: Account, day: date) -> list[DeadLetter]:
    """Return a dead letter for each trend that nobody can use; what is only not for this account is none."""
    return [
        DeadLetter(
            stage="briefs", source=account.id, day=day, position=s.trend_id, reason=s.reason, excerpt=s.title
        )
        for s in found
        if s.broken
    ]


def reasons(skips: Sequence[Skip]) -> dict[str, int]:
    """Return how many trends were left alone for each reason, the commonest first."""
    return dict(Counter(skip.reason for skip in skips).most_common())


def _skip(trend: Trend, reason: str, broken: bool = False) -> Skip:
    return Skip(trend.trend_id, trend.title, reason, broken)
