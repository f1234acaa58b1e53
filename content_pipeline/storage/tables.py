"""Tables of the operations database: what needs transactions. Migrations of the same shape are in ``migrations/``.

Times are stored as UTC; ``UtcDateTime`` gives them back aware on SQLite too, which keeps no zone.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware datetime into UTC before it is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the stored time back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: JSON,
        list[str]: JSON,
        float: Float,
        int: Integer,
    }


class DeadLetterRow(Base):
    """A row that could not be read, with its reason and an excerpt; ``id`` is derived from content, so a rerun adds none.

    ``payload`` is the row as it was found, where it can be tried again; ``resolved_at`` when that succeeded.
    """

    __tablename__ = "dead_letters"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    stage: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(80), index=True)
    day: Mapped[date]
    position: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class SourceHealthRow(Base):
    """How a trend source fares: its last success and its failures in a row since."""

    __tablename__ = "source_health"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    failures_in_a_row: Mapped[int]


class SourcePollRow(Base):
    """How far the watching of a source is: when it was last asked, and from when it may be asked again, by the machine's clock.

    ``validators`` are those of its pages (ETag, Last-Modified) by address, as the last landed poll of ``day`` left them.
    """

    __tablename__ = "source_polls"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    polled_at: Mapped[datetime]
    due_at: Mapped[datetime]
    day: Mapped[date | None]
    validators: Mapped[dict[str, Any]]


class BudgetSpendingRow(Base):
    """A unit of a budget (a hashtag of an account's 30 in 7 days) and when its window began."""

    __tablename__ = "budget_spendings"

    budget: Mapped[str] = mapped_column(String(120), primary_key=True)
    unit: Mapped[str] = mapped_column(String(200), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(index=True)


class AlertRow(Base):
    """Something that a person is told once, and told once more when it is over: open until it is cleared.

    ``told_at`` and ``clearing_told_at`` are when each message got out; while a process sends one, ``sending_until`` keeps others off.
    """

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    message: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    clearing_told_at: Mapped[datetime | None]
    sending_until: Mapped[datetime | None]


class PublicationRow(Base):
    """The publishing ledger: one row a slot of an account, whatever happens."""

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("account", "slot_id", name="uq_publications_slot"),
        Index("ix_publications_due", "account", "state", "slot_at"),
    )

    post_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(index=True)
    slot_id: Mapped[str] = mapped_column(String(40))
    slot_at: Mapped[datetime]
    render_id: Mapped[str] = mapped_column(String(40))
    script_id: Mapped[str] = mapped_column(String(40))
    brief_id: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    step: Mapped[str | None] = mapped_column(String(20))
    container_id: Mapped[str | None] = mapped_column(String(40))
    media_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    permalink: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(120))
    lease_expires_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime]


class PublicationEventRow(Base):
    """The audit trail: every change of a publication and every remote call, before and after it. Only ever added to."""

    __tablename__ = "publication_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    post_id: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[datetime]
    run_id: Mapped[str] = mapped_column(String(80))
    event: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str | None] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]]


class ApprovalRow(Base):
    """A person's word on one content hash; it does not carry over to changed content. Of one kind the last word counts."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    decision: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)


class PolicyVersionRow(Base):
    """A version that the optimizer wrote. ``effective_at`` is when it comes into force.

    ``written`` counts the writes of its account and kind: of versions with one ``effective_at`` the last one written counts.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (Index("ix_policy_in_force", "account", "kind", "effective_at"),)

    version_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    effective_at: Mapped[datetime]
    parent: Mapped[str | None] = mapped_column(String(40))
    written: Mapped[int]
    payload: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    trace_id: Mapped[str] = mapped_column(String(80))


class ModelRequestRow(Base):
    """A request to a language model. ``counted_usd`` is what the day's budget counts: the most it can cost until it is answered.

    ``cost_usd`` is null until then, and for a model whose price is unknown. ``day`` is the UTC day.
    """

    __tablename__ = "model_requests"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    day: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime]
    model: Mapped[str] = mapped_column(String(120))
    prompt_id: Mapped[str] = mapped_column(String(80))
    counted_usd: Mapped[float]
    cost_usd: Mapped[float | None]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(40))


class PromptStrikeRow(Base):
    """A failure of a prompt since it last succeeded: ``kind`` is ``failed`` or ``blocked``."""

    __tablename__ = "prompt_strikes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    family: Mapped[str] = mapped_column(String(80))
    prompt_id: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    brief_id: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class PromptQuarantineRow(Base):
    """A time in which a prompt is not used: until it is over, or somebody releases it. Kept as a record."""

    __tablename__ = "prompt_quarantines"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    family: Mapped[str] = mapped_column(String(80))
    prompt_id: Mapped[str] = mapped_column(String(80), index=True)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(120))


class IncidentRow(Base):
    """Something harmful that went out, or nearly did. ``snapshot`` is what was known of the post when it was opened.

    ``critical_at`` is since when it is sev1, ``take_down`` whether a live post is to be taken down, ``texts`` what look-alikes are
    found by.
    """

    __tablename__ = "incidents"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(String(40), index=True)
    post_id: Mapped[str] = mapped_column(String(40), index=True)
    severity: Mapped[str] = mapped_column(String(10))
    summary: Mapped[str] = mapped_column(Text)
    take_down: Mapped[bool]
    texts: Mapped[list[str]]
    snapshot: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(120))
    critical_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    resolution: Mapped[str | None] = mapped_column(Text)
    false_alarm: Mapped[bool]


class IncidentEventRow(Base):
    """An entry of an incident's timeline. Only ever added to."""

    __tablename__ = "incident_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    incident_id: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(120))
    event: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]]


class CaptionEditRow(Base):
    """A caption that a person wrote over a script's; the newest one of a script counts. ``content_hash`` is the edited script's."""

    __tablename__ = "caption_edits"
    __table_args__ = (Index("ix_caption_edits_day", "account", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    script_id: Mapped[str] = mapped_column(String(40))
    caption_long: Mapped[str] = mapped_column(Text)
    hashtags: Mapped[list[str]]
    was_hash: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class SlotMoveRow(Base):
    """A slot's post that a person put at another time; the newest move of a slot counts. ``day`` is the day that planned it.

    ``to_label`` is the part of the account's day that ``to_at`` lies in.
    """

    __tablename__ = "slot_moves"
    __table_args__ = (Index("ix_slot_moves_day", "account", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    slot_id: Mapped[str] = mapped_column(String(40))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    to_label: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class DeskUserRow(Base):
    """Somebody who may use the review desk. ``roles`` are the kinds of approval that they give, and ``admin``.

    ``epoch`` grows when the password changes or the user is disabled: sessions of an older one have ended.
    """

    __tablename__ = "desk_users"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]]
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class DeskLoginRow(Base):
    """An attempt to log in, for the rate limit and the audit. ``name`` is what was typed, in lower case."""

    __tablename__ = "desk_logins"
    __table_args__ = (Index("ix_desk_logins_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80))
    client: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class DeskLogoutRow(Base):
    """A session that was logged out before its time; kept until it would have ended anyway."""

    __tablename__ = "desk_logouts"

    session_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


class DeskAuditRow(Base):
    """What somebody did at the desk, or tried and was refused. Only ever added to."""

    __tablename__ = "desk_audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user: Mapped[str] = mapped_column(String(80))
    client: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    account: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]]
