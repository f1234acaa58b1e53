"""What the command line tells after producing: posts by state, views, the best archetype, and where everything is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class DayLine:
    """One account on one day, read from the marts. ``views`` is null until something was measured."""

    account: str
    day: date
    published: int
    other_states: dict[str, int]
    views: int | None
    best_post: str | None


@dataclass(frozen=True)
class Summary:
    """The result of producing some days."""

    days: list[DayLine]
    best_archetype: str | None
    posts: list[dict[str, Any]]
    reel: str | None
    report: str | None
    marts: str
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def show(self, console: Console) -> None:
        """Print the table, the paths and the command that opens the UI."""
        table = Table("day", "account", "published", "other", "views", "best post")
        for line in self.days:
            others = ", ".join(f"{count} {state}" for state, count in line.other_states.items())
            views = "-" if line.views is None else f"{line.views:,}"
            table.add_row(
                str(line.day), line.account, str(line.published), others or "-", views, line.best_post or "-"
            )
        console.print(table)
        for name, value in (
            ("best archetype", self.best_archetype),
            ("a reel", self.reel),
            ("report", self.report),
            ("marts", self.marts),
            ("open the UI", "make dev   (or: content-pipeline ui)"),
        ):
            console.print(f"{name:15} {value or 'none yet'}", highlight=False, soft_wrap=True)


def read_summary(
    marts: Path,
    accounts: Sequence[str],
    days: Sequence[date],
    reel_of: dict[str, str],
    report: str | None,
    warnings: list[str],
) -> Summary:
    """Read the summary of ``accounts`` and ``days`` from the marts; ``reel_of`` maps a render's id to its file."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            """
            select p.account, p.date, p.post_id, p.slot_at, p.state, p.permalink, p.trend_title, p.render_id, v.views,
                   concat_ws(' / ', p.hook_family, p.format, p.topic_family, p.slot_label, p.duration_band) as archetype
            from posts p left join post_performance v using (post_id)
            where list_contains(?, p.account) and p.date between ? and ?
            order by p.date, p.account, p.slot_at
            """,
            [list(accounts), min(days), max(days)],
        ).fetchdf()
    posts = rows.astype(object).where(rows.notna(), None).to_dict("records")
    live = [post for post in posts if post["state"] == "published"]
    best = max((post for post in live if post["views"]), key=lambda post: post["views"], default=None)
    reel = next((reel_of[post["render_id"]] for post in reversed(live) if post["render_id"] in reel_of), None)
    return Summary(
        days=[_line(account, day, posts) for day in days for account in accounts],
        best_archetype=f"{best['archetype']}  ({int(best['views']):,} views)" if best else None,
        posts=[{str(k): v for k, v in post.items()} for post in posts],
        reel=reel,
        report=report,
        marts=str(marts),
        warnings=warnings,
    )


def _line(account: str, day: date, posts: list[dict[Any, Any]]) -> DayLine:
    own = [p for p in posts if p["account"] == account and str(p["date"])[:10] == str(day)]
    states = [p["state"] for p in own]
    seen = [p for p in own if p["views"] is not None]
    best = max(seen, key=lambda p: p["views"], default=None)
    return DayLine(
        account=account,
        day=day,
        published=states.count("published"),
        other_states={state: states.count(state) for state in sorted(set(states) - {"published"})},
        views=int(sum(p["views"] for p in seen)) if seen else None,
        best_post=best["trend_title"][:60] if best else None,
    )
