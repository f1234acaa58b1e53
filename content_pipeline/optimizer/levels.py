"""The levels of every factor that an account may choose; the model also weighs what was never tried."""

from pathlib import Path
from typing import get_args

from content_pipeline import briefs
from content_pipeline.accounts import Account
from content_pipeline.briefs.records import FACTORS, SlotLabel
from content_pipeline.settings import read_yaml

ARCHETYPES = Path(briefs.__file__).parent / "archetypes.yaml"
TRENDING = "trending"
"""The topic family of what is outside the account's topics."""

_SECTIONS = {
    "hook_family": "hook_families",
    "format": "formats",
    "duration_band": "duration_bands",
    "cta": "ctas",
}


def known_levels(account: Account) -> dict[str, list[str]]:
    """Return the levels of each factor, from the archetypes and the account's own topics."""
    archetypes = read_yaml(ARCHETYPES)
    levels = {factor: list(archetypes[section]) for factor, section in _SECTIONS.items()}
    levels["topic_family"] = [*account.topics, TRENDING]
    levels["slot_label"] = list(get_args(SlotLabel))
    return {factor: sorted(levels[factor]) for factor in FACTORS}
