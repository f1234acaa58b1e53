"""What the queue shows: every post of the coming days that people may decide on, and what became of those of the last days.

Only the ledger's newest rows and the lake's days that still have something waiting are read, however long the history is.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select

from content_pipeline.accounts import Account
from content_pipeline.desk.judging import Judged, judge_day
from content_pipeline.desk.users import KINDS, User
from content_pipeline.desk.web import Desk
from content_pipeline.desk.words import at, counted, kinds, listed, reason, sentence, span
from content_pipeline.posts.planning import WITHDRAWN
from content_pipeline.renders.selection import select_scripts
from content_pipeline.review.incidents import Incidents
from content_pipeline.review.records import ApprovalKind, RiskTier
from content_pipeline.storage.lake import OutdatedPartition
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.tables import PublicationRow

Tab = Literal["mine", "others", "planned", "blocked", "rejected", "posted", "trouble"]
TABS: dict[Tab, tuple[str, str]] = {
    "mine": ("Waits for me", "Nothing waits for you. New posts appear here as soon as they are made."),
    "others": ("Waits for others", "Nothing waits for anybody else."),
    "planned": ("Planned", "No post is released for a coming slot yet."),
    "blocked": ("Blocked", "The rules stopped nothing."),
    "rejected": ("Rejected", "No coming post is rejected."),
    "posted": ("Posted", "Nothing was posted in the last seven days."),
    "trouble": ("Problems", "Nothing failed and nothing missed its time in the last seven days."),
}
"""The lists of the queue: their names, and what is said where one is empty."""
HISTORY = timedelta(days=7)
UNDER_WAY = ("publishing", "unknown")
POSTED = ("published", "simulated")
TAKEN_IN = (
    "The pipeline takes the new text in, which takes a few minutes. Then it is posted by itself at its time."
)
CHECKING = "Its text was changed. It can be approved as soon as the pipeline has reviewed it, which takes a few minutes."


@dataclass(frozen=True)
class Entry:
    """A line of the queue. ``path`` is its page; ``missing`` are the approvals that are still needed.

    ``until`` is when a post that still waits is missed; ``decidable`` tells that people's word counts now. ``tab`` is the list that
    it is in for somebody who can give no approval.
    """

    path: str
    account: Account
    tab: Tab
    slot_at: datetime
    until: datetime
    caption: str
    cover: str | None
    state: str
    note: str
    risk: RiskTier | None = None
    findings: int = 0
    given: Sequence[ApprovalKind] = ()
    missing: Sequence[ApprovalKind] = ()
    rejected_by: Sequence[str] = ()
    decidable: bool = False
    judged: Judged | None = field(default=None, repr=False)

    def for_user(self, user: User) -> "Entry":
        """Return the entry in the list where this user finds it."""
        return replace(self, tab="mine") if self.tab == "others" and self.yours(user) else self

    def yours(self, user: User) -> list[ApprovalKind]:
        """Return the approvals that this user may give now, or take a rejection back with; none while people cannot decide."""
        if not (self.decidable and self.judged):
            return []
        refused = {word.kind for word in self.judged.rejections}
        return [kind for kind in KINDS if kind in user.kinds and kind in {*self.missing, *refused}]


@dataclass(frozen=True)
class Queue:
    """The queue for one user: every entry, soonest slot first, and what could not be read, in plain words."""

    entries: Sequence[Entry]
    problems: Sequence[str]

    def tab(self, name: Tab) -> list[Entry]:
        """Return the entries of a list: what comes first, what is over with the newest first."""
        found = [entry for entry in self.entries if entry.tab == name]
        return found[::-1] if name in ("posted", "trouble") else found

    @property
    def counts(self) -> Counter[str]:
        """Return how many entries each list has."""
        return Counter(entry.tab for entry in self.entries)


def read_queue(desk: Desk, user: User, account: str | None = None) -> Queue:
    """Return the queue of one account or of all, as ``user`` finds it."""
    now = desk.clock()
    accounts = [a for a in desk.accounts.values() if account in (None, a.id)]
    rows = recent_rows(desk, now - HISTORY, [a.id for a in accounts])
    problems = [told for one in accounts for told in incidents(desk, one)]
    problems += _of_no_account(desk, now) if account is None else []
    entries: list[Entry] = []
    for one in accounts:
        own = [row for row in rows if row.account == one.id]
        days = {row.day for row in own if row.state in WAITING} | set(_around(one, now))
        judged: dict[date, list[Judged]] = {}
        for day in sorted(days):
            try:
                judged[day] = judge_day(desk, one, day)
            except OutdatedPartition:
                problems.append(outdated(one, day))
        scripts = {j.script.script_id: j for found in judged.values() for j in found}
        entries += [entry_of(one, row, scripts.get(row.script_id), now) for row in own]
        held = {row.slot_id for row in own}
        shown = {row.script_id for row in own if row.state in WAITING}
        for of_day in judged.values():
            entries += _without_post(one, of_day, held, shown, now)
    entries = [entry.for_user(user) for entry in entries]
    return Queue(sorted(entries, key=lambda e: (e.slot_at, e.account.id, e.path)), problems)


def recent_rows(desk: Desk, since: datetime, accounts: Collection[str]) -> list[PublicationRow]:
    """Return the ledger's rows of some accounts whose slot is not before ``since``."""
    query = select(PublicationRow).where(
        PublicationRow.account.in_(list(accounts)), PublicationRow.slot_at >= since
    )
    with desk.operations.transaction() as session:
        return list(session.scalars(query.order_by(PublicationRow.slot_at, PublicationRow.post_id)))


