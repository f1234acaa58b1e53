"""Which script of a slot is rendered: the best one that review let through. Nothing is drawn here."""

from collections.abc import Iterable

from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script


def select_scripts(scripts: Iterable[Script], reviews: Iterable[Review]) -> list[Script]:
    """Return one script a slot at most, in order of the slots: the lowest ``preference`` that review did not
    block.

    A review counts for the content that it saw: a script that changed since, or was never reviewed, does not
    pass. A brief that fills an earlier slot fills no other.
    """
    verdicts: dict[tuple[str, str], set[str]] = {}
    for review in reviews:
        verdicts.setdefault((review.script_id, review.content_hash), set()).add(review.verdict)
    chosen: dict[tuple[str, str], Script] = {}
    briefs: set[str] = set()
    for script in sorted(scripts, key=lambda s: (s.slot_at, s.account, s.slot_id, s.preference, s.script_id)):
        slot = (script.account, script.slot_id)
        found = verdicts.get((script.script_id, script.content_hash))
        if slot in chosen or script.brief_id in briefs or not found or "blocked" in found:
            continue
        chosen[slot] = script
        briefs.add(script.brief_id)
    return list(chosen.values())
