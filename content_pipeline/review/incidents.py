"""The book of incidents: what went wrong with which post, since when, and what was done about it.

What has to be done by when is in ``incident_steps``. What follows from an incident for reviewing is read here, as of a moment; what
happens to its post is ``posts.containment``'s.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from content_pipeline.review.incident_steps import (
    STEPS,
    Incident,
    IncidentEvent,
    Severity,
    Step,
    contained,
    steps_of,
)
from content_pipeline.review.phases import Critical, Standing
from content_pipeline.review.similarity import Corpus
from content_pipeline.settings import ConfigError
from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import stable_id
from content_pipeline.storage.tables import IncidentEventRow, IncidentRow, PublicationRow

NAME_LENGTH = 120
LOOK_ALIKES_FOR = timedelta(days=90)
"""How long look-alikes of a sev1 or sev2 incident are blocked; while it is open they are in any case."""


class LookAlikes:
    """The texts of incidents whose like must not go out again."""

    def __init__(self, texts: Iterable[tuple[str, str]] = ()) -> None:
        known = [(incident, text) for incident, text in texts if text.strip()]
        self._incidents = [incident for incident, _ in known]
        self._corpus = Corpus(text for _, text in known)

    def nearest(self, text: str) -> tuple[str, float] | None:
        """Return the id of the incident that ``text`` is most like, and how alike they are, in [0, 1]; None where there is none."""
        found = self._corpus.nearest(text)
        if found is None:
            return None
        place, alike = found
        return self._incidents[place], alike


class Incidents:
    """Opens, tells, closes and reads incidents in the operations database."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def open(
        self,
        account: str,
        post_id: str,
        severity: Severity,
        summary: str,
        *,
        by: str,
        at: datetime,
        take_down: bool | None = None,
        texts: Sequence[str] = (),
        snapshot: dict[str, Any] | None = None,
    ) -> Incident:
        """Open an incident about a post, or return the open one; called again with a worse severity, it raises that.

        Args:
            account: whose post it is.
            post_id: of the publishing ledger.
            severity: sev1 pauses the account's queue, sev2 has everything of it looked at by people, sev3 is recorded.
            summary: what is wrong, in a sentence.
            by: who opens it.
            at: the pipeline's time.
            take_down: whether a live post is taken down; None: for sev1 it is.
            texts: the post's caption and what its reel says, by which look-alikes are found.
            snapshot: what is known of the post; kept from the first call.

        Raises:
            ConfigError: the name or the summary is missing, or the post has an open incident that is worse.
        """
        if not by.strip() or not summary.strip():
            raise ConfigError("an incident needs a name (--by) and a summary of what is wrong (--summary)")
        _check_length(by)
        with self._operations.transaction() as session:
            hold(session, f"incident {post_id}")
            rows = list(session.scalars(select(IncidentRow).where(IncidentRow.post_id == post_id)))
            row = next((row for row in rows if row.closed_at is None), None)
            if row is None:
                row = IncidentRow(
                    id=stable_id("incident", post_id, len(rows)),
                    account=account,
                    post_id=post_id,
                    severity=severity,
                    summary=summary.strip(),
                    take_down=severity == "sev1" if take_down is None else take_down,
                    texts=list(texts),
                    snapshot=snapshot or {},
                    opened_at=at,
                    opened_by=by.strip(),
                    critical_at=at if severity == "sev1" else None,
                    false_alarm=False,
                )
                session.add(row)
                told = {"severity": severity, "summary": row.summary, "take_down": row.take_down}
                session.add(_event(row.id, "opened", row.opened_by, at, told))
            else:
                self._resume(session, row, severity, take_down, by.strip(), at)
            session.flush()
            return _incident(row)

    @staticmethod
    def _resume(
        session: Session, row: IncidentRow, severity: str, take_down: bool | None, by: str, at: datetime
    ) -> None:
        if severity > row.severity:
            raise ConfigError(
                f"post {row.post_id} has the open {row.severity} incident {row.id}: close it, or add a note to it"
            )
        raised = severity != row.severity
        wanted = row.take_down or (raised and severity == "sev1") if take_down is None else take_down
        if (severity, wanted) != (row.severity, row.take_down):
            told = {"severity": severity, "was": row.severity, "take_down": wanted}
            session.add(_event(row.id, "raised", by, at, told))
        row.take_down = wanted
        if raised:
            row.severity = severity
            row.critical_at = at if severity == "sev1" else None

    def note(self, incident_id: str, by: str, at: datetime, text: str, done: str | None = None) -> None:
        """Add a note to the timeline of an open incident; ``done`` names the step that somebody did by hand.

        Raises:
            ConfigError: there is no such incident, it is closed, or something is missing.
        """
        if not by.strip() or not text.strip():
            raise ConfigError("a note needs a name (--by) and a text")
        _check_length(by)
        if done is not None and done not in STEPS:
            raise ConfigError(f"{done!r} is no step of an incident; there are {', '.join(STEPS)}")
        with self._operations.transaction() as session:
            row = _row(session, incident_id)
            if row.closed_at is not None:
                raise ConfigError(f"incident {incident_id} was closed by {row.closed_by}: open another one")
            session.add(_event(row.id, "note", by.strip(), at, {"text": text.strip(), "done": done}))

    def tell(self, incident_id: str, event: str, by: str, at: datetime, **detail: Any) -> None:
        """Add what the pipeline did to the timeline, unless that is what the newest such entry says already."""
        with self._operations.transaction() as session:
            newest = session.scalars(
                select(IncidentEventRow)
                .where(IncidentEventRow.incident_id == incident_id, IncidentEventRow.event != "note")
                .order_by(IncidentEventRow.id.desc())
                .limit(1)
            ).first()
            if newest is None or (newest.event, newest.detail) != (event, detail):
                session.add(_event(incident_id, event, by, at, detail))

    def close(
        self, incident_id: str, *, by: str, at: datetime, resolution: str, false_alarm: bool = False
    ) -> Incident:
        """Close an incident; a ``false_alarm`` counts as none from then on: look-alikes may go out, and no calm was broken.

        Closing it again changes nothing.

        Raises:
            ConfigError: there is no such incident, something is missing, or the post that is to be taken down may still be live.
        """
        if not by.strip() or not resolution.strip():
            raise ConfigError("closing an incident needs a name (--by) and what came of it (--resolution)")
        _check_length(by)
        with self._operations.transaction() as session:
            row = _row(session, incident_id)
            if row.closed_at is not None:
                return _incident(row)
            if row.take_down and not false_alarm and not contained(_events(session, row.id)):
                raise ConfigError(
                    f"the post of incident {row.id} may still be live: delete it in the Instagram app and run "
                    f"`content-pipeline incident note {row.id} TEXT --done take_down`, or close it as a false alarm"
                )
            row.closed_at, row.closed_by = at, by.strip()
            row.resolution, row.false_alarm = resolution.strip(), false_alarm
            told = {"resolution": row.resolution, "false_alarm": false_alarm}
            session.add(_event(row.id, "closed", row.closed_by, at, told))
            return _incident(row)

    # Reading

    def get(self, incident_id: str) -> Incident:
        """Return an incident.

        Raises:
            ConfigError: there is none of that id.
        """
        with self._operations.transaction() as session:
            return _incident(_row(session, incident_id))

    def all(self, account: str | None = None, only_open: bool = False) -> list[Incident]:
        """Return the incidents, of an account or of all, oldest first."""
        query = select(IncidentRow).order_by(IncidentRow.opened_at, IncidentRow.id)
        if account is not None:
            query = query.where(IncidentRow.account == account)
        if only_open:
            query = query.where(IncidentRow.closed_at.is_(None))
        with self._operations.transaction() as session:
            return [_incident(row) for row in session.scalars(query)]

    def snapshot(self, incident_id: str) -> dict[str, Any]:
        """Return what was known of the post when the incident was opened."""
        with self._operations.transaction() as session:
            return _row(session, incident_id).snapshot

    def timeline(self, incident_id: str) -> list[IncidentEvent]:
        """Return everything that happened, oldest first."""
        with self._operations.transaction() as session:
            return _events(session, incident_id)

    def steps(self, incident: Incident) -> list[Step]:
        """Return what has to be done about an incident and by when; closing it is a decision, after an investigation."""
        return steps_of(incident, self.timeline(incident.id))

    def is_contained(self, incident_id: str) -> bool:
        """Tell whether nothing of the post is left to be stopped: rejected, taken down (by hand too), or never live."""
        return contained(self.timeline(incident_id))

    def standing(self, account: str, now: datetime) -> Standing:
        """Return what an account has behind it at a moment; see ``standing_of``."""
        with self._operations.transaction() as session:
            return standing_of(session, account, now)

    def look_alikes(self, now: datetime) -> LookAlikes:
        """Return the texts, of any account, whose like is blocked at a moment: a false alarm's are not once it is closed."""
        query = select(IncidentRow).where(
            IncidentRow.severity.in_(("sev1", "sev2")),
            IncidentRow.opened_at <= now,
            or_(IncidentRow.opened_at > now - LOOK_ALIKES_FOR, *_open_at(now)),
            ~and_(IncidentRow.false_alarm, IncidentRow.closed_at <= now),
        )
        with self._operations.transaction() as session:
            rows = session.scalars(query.order_by(IncidentRow.opened_at, IncidentRow.id))
            return LookAlikes((row.id, text) for row in rows for text in row.texts)


