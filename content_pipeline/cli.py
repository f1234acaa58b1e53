"""The command line: produce days, look at their state, rebuild the marts, open the UI. Errors are one clear line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from content_pipeline import (
    calendar_cli,
    creative_cli,
    desk_cli,
    gate_cli,
    incidents_cli,
    niches_cli,
    prompts_cli,
    trends_cli,
)
from content_pipeline.accounts import Account, load_accounts, pick_account
from content_pipeline.settings import ConfigError, Settings, load_settings, read_day

app = typer.Typer(
    help="An Instagram content studio as a Dagster project: plan, write, review, render, publish, measure, learn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
progress = Console(stderr=True)
out = Console()


@app.command()
def produce(
    date_: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="First day. Default: today, by the pipeline's clock."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days, one after the other.")] = 1,
    account: Annotated[
        list[str] | None, typer.Option(help="An account's id; may be repeated. Default: every account.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON on standard output.")
    ] = False,
) -> None:
    """Run whole days: plan, write, review, render, publish, measure, learn.

    In sandbox mode (the default) the clock is moved through the days. Calling it again for the same days posts nothing twice and
    renders nothing again; after a crash it goes on where it stood.
    """
    from content_pipeline.session import open_session

    settings = _settings()
    accounts = _accounts(settings, account)
    first = read_day(date_) if date_ else None
    with _one_at_a_time(settings), open_session(settings, accounts, _announce) as session:
        summary = session.produce(first, days)
    for warning in summary.warnings:
        progress.print(f"[yellow]warning[/] {warning}", highlight=False, soft_wrap=True)
    if as_json:
        print(json.dumps(summary.as_dict(), indent=2, default=str))
    else:
        summary.show(out)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show posts by state, the next slots, how sources fare, and what could not be read."""
    from content_pipeline.status import read_status

    settings = _settings()
    found = read_status(settings, _accounts(settings, None))
    if as_json:
        print(json.dumps(found.as_dict(), indent=2, default=str))
    else:
        found.show(out)


@app.command()
def approve(
    post: Annotated[str, typer.Argument(help="The post's id, as `status` shows it.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="editorial, compliance, ...; may be repeated. Default: all that are needed."),
    ] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Refuse it: it will not be posted.")] = False,
    note: Annotated[str | None, typer.Option(help="Why; a rejection needs it.")] = None,
) -> None:
    """Approve (or reject) the content of a post that waits for a person. Changed content needs a new approval."""
    from content_pipeline.deciding import decide

    settings = _settings()
    kinds = decide(settings, post, by, "rejected" if reject else "approved", kind, note)
    word = "rejected" if reject else "approved"
    out.print(
        f"{post}: {', '.join(kinds)} {word} by {by}. It counts when `posts` is next materialized.",
        highlight=False,
    )


@app.command()
def marts() -> None:
    """Rebuild marts.duckdb from the lake. Readers of the old file are not disturbed."""
    from content_pipeline.marts.build import build_marts

    settings = _settings()
    with progress.status("building marts"):
        rows = build_marts(settings.lake_base, settings.marts_path)
    for mart, count in rows.items():
        out.print(f"{mart:24} {count:>8} rows", highlight=False)
    out.print(f"{settings.marts_path}", highlight=False, soft_wrap=True)


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> NoReturn:
    """Open the Dagster UI with its daemon, over the runs that produce made. Stop it with Ctrl-C."""
    from content_pipeline.instance import PROJECT, dagster_home, open_instance
    from content_pipeline.partitions import register_partitions
    from content_pipeline.trends.sources.catalog import load_sources

    settings = _settings()
    accounts = _accounts(settings, None)
    with open_instance(settings) as instance:
        register_partitions(instance, accounts, load_sources(settings.sources).configs)
    os.environ |= {"DAGSTER_HOME": str(dagster_home(settings)), "CONTENT_PIPELINE_HOME": str(settings.home)}
    out.print(f"Dagster UI on http://{host}:{port} (first start takes about 15 s)", highlight=False)
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "-h", host, "-p", str(port)]
    os.execv(command[0], [*command, "-w", str(PROJECT / "workspace.yaml")])  # noqa: S606


@app.command()
def config() -> None:
    """Print the effective settings; secrets are masked."""
    for name, value in _settings().describe().items():
        out.print(f"CONTENT_PIPELINE_{name.upper()}={value}", highlight=False, soft_wrap=True)


@app.command()
def sandbox(port: Annotated[int, typer.Option(help="Port to listen on, on 127.0.0.1.")] = 8900) -> None:
    """Run the local Instagram as a server of its own, over the same state that produce uses. Stop it with Ctrl-C."""
    from content_pipeline.sandbox.running import serve

    settings = _settings()
    out.print(
        f"sandbox on http://127.0.0.1:{port}, state in {settings.home / 'sandbox'}",
        highlight=False,
        soft_wrap=True,
    )
    serve(settings.home, port=port, seed=settings.world_seed)


trends_cli.register(app)
niches_cli.register(app)
incidents_cli.register(app)
creative_cli.register(app)
calendar_cli.register(app)
gate_cli.register(app)
prompts_cli.register(app)
desk_cli.register(app)


def main() -> None:
    """Run the command line; what the user can mend ends in one line and exit code 2, what failed in exit code 1."""
    from content_pipeline.errors import UserError

    try:
        app()
    except ConfigError as error:
        _fail(str(error), 2)
    except UserError as error:
        _fail(str(error), 1)


def _fail(message: str, code: int) -> NoReturn:
    progress.print(f"[red]error[/] {escape(message)}", highlight=False, soft_wrap=True)
    raise SystemExit(code)


def _settings() -> Settings:
    return load_settings()


def _accounts(settings: Settings, names: list[str] | None) -> dict[str, Account]:
    accounts = load_accounts(settings.accounts)
    return {name: pick_account(accounts, name) for name in names} if names else accounts


@contextmanager
def _announce(text: str) -> Iterator[None]:
    """Show what is under way, and leave a line with its duration when it is done."""
    started = datetime.now().astimezone()
    with progress.status(text):
        yield
    seconds = (datetime.now().astimezone() - started).total_seconds()
    progress.print(f"{seconds:6.1f} s  {text}", highlight=False, soft_wrap=True)


@contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    from filelock import FileLock, Timeout

    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.home / "produce.lock", timeout=0):
            yield
    except Timeout:
        raise ConfigError(
            f"another produce is at work in {settings.home}: wait for it, or set CONTENT_PIPELINE_HOME"
        ) from None
