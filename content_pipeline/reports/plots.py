"""The plots of the weekly report, as SVG images that an HTML page can hold by itself.

Each function takes plain values and the account's brand and returns a ``data:`` address. What is plotted
belongs in ``weekly``.
"""

import base64
import io
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter
from scipy import stats

from content_pipeline.accounts import Brand

SIZE_IN = (5.6, 3.2)
INTERVAL = 0.8
"""Coverage of the intervals shown."""


def growth_plot(posts: Sequence[Mapping[float, float]], brand: Brand) -> str:
    """Draw views by age: a thin line a post (age in hours to views) and the median of the posts at each
    scheduled age.
    """
    figure, axes = _figure(brand)
    for post in posts:
        _line(axes, post, color=brand.text, alpha=0.35, linewidth=1, markersize=2.5)
    ages = sorted({age for post in posts for age in post})
    medians = {age: statistics.median(post[age] for post in posts if age in post) for age in ages}
    _line(axes, medians, color=brand.primary, linewidth=2.5, markersize=5, label="median")
    axes.legend(frameon=False, labelcolor=brand.text, loc="lower right")
    _counts_on(axes, "y")
    axes.set_xscale("log")
    axes.set_xticks(ages, [_age(age) for age in ages])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("age of the post")
    axes.set_ylabel("views")
    return _address(figure)


def levels_plot(views: Mapping[str, Sequence[float]], brand: Brand) -> str:
    """Draw views by level: a dot a post, the geometric mean and its 80 % interval (spread pooled over
    levels); best on top.
    """
    logs = {level: [math.log1p(v) for v in values] for level, values in views.items() if values}
    order = sorted(logs, key=lambda level: (statistics.fmean(logs[level]), level))
    half = _half_widths(logs)
    figure, axes = _figure(brand, height=0.9 + 0.38 * max(len(order), 3))
    for row, level in enumerate(order):
        values = logs[level]
        axes.plot(
            [math.exp(v) for v in values], [row] * len(values), "o", color=brand.text, alpha=0.4, markersize=4
        )
        middle = statistics.fmean(values)
        if half:
            ends = [math.exp(middle - half[level]), math.exp(middle + half[level])]
            axes.plot(ends, [row, row], color=brand.primary, linewidth=3, solid_capstyle="round", alpha=0.75)
        axes.plot(math.exp(middle), row, "D", color=brand.primary, markersize=8)
    axes.set_yticks(range(len(order)), [f"{level.replace('_', ' ')} ({len(logs[level])})" for level in order])
    axes.set_ylim(-0.6, len(order) - 0.4)
    _counts_on(axes, "x")
    axes.set_xlabel("views of a post")
    axes.grid(axis="y", visible=False)
    return _address(figure)


def _line(axes: Axes, views_by_age: Mapping[float, float], **style: Any) -> None:
    points = sorted((age, views) for age, views in views_by_age.items() if views > 0)
    axes.plot([age for age, _ in points], [views for _, views in points], marker="o", **style)


def _half_widths(logs: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return half the interval of each level's mean log; empty while no level has two posts."""
    freedom = sum(len(values) - 1 for values in logs.values())
    if freedom < 1:
        return {}
    squares = sum((v - statistics.fmean(values)) ** 2 for values in logs.values() for v in values)
    quantile = float(stats.t.ppf(0.5 + INTERVAL / 2, freedom)) * math.sqrt(squares / freedom)
    return {level: quantile / math.sqrt(len(values)) for level, values in logs.items()}


def _figure(brand: Brand, height: float = SIZE_IN[1]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(SIZE_IN[0], height), facecolor=brand.surface, layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor(brand.surface)
    axes.grid(color=brand.text, alpha=0.12, linewidth=0.8)
    axes.tick_params(colors=brand.text, which="both", length=0)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(brand.text)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, axes


def _counts_on(axes: Axes, name: Literal["x", "y"]) -> None:
    """Make an axis of counts logarithmic, with ticks at 1, 2 and 5 that read as counts."""
    axes.set(**{f"{name}scale": "log"})
    axis = axes.xaxis if name == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axis.set_minor_locator(NullLocator())


def _age(hours: float) -> str:
    return f"{hours:g} h" if hours < 72 else f"{hours / 24:g} d"


def _address(figure: Figure) -> str:
    sink = io.BytesIO()
    # Text as outlines, ids and no date from the machine: the same values give the same bytes everywhere.
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "weekly-report"}):
        FigureCanvasSVG(figure).print_svg(sink, metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(sink.getvalue()).decode()
