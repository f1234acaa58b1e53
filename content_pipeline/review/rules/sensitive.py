"""Subjects that divide: politics and gambling. What trends are flagged by (``trends/words/safety``) is asked of scripts too."""

from collections.abc import Iterator
from functools import lru_cache

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.trends.words.safety import safety_flags

MESSAGES = {
    "politics": "the script is politically charged",
    "gambling": "the script speaks of gambling",
}


def check_sensitive(material: Material) -> Iterator[Finding]:
    """Find lines about politics or gambling: a person looks whether they fit the account."""
    seen: set[str] = set()
    for line in dict.fromkeys(material.text.splitlines()):
        for flag, raised in _flags(line).items():
            if flag not in seen:
                seen.add(flag)
                yield Finding(
                    rule_id=f"sensitive.{flag}",
                    severity="warning",
                    message=f"{MESSAGES[flag]} ({', '.join(raised)})",
                    remedy="have a person look whether this fits the account",
                    excerpt=excerpt(line),
                    asks=["brand"],
                )


@lru_cache(maxsize=8192)
def _flags(line: str) -> dict[str, list[str]]:
    # Lines come again in the variants of a day.
    return {flag: raised for flag, raised in safety_flags(line).items() if flag in MESSAGES}
