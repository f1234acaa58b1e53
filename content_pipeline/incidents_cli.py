"""The commands about incidents: open one, see what is overdue, add to its timeline, close it.

What they do is in ``incidents``; errors are one line (``cli.main``).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from content_pipeline.accounts import load_accounts, pick_account
from content_pipeline.settings import load_settings

if TYPE_CHECKING:
    from content_pipeline.incidents import Response
    from content_pipeline.review.incident_steps import Incident

out = Console()
incidents_app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
By = Annotated[str, typer.Option(help="Your name.")]
IncidentId = Annotated[
    str, typer.Argument(metavar="ID", help="The incident's id, as `incident list` shows it.")
]


@incidents_app.command("open")
def open_incident(
    post: Annotated[str, typer.Option(help="The post's id, its address on Instagram, or its media id.")],
    severity: Annotated[
        Literal["sev1", "sev2", "sev3"],
        typer.Option(
            help="sev1: pause the account's queue and take the post down; sev2: everything by hand; sev3: record it."
        ),
    ],
    by: By,
    summary: Annotated[str, typer.Option(help="What is wrong, in a sentence.")],
    take_down: Annotated[
        bool | None,
        typer.Option(
            "--take-down/--leave-up", help="Whether a live post is deleted. Default: for sev1 it is."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Open an incident about a post; run again, it goes on where it stood. A post that waits is rejected instead of taken down."""
    with _response() as response:
        incident = response.open(post, severity, by=by, summary=summary, take_down=take_down)
        _show(response, incident, as_json)


@incidents_app.command("list")
def list_incidents(
    all_: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    account: Annotated[str | None, typer.Option(help="Those of one account.")] = None,
    as_json: Json = False,
) -> None:
    """Show the open incidents, and what about them is due or overdue."""
    from content_pipeline.review.incidents import Incidents

    with _response() as response:
        book, now = Incidents(response.operations), response.clock.now()
        if account is not None:
            pick_account(response.accounts, account)
        found = book.all(account, only_open=not all_)
        steps = {incident.id: book.steps(incident) for incident in found}
    if as_json:
        _print([_plain(incident, steps[incident.id], now) for incident in found])
        return
    for incident in found:
        _show_head(incident, steps[incident.id], now)
    if not found:
        out.print("no incident is open" if not all_ else "there was no incident yet")


@incidents_app.command("show")
def show_incident(
    incident_id: IncidentId,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="Print as JSON what was known of the post when it was opened.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show an incident's steps and timeline."""
    from content_pipeline.review.incidents import Incidents

    with _response() as response:
        book = Incidents(response.operations)
        if snapshot:
            _print(book.snapshot(incident_id))
        else:
            _show(response, book.get(incident_id), as_json)


@incidents_app.command("note")
def note(
    incident_id: IncidentId,
    text: Annotated[str, typer.Argument(help="What was found or done.")],
    by: By,
    done: Annotated[
        Literal["take_down", "notify", "investigate", "decide"] | None,
        typer.Option(help="The step that you did by hand."),
    ] = None,
) -> None:
    """Add a note to an incident's timeline."""
    with _response() as response:
        response.note(incident_id, by=by, text=text, done=done)
    out.print(f"{incident_id}: noted", highlight=False)


@incidents_app.command("close")
def close(
    incident_id: IncidentId,
    by: By,
    resolution: Annotated[str, typer.Option(help="What came of it.")],
    false_alarm: Annotated[
        bool, typer.Option("--false-alarm", help="It was none: look-alikes may go out again.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Close an incident: the queue goes on. After a sev1 everything stays by hand for 48 hours from its opening."""
    with _response() as response:
        incident = response.close(
            incident_id,
            by=by,
            resolution=resolution,
            false_alarm=false_alarm or resolution.strip().casefold() == "false alarm",
        )
        _show(response, incident, as_json)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(
        incidents_app,
        name="incident",
        help="Something harmful went out, or nearly did: stop it, and keep the record.",
    )


@contextmanager
def _response() -> Iterator["Response"]:
    from content_pipeline.alerts import Alerts
    from content_pipeline.incidents import Response
    from content_pipeline.resources import clock_of, platform_of
    from content_pipeline.storage.lake import Lake
    from content_pipeline.storage.operations import OperationsDatabase

    settings = load_settings()

    @contextmanager
    def connect(account: Any) -> Iterator[Any]:
        with platform_of(settings) as platform, platform.client(account) as client:
            yield client

    with OperationsDatabase(settings.effective_database_url) as operations:
        yield Response(
            operations=operations,
            lake=Lake(settings.lake_base),
            accounts=load_accounts(settings.accounts),
            alerts=Alerts(operations, settings.alert_urls),
            clock=clock_of(settings),
            connect=connect,
        )


def _show(response: "Response", incident: "Incident", as_json: bool) -> None:
    from content_pipeline.review.incidents import Incidents

    book, now = Incidents(response.operations), response.clock.now()
    steps, timeline = book.steps(incident), book.timeline(incident.id)
    if as_json:
        _print(
            _plain(incident, steps, now) | {"timeline": [event.model_dump(mode="json") for event in timeline]}
        )
        return
    _show_head(incident, steps, now)
    table = Table("at (UTC)", "by", "what", "detail")
    for event in timeline:
        detail = "; ".join(
            f"{name}: {value}" for name, value in event.detail.items() if value not in (None, "")
        )
        table.add_row(f"{event.at:%Y-%m-%d %H:%M}", Text(event.by), event.event, Text(detail))
    out.print(table)


def _show_head(incident: "Incident", steps: list[Any], now: datetime) -> None:
    state = "open" if incident.is_open else f"closed: {incident.resolution}"
    about = f"{incident.account}  {incident.post_id}  opened {incident.opened_at:%Y-%m-%d %H:%M} UTC by {incident.opened_by}"
    out.print(
        Text(f"{incident.id}  {incident.severity}  {state}\n{about}\n{incident.summary}"), soft_wrap=True
    )
    for step in steps:
        out.print(f"  {step.state(now):9} {step.words}, by {step.due_at:%Y-%m-%d %H:%M} UTC", highlight=False)


def _plain(incident: "Incident", steps: list[Any], now: datetime) -> dict[str, Any]:
    told = [{"step": s.name, "due_at": s.due_at, "done_at": s.done_at, "state": s.state(now)} for s in steps]
    return incident.model_dump(mode="json", exclude={"texts"}) | {"steps": told}


def _print(value: object) -> None:
    print(json.dumps(value, indent=2, default=str))
