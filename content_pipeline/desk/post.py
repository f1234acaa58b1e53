"""What the page of one post shows: its film and texts, what the gate and people said of it, why it was made, and what happened to it.

Whatever part cannot be read is left out with a plain word about it; the rest is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from starlette.exceptions import HTTPException

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Brief
from content_pipeline.desk.judging import Judged, judge_day, review_now, words_on
from content_pipeline.desk.queue import Entry, entry_of, outdated, script_entry
from content_pipeline.desk.trail import Step, steps_of
from content_pipeline.desk.users import KINDS, User
from content_pipeline.desk.web import Desk
from content_pipeline.renders.records import Render
from content_pipeline.review.approvals import Word
from content_pipeline.review.changes import CaptionEdit, Changes
from content_pipeline.review.phases import BY_HAND
from content_pipeline.review.records import ApprovalKind, Finding
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import OutdatedPartition
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.records import Record
from content_pipeline.storage.tables import PublicationRow

R = TypeVar("R", bound=Record)
NO_FILM = "The film is no longer in the media store. Ask whoever runs the pipeline to render this day again."
NOT_MADE = "The film is not made yet."


@dataclass(frozen=True)
class Edited:
    """What the last edit of a caption changed in the findings, whose approvals lapsed with it, and the text before any edit."""

    by: str
    at: datetime
    solved: Sequence[Finding]
    new: Sequence[Finding]
    kept: Sequence[Finding]
    lapsed: Sequence[str]
    original: Script


@dataclass(frozen=True)
class PostView:
    """A post or a script with all that its page shows. ``content`` is what forms are made for; it changes with the content."""

    entry: Entry
    account: Account
    day: date
    judged: Judged | None
    row: PublicationRow | None
    film: str | None
    film_problem: str | None
    render: Render | None
    brief: Brief | None
    edits: Sequence[CaptionEdit]
    edited: Edited | None
    steps: Sequence[Step]
    problems: Sequence[str] = field(default_factory=list)

    @property
    def script(self) -> Script | None:
        """Return the script as people left it, or none where it cannot be read."""
        return self.judged.script if self.judged else None

    @property
    def content(self) -> str:
        """Return the hash of the content that is shown."""
        return self.judged.script.content_hash if self.judged else self.row.content_hash if self.row else ""

    @property
    def caption(self) -> str:
        """Return the whole caption, with its hashtags."""
        waits = self.row is None or self.row.state in WAITING
        if self.judged and waits:
            return self.judged.script.caption
        return str(self.row.payload.get("caption", "")) if self.row else ""

    @property
    def words(self) -> Sequence[Word]:
        """Return what was said about exactly this content, oldest first."""
        return self.judged.words if self.judged else []

    @property
    def changeable(self) -> bool:
        """Tell whether the caption may still be edited."""
        begun = self.row is not None and self.row.state not in WAITING
        return self.judged is not None and not begun

    @property
    def movable(self) -> bool:
        """Tell whether the post may still be moved to another slot."""
        return self.row is not None and self.row.state in WAITING

    def rejectable(self, user: User) -> list[ApprovalKind]:
        """Return the kinds of approval with which this user can reject the post now; none where they have done so."""
        if not (self.judged and self.entry.decidable):
            return []
        if user.name in {word.by for word in self.judged.rejections}:
            return []
        asked = self.judged.review.approvals_needed or BY_HAND
        return [kind for kind in KINDS if kind in asked and kind in user.kinds]


def read_post(desk: Desk, post_id: str) -> PostView:
    """Return the view of a post.

    Raises:
        HTTPException: 404, there is no such post, or its account is no longer configured.
    """
    with desk.operations.transaction() as session:
        row = session.scalars(select(PublicationRow).where(PublicationRow.post_id == post_id)).first()
    if row is None:
        raise HTTPException(404, "There is no such post. It may have been planned anew: look in the queue.")
    account = _account(desk, row.account)
    judged, problems = _judged(desk, account, row.day, row.script_id)
    entry = entry_of(account, row, judged, desk.clock())
    return _view(desk, account, row.day, entry, judged, row, problems)


def read_script(desk: Desk, account_id: str, day: str, script_id: str) -> PostView:
    """Return the view of a script that is no post.

    Raises:
        HTTPException: 404, there is no such script, or its account is no longer configured.
    """
    account = _account(desk, account_id)
    missing = HTTPException(404, "There is no such text. It may have been written anew: look in the queue.")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise missing from None
    judged, problems = _judged(desk, account, on, script_id)
    if problems:
        raise HTTPException(404, problems[0])
    if judged is None:
        raise missing
    entry = script_entry(account, judged)
    if judged.blocked:
        entry = replace(entry, tab="blocked", note="The rules stop it. Editing the caption may mend that.")
    return _view(desk, account, on, entry, judged, None, problems)


def _view(
    desk: Desk,
    account: Account,
    day: date,
    entry: Entry,
    judged: Judged | None,
    row: PublicationRow | None,
    problems: list[str],
) -> PostView:
    script_id = row.script_id if row else judged.script.script_id if judged else ""
    edits = [edit for edit in Changes(desk.operations).edits(account.id, day) if edit.script_id == script_id]
    key = str(row.payload.get("reel_key", "")) if row else ""
    film = key if key and desk.media.exists(key) else None
    hashes = {judged.script.content_hash} if judged else {row.content_hash} if row else set()
    hashes |= {value for edit in edits for value in (edit.was_hash, edit.content_hash)}
    words = [word for found in words_on(desk, hashes).values() for word in found]
    render_id, brief_id = (
        (row.render_id if row else ""),
        (judged.script.brief_id if judged else row.brief_id if row else ""),
    )
    return PostView(
        entry=entry,
        account=account,
        day=day,
        judged=judged,
        row=row,
        film=film,
        film_problem=None if film else NO_FILM if key else NOT_MADE,
        render=_one(desk, "renders", Render, account, day, "render_id", render_id),
        brief=_one(desk, "briefs", Brief, account, day, "brief_id", brief_id),
        edits=edits,
        edited=_edited(desk, account, judged, edits) if judged and edits else None,
        steps=steps_of(desk, account, row.post_id if row else None, words, edits),
        problems=problems,
    )


def _edited(desk: Desk, account: Account, judged: Judged, edits: Sequence[CaptionEdit]) -> Edited:
    """Compare what the gate says of the caption before the last edit with what it says now."""
    last, script = edits[-1], judged.script
    dims = [{"account": account.id, "day": str(script.day)}]
    written = desk.lake.read_existing("scripts", Script, dims)
    others = Changes(desk.operations).apply(written)
    original = before = next((s for s in written if s.script_id == script.script_id), script)
    if len(edits) > 1:
        before = before.with_caption(edits[-2].caption_long, edits[-2].hashtags)
    found = review_now(desk, account, [before], others)[0].findings
    old, new = {f.rule_id: f for f in found}, {f.rule_id: f for f in judged.review.findings}
    lapsed = words_on(desk, [last.was_hash]).get(last.was_hash, [])
    return Edited(
        by=last.by,
        at=last.at,
        solved=[f for rule, f in old.items() if rule not in new],
        new=[f for rule, f in new.items() if rule not in old],
        kept=[f for rule, f in new.items() if rule in old],
        lapsed=sorted({word.by for word in lapsed if word.decision == "approved"}),
        original=original,
    )


def _account(desk: Desk, name: str) -> Account:
    if name not in desk.accounts:
        raise HTTPException(
            404, f"The account “{name}” was removed from the configuration, so its posts cannot be shown."
        )
    return desk.accounts[name]


def _judged(desk: Desk, account: Account, day: date, script_id: str) -> tuple[Judged | None, list[str]]:
    try:
        found = judge_day(desk, account, day)
    except OutdatedPartition:
        return None, [outdated(account, day)]
    return next((judged for judged in found if judged.script.script_id == script_id), None), []


def _one(
    desk: Desk, asset: str, record: type[R], account: Account, day: date, field: str, value: str
) -> R | None:
    """Return the row of a day that has a value, or none where there is none or it cannot be read."""
    try:
        rows = desk.lake.read_existing(asset, record, [{"account": account.id, "day": str(day)}])
    except OutdatedPartition:
        return None
    return next((row for row in rows if getattr(row, field) == value), None)