def standing_of(session: Session, account: str, now: datetime) -> Standing:
    """Read an account's standing as it was at ``now``: its first post, its last sev1 incident, and what was open.

    What happened later is not seen, and a false alarm counts until it was closed as one.
    """
    query = select(IncidentRow).where(IncidentRow.account == account, IncidentRow.opened_at <= now)
    rows = list(session.scalars(query.order_by(IncidentRow.opened_at, IncidentRow.id)))
    open_rows = [row for row in rows if row.closed_at is None or row.closed_at > now]
    counted = [row for row in rows if row in open_rows or not row.false_alarm]
    critical = [
        Critical(row.id, row.critical_at) for row in counted if row.critical_at and row.critical_at <= now
    ]
    worst = [
        ("sev1" if row.critical_at and row.critical_at <= now else "sev2", row.id)
        for row in open_rows
        if row.severity in ("sev1", "sev2")
    ]
    first = session.scalar(
        select(func.min(PublicationRow.published_at)).where(
            PublicationRow.account == account, PublicationRow.published_at <= now
        )
    )
    return Standing(
        at=now,
        first_post_at=first,
        last_critical=max(critical, key=lambda found: (found.opened_at, found.incident_id), default=None),
        open_incidents=sorted(worst, key=lambda found: found[0]),
    )


