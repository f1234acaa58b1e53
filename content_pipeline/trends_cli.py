"""The commands about trends: a day's list, how the sources fare, one reading by hand, rows that could not be read, alerts.

Each prints what a module of its own has found; errors are one line (``cli.main``).
"""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from content_pipeline.accounts import load_accounts, pick_account
from content_pipeline.settings import load_settings, read_day

out = Console()
progress = Console(stderr=True)
sources_app = typer.Typer(invoke_without_command=True)
letters_app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@sources_app.callback()
def sources(context: typer.Context, as_json: Json = False) -> None:
    """Show how the trend sources fare: state, last success, next poll, budgets. Asks nobody."""
    if context.invoked_subcommand is not None:
        return
    from content_pipeline.source_status import as_dicts, read_source_status, show_source_status

    found = read_source_status(load_settings())
    if as_json:
        _print_json(as_dicts(found))
    else:
        show_source_status(found, out)


@sources_app.command("check")
def check(
    name: Annotated[str, typer.Argument(help="The source's name in the sources file.")], as_json: Json = False
) -> None:
    """Ask one source now and tell what it shows, or what failed, why, and what to do (exit code 1). Nothing is stored."""
    import stamina

    from content_pipeline.source_check import check_source

    stamina.instrumentation.set_on_retry_hooks([])  # the outcome is told, not each try
    settings = load_settings()
    with progress.status(f"asking {name}"):
        found = check_source(settings, name)
    if as_json:
        _print_json(found.as_dict())
    else:
        found.show(out)
    if found.error is not None:
        raise typer.Exit(1)


@letters_app.command("list")
def list_letters(
    source: Annotated[str | None, typer.Option(help="Those of one source only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """Show rows that could not be read, with the reason and how they begin."""
    from content_pipeline.storage.dead_letters import DeadLetters
    from content_pipeline.storage.operations import OperationsDatabase
    from content_pipeline.trends.words.values import clean_text

    with OperationsDatabase(load_settings().effective_database_url) as database:
        found = DeadLetters(database).waiting(source, limit=limit)
    if as_json:
        seen = (
            {"id": kept.id, "first_seen_at": kept.first_seen_at, "last_seen_at": kept.last_seen_at}
            | kept.letter.model_dump()
            for kept in found
        )
        _print_json(list(seen))
        return
    table = Table(
        "id", "source", "day", "position", "reason", "begins", "last seen (UTC)", "can be tried again"
    )
    for kept in found:
        letter = kept.letter
        texts = (letter.source, str(letter.day), letter.position, letter.reason, letter.excerpt[:80])
        again = "yes" if letter.payload else "no"
        cells = [Text(clean_text(text)) for text in texts]
        table.add_row(kept.id, *cells, f"{kept.last_seen_at:%Y-%m-%d %H:%M}", again)
    out.print(table if found else "no dead letters wait")


@letters_app.command("replay")
def replay(
    source: Annotated[str | None, typer.Option(help="Those of one source only.")] = None,
    letter_id: Annotated[str | None, typer.Option("--id", help="One letter only.")] = None,
    as_json: Json = False,
) -> None:
    """Try rows that could not be read again with today's code; what can be read now is merged into its day."""
    from content_pipeline.replaying import replay_letters

    settings = load_settings()
    with progress.status("trying again"):
        done = replay_letters(settings, source, letter_id)
    if as_json:
        _print_json(done.as_dict())
    else:
        done.show(out)


def trends(
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="Default: today, by the pipeline's clock."),
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Those that an account would take, best for it first. Default: all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """Show a day's trends, best first, with their course and the reasons for their score in words."""
    from content_pipeline.resources import clock_of
    from content_pipeline.trend_list import as_rows, read_trends, show

    settings = load_settings()
    chosen = pick_account(load_accounts(settings.accounts), account) if account else None
    wanted = read_day(day) if day else clock_of(settings).now().date()
    found = read_trends(settings, wanted, chosen, limit)
    if as_json:
        _print_json(as_rows(found))
    else:
        show(found, chosen, out)


def alerts(as_json: Json = False) -> None:
    """Show the open alerts: since when, about what, and whether the message got out."""
    from dataclasses import asdict

    from content_pipeline.alerts import Alerts
    from content_pipeline.storage.operations import OperationsDatabase

    with OperationsDatabase(load_settings().effective_database_url) as database:
        found = Alerts(database).opened()
    if as_json:
        _print_json([asdict(alert) for alert in found])
        return
    table = Table("since (UTC)", "about", "alert", "sent")
    for alert in found:
        since = f"{alert.opened_at:%Y-%m-%d %H:%M}"
        table.add_row(since, alert.subject, Text(alert.message), "yes" if alert.told else "not yet")
    out.print(table if found else "no alert is open")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(sources_app, name="sources")
    app.add_typer(
        letters_app, name="dead-letters", help="Rows that could not be read: list them, try them again."
    )
    app.command("trends")(trends)
    app.command("alerts")(alerts)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, default=str))
