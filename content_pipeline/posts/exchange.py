"""The exchange with the platform for one claimed post: container, upload, publishing, and finding out.

Before each call the intent is in the ledger, and after it the answer. A resumed post first asks for its
container's status, and that alone decides: only a container that says FINISHED is published, and one
container can only ever become one media, so publishing it again after a lost answer is safe. A new one is
made only while the old one cannot be live.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from content_pipeline.accounts import Account
from content_pipeline.posts.holds import Holds
from content_pipeline.posts.instagram.answers import ContainerStatus
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.instagram.errors import (
    Action,
    DeliveryUnknown,
    GraphError,
    Rule,
    rule_for_container,
)
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.preflight import Probe, problems
from content_pipeline.posts.publications import Publication
from content_pipeline.posts.records import PostState
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.records import Stamp

MAX_ATTEMPTS = 5
POLL_DELAYS_S = (2, 5, 15, 40, 60, 60, 60, 60)
"""Waits between status reads. Meta advises one a minute for five minutes; short reels are ready sooner."""

HELD_MINUTES = 5
"""Between two looks at whether a post is still held back."""

CLOCK_TOLERANCE = timedelta(minutes=5)
FINAL_ACTIONS = (Action.PERMANENT, Action.ACCOUNT_ACTION)
NO_ANSWER = Rule(Action.DELIVERY_UNKNOWN, "No answer came; what happened is looked up before anything else.")


class Exchange:
    """Works on one claimed post until it is live, has ended, or has to pause.

    Args:
        post: the claimed post.
        ledger: where everything is written down.
        holds: what may keep it from being sent.
        client: the platform.
        media: where the reel is.
        account: the post's account.
        mode: ``live`` obeys the account's switches for live publishing.
        stamp: gives the run and the present moment: an exchange may take minutes.
        sleep: waits between status reads.
        probe: checks of the film.
    """

    def __init__(
        self,
        post: Publication,
        *,
        ledger: Ledger,
        holds: Holds,
        client: InstagramClient,
        media: MediaStore,
        account: Account,
        mode: str,
        stamp: Callable[[], Stamp],
        sleep: Callable[[float], None],
        probe: Probe | None,
    ) -> None:
        self.post = post
        self.halt_account = False
        """Set when the account should be left alone: a limit, or a login that a person has to repair."""
        self._ledger = ledger
        self._holds = holds
        self._client = client
        self._media = media
        self._account = account
        self._mode = mode
        self._now = stamp
        self._sleep = sleep
        self._probe = probe

    def run(self) -> Publication:
        """Take the post as far as it goes and return it; its claim has ended then.

        Raises:
            ClaimLost: another worker has taken the post over.
        """
        try:
            self._start() if self.post.container_id is None else self._resume()
        except (GraphError, DeliveryUnknown) as error:
            self._after_error(error)
        return self.post

    # The way to a live post

    def _start(self) -> None:
        if self._stopped():
            return
        wrong = problems(self.post.payload, self._media, self._probe)
        if wrong:
            self._end("failed", "preflight_failed", " ".join(wrong))
            return
        payload = self.post.payload
        self._note(
            "container_requested",
            step="container_requested",
            container_id=None,
            attempts=self.post.attempts + 1,
            retry_at=None,
        )
        container = self._client.create_reel_container(
            self._account.ig_user_id, payload.caption, is_ai_generated=payload.is_ai_generated
        )
        self._note("container_created", step="container_created", container_id=container.container_id)
        self._note("upload_requested", step="upload_requested", detail={"sha256": payload.reel_sha256})
        with self._media.local(payload.reel_key) as file:
            self._client.upload(container.upload_uri, file, on_progress=self._renew)
        self._note("uploaded", step="uploaded")
        self._settle(self._status())

    def _resume(self) -> None:
        status = self._status()
        uploading = self.post.step in ("container_created", "upload_requested")
        if uploading and status.status_code == "IN_PROGRESS":
            # Whether the bytes arrived is unknown; an unpublished container never goes live, so another is
            # safe.
            self._start()
        else:
            self._settle(status)

    def _settle(self, status: ContainerStatus) -> None:
        """Wait until the container is done and act on what it became."""
        for delay in (*POLL_DELAYS_S, None):
            match status.status_code:
                case "FINISHED":
                    return self._publish()
                case "PUBLISHED":
                    return self._find_media()
                case "ERROR" | "EXPIRED":
                    return self._after_container_failure(status)
            if delay is None:
                break
            self._sleep(delay)
            self._renew()
            status = self._status()
        return self._pause("still_processing", "Instagram is still processing the video.", minutes=1)

    def _publish(self) -> None:
        if self._stopped():
            return
        self._note(
            "publish_requested",
            step="publish_requested",
            attempts=self.post.attempts + self.post.publish_requested,
            retry_at=None,
        )
        try:
            media_id = self._client.publish(self._account.ig_user_id, self._container_id)
        except GraphError as error:
            if error.rule.action not in FINAL_ACTIONS:
                raise
            self._note("publish_refused", detail=_facts(error, error.rule))
            # Posts have been live in spite of an error, so even a refusal is looked up before it counts.
            if self._status().status_code == "PUBLISHED":
                self._find_media()
            else:
                self._fail(error, error.rule)
            return
        self._published("published", media_id, self._now().created_at)

    def _find_media(self) -> None:
        """Find the post that the container became, by caption and time, among those no publication has."""
        if not self.post.publish_requested:
            self._note("found_published", step="publish_requested")
        since = self.post.slot_at - CLOCK_TOLERANCE
        listed = self._client.recent_media(self._account.ig_user_id, since)
        taken = self._ledger.known_media([media.media_id for media in listed])
        caption = _comparable(self.post.payload.caption)
        found = [m for m in listed if m.media_id not in taken and _comparable(m.caption) == caption]
        if not found:
            self._pause(
                "media_not_listed", "The post is live, but the account's list does not show it yet.", 1
            )
            return
        media = min(found, key=lambda m: (m.posted_at, m.media_id))
        self._published("reconciled", media.media_id, media.posted_at)

    def _published(self, event: str, media_id: str, at: datetime) -> None:
        self._record(event, state="published", media_id=media_id, published_at=at, retry_at=None, reason=None)

    # What stops it

    def _stopped(self) -> bool:
        """End the post if it may not be sent: too late, switched off, or tried too often; let go of it while something holds it."""
        limit = self._account.lateness_limit_minutes
        if self._now().created_at > self.post.slot_at + timedelta(minutes=limit):
            self._end("missed", "missed", f"it was not published within {limit} min of its slot")
            return True
        if self._mode == "live" and not (
            self._account.allow_autonomous_publish or self.post.payload.approvals
        ):
            remedy = f"approve the script, or set allow_autonomous_publish in the account {self._account.id}"
            self._end("simulated", "simulated", f"live publishing is switched off for this post: {remedy}")
            return True
        if self.post.attempts >= MAX_ATTEMPTS:
            self._end("failed", "gave_up", f"{self.post.attempts} attempts; the last: {self.post.reason}")
            return True
        held = self._holds.of(self.post, self._now().created_at)
        if held is not None:
            self._pause("held", held, minutes=HELD_MINUTES, renew=not self.post.publish_requested)
            return True
        return False

    def _after_error(self, error: GraphError | DeliveryUnknown) -> None:
        rule = error.rule if isinstance(error, GraphError) else NO_ANSWER
        self.halt_account = rule.action in (Action.WAIT, Action.ACCOUNT_ACTION)
        if rule.action in FINAL_ACTIONS and not self.post.publish_requested:
            self._fail(error, rule)
            return
        minutes = rule.wait_minutes
        if isinstance(error, GraphError) and rule.action is Action.WAIT:
            minutes = error.retry_after_minutes or minutes
        renew = rule.action is Action.NEW_CONTAINER and not self.post.publish_requested
        self._pause(
            "call_failed", f"{rule.advice} ({error})", minutes, renew=renew, detail=_facts(error, rule)
        )

    def _after_container_failure(self, status: ContainerStatus) -> None:
        """Go on after ERROR or EXPIRED: the container was not published and cannot be any more."""
        rule = rule_for_container(status.status)
        detail = {"status_code": status.status_code, "status": status.status, "action": rule.action}
        reason = f"{rule.advice} ({status.status or status.status_code})"
        if rule.action in FINAL_ACTIONS:
            self._end("failed", "container_failed", reason, detail=detail)
        else:
            self._pause("container_failed", reason, minutes=rule.wait_minutes, renew=True, detail=detail)

    def _fail(self, error: GraphError | DeliveryUnknown, rule: Rule) -> None:
        self.halt_account = rule.action is Action.ACCOUNT_ACTION
        self._end("failed", "refused", f"{rule.advice} ({error})", detail=_facts(error, rule))

    def _pause(
        self,
        event: str,
        reason: str,
        minutes: int,
        *,
        renew: bool = False,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Let go of the post for a while: as ``unknown`` if it may be live, else as ``planned``."""
        dropped: dict[str, Any] = {"step": None, "container_id": None} if renew else {}
        state: PostState = "unknown" if self.post.publish_requested and not renew else "planned"
        now = self._now().created_at
        # Twice the pause after each attempt; and what stays unanswered for hours is asked less and less
        # often.
        pause = timedelta(minutes=minutes) * 2 ** max(self.post.attempts - 1, 0)
        retry_at = now + max(pause, (now - self.post.slot_at) / 2)
        self._record(event, state=state, reason=reason, retry_at=retry_at, detail=detail, **dropped)

    # Writing and asking

    @property
    def _container_id(self) -> str:
        if self.post.container_id is None:
            raise RuntimeError(f"{self.post.post_id} has no container")
        return self.post.container_id

    def _status(self) -> ContainerStatus:
        return self._client.container_status(self._container_id)

    def _renew(self) -> None:
        self._ledger.renew(self.post)

    def _note(self, event: str, **changes: Any) -> None:
        self._record(event, **changes)

    def _end(
        self, state: PostState, event: str, reason: str, *, detail: dict[str, Any] | None = None
    ) -> None:
        self._record(event, state=state, reason=reason, retry_at=None, detail=detail)

    def _record(self, event: str, **changes: Any) -> None:
        self.post = self._ledger.record(self.post, event, self._now(), **changes)


def _facts(error: GraphError | DeliveryUnknown, rule: Rule) -> dict[str, Any]:
    """Return what the audit trail keeps of an error."""
    facts: dict[str, Any] = {"action": rule.action.value, "error": str(error)}
    if isinstance(error, GraphError):
        facts |= {
            "code": error.code,
            "subcode": error.subcode,
            "http_status": error.http_status,
            "fbtrace_id": error.fbtrace_id,
        }
    return facts


def _comparable(caption: str) -> str:
    """Return a caption without what the platform may change: composed characters and white space."""
    return " ".join(unicodedata.normalize("NFC", caption).split())