def _check_length(by: str) -> None:
    if len(by.strip()) > NAME_LENGTH:
        raise ConfigError(f"the name (--by) has more than {NAME_LENGTH} characters: give a shorter one")


def _open_at(now: datetime) -> tuple[Any, ...]:
    return IncidentRow.closed_at.is_(None), IncidentRow.closed_at > now


def _row(session: Session, incident_id: str) -> IncidentRow:
    row = session.get(IncidentRow, incident_id, with_for_update=True)
    if row is None:
        raise ConfigError(
            f"there is no incident {incident_id!r}: `content-pipeline incident list` shows them"
        )
    return row


def _incident(row: IncidentRow) -> Incident:
    return Incident.model_validate({name: getattr(row, name) for name in Incident.model_fields})


def _event(incident_id: str, event: str, by: str, at: datetime, detail: dict[str, Any]) -> IncidentEventRow:
    return IncidentEventRow(incident_id=incident_id, at=at, by=by, event=event, detail=detail)


def _events(session: Session, incident_id: str) -> list[IncidentEvent]:
    query = select(IncidentEventRow).where(IncidentEventRow.incident_id == incident_id)
    return [
        IncidentEvent(at=row.at, by=row.by, event=row.event, detail=row.detail)
        for row in session.scalars(query.order_by(IncidentEventRow.id))
    ]
