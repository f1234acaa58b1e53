"""Which script of a slot is rendered: the best one that review let through. Nothing is drawn here."""

from collections.abc import Iterable

from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script


def select_scripts(scripts: Iterable[Script], reviews: Iterable[Review]) -> list[Script]:
    """Return one script a slot at most, in order of the slots.

    What review released comes before what needs a person's approval, so that a slot is not lost to waiting; then the lowest
    ``preference``. What is blocked never passes. A review counts for the content that it saw: a script that changed since, or was
    never reviewed, does not pass. A brief that fills an earlier slot fills no other.
    """
    verdicts: dict[tuple[str, str], set[str]] = {}
    for review in reviews:
        verdicts.setdefault((review.script_id, review.content_hash), set()).add(review.verdict)

    def found(script: Script) -> set[str]:
        return verdicts.get((script.script_id, script.content_hash), {"blocked"})

    def order(script: Script) -> tuple[object, ...]:
        waits = "needs_approval" in found(script)
        return (script.slot_at, script.account, script.slot_id, waits, script.preference, script.script_id)

    chosen: dict[tuple[str, str], Script] = {}
    briefs: set[str] = set()
    for script in sorted(scripts, key=order):
        slot = (script.account, script.slot_id)
        if slot in chosen or script.brief_id in briefs or "blocked" in found(script):
            continue
        chosen[slot] = script
        briefs.add(script.brief_id)
    return list(chosen.values())
