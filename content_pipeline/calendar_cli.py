"""The command that shows an account's calendar: as a table, as JSON, as iCalendar, as a page.

What it shows is read in ``briefs/calendar/week.py``; errors are one line (``cli.main``).
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from content_pipeline.accounts import Account, load_accounts, pick_account
from content_pipeline.settings import ConfigError, load_settings, read_day

if TYPE_CHECKING:
    from content_pipeline.briefs.calendar.week import Week

out = Console()
progress = Console(stderr=True)


def calendar(
    account: Annotated[str, typer.Option(help="The account's id.")],
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="The day it was planned on. Default: today there."),
    ] = None,
    ics: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write it as iCalendar; - is standard output."),
    ] = None,
    html: Annotated[str | None, typer.Option(metavar="FILE", help="Write it as a page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show the seven days of posts that were planned for an account, with the reasons."""
    from content_pipeline.briefs.calendar.week import read_week
    from content_pipeline.resources import clock_of
    from content_pipeline.storage.lake import Lake

    if ics == "-" and as_json:
        raise ConfigError("--ics - and --json both write to standard output: name a file for --ics")
    settings = load_settings()
    chosen = pick_account(load_accounts(settings.accounts), account)
    wanted = read_day(day) if day else clock_of(settings).now().astimezone(chosen.zone).date()
    week = read_week(Lake(settings.lake_base), chosen.id, wanted)
    if ics:
        from content_pipeline.briefs.calendar.export import to_ical

        _write(ics, to_ical(chosen, week))
    if html:
        from content_pipeline.briefs.calendar.page import to_html

        _write(html, to_html(chosen, week).encode())
    if as_json:
        print(json.dumps(week.as_dict(), indent=2))
    elif not (ics or html):
        show(chosen, week, out)


def show(account: Account, week: "Week", console: Console) -> None:
    """Print the week as a table, and what the plan says of it."""
    table = Table("day", "at", "status", "objective", "idea", "why")
    previous = None
    for slot in week.slots:
        brief = week.brief_of(slot)
        local = slot.slot_at.astimezone(account.zone)
        table.add_row(
            f"{local:%a %d %b}" if local.date() != previous else "",
            f"{local:%H:%M}",
            slot.status,
            slot.kpi_objective.replace("_", "-"),
            Text(brief.title if brief else "-"),
            Text(week.why(slot)),
            end_section=slot.slot_at == _last_of(week, slot.slot_date),
        )
        previous = local.date()
    console.print(table)
    for note in week.notes:
        console.print(Text(f"- {note}"), soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("calendar")(calendar)


def _last_of(week: "Week", day: object) -> datetime:
    return max(slot.slot_at for slot in week.slots if slot.slot_date == day)


def _write(file: str, content: bytes) -> None:
    if file == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        Path(file).write_bytes(content)
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written: {error.strerror}; name a file in a folder that exists"
        ) from None
    progress.print(f"written: {file}", highlight=False, soft_wrap=True)
