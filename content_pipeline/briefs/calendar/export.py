"""A week as iCalendar (RFC 5545), for the calendars that people use.

An event keeps its UID from plan to plan, so that importing the next plan replaces it.
"""

from datetime import date, timedelta

from icalendar import Calendar, Event

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.week import Week
from content_pipeline.briefs.records import Brief, CalendarSlot

LENGTH = timedelta(minutes=15)
STATUS = {"committed": "CONFIRMED", "tentative": "TENTATIVE", "open": "CANCELLED"}
"""An open slot is a cancelled event: a program that took an earlier plan's event then takes it out."""


def to_ical(account: Account, week: Week) -> bytes:
    """Return the week as an iCalendar file, in the account's time zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//content_pipeline//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{account.name}: posts")
    for slot in week.slots:
        calendar.add_component(_event(account, week, slot))
    # The zone's changes around the week are enough; the library would write those of 68 years.
    calendar.add_missing_timezones(date(week.day.year - 1, 1, 1), date(week.day.year + 2, 1, 1))
    return bytes(calendar.to_ical())


def _event(account: Account, week: Week, slot: CalendarSlot) -> Event:
    event, brief = Event(), week.brief_of(slot)
    event.add("uid", slot.slot_id)
    event.add("dtstamp", slot.created_at)
    event.add("last-modified", slot.created_at)
    event.add("dtstart", slot.slot_at.astimezone(account.zone))
    event.add("duration", LENGTH)
    event.add("status", STATUS[slot.status])
    event.add("transp", "TRANSPARENT")  # nobody is busy while it is posted
    event.add("summary", brief.title if brief else "Open slot")
    event.add("description", "\n".join(_description(week, slot, brief)))
    event.add("categories", [slot.kpi_objective, *([brief.choice] if brief else [])])
    url = next((seen.url for seen in brief.evidence if seen.url), None) if brief else None
    if url:
        event.add("url", url)
    return event


def _description(week: Week, slot: CalendarSlot, brief: Brief | None) -> list[str]:
    lines = [f"Why: {week.why(slot)}", f"Objective: {slot.kpi_objective.replace('_', '-')}"]
    if brief:
        lines += [f"About: {brief.trend_title}", f"Idea: {brief.premise}", "Hooks:"]
        lines += [f"- {hook}" for hook in brief.hooks]
    reserves = [reserve.title for reserve in week.reserves_of(slot)]
    return [*lines, *(["In reserve:", *(f"- {title}" for title in reserves)] if reserves else [])]
