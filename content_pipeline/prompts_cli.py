"""The commands about prompts of language models: how each fares, and the release of one from quarantine.

Each prints what a module of its own has found; errors are one line (``cli.main``).
"""

import getpass
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from content_pipeline.settings import ConfigError, load_settings, nearest

out = Console()
prompts_app = typer.Typer(no_args_is_help=True)


@prompts_app.command("list")
def list_prompts(
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show the prompts, which of them are in quarantine and why, and what models have cost today."""
    from dataclasses import asdict

    from content_pipeline.resources import clock_of
    from content_pipeline.scripts.prompts.loading import FAMILIES, load_prompts
    from content_pipeline.scripts.quarantine import Quarantine
    from content_pipeline.scripts.spending import ModelSpending
    from content_pipeline.storage.operations import OperationsDatabase

    settings = load_settings()
    now = clock_of(settings).now
    with OperationsDatabase(settings.effective_database_url) as database:
        quarantine = Quarantine(database, now)
        found = [(p, quarantine.resting(p), quarantine.strikes(p)) for p in load_prompts(FAMILIES)]
        today = ModelSpending(database, now, settings.openai_daily_budget_usd).today()
    if as_json:
        prompts = [
            {
                "family": p.family,
                "prompt_id": p.id,
                "failures_in_a_row": strikes,
                "quarantine": rest and asdict(rest),
            }
            for p, rest, strikes in found
        ]
        print(json.dumps({"prompts": prompts, "today": asdict(today)}, indent=2, default=str))
        return
    table = Table("family", Column("prompt", no_wrap=True), "state", "failures in a row", "why")
    for prompt, rest, strikes in found:
        state = f"in quarantine until {rest.until:%Y-%m-%d %H:%M} UTC" if rest else "in use"
        table.add_row(prompt.family, prompt.id, state, str(strikes), Text(rest.reason if rest else ""))
    out.print(table)
    out.print(
        f"models on {today.day} (UTC): {today.requests} requests, {today.counted_usd:.4f} of {today.limit_usd:.2f} USD, "
        f"{today.input_tokens} tokens read, {today.output_tokens} written",
        highlight=False,
        soft_wrap=True,
    )


@prompts_app.command("release")
def release(
    family: Annotated[str, typer.Argument(help="The family, as `prompts list` shows it.")],
    by: Annotated[str | None, typer.Option(help="Who decides. Default: the user of this machine.")] = None,
) -> None:
    """End the quarantine of a prompt now; its failures are forgotten, and who released it is recorded."""
    from content_pipeline.resources import clock_of
    from content_pipeline.scripts.prompts.loading import FAMILIES
    from content_pipeline.scripts.quarantine import Quarantine
    from content_pipeline.storage.operations import OperationsDatabase

    settings = load_settings()
    if family not in FAMILIES:
        raise ConfigError(
            f"unknown prompt family {family!r}{nearest(family, FAMILIES)}; known: {', '.join(FAMILIES)}"
        )
    who = by or getpass.getuser()
    with OperationsDatabase(settings.effective_database_url) as database:
        number = Quarantine(database, clock_of(settings).now).release(family, who)
    told = f"{family}: released by {who}" if number else f"{family} is not in quarantine"
    out.print(told, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(
        prompts_app,
        name="prompts",
        help="Prompts of language models: how they fare, release from quarantine.",
    )
