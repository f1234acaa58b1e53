"""The commands about what to make: ideas for a niche. Each prints what a module of its own has found."""

from typing import Annotated, cast, get_args

import typer
from rich.console import Console

from content_pipeline.accounts import Tone
from content_pipeline.settings import ConfigError, load_settings, nearest

out = Console()


def ideas(
    niche: Annotated[str, typer.Option(help="What the account is about, such as fitness or home office.")],
    topic: Annotated[str | None, typer.Option(help="One topic within the niche.")] = None,
    tone: Annotated[str, typer.Option(help="plain, warm or bold.")] = "plain",
    count: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 10,
    as_table: Annotated[bool, typer.Option("--table", help="Print a table instead of JSON.")] = False,
) -> None:
    """Print distinct ideas for reels as JSON: title, premise, pain point, desire, hooks, thumbnail texts, caption direction.

    They speak of the newest trends in the lake that fit the niche, and of what never gets old. The same question gets the same
    answer as long as the trends are the same.
    """
    from content_pipeline.idea_list import make_ideas, show
    from content_pipeline.resources import clock_of

    if tone not in get_args(Tone):
        raise ConfigError(
            f"--tone {tone!r} is none of {', '.join(get_args(Tone))}{nearest(tone, get_args(Tone))}"
        )
    settings = load_settings()
    answer = make_ideas(settings, niche, topic, cast(Tone, tone), count, clock_of(settings).now())
    if as_table:
        show(answer, out)
    else:
        print(answer.model_dump_json(indent=2))


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("ideas")(ideas)
