"""Which trends an account leaves alone, and why in words: what cannot be spoken of, is avoided, or was posted about.

And what of a trend that it takes may be quoted; what is said about it is ``wording``'s.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from content_pipeline.accounts import Account
from content_pipeline.briefs.reading import speakable
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.trends.records import Trend
from content_pipeline.trends.words.orders import gives_instructions
from content_pipeline.trends.words.phrases import mentioned


class Skip(NamedTuple):
    """A trend that an account leaves alone; ``broken`` where it cannot be used by anybody."""

    trend_id: str
    title: str
    reason: str
    broken: bool


def quotable(title: str, banned: Iterable[str] = ()) -> bool:
    """Tell whether a title may stand in a post: in Latin letters, no orders to a language model, none of the ``banned`` phrases."""
    return speakable(title) and not gives_instructions(title) and mentioned(banned, title) is None


def screened(trend: Trend, banned: Sequence[str] = ()) -> Trend:
    """Return a trend with only the evidence and keywords that a script may quote; evidence with the trend's own title comes first."""
    evidence = [seen for seen in trend.evidence if quotable(seen.title, banned)]
    keywords = [
        word for word in trend.keywords if not gives_instructions(word) and mentioned(banned, word) is None
    ]
    own_first = sorted(evidence, key=lambda seen: seen.title != trend.title)
    return trend.model_copy(update={"evidence": own_first, "keywords": keywords})


def skip(trend: Trend, account: Account, posted: Collection[str]) -> Skip | None:
    """Return why an account leaves a trend alone, or none where it may take it; ``posted`` are titles of trends posted about."""
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
    flags = [flag.flag for flag in trend.safety if flag.flag in account.avoid]
    if flags:
        return _skip(trend, f"the account avoids {flags[0]}")
    banned = mentioned(account.banned_topics, trend.title)
    if banned:
        return _skip(trend, f"the account does not speak about {banned!r}")
    if trend.title in posted:
        return _skip(trend, "the account posted about it in the last 90 days")
    if not any(quotable(seen.title, account.banned_topics) for seen in trend.evidence):
        orders = all(gives_instructions(seen.title) for seen in trend.evidence)
        return _skip(trend, "none of its evidence may be quoted", broken=orders)
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
