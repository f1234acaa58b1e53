"""A week as one HTML file that needs nothing else: days side by side, or one after the other on a telephone.

Looks belong in ``templates/week.html``.
"""

from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.week import Week
from content_pipeline.briefs.records import CalendarSlot


def to_html(account: Account, week: Week) -> str:
    """Return the page of a week; everything that comes from outside is escaped."""
    looks = Environment(
        loader=PackageLoader("content_pipeline.briefs.calendar"), autoescape=True, undefined=StrictUndefined
    )
    days = [
        {"date": day, "today": day == week.day, "slots": [_card(account, week, slot) for slot in slots]}
        for day, slots in groupby(week.slots, key=lambda slot: slot.slot_date)
    ]
    cards: list[dict[str, Any]] = [card for day in days for card in day["slots"]]
    filled = [card for card in cards if card["brief"]]
    return looks.get_template("week.html").render(
        account=account,
        week=week,
        days=days,
        rows=max((len(day["slots"]) for day in days), default=0),
        last_day=days[-1]["date"],
        filled=len(filled),
        choices=sorted({card["brief"].choice for card in filled}),
        objectives=sorted({card["slot"].kpi_objective for card in cards}),
    )


def _card(account: Account, week: Week, slot: CalendarSlot) -> dict[str, Any]:
    brief = week.brief_of(slot)
    why = week.why(slot).removeprefix(brief.choice if brief else "").removeprefix("; ")
    return {
        "slot": slot,
        "time": slot.slot_at.astimezone(account.zone).strftime("%H:%M"),
        "brief": brief,
        "why": why[:1].upper() + why[1:],
        "reserves": week.reserves_of(slot),
        "link": next(
            (e.url for e in brief.evidence if (e.url or "").startswith(("https://", "http://"))), None
        )
        if brief
        else None,
    }
