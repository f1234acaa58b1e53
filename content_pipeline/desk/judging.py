"""A day's scripts as people left them, each with the gate's answer to what it says now and what people said about that.

The gate is asked at once about an edited caption, before ``reviews`` is materialized again. People decide by what it says here; it is
never stored, and what leaves is decided by the review that is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from content_pipeline.accounts import Account
from content_pipeline.desk.web import Desk
from content_pipeline.review.approvals import Approvals, Word
from content_pipeline.review.changes import Changes
from content_pipeline.review.gate import review_script
from content_pipeline.review.moderator import moderates
from content_pipeline.review.records import ApprovalKind, Review
from content_pipeline.review.surroundings import read_context
from content_pipeline.scripts.records import Script
from content_pipeline.storage.records import Stamp


@dataclass(frozen=True)
class Judged:
    """A script as it stands, its review, and every word on exactly this content, oldest first.

    ``stored`` tells that the lake has this review. ``edit_counts`` tells that this is people's newest caption and that they can
    decide on it before the pipeline has taken it in: its review is stored, or no moderation service would add to it.
    """

    script: Script
    review: Review
    words: Sequence[Word] = ()
    stored: bool = True
    edit_counts: bool = False

    @property
    def blocked(self) -> bool:
        """Tell whether the gate stops it, whatever people say."""
        return self.review.verdict == "blocked"

    @property
    def standing(self) -> dict[str, Word]:
        """Return the last word of each kind."""
        return {word.kind: word for word in self.words}

    @property
    def rejections(self) -> list[Word]:
        """Return the rejections that stand."""
        return [word for word in self.standing.values() if word.decision == "rejected"]

    @property
    def missing(self) -> list[ApprovalKind]:
        """Return the kinds of approval that it needs and nobody has given."""
        given = {kind for kind, word in self.standing.items() if word.decision == "approved"}
        return [kind for kind in self.review.approvals_needed if kind not in given]


def judge_day(desk: Desk, account: Account, day: date) -> list[Judged]:
    """Return the scripts of an account's day with their reviews and words, in the order in which they were written.

    Raises:
        OutdatedPartition: they were written by another version of the software.
    """
    dims = [{"account": account.id, "day": str(day)}]
    written = desk.lake.read_existing("scripts", Script, dims)
    changes = Changes(desk.operations)
    scripts = changes.apply(written)
    edits = {edit.script_id: edit.content_hash for edit in changes.edits(account.id, day)} if written else {}
    at_once = not moderates(desk.settings)
    stored = {(r.script_id, r.content_hash): r for r in desk.lake.read_existing("reviews", Review, dims)}
    unseen = [s for s in scripts if (s.script_id, s.content_hash) not in stored]
    fresh = {r.script_id: r for r in review_now(desk, account, unseen, scripts)} if stored else {}
    words = words_on(desk, [script.content_hash for script in scripts])
    found = []
    for script in scripts:
        known = stored.get((script.script_id, script.content_hash))
        if review := known or fresh.get(script.script_id):
            edited = edits.get(script.script_id) == script.content_hash
            counts = edited and (known is not None or at_once)
            said = words.get(script.content_hash, ())
            found.append(Judged(script, review, said, stored=known is not None, edit_counts=counts))
    return found


def review_now(
    desk: Desk, account: Account, scripts: Iterable[Script], others: Sequence[Script]
) -> list[Review]:
    """Return what the gate says of a day's scripts at this moment, beside the same surroundings as in the ``reviews`` asset.

    A moderation service is not asked: what it says comes with the stored review.
    """
    wanted = list(scripts)
    if not wanted:
        return []
    stamp = Stamp(trace_id="desk", created_at=desk.clock())
    context = read_context(desk.lake, desk.operations, account.id, wanted[0].day, others, stamp.created_at)
    return [review_script(account, script, context, stamp) for script in wanted]


def words_on(desk: Desk, contents: Collection[str]) -> dict[str, list[Word]]:
    """Return every word on the contents, oldest first, by content hash."""
    found: dict[str, list[Word]] = {}
    for word in Approvals(desk.operations).words(contents):
        found.setdefault(word.content_hash, []).append(word)
    return found
