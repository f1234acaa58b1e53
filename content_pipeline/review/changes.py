"""What people changed in a day's scripts, laid over what the engine wrote: captions with their hashtags, and slots.

The lake keeps the engine's words, which a rerun would pay for again and may change; everything after ``scripts`` looks through
``Changes.apply``. Making a change is ``posts.changes``'s, because a post that waits in the ledger changes with it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.moves import MovedPost, moved_posts
from content_pipeline.clock import end_of, start_of
from content_pipeline.errors import UserError
from content_pipeline.scripts.records import Script
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import CaptionEditRow, SlotMoveRow

R = TypeVar("R", CaptionEditRow, SlotMoveRow)
HASHTAG = re.compile(r"#(?=\w*[^\W\d])\w+")
"""Letters, digits and underscores with at least one letter, as Instagram makes links of."""


class CaptionEdit(NamedTuple):
    """A caption that a person wrote over a script's: what it is now, the content's hash before and after, and who wrote it when."""

    script_id: str
    caption_long: str
    hashtags: list[str]
    was_hash: str
    content_hash: str
    by: str
    at: datetime


class Changes:
    """Reads people's changes from the operations database and lays them over scripts."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def apply(self, scripts: Sequence[Script]) -> list[Script]:
        """Return the scripts, in their order, as people left them: with the newest caption, at the slot that they moved it to.

        All variants of a slot move with it. An edit belongs to one script: what an engine wrote anew keeps its own caption.
        """
        edits = {edit.script_id: edit for edit in self._rows(CaptionEditRow, scripts)}
        moves = {(move.account, move.day, move.slot_id): move for move in self._rows(SlotMoveRow, scripts)}
        found = []
        for script in scripts:
            edit, move = (
                edits.get(script.script_id),
                moves.get((script.account, script.day, script.slot_id)),
            )
            if edit is not None:
                script = script.with_caption(edit.caption_long, edit.hashtags)
            if move is not None:
                script = script.model_copy(update={"slot_at": move.to_at, "slot_label": move.to_label})
            found.append(script)
        return found

    def edits(self, account: str, day: date) -> list[CaptionEdit]:
        """Return every edit of a day's captions, oldest first; of a script the last one counts."""
        query = select(CaptionEditRow).where(CaptionEditRow.account == account, CaptionEditRow.day == day)
        with self._operations.transaction() as session:
            rows = session.scalars(query.order_by(CaptionEditRow.id))
            return [CaptionEdit(**{name: getattr(row, name) for name in CaptionEdit._fields}) for row in rows]

    def moves_to(self, account: Account, first: date, last: date) -> list[MovedPost]:
        """Return the posts that people moved to the days from ``first`` to ``last`` (the account's), in order of time."""
        until = end_of(last, account.zone)
        moved = moved_posts(self._operations, account, start_of(first, account.zone))
        return [post for post in moved if post.moment < until]

    def _rows(self, table: type[R], scripts: Iterable[Script]) -> list[R]:
        """Return the changes of the scripts' accounts and days, oldest first."""
        days = {(script.account, script.day) for script in scripts}
        query: Any = select(table).where(
            table.account.in_({account for account, _ in days}), table.day.in_({day for _, day in days})
        )
        with self._operations.transaction() as session:
            return list(session.scalars(query.order_by(table.id)))


def edited(script: Script, caption_long: str, hashtags: Collection[str]) -> Script:
    """Return the script with a caption as a person typed it: line ends and blanks tidied, each hashtag once and with its ``#``.

    Whether it may be posted so is the gate's to say, not this function's.

    Raises:
        UserError: it is empty, a hashtag is none, or nothing changed; the line says what to do.
    """
    caption = _tidy(caption_long)
    if not caption:
        raise UserError("the caption is empty: write one, or reject the post")
    tags = {tag.casefold(): tag for tag in reversed([_hashtag(tag) for tag in hashtags if tag.strip()])}
    new = script.with_caption(caption, list(tags.values())[::-1])
    if new.content_hash == script.content_hash:
        raise UserError("nothing changed: the caption and its hashtags are as they were")
    return new


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if unicodedata.category(c) != "Cc").rstrip() for line in lines)
    return "\n".join(kept).strip()


def _hashtag(text: str) -> str:
    tag = "#" + text.strip().removeprefix("#")
    if not HASHTAG.fullmatch(tag):
        raise UserError(
            f"{text.strip()!r} is no hashtag: use letters, digits and underscores, at least one letter, and no blanks"
        )
    return tag
