"""What `content-pipeline trends` tells: a day's trends, best first, with the reasons in words."""

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from content_pipeline.accounts import Account
from content_pipeline.errors import UserError
from content_pipeline.settings import Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import Trend
from content_pipeline.trends.scoring.niche import suits
from content_pipeline.trends.scoring.reasons import sparkline
from content_pipeline.trends.scoring.view import ranked, short


def read_trends(settings: Settings, day: date, account: Account | None, limit: int) -> list[Trend]:
    """Return the day's trends, best first; for an account those that it would take, by how well they fit and how new they are to it.

    Raises:
        UserError: the day was not scored yet; the line says what to do.
    """
    lake = Lake(settings.lake_base)
    if not lake.exists("trends", {"day": str(day)}):
        scored = [dims["day"] for dims in lake.partitions("trends")]
        latest = f"the last scored day is {scored[-1]}" if scored else "no day was scored yet"
        raise UserError(
            f"{day} has no trends: {latest}; run `content-pipeline produce` or materialize `trends`"
        )
    trends = ranked(lake.read("trends", Trend, {"day": str(day)}))
    if account is not None:
        trends = [t for t in trends if suits(t, account)]
        trends.sort(key=lambda t: (-_for_account(t, account), t.trend_id))
    return trends[:limit]


def as_rows(trends: list[Trend]) -> list[dict[str, Any]]:
    """Return plain values for JSON."""
    return [trend.model_dump(mode="json") for trend in trends]


def show(trends: list[Trend], account: Account | None, console: Console) -> None:
    """Print a table for people."""
    table = Table("", "score", "trend", "course", "stage", "why", show_lines=True)
    for place, trend in enumerate(trends, start=1):
        score = f"{trend.score:.2f}"
        if account is not None:
            score += (
                f"\nfit {trend.niche_fit.get(account.id, 0):.2f}\nnew {trend.novelty.get(account.id, 1):.2f}"
            )
        table.add_row(
            str(place),
            score,
            Text(f"{short(trend.title, 90)}\n{', '.join(trend.sources)}"),
            sparkline(trend.sparkline),
            trend.stage,
            Text("\n".join(trend.reasons)),
        )
    console.print(table)


def _for_account(trend: Trend, account: Account) -> float:
    return trend.score * (0.5 + trend.niche_fit.get(account.id, 0.0)) * trend.novelty.get(account.id, 1.0)
