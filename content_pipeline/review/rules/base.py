"""What a rule family is, and what rules look at."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from content_pipeline.accounts import Account
from content_pipeline.review.history import PostCorpus, PostText
from content_pipeline.review.incidents import LookAlikes
from content_pipeline.review.moderation import Moderation
from content_pipeline.review.phases import Standing
from content_pipeline.review.records import ApprovalKind, Finding, Severity
from content_pipeline.review.spellings import readings
from content_pipeline.scripts.records import Script

EXCERPT = 80
QUOTATION = re.compile("“([^“”\n]*)”")


@dataclass(frozen=True)
class Context:
    """What a rule may know beside the script: what the account posted lately, all scripts of the day, and what incidents were about.

    ``standing`` is the account's, as of the review; without one nothing happened yet.
    """

    posted: Sequence[PostText] = ()
    others: Sequence[Script] = ()
    look_alikes: LookAlikes = field(default_factory=LookAlikes)
    standing: Standing | None = None
    moderation: Moderation = field(default_factory=Moderation)

    @cached_property
    def posted_corpus(self) -> PostCorpus:
        """Return what was posted, to compare with."""
        return PostCorpus(self.posted)

    @cached_property
    def others_corpus(self) -> PostCorpus:
        """Return the day's scripts, to compare with."""
        return PostCorpus([PostText.of(script) for script in self.others])


@dataclass(frozen=True)
class Material:
    """A script as rules see it: with its account, its context, and the text that reaches the public."""

    script: Script
    account: Account
    context: Context = field(default_factory=Context)

    @cached_property
    def text(self) -> str:
        """Return everything that a viewer sees, hears or reads, one part a line."""
        script = self.script
        parts = [part for s in script.segments for part in (s.on_screen_text, s.voice_text)]
        return "\n".join(
            [*parts, script.cover_text, script.caption_long, " ".join(script.hashtags), script.alt_text]
        )

    @cached_property
    def readings(self) -> Sequence[str]:
        """Return the text in lower case, and as it reads once its disguises are undone, where that is another."""
        return readings(self.text)

    @cached_property
    def own_text(self) -> str:
        """Return the text without the quotations of its evidence: what the account says itself, in its own spelling."""
        quotes = [
            claim.quote.casefold() for claim in self.script.claims if claim.kind == "evidence" and claim.quote
        ]

        def own(match: re.Match[str]) -> str:
            quoted = match[1].strip().rstrip("….").casefold()
            return " " if any(quoted in quote for quote in quotes) else match[0]

        return QUOTATION.sub(own, self.text)


Rule = Callable[[Material], Iterable[Finding]]
"""A family of rules: yields what is wrong with a script; nothing if nothing is."""


def excerpt(text: str, start: int = 0) -> str:
    """Return some characters around a place in a text, on one line, in whole words where there are any."""
    first, last = max(0, start - 20), start + EXCERPT
    before, after = text[first:start], text[start:last]
    if first and not text[first - 1].isspace():
        before = before.partition(" ")[2] or before
    if last < len(text) and not text[last].isspace():
        after = after.rpartition(" ")[0] or after
    return " ".join((before + after).split())


def finding(
    family: str,
    name: str,
    severity: Severity,
    message: str,
    remedy: str,
    place: str,
    asks: Sequence[ApprovalKind] = (),
) -> Finding:
    """Return what a rule ``name`` of a family found; ``place`` is shown as it is."""
    return Finding(
        rule_id=f"{family}.{name}",
        severity=severity,
        message=message,
        remedy=remedy,
        excerpt=place,
        asks=list(asks),
    )
