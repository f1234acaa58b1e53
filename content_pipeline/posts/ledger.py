"""The publishing ledger: one row a slot of an account, and an audit trail that only grows.

Every change goes through here, in one transaction with its event, and only if the table of transitions allows
it. A worker changes a post only while it holds its claim. What is done with the platform is in ``exchange``.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from content_pipeline.posts.containment import unstopped_days
from content_pipeline.posts.holders import is_dead, new_holder
from content_pipeline.posts.planning import plan_day
from content_pipeline.posts.publications import (
    CLAIMABLE_STATES,
    PostIntent,
    Publication,
    PublicationEvent,
)
from content_pipeline.posts.records import PostState
from content_pipeline.posts.trail import change, event_row
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import PublicationEventRow, PublicationRow

LEASE_S = 120


class ClaimLost(Exception):  # noqa: N818
    """Another worker has taken the post over: stop working on it."""


def _machine_time() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """Plans, claims and changes publications.

    Args:
        database: the operations database.
        lease_s: how long a claim lasts without renewal. It runs in the machine's time, because the
            sandbox's clock stands still.
        machine_time: the machine's clock.
    """

    def __init__(
        self,
        database: OperationsDatabase,
        lease_s: float = LEASE_S,
        machine_time: Callable[[], datetime] = _machine_time,
    ) -> None:
        self.database = database
        self._lease = timedelta(seconds=lease_s)
        self._machine_time = machine_time
        self.holder = new_holder()

    # Planning

    def plan(self, account: str, day: date, intents: Iterable[PostIntent], stamp: Stamp) -> Counter[str]:
        """Bring the day's slots in line with ``intents`` and count what was done.

        The counts are ``new``, ``replanned``, ``released``, ``held``, ``withdrawn`` and ``unchanged``.
        A slot that a worker has begun, that has ended, or whose post people edited or moved after the intents
        were made, is left alone. A planned slot without an intent waits for a person: what review does not
        stand behind any more must not leave.
        """
        wanted = list(intents)
        try:
            with self.database.transaction() as session:
                return plan_day(session, account, day, wanted, stamp)
        except IntegrityError:  # another process planned the same slots in between: now they are there
            with self.database.transaction() as session:
                return plan_day(session, account, day, wanted, stamp)

    def expire_late(self, account: str, limit: timedelta, stamp: Stamp) -> list[str]:
        """Mark waiting posts whose slot passed by more than ``limit`` as missed; return their ids."""
        query = select(PublicationRow).where(
            PublicationRow.account == account,
            PublicationRow.state.in_(WAITING),
            PublicationRow.slot_at < stamp.created_at - limit,
        )
        with self.database.transaction() as session:
            rows = list(session.scalars(query.order_by(PublicationRow.post_id).with_for_update()))
            for row in rows:
                waited = "no approval came" if row.state == "awaiting_approval" else "it was not published"
                reason = f"{waited} within {_minutes(limit)} min of its slot; {row.reason or ''}".rstrip("; ")
                change(session, row, "missed", stamp, state="missed", reason=reason)
            return [row.post_id for row in rows]

    # Claims

    def claim(
        self, account: str, stamp: Stamp, skip: Collection[str] = (), only_begun: bool = False
    ) -> Publication | None:
        """Claim the earliest due post that no living worker holds, or none. Its state becomes ``publishing``.

        Due is what is claimable, whose slot has come and whose pause is over. Posts in ``skip`` are passed
        over, and with ``only_begun`` those that no worker has begun.
        """
        while True:
            with self.database.transaction() as session:
                free = self._free(session, account)
                query = self._due(account, stamp.created_at, skip, free)
                if only_begun:
                    query = query.where(PublicationRow.state != "planned")
                row = session.scalars(query).first()
                if row is None:
                    return None
                before, previous = row.state, row.claimed_by
                claimed = session.execute(
                    update(PublicationRow)
                    # All conditions again: it may have been moved since it was read.
                    .where(
                        PublicationRow.post_id == row.post_id,
                        PublicationRow.state == before,
                        *_due_at(stamp.created_at),
                        free,
                    )
                    .values(
                        state="publishing",
                        claimed_by=self.holder,
                        lease_expires_at=self._machine_time() + self._lease,
                        updated_at=stamp.created_at,
                    )
                    .execution_options(synchronize_session=False)
                )
                if claimed.rowcount != 1:  # type: ignore[attr-defined]
                    continue
                session.refresh(row)
                event = "claimed" if previous is None else "claim_taken_over"
                detail = {"holder": self.holder, "previous_holder": previous}
                session.add(event_row(row.post_id, event, stamp, before, row.state, detail))
                return _publication(row)

    def renew(self, post: Publication) -> None:
        """Extend the lease of a claimed post.

        Raises:
            ClaimLost: it is not ours any more.
        """
        with self.database.transaction() as session:
            self._held(session, post).lease_expires_at = self._machine_time() + self._lease

    def drop_claim(self, post: Publication, stamp: Stamp) -> None:
        """Give a claim back so that the post can be resumed at once; do nothing if it is lost."""
        with self.database.transaction() as session:
            row = session.get(PublicationRow, post.post_id, with_for_update=True)
            if row is not None and row.claimed_by == self.holder:
                change(session, row, "claim_dropped", stamp, claimed_by=None, lease_expires_at=None)

    def record(
        self,
        post: Publication,
        event: str,
        stamp: Stamp,
        *,
        state: PostState | None = None,
        detail: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Publication:
        """Write an event of a claimed post with its changes; renew its lease, or end it with a ``state``.

        Raises:
            ClaimLost: another worker has taken the post over.
            IllegalTransition: the state may not follow, or ``published`` comes without a media id.
        """
        with self.database.transaction() as session:
            row = self._held(session, post)
            if state is None:
                changes["lease_expires_at"] = self._machine_time() + self._lease
            else:
                changes |= {"claimed_by": None, "lease_expires_at": None}
            change(session, row, event, stamp, state=state, detail=detail, **changes)
            session.flush()
            return _publication(row)

    def note_page(
        self, post: Publication, stamp: Stamp, permalink: str | None, published_at: datetime | None
    ) -> None:
        """Add to a published post what the platform says of it: its address and the exact time."""
        with self.database.transaction() as session:
            row = session.get_one(PublicationRow, post.post_id, with_for_update=True)
            exact = published_at or row.published_at
            detail = {"permalink": permalink, "published_at": exact.isoformat() if exact else None}
            change(session, row, "page_read", stamp, detail=detail, permalink=permalink, published_at=exact)

    # Reading

    def publications(
        self,
        account: str,
        *,
        days: Iterable[date] | None = None,
        states: Iterable[PostState] | None = None,
        since: datetime | None = None,
    ) -> list[Publication]:
        """Return an account's publications in the order of their slots: all, or of some days, states, or slots from ``since`` on.

        A day is the one that planned a post; its slot may lie on a later one, where a person moved it.
        """
        query = select(PublicationRow).where(PublicationRow.account == account)
        if days is not None:
            query = query.where(PublicationRow.day.in_(list(days)))
        if states is not None:
            query = query.where(PublicationRow.state.in_(list(states)))
        if since is not None:
            query = query.where(PublicationRow.slot_at >= since)
        with self.database.transaction() as session:
            rows = session.scalars(query.order_by(PublicationRow.slot_at, PublicationRow.post_id))
            return [_publication(row) for row in rows]

    def known_media(self, media_ids: Collection[str]) -> set[str]:
        """Return which of the media ids belong to a publication already."""
        query = select(PublicationRow.media_id).where(PublicationRow.media_id.in_(list(media_ids)))
        with self.database.transaction() as session:
            return {media_id for media_id in session.scalars(query) if media_id is not None}

    def next_due(self, account: str) -> datetime | None:
        """Return from when the next post can be claimed (it may have passed), or none if nothing is left."""
        query = select(PublicationRow.slot_at, PublicationRow.retry_at).where(
            PublicationRow.account == account, PublicationRow.state.in_(CLAIMABLE_STATES)
        )
        with self.database.transaction() as session:
            return min((max(slot, retry or slot) for slot, retry in session.execute(query)), default=None)

    def due_days(self, account: str, now: datetime) -> list[date]:
        """Return the days that have a post to look at, in order.

        That is one which can be claimed at ``now``, one whose slot came while it waits for approval (an approval counts as soon as
        the day is looked at again, and too late it is missed), or one that an incident has still to stop.
        """
        waits = and_(PublicationRow.state == "awaiting_approval", PublicationRow.slot_at <= now)
        query = select(PublicationRow.day).where(
            PublicationRow.account == account, or_(and_(*_due_at(now)), waits)
        )
        with self.database.transaction() as session:
            days = set(session.scalars(query))
        return sorted(days | unstopped_days(self.database, account, now))

    def events(self, post_id: str) -> list[PublicationEvent]:
        """Return a post's audit trail, oldest first."""
        query = select(PublicationEventRow).where(PublicationEventRow.post_id == post_id)
        with self.database.transaction() as session:
            rows = session.scalars(query.order_by(PublicationEventRow.id))
            return [PublicationEvent.model_validate(_columns(row, PublicationEvent)) for row in rows]

    # The parts of a claim

    def _free(self, session: Session, account: str) -> ColumnElement[bool]:
        """Return the condition that nobody holds a post: unclaimed, lease over, or its process is gone."""
        holders = select(PublicationRow.claimed_by).where(
            PublicationRow.account == account, PublicationRow.state == "publishing"
        )
        dead = [holder for holder in session.scalars(holders) if holder is not None and is_dead(holder)]
        return or_(
            PublicationRow.claimed_by.is_(None),
            PublicationRow.lease_expires_at < self._machine_time(),
            PublicationRow.claimed_by.in_(dead),
        )

    @staticmethod
    def _due(account: str, now: datetime, skip: Collection[str], free: ColumnElement[bool]) -> Any:
        return (
            select(PublicationRow)
            .where(
                PublicationRow.account == account,
                *_due_at(now),
                PublicationRow.post_id.not_in(list(skip)),
                free,
            )
            .order_by(PublicationRow.slot_at, PublicationRow.post_id)
            .limit(1)
        )

    def _held(self, session: Session, post: Publication) -> PublicationRow:
        row = session.get_one(PublicationRow, post.post_id, with_for_update=True)
        if row.claimed_by != self.holder:
            raise ClaimLost(f"{post.post_id} was taken over by {row.claimed_by}")
        return row


def _due_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a post can be worked on: its slot has come and its pause is over."""
    return (
        PublicationRow.state.in_(CLAIMABLE_STATES),
        PublicationRow.slot_at <= now,
        or_(PublicationRow.retry_at.is_(None), PublicationRow.retry_at <= now),
    )


def _publication(row: PublicationRow) -> Publication:
    return Publication.model_validate(_columns(row, Publication))


def _columns(row: object, model: type[Publication] | type[PublicationEvent]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields}


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
