"""The whole answer about niches: what the lake's window says, ranked, with a portfolio and its pilots. Also as a table for people."""

from collections.abc import Sequence
from datetime import date, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from content_pipeline.niches.items import read_items
from content_pipeline.niches.pilots import plan_pilot
from content_pipeline.niches.portfolio import choose_portfolio
from content_pipeline.niches.records import WEIGHTS, NicheReport, NicheScore
from content_pipeline.niches.scoring import score_candidates
from content_pipeline.niches.seeds import Seeds
from content_pipeline.storage.lake import Lake

ROWS = 20
_SHORT = {
    "demand": "demand",
    "low_saturation": "open",
    "feasibility": "feasible",
    "differentiation": "different",
    "monetization": "money",
}


def find_niches(
    lake: Lake, seeds: Seeds, last: date, days: int, size: int, only: Sequence[str] = ()
) -> NicheReport:
    """Score all candidates on the window that ends with ``last``; choose ``size`` and plan their pilots from the next day.

    ``only`` restricts what is told and chosen to some categories; their percentiles stay those among all.

    Raises:
        UserError: the window holds no signal.
    """
    items = read_items(lake, last, days)
    scored = score_candidates(items, seeds, days, size)
    if only:
        scored = [s for s in scored if s.candidate.category_id in only]
    portfolio = choose_portfolio(scored, size)
    return NicheReport(
        first_day=last - timedelta(days=days - 1),
        last_day=last,
        items=len(items),
        sources=sorted(items["source"].unique()),
        weights=WEIGHTS,
        scores=[s.score for s in scored],
        choices=portfolio.choices,
        pilots=[plan_pilot(s.candidate, last + timedelta(days=1)) for s in portfolio.taken],
        note=portfolio.note,
    )


def show_report(report: NicheReport, console: Console) -> None:
    """Print the ranking, what the portfolio rests on, its pilots, and how many candidates nothing is known about."""
    console.print(
        f"{report.first_day} to {report.last_day}: {report.items} items of {', '.join(report.sources)}",
        highlight=False,
        soft_wrap=True,
    )
    measured = [score for score in report.scores if score.evidence != "none"]
    table = Table("", "niche", "total (80 %)", "conf.", "in top", *_SHORT.values(), "items")
    taken = {choice.niche for choice in report.choices if choice.taken}
    shown = [score for score in measured if score.niche in taken or score.rank <= ROWS]
    for score in shown:
        table.add_row(
            str(score.rank),
            Text(score.niche, style="bold" if score.niche in taken else ""),
            f"{score.total:.2f} ({score.low:.2f}-{score.high:.2f})",
            f"{score.confidence:.2f}",
            f"{score.chance_top:.0%}" if score.evidence == "enough" else "-",
            *(_cell(score, name) for name in WEIGHTS),
            f"{score.items} ({score.angle_items})",
        )
    console.print(table if shown else "no item of the window is about any niche")
    if len(shown) < len(measured):
        console.print(f"{len(measured) - len(shown)} more with --json")
    unmeasured = sorted({score.category for score in report.scores if score.evidence == "none"})
    if unmeasured:
        console.print(
            f"unknown, no item is about them: {', '.join(unmeasured)}", highlight=False, soft_wrap=True
        )
    if report.note:
        console.print(report.note, highlight=False, soft_wrap=True)
    told: set[str] = set()
    for choice in report.choices:
        # The best of each category that has items, and what was taken: that its other angles are alike goes without saying.
        category = choice.niche.split("/")[0]
        if choice.taken or (category not in told and category not in unmeasured):
            told.add(category)
            console.print(Text(f"{choice.niche} {choice.reason}"), soft_wrap=True)
    _show_pilots(report, console)


def _cell(score: NicheScore, name: str) -> str:
    value = next(part.value for key, part in score.components.items() if key == name)
    return "?" if value is None else f"{value:.2f}"


def _show_pilots(report: NicheReport, console: Console) -> None:
    scores = {score.niche: score for score in report.scores}
    for pilot in report.pilots:
        score = scores[pilot.niche]
        console.print(Text(f"\n{pilot.niche}: {score.title}; speaks: {pilot.persona}"), soft_wrap=True)
        table = Table()
        for name in ("", "date", "topic", "hook", "format", "length", "asks for"):
            table.add_column(name)
        for post in pilot.posts:
            table.add_row(
                str(post.number),
                f"{post.date:%a %d %b}",
                Text(post.topic),
                post.hook_family,
                post.format,
                post.duration_band,
                post.cta,
            )
        console.print(table)
        for name, part in score.components.items():
            console.print(Text(f"  {name.replace('_', ' ')}: {part.rests_on}"), soft_wrap=True)
        for risk in score.risks:
            console.print(Text(f"  risk: {risk.text}"), soft_wrap=True)
