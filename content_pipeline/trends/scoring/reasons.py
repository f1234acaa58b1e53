"""Why a trend stands where it stands, in words, and its course as a line of characters."""

from content_pipeline.trends.records import Trend

BARS = "▁▂▃▄▅▆▇█"
TELLING = 0.7
"""From this value a component is worth a sentence."""


def reasons(trend: Trend) -> list[str]:
    """Return short sentences, the weightiest first: what speaks for the trend, what is unsure, what to be careful of."""
    parts = trend.components
    told = [
        (
            parts.outlook.confidence,
            parts.outlook.value >= TELLING and trend.chance is not None,
            _outlook(trend),
        ),
        (0.9, len(trend.sources) > 1, f"shown by {len(trend.sources)} sources: {', '.join(trend.sources)}"),
        (parts.burst.confidence, parts.burst.value >= TELLING, _burst(trend)),
        (
            0.6,
            trend.engagement is not None and trend.speed > 0 and parts.velocity.value >= TELLING,
            _speed(trend),
        ),
        (
            parts.acceleration.confidence,
            parts.acceleration.confidence > 0 and parts.acceleration.value >= TELLING,
            "it is gaining pace",
        ),
        (0.5 * parts.place.confidence, parts.place.value >= TELLING / 2, "near the top of its source"),
        (0.4, trend.days_seen > 1, f"seen on {trend.days_seen} days of the last week"),
        (0.3, trend.stage == "fading", "it is fading"),
    ]
    sentences = [text for _, holds, text in sorted(told, key=lambda t: -t[0]) if holds]
    if not sentences:
        sentences = ["nothing about it stands out yet"]
    return [*sentences, *(f"careful: {flag.flag} ({', '.join(flag.words)})" for flag in trend.safety)]


def sparkline(points: list[float]) -> str:
    """Return values as a line of bars, one a value; a single or constant series is a low line."""
    if not points:
        return ""
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    return "".join(BARS[round((point - low) / span * (len(BARS) - 1))] for point in points)


def _outlook(trend: Trend) -> str:
    chance = f"{trend.chance:.0%} chance that it {trend.chance_of}" if trend.chance is not None else ""
    return f"{chance}; a better outlook than {_share(trend.components.outlook.value)} of what its source has shown"


def _burst(trend: Trend) -> str:
    return f"its last gain is above {_share(trend.components.burst.value)} of what is usual for it and its source"


def _share(value: float) -> str:
    return f"{min(value, 0.99):.0%}"


def _speed(trend: Trend) -> str:
    hours = 0.693 / trend.speed if trend.speed > 0 else 0.0
    return f"doubles every {hours:.0f} h" if hours >= 1 else "doubles within the hour"
