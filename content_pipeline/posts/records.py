"""Rows that the posts stage makes: a post and its state in the publishing ledger."""

from datetime import date, datetime
from typing import Literal

from content_pipeline.briefs.records import SlotLabel
from content_pipeline.storage.records import Record

PostState = Literal[
    "planned",  # waits for its slot
    "awaiting_approval",  # waits for a person
    "publishing",  # claimed by a worker; a remote call may be under way
    "unknown",  # a remote call was made and its answer never came: reconciled with the platform before anything else
    "published",
    "failed",  # for good, with a reason
    "missed",  # its slot passed beyond the account's lateness limit
    "simulated",  # a switch for live publishing is off: nothing was sent
    "taken_down",  # was live, and was deleted on the platform because of an incident
]
TERMINAL_STATES: frozenset[str] = frozenset({"published", "failed", "missed", "simulated", "taken_down"})
"""States in which nothing is left to be published; only an incident changes one, from ``published`` to ``taken_down``."""


class Post(Record):
    """A post of a day as the ledger knows it at ``created_at``.

    ``day`` is the day that planned it. ``slot_date`` and ``slot_label`` are the account's day, and its part, that ``slot_at`` lies
    in: another day for a post that a person moved, null in rows of older versions.
    """

    post_id: str
    account: str
    day: date
    slot_id: str
    slot_at: datetime
    slot_date: date | None = None
    slot_label: SlotLabel | None = None
    render_id: str
    script_id: str
    brief_id: str
    content_hash: str
    state: PostState
    attempts: int
    media_id: str | None
    permalink: str | None
    published_at: datetime | None
    reason: str | None
