"""The pilot of a niche: twelve posts on weekdays, five a week, with hooks and formats varied; and a starter account for it.

What became of a pilot belongs in ``review``.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path

import yaml

from content_pipeline.accounts import Account
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.niches.records import NicheReport, Pilot, PilotPost
from content_pipeline.niches.seeds import Candidate, Seeds, topics_of
from content_pipeline.settings import ConfigError, parse
from content_pipeline.storage.files import write_atomically

POSTS = 12
"""Posts of a pilot, at five a week; before they are out a pilot is not judged."""

_HEADER = """# A starter account for the niche {niche}. Put in before it goes live: handle, ig_user_id (the professional
# account's id in the Graph API; the zeros are nobody's) and access_token_env. See docs/niches.md.
"""


def plan_pilot(candidate: Candidate, start: date) -> Pilot:
    """Return the posts of a pilot from the first weekday at or after ``start``; no pair of hook family and format comes twice."""
    levels = archetypes()
    hooks, bands, ctas = list(levels.hook_families), list(levels.duration_bands), list(levels.ctas)
    formats = candidate.category.formats
    topics = candidate.category.terms
    posts = [
        PilotPost(
            number=n + 1,
            date=day,
            topic=topics[n % len(topics)],
            hook_family=hooks[n % len(hooks)],
            # One step more in each round, so that a hook does not meet the same format again.
            format=formats[(n % len(hooks) + n // len(hooks)) % len(formats)],
            duration_band=bands[n % len(bands)],
            cta=ctas[(n % len(bands) + n // len(bands)) % len(ctas)],
        )
        for n, day in enumerate(islice(_weekdays(start), POSTS))
    ]
    return Pilot(niche=candidate.id, persona=candidate.category.persona.name, posts=posts)


def starter_account(candidate: Candidate, number: int) -> Account:
    """Return an account for a niche that loads as it is: in the pilot phase, with the persona and topics of its seeds.

    ``number`` makes the placeholder of the Instagram id its own.
    """
    category, angle = candidate.category, candidate.angle
    name = f"{candidate.category_id}_{candidate.angle_id}"[:40]
    voice = f"{category.persona.voice}; {angle.title}"
    return parse(
        Account,
        {
            "id": name,
            "name": category.title,
            "handle": name.replace("_", "."),
            "ig_user_id": f"{number:012d}",
            # Words of the niche and of topics make trends fit; those of an angle (easy, minutes) would let in anything.
            "niche": category.title.lower(),
            "language": category.language,
            "timezone": "America/New_York",
            "posts_per_day": 1,
            "slots": ["12:00"],
            "topics": topics_of(candidate.category_id, category),
            "personas": [category.persona.model_dump() | {"voice": voice[:200]}],
            "governance_phase": "pilot",
        },
        f"starter account {name}",
    )


def write_accounts(report: NicheReport, seeds: Seeds, folder: Path) -> list[Path]:
    """Write a starter account for each niche of the portfolio; return the files. Nothing is written if one is there already.

    Raises:
        ConfigError: a file is there already, or cannot be written.
    """
    candidates = {candidate.id: candidate for candidate in seeds.candidates}
    chosen = [candidates[pilot.niche] for pilot in report.pilots]
    written = {
        folder / f"{account.id}.yaml": _text(account, candidate.id)
        for number, candidate in enumerate(chosen, start=1)
        if (account := starter_account(candidate, number))
    }
    for file in written:
        if file.exists():
            raise ConfigError(f"{file} is there already: remove it, or choose another folder with --accounts")
    for file, text in written.items():
        try:
            write_atomically(file, text.encode())
        except OSError as error:
            raise ConfigError(f"{file} cannot be written: {error.strerror}") from error
    return list(written)


def _text(account: Account, niche: str) -> str:
    values = account.model_dump(mode="json", exclude_defaults=True)
    values["slots"] = [slot[:5] for slot in values["slots"]]
    return _HEADER.format(niche=niche) + yaml.safe_dump(
        values, sort_keys=False, allow_unicode=True, width=130
    )


def _weekdays(start: date) -> Iterator[date]:
    days = (start + timedelta(days=ahead) for ahead in count())
    return (day for day in days if day.weekday() < 5)
