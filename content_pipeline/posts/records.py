"""Rows that the posts stage makes: a post and its state in the publishing ledger."""

from datetime import date, datetime
from typing import Literal

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
]
TERMINAL_STATES: frozenset[str] = frozenset({"published", "failed", "missed", "simulated"})


class Post(Record):
    """A post of a day as the ledger knows it at ``created_at``."""

    post_id: str
    account: str
    day: date
    slot_id: str
    slot_at: datetime
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
