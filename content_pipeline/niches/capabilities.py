"""What the pipeline can make by itself, and what niches ask for: the declared side of feasibility.

A capability is added to ``PRODUCES`` when the renders stage gains it. Which niche needs what is in ``seeds.yaml``.
"""

from typing import Literal, get_args

Need = Literal[
    "text_reel",
    "voice_over",
    "screen_recording",
    "own_footage",
    "stock_footage",
    "licensed_footage",
    "licensed_music",
    "face_on_camera",
    "product_shots",
    "charts",
]
NEEDS: tuple[Need, ...] = get_args(Need)
PRODUCES: frozenset[Need] = frozenset({"text_reel"})
"""Reels of animated text over drawn scenes with synthesized music; nothing is filmed, spoken or licensed."""

LANGUAGES = frozenset({"en"})
"""Languages (ISO 639-1) that the template engine writes."""

LONGEST_REEL_S = 90.0
"""Seconds; a niche whose items are longer than any duration band of ours asks for another medium."""
