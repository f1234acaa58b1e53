"""Opening and closing incidents: the book, the post, the alert and what is kept of it all, in an order that survives a crash.

Called again, each goes on where it stood. What stops a post is in ``posts.containment``, what an incident means for reviews in
``review``.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import false, or_, select

from content_pipeline.accounts import Account, pick_account
from content_pipeline.alerts import Alerts
from content_pipeline.briefs.records import Brief
from content_pipeline.clock import Clock
from content_pipeline.errors import UserError
from content_pipeline.metrics.records import PostMetrics
from content_pipeline.posts.containment import PIPELINE, Containment, taken_down_by_hand
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.intents import ledger_rows
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.records import Post
from content_pipeline.renders.records import Render
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.changes import Changes
from content_pipeline.review.history import PostText
from content_pipeline.review.incident_steps import Incident, Severity
from content_pipeline.review.incidents import Incidents
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script
from content_pipeline.settings import ConfigError
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Record, Stamp
from content_pipeline.storage.tables import PublicationRow
from content_pipeline.trends.records import Trend, TrendSignal

ALERT = "incident"
METRICS_DAYS = 9
SHORTCODE = re.compile(r"/(?:p|reels?|tv)/([\w-]+)")
"""What names a post in its address on Instagram; capitals count."""
R = TypeVar("R", bound=Record)
Connect = Callable[[Account], AbstractContextManager[InstagramClient]]


@dataclass(frozen=True)
class Response:
    """What answering incidents needs; ``connect`` opens the platform for an account."""

    operations: OperationsDatabase
    lake: Lake
    accounts: Mapping[str, Account]
    alerts: Alerts
    clock: Clock
    connect: Connect

    def open(
        self, post: str, severity: Severity, *, by: str, summary: str, take_down: bool | None = None
    ) -> Incident:
        """Open an incident about a post: keep what is known, pause or bring people in, stop the post, tell people.

        ``post`` is its id, its address on Instagram, or its media id. Called again for a post with an open incident, it goes on with
        that one.

        Raises:
            ConfigError: there is no such post or account, or something is missing.
        """
        now = self.clock.now()
        row = self._find(post)
        post_id = row.post_id
        account = pick_account(self.accounts, row.account)
        book = Incidents(self.operations)
        snapshot, texts = self._snapshot(row)
        incident = book.open(
            account.id,
            post_id,
            severity,
            summary,
            by=by,
            at=now,
            take_down=take_down,
            texts=texts,
            snapshot=snapshot,
        )
        message = f"{incident.severity} incident {incident.id} of {account.id}: {incident.summary} (post {post_id}, opened by {by})"
        self.alerts.open(ALERT, _subject(incident), message, now)
        self._contain(incident, account, by, row.day)
        self._notify(incident)
        return book.get(incident.id)

    def note(self, incident_id: str, *, by: str, text: str, done: str | None) -> None:
        """Add a note to an incident; a post that somebody took down by hand is taken down from then on.

        Raises:
            ConfigError: there is no such incident, it is closed, or something is missing.
        """
        book, now = Incidents(self.operations), self.clock.now()
        book.note(incident_id, by, now, text, done)
        if done == "take_down":
            incident = book.get(incident_id)
            day = taken_down_by_hand(self.operations, incident, by, self._stamp(incident))
            self._show(pick_account(self.accounts, incident.account), day, self._stamp(incident))

    def close(self, incident_id: str, *, by: str, resolution: str, false_alarm: bool) -> Incident:
        """Close an incident and its alert; the queue goes on, look-alikes stay blocked unless it was a false alarm.

        Raises:
            ConfigError: there is no such incident, or the post may still be live.
        """
        now = self.clock.now()
        incident = Incidents(self.operations).close(
            incident_id, by=by, at=now, resolution=resolution, false_alarm=false_alarm
        )
        for alert in self.alerts.opened(ALERT):
            if alert.subject.partition(" ")[0] == incident_id:
                self.alerts.clear(ALERT, alert.subject, now)
        self.alerts.deliver()
        return incident

    # The parts

    def _find(self, post: str) -> PublicationRow:
        ids = or_(PublicationRow.post_id == post, PublicationRow.media_id == post)
        code = SHORTCODE.search(post)
        # The app, the website and the API write the same post's address in different ways.
        page = PublicationRow.permalink.contains(code[1], autoescape=True) if code else false()
        with self.operations.transaction() as session:
            found = list(session.scalars(select(PublicationRow).where(or_(ids, page))))
        row = next((row for row in found if not code or _shortcode(row.permalink) == code[1]), None)
        if row is None:
            raise ConfigError(
                f"there is no post {post!r}: name it by its id (`status` and the marts show it), its address or its media id"
            )
        return row

    def _contain(self, incident: Incident, account: Account, by: str, day: date) -> None:
        stamp = self._stamp(incident)
        try:
            with self.connect(account) as client:
                Containment(self.operations, client, account).contain(incident, by, stamp)
        except (
            ConfigError
        ) as error:  # without a token nothing can be asked of the platform, but the rest goes on
            detail = {"error": str(error), "again": True, "by_hand": "delete the post in the Instagram app"}
            Incidents(self.operations).tell(
                incident.id, "take_down_failed", PIPELINE, stamp.created_at, **detail
            )
        self._show(account, day, stamp)

    def _stamp(self, incident: Incident) -> Stamp:
        return Stamp(trace_id=f"incident {incident.id}", created_at=self.clock.now())

    def _show(self, account: Account, day: date, stamp: Stamp) -> None:
        """Write the ledger's rows of the day again, so that the marts see what became of the post."""
        dims = {"account": account.id, "day": str(day)}
        if self.lake.exists("posts", dims):
            self.lake.write("posts", dims, Post, ledger_rows(Ledger(self.operations), account, day, stamp))

    def _notify(self, incident: Incident) -> None:
        """Send what is untold, and write down whether anybody was reached."""
        book = Incidents(self.operations)
        told_of = [
            event.detail.get("of") for event in book.timeline(incident.id) if event.event == "notified"
        ]
        if incident.severity in told_of:
            return
        self.alerts.deliver()
        told = any(alert.told for alert in self.alerts.opened(ALERT) if alert.subject == _subject(incident))
        now = self.clock.now()
        if told and self.alerts.reaches_somebody:
            book.tell(incident.id, "notified", PIPELINE, now, of=incident.severity)
        else:
            why = (
                "no address took the alert"
                if self.alerts.reaches_somebody
                else "CONTENT_PIPELINE_ALERT_URLS names none"
            )
            book.tell(
                incident.id,
                "notify_failed",
                PIPELINE,
                now,
                why=why,
                by_hand="tell the account's owner yourself",
            )

    def _snapshot(self, row: PublicationRow) -> tuple[dict[str, Any], list[str]]:
        """Return what is known of a post now, as far as the lake has it, and the texts that look-alikes are found by."""
        dims = [{"account": row.account, "day": str(row.day)}]
        found = Changes(self.operations).apply(
            [s for s in self._rows("scripts", Script, dims) if s.script_id == row.script_id]
        )
        briefs = [b for b in self._rows("briefs", Brief, dims) if b.brief_id == row.brief_id]
        measured = [
            dims[0] | {"day": str(row.day + timedelta(days=back))} for back in range(METRICS_DAYS + 1)
        ]
        metrics = [m for m in self._rows("post_metrics", PostMetrics, measured) if m.post_id == row.post_id]
        kept: dict[str, list[Record]] = {
            "script": list(found),
            "review": [r for r in self._rows("reviews", Review, dims) if r.script_id == row.script_id],
            "render": [r for r in self._rows("renders", Render, dims) if r.render_id == row.render_id],
            "brief": list(briefs),
            "metrics": list(sorted(metrics, key=lambda m: m.observed_at)[-1:]),
            **self._origins(briefs, dims[0]["day"]),
        }
        words = Approvals(self.operations).words([row.content_hash])
        snapshot = {
            "post": {column.name: _plain(getattr(row, column.name)) for column in row.__table__.columns},
            "approvals": [{name: _plain(value) for name, value in vars(word).items()} for word in words],
            "events": [
                event.model_dump(mode="json") for event in Ledger(self.operations).events(row.post_id)
            ],
            **{name: [r.model_dump(mode="json") for r in rows] for name, rows in kept.items()},
        }
        caption = str((row.payload or {}).get("caption", ""))
        texts = list(PostText.of(found[0])) if found else [caption]
        return snapshot, texts

    def _origins(self, briefs: list[Brief], day: str) -> dict[str, list[Record]]:
        """Return the trend that a brief is about and the signals that it cites."""
        wanted = {brief.trend_id for brief in briefs}
        trends = [t for t in self._rows("trends", Trend, [{"day": day}]) if t.trend_id in wanted]
        evidence = [piece for brief in briefs for piece in brief.evidence]
        dims = {(piece.source, str(piece.observed_at.date())) for piece in evidence}
        cited = {piece.signal_id for piece in evidence}
        signals = self._rows("trend_signals", TrendSignal, [{"source": s, "day": d} for s, d in sorted(dims)])
        return {"trend": list(trends), "signals": [s for s in signals if s.signal_id in cited]}

    def _rows(self, asset: str, record: type[R], dims: list[dict[str, str]]) -> list[R]:
        try:
            return self.lake.read_existing(asset, record, dims)
        except UserError:  # written by another version: an incident must not wait for it to be made again
            return []


def _shortcode(address: str | None) -> str | None:
    code = SHORTCODE.search(address or "")
    return code[1] if code else None


def _subject(incident: Incident) -> str:
    """Return what its alert is about: one that became worse is told anew."""
    return f"{incident.id} {incident.severity}"


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value