def entry_of(account: Account, row: PublicationRow, judged: Judged | None, now: datetime) -> Entry:
    """Return the entry of a post in the ledger; ``judged`` is its script as it stands, none where that cannot be read."""
    until = row.slot_at + timedelta(minutes=account.lateness_limit_minutes)
    caption = (
        judged.script.caption_long if judged and row.state in WAITING else str(row.payload.get("caption", ""))
    )
    entry = Entry(
        path=f"/post/{row.post_id}",
        account=account,
        tab="others",
        slot_at=row.slot_at,
        until=until,
        caption=caption,
        cover=row.payload.get("cover_key"),
        state=row.state,
        note=sentence(row.reason) if row.reason else "",
    )
    if row.state not in WAITING:
        tab: Tab = "posted" if row.state in POSTED else "planned" if row.state in UNDER_WAY else "trouble"
        posted = row.published_at
        note = (
            f"Posted {at(posted, now, account.zone)}." if posted and row.state == "published" else entry.note
        )
        return replace(entry, tab=tab, note=note)
    if judged is None:
        note = "Its text cannot be found: ask whoever runs the pipeline to make this day again."
        return replace(entry, note=note, tab="trouble" if until < now else "others")
    entry = _with_review(entry, judged)
    tab, note = _where(entry, judged, row, now)
    open_to_people = judged.edit_counts or taken_in(judged, row)
    return replace(
        entry, tab=tab, note=note, decidable=open_to_people and tab in ("others", "rejected", "planned")
    )


def _where(entry: Entry, judged: Judged, row: PublicationRow, now: datetime) -> tuple[Tab, str]:
    """Return the list that a waiting post belongs to, and what comes next for it."""
    if entry.until < now:
        return (
            "trouble",
            "Its time passed while it waited, and it is not posted late. Moved to another slot it can still be posted.",
        )
    if judged.blocked:
        return (
            "blocked",
            "The rules stop it. Editing the caption may mend that; nobody can approve it as it is.",
        )
    if judged.rejections:
        return (
            "rejected",
            f"Rejected by {listed(entry.rejected_by)}. It is not posted unless they change their mind.",
        )
    if not (judged.edit_counts or taken_in(judged, row)):
        return "others", CHECKING
    if judged.missing:
        return "others", f"Needs {kinds(judged.missing)} approval."
    if row.state == "awaiting_approval" and row.reason == WITHDRAWN:
        return "others", "It was taken out of the plan: the newest plan of its day has another idea, or none."
    if not taken_in(judged, row):
        return "planned", TAKEN_IN
    if row.state == "planned" and row.reason:
        return "planned", reason(row.reason)
    return "planned", "It is posted by itself at its time."


