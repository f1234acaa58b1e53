"""The commands about niches: which deserve a pilot, by what the sources showed, and which pilots stay, by what their posts did."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from content_pipeline.accounts import load_accounts, pick_account
from content_pipeline.settings import load_settings, read_day

out = Console()
progress = Console(stderr=True)
niches_app = typer.Typer(invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Day = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", help="Last day. Default: today, by the pipeline's clock."),
]


@niches_app.callback()
def niches(
    context: typer.Context,
    day: Day = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of signals, up to the last.")] = 28,
    niche: Annotated[
        list[str] | None, typer.Option(help="A category of the seeds; may be repeated. Default: all.")
    ] = None,
    portfolio: Annotated[int, typer.Option(min=2, max=6, help="How many niches get a pilot.")] = 3,
    seeds: Annotated[
        Path | None, typer.Option(help="Another file of seed categories (docs/niches.md).")
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(help="Write a starter account for each niche of the portfolio into this folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Rank niches by the signals in the lake, choose a portfolio and plan its pilots: 12 posts, 5 a week. Unknown stays unknown."""
    if context.invoked_subcommand is not None:
        return
    from content_pipeline.niches.report import find_niches, show_report
    from content_pipeline.niches.seeds import SEEDS, load_seeds
    from content_pipeline.resources import clock_of
    from content_pipeline.storage.lake import Lake

    settings = load_settings()
    known = load_seeds(seeds or SEEDS)
    only = known.checked(niche or [])
    last = read_day(day) if day else clock_of(settings).now().date()
    report = find_niches(Lake(settings.lake_base), known, last, days, portfolio, only)
    if accounts is not None:
        from content_pipeline.niches.pilots import write_accounts

        for file in write_accounts(report, known, accounts):
            progress.print(f"wrote {file}", highlight=False, soft_wrap=True)
    if as_json:
        print(json.dumps(report.model_dump(mode="json"), indent=2))
    else:
        show_report(report, out)


@niches_app.command("review")
def review(
    day: Day = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="An account's id; may be repeated. Default: every account. The others are its peers."
        ),
    ] = None,
    posts: Annotated[int, typer.Option(min=2, max=100, help="Posts that a pilot was to have.")] = 12,
    target_views: Annotated[
        int | None,
        typer.Option(min=1, help="Views of a typical post to be reached. Default: those of its peers."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell which pilots to keep or kill, with the probability and the reason; one with too few measured posts is not judged yet."""
    from content_pipeline.niches.review import review_pilots, show_verdicts
    from content_pipeline.resources import clock_of
    from content_pipeline.storage.lake import Lake

    settings = load_settings()
    known = load_accounts(settings.accounts)
    wanted = [pick_account(known, name).id for name in account or known]
    last = read_day(day) if day else clock_of(settings).now().date()
    verdicts = review_pilots(Lake(settings.lake_base), known, last, posts, target_views)
    chosen = [verdict for verdict in verdicts if verdict.account in wanted]
    if as_json:
        print(json.dumps([verdict.model_dump(mode="json") for verdict in chosen], indent=2))
    else:
        show_verdicts(chosen, out)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(niches_app, name="niches")
