"""An incident, its timeline, and what has to be done about it by when.

Pure: where incidents are kept is ``incidents``'.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from content_pipeline.storage.records import Part

Severity = Literal["sev1", "sev2", "sev3"]
_TAKE_DOWN = ("take_down", "take the post down")
DEADLINES: dict[str, tuple[tuple[str, str, timedelta], ...]] = {
    "sev1": ((*_TAKE_DOWN, timedelta(minutes=30)), ("notify", "notify", timedelta(minutes=30))),
    "sev2": (
        ("investigate", "investigate", timedelta(hours=4)),
        ("decide", "decide", timedelta(hours=24)),
        (*_TAKE_DOWN, timedelta(hours=24)),
    ),
    "sev3": (
        ("decide", "decide in the next planning cycle", timedelta(hours=24)),
        (*_TAKE_DOWN, timedelta(hours=24)),
    ),
}
"""What has to be done by when after an incident was opened: step, words, time."""
STEPS = ("take_down", "notify", "investigate", "decide")
CONTAINED = ("rejected", "taken_down", "nothing_to_take_down")
"""Events after which nothing of the post is left to be stopped."""
_DONE_BY = dict.fromkeys(CONTAINED, "take_down") | {"notified": "notify"}


class Incident(Part):
    """An incident as it was read; the fields are those of ``IncidentRow``, without the snapshot."""

    id: str
    account: str
    post_id: str
    severity: Severity
    summary: str
    take_down: bool
    texts: list[str]
    opened_at: datetime
    opened_by: str
    critical_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    resolution: str | None
    false_alarm: bool

    @property
    def is_open(self) -> bool:
        """Tell whether it was not closed yet."""
        return self.closed_at is None


class IncidentEvent(Part):
    """An entry of a timeline."""

    at: datetime
    by: str
    event: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """Something that has to be done about an incident, by when, and when it was; ``closed`` tells that the incident is over."""

    name: str
    words: str
    due_at: datetime
    done_at: datetime | None
    closed: bool

    def state(self, now: datetime) -> str:
        """Return done, done late, not done (and the incident is over), due or overdue."""
        if self.done_at is not None:
            return "done" if self.done_at <= self.due_at else "done late"
        if self.closed:
            return "not done"
        return "overdue" if now > self.due_at else "due"


def steps_of(incident: Incident, timeline: Sequence[IncidentEvent]) -> list[Step]:
    """Return what has to be done about an incident and by when; closing it is a decision, after an investigation."""
    since = incident.critical_at or incident.opened_at
    found = []
    for name, words, within in DEADLINES[incident.severity]:
        if name == "take_down" and not incident.take_down:
            continue
        done = [
            event.at
            for event in timeline
            if name in (_DONE_BY.get(event.event), event.detail.get("done"))
            # Who was told of something less has not been told of this.
            and (name != "notify" or event.at >= since)
        ]
        ended = incident.closed_at if name in ("investigate", "decide") else None
        found.append(Step(name, words, since + within, min(done, default=ended), not incident.is_open))
    return found


def contained(timeline: Iterable[IncidentEvent]) -> bool:
    """Tell whether nothing of the post is left to be stopped: rejected, taken down (by hand too), or never live."""
    return any(event.event in CONTAINED or event.detail.get("done") == "take_down" for event in timeline)