def taken_in(judged: Judged, row: PublicationRow) -> bool:
    """Tell whether the pipeline has reviewed what the script says now, and planned exactly that."""
    return judged.stored and judged.script.content_hash == row.content_hash


def _with_review(entry: Entry, judged: Judged) -> Entry:
    review = judged.review
    return replace(
        entry,
        risk=review.risk_tier,
        findings=len(review.findings),
        missing=judged.missing,
        given=[kind for kind in review.approvals_needed if kind not in judged.missing],
        rejected_by=sorted({word.by for word in judged.rejections}),
        judged=judged,
    )


def _without_post(
    account: Account, judged: Sequence[Judged], held: Collection[str], shown: Collection[str], now: datetime
) -> list[Entry]:
    """Return entries of a day's scripts that are no posts: those that the rules stopped, and those whose film is not made yet."""
    chosen = select_scripts([j.script for j in judged], [j.review for j in judged])
    coming = {script.script_id for script in chosen if script.slot_id not in held}
    found = []
    for one in judged:
        script = one.script
        entry = script_entry(account, one)
        if entry.until < now or script.script_id in shown:
            continue
        if one.blocked:
            others = script.slot_id in held or any(s.slot_id == script.slot_id for s in chosen)
            why = (
                "Another version takes its slot." if others else "Its slot stays empty unless this is mended."
            )
            found.append(replace(entry, tab="blocked", note=f"The rules stop it. {why}"))
        elif script.script_id in coming and one.rejections:
            found.append(replace(entry, tab="rejected", note=f"Rejected by {listed(entry.rejected_by)}."))
        elif script.script_id in coming:
            found.append(replace(entry, note="Its film is not there yet. It can be decided on when it is."))
    return found


def script_entry(account: Account, judged: Judged) -> Entry:
    """Return the entry of a script that is no post."""
    script = judged.script
    entry = Entry(
        path=f"/script/{script.account}/{script.day}/{script.script_id}",
        account=account,
        tab="others",
        slot_at=script.slot_at,
        until=script.slot_at + timedelta(minutes=account.lateness_limit_minutes),
        caption=script.caption_long,
        cover=None,
        state="script",
        note="",
    )
    return _with_review(entry, judged)


def outdated(account: Account, day: date) -> str:
    """Say that a day was written by another version of the software."""
    return (
        f"The texts of {account.name} of {day:%A} {day.day} {day:%B} were written by another version of the software, "
        "so they cannot be shown. Ask whoever runs the pipeline to make that day again."
    )


def incidents(desk: Desk, account: Account) -> list[str]:
    """Say which open incidents change how an account's posts go out."""
    found = Incidents(desk.operations).all(account.id, only_open=True)
    told = {"sev1": "posting is paused", "sev2": "every post needs approval"}
    return [
        f"{account.name}: {told[one.severity]} until an incident is closed: “{one.summary}”"
        for one in found
        if one.severity in told
    ]


def left(entry: Entry, now: datetime) -> str:
    """Say how long is left until an entry's slot, or that it came."""
    if entry.slot_at > now:
        return f"in {span(entry.slot_at - now)}"
    return f"{span(now - entry.slot_at)} ago"


def _around(account: Account, now: datetime) -> list[date]:
    """Return the days whose scripts may have something to show without a post in the ledger: yesterday to tomorrow, there."""
    today = now.astimezone(account.zone).date()
    return [today + timedelta(days=n) for n in (-1, 0, 1)]


def _of_no_account(desk: Desk, now: datetime) -> list[str]:
    """Say which posts wait for accounts that are not in the configuration any more: nobody could see them otherwise."""
    query = select(PublicationRow.account).where(
        PublicationRow.account.not_in(list(desk.accounts)),
        PublicationRow.state.in_(WAITING),
        PublicationRow.slot_at >= now - HISTORY,
    )
    with desk.operations.transaction() as session:
        gone = Counter(session.scalars(query))
    return [
        f"{counted(count, 'post')} of “{name}” cannot be shown: that account was removed from the configuration."
        for name, count in sorted(gone.items())
    ]
