"""A publication as the ledger holds it, an intent to publish, and the table of allowed changes of state.

No database and no network here: the ledger keeps publications, ``intents`` makes intents from the day's rows.
"""

from datetime import date, datetime
from typing import Any, Literal

from content_pipeline.posts.records import TERMINAL_STATES, PostState
from content_pipeline.storage.records import Part, stable_id

TRANSITIONS: dict[str, frozenset[str]] = {
    "planned": frozenset({"awaiting_approval", "publishing", "missed"}),
    "awaiting_approval": frozenset({"planned", "missed"}),
    "publishing": frozenset({"planned", "unknown", "published", "failed", "missed", "simulated"}),
    "unknown": frozenset({"publishing"}),
    **{state: frozenset() for state in TERMINAL_STATES},
    "published": frozenset({"taken_down"}),
}
"""From a state to those that may follow. What may be live (``unknown``) only goes back to be looked up."""

CLAIMABLE_STATES: tuple[PostState, ...] = ("planned", "publishing", "unknown")

Step = Literal[
    "container_requested", "container_created", "upload_requested", "uploaded", "publish_requested"
]
"""How far the exchange with the platform came: written before a call (``requested``) and after its answer."""


class IllegalTransition(Exception):  # noqa: N818
    """A change of state that the table does not allow: a fault in the software, never of the data."""


class Payload(Part):
    """What is sent to the platform, and the kinds of approval given for it; keys are of the media store."""

    caption: str
    reel_key: str
    reel_sha256: str
    reel_bytes: int
    cover_key: str
    duration_s: float
    is_ai_generated: bool
    approvals: list[str]


class PostIntent(Part):
    """The wish to publish a render at a slot; ``state`` says whether it may go or waits, ``reason`` why it waits."""

    account: str
    day: date
    slot_id: str
    slot_at: datetime
    render_id: str
    script_id: str
    brief_id: str
    content_hash: str
    payload: Payload
    state: Literal["planned", "awaiting_approval"]
    reason: str | None = None

    @property
    def post_id(self) -> str:
        """Return the post's id: one post a slot of an account, whatever its content."""
        return stable_id("post", self.account, self.slot_id)


class Publication(Part):
    """A row of the ledger as it was read. ``attempts`` counts containers and repeated publish calls."""

    post_id: str
    account: str
    day: date
    slot_id: str
    slot_at: datetime
    render_id: str
    script_id: str
    brief_id: str
    content_hash: str
    payload: Payload
    state: PostState
    attempts: int
    step: Step | None
    container_id: str | None
    media_id: str | None
    permalink: str | None
    published_at: datetime | None
    retry_at: datetime | None
    reason: str | None

    @property
    def publish_requested(self) -> bool:
        """Tell whether the platform was asked to make it live, so that it may be live."""
        return self.step == "publish_requested"


class PublicationEvent(Part):
    """An entry of the audit trail."""

    post_id: str
    at: datetime
    run_id: str
    event: str
    from_state: str | None
    to_state: str | None
    detail: dict[str, Any]


def check_transition(current: str, following: str) -> None:
    """Do nothing if ``following`` may come after ``current``.

    Raises:
        IllegalTransition: the table does not allow it.
    """
    if following not in TRANSITIONS[current]:
        raise IllegalTransition(f"a post that is {current} cannot become {following}")
