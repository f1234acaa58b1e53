"""A day's trends as people read them: the rows of a table, and a picture with a course and the parts of each score."""

import base64
import io
from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from content_pipeline.trends.records import Component, Trend
from content_pipeline.trends.scoring.reasons import sparkline

MOST = 20
LABELS = {
    "outlook": "outlook",
    "burst": "burst",
    "velocity": "velocity",
    "acceleration": "accel.",
    "place": "place",
    "spread": "spread",
    "freshness": "fresh",
}
PARTS = tuple(LABELS)
HEADER = ("", "trend", "score", "course", "stage", *PARTS, "sources", "why")
INK, PAPER, QUIET, ACCENT = "#1D2939", "#FFFFFF", "#98A2B3", "#B54708"
TITLE_LENGTH = 60


def table_rows(trends: Sequence[Trend]) -> list[tuple[object, ...]]:
    """Return a row a trend, best first, in the order of ``HEADER``; a part that nothing is known of is a dash."""
    return [
        (
            place,
            short(trend.title),
            trend.score,
            sparkline(trend.sparkline),
            trend.stage,
            *(part_text(getattr(trend.components, name)) for name in PARTS),
            ", ".join(trend.sources),
            "; ".join(trend.reasons),
        )
        for place, trend in enumerate(ranked(trends)[:MOST], start=1)
    ]


def ranked(trends: Sequence[Trend]) -> list[Trend]:
    """Return trends best first; equal ones by id."""
    return sorted(trends, key=lambda t: (-t.score, t.trend_id))


def part_text(part: Component) -> str:
    """Return a part's value, ``~`` before one that is hardly believed, a dash for one that is not known."""
    if part.confidence == 0:
        return "-"
    return f"{'~' if part.confidence < 0.5 else ''}{part.value:.2f}"


def short(title: str, length: int = TITLE_LENGTH) -> str:
    """Return a title cut to a length, with an ellipsis where something was cut off."""
    return title if len(title) <= length else f"{title[: length - 1].rstrip()}…"


def picture(trends: Sequence[Trend]) -> str:
    """Return a PNG as a Markdown image: a line a trend with its course and its score; the darker the part, the surer."""
    shown = ranked(trends)[:MOST]
    if not shown:
        return "no trends"
    with rc_context({"font.family": ["DejaVu Sans"], "text.parse_math": False}):
        figure = Figure(figsize=(10, 0.5 + 0.34 * len(shown)), facecolor=PAPER, dpi=80)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0, 100)
        axes.set_ylim(len(shown) + 0.5, -1)
        axes.axis("off")
        for x, name in (
            (1, "score"),
            (13, "course"),
            (30, "trend"),
            *((70 + 4.3 * n, p) for n, p in enumerate(LABELS.values())),
        ):
            axes.text(x, -0.4, name, color=QUIET, fontsize=7, va="center")
        for row, trend in enumerate(shown):
            _line(axes, row, trend)
        sink = io.BytesIO()
        figure.savefig(sink, format="png")
    return f"![trends](data:image/png;base64,{base64.b64encode(sink.getvalue()).decode()})"


def _line(axes: Axes, row: int, trend: Trend) -> None:
    axes.barh(row + 0.5, trend.score * 11, height=0.55, left=1, color=ACCENT, alpha=0.25)
    axes.text(1.4, row + 0.5, f"{trend.score:.2f}", color=INK, fontsize=8, va="center")
    points = trend.sparkline
    if len(points) > 1:
        low, span = min(points), (max(points) - min(points)) or 1.0
        xs = [13 + 15 * n / (len(points) - 1) for n in range(len(points))]
        axes.plot(xs, [row + 0.8 - 0.6 * (p - low) / span for p in points], color=ACCENT, linewidth=1.4)
    elif points:
        axes.plot([13], [row + 0.5], "o", color=ACCENT, markersize=3)
    axes.text(
        30, row + 0.5, short(_drawable(trend.title), 54), color=INK, fontsize=8, va="center", clip_on=True
    )
    for n, name in enumerate(PARTS):
        part = getattr(trend.components, name)
        alpha = 0.25 + 0.75 * part.confidence
        axes.text(70 + 4.3 * n, row + 0.5, part_text(part), color=INK, alpha=alpha, fontsize=7, va="center")


def _drawable(text: str) -> str:
    """Leave out what the picture's font has no glyphs for: emoji, and scripts beyond Latin, Greek and Cyrillic."""
    kept = "".join(c for c in text if ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x2190)
    return " ".join(kept.split()) or "(not in a script that can be drawn here)"
