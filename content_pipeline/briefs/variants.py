"""How many scripts an idea deserves, by its virality and the day's mode. What a variant is belongs to scripts."""

from typing import NamedTuple

from content_pipeline.briefs.records import Mode


class _Band(NamedTuple):
    above: float
    below: float
    fewest: int
    most: int
    shadow_test: bool


DROP_BELOW = 0.45
_BANDS = (
    _Band(DROP_BELOW, 0.70, 1, 1, shadow_test=False),
    _Band(0.70, 0.95, 3, 5, shadow_test=False),
    _Band(0.95, 1.20, 8, 10, shadow_test=True),
)
"""The thresholds of the field: drop, one conservative variant, three to five, eight to ten that are compared before one leads."""

_DARING: dict[Mode, float] = {"exploit": 0.0, "explore": 1 / 3, "mutation": 2 / 3, "chaos": 1.0}


def variants_of(product: float, mode: Mode) -> tuple[int, bool]:
    """Return the number of variants for a product of the factors, and whether they need a shadow test; 0 means drop.

    Where in its band the number lies is said half by the product and half by the mode, from exploit (few) to chaos (many).
    """
    band = next((band for band in reversed(_BANDS) if product >= band.above), None)
    if band is None:
        return 0, False
    place = min(1.0, (product - band.above) / (band.below - band.above))
    share = (place + _DARING[mode]) / 2
    return band.fewest + round(share * (band.most - band.fewest)), band.shadow_test
