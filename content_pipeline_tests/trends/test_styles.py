"""How a reel is made, told from its words, length and sound."""

import pytest

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.trends.styles import (
    DURATION_BANDS,
    HOOK_STYLES,
    audio_kind,
    caption_style,
    duration_band,
    hook_style,
    styles,
)
from content_pipeline_tests.trends.helpers import signal


def test_hook_styles_are_the_families_that_ideas_are_made_of():
    assert list(HOOK_STYLES) == list(archetypes().hook_families)


def test_the_examples_of_every_family_have_its_style():
    for name, family in archetypes().hook_families.items():
        assert {hook_style(example) for example in family.examples} == {name}


def test_ideas_duration_bands_come_first_and_hold_their_lengths():
    bands = {name: duration_band(band.seconds) for name, band in archetypes().duration_bands.items()}
    assert bands == {name: name for name, _ in DURATION_BANDS[:3]}


@pytest.mark.parametrize(
    ("title", "style"),
    [
        ("🔥 STOP doing this", "contrarian"),
        ("100 days in a cave", "challenge"),
        ("Trailer LEAKED!", "news"),
        ("I’m building a boat", "story"),
        ("10 tools for thinking", "number"),
        ("2026 in review", "plain"),
        ("The secret of bread", "curiosity"),
        ("El peor error de mi vida", "mistake"),
        ("¿Por qué dormimos?", "question"),
        ("Is it real? 😱", "question"),
        ("なぜ眠るのか？", "question"),
        ("Nice day", "plain"),
        ("", "plain"),
    ],
)
def test_hooks(title, style):
    assert hook_style(title) == style


@pytest.mark.parametrize(
    ("caption", "style"),
    [
        ("Three ways to rest. Save this for later", "call_to_action"),
        ("Rest better: 1. sleep 2. walk 3. read", "list"),
        ("How do you rest? I would like to know it from all of you", "question"),
        ("I used to work until midnight and then one day it all changed", "story"),
        ("A calm evening", "short"),
        ("Evenings are for calm and nothing else but calm, as the sea is at night", "plain"),
    ],
)
def test_captions(caption, style):
    assert caption_style(caption) == style


@pytest.mark.parametrize(
    ("seconds", "band"),
    [
        (None, None),
        (0, None),
        (20.9, "short"),
        (21, "medium"),
        (37, "long"),
        (60, "to_90_seconds"),
        (10**6, "over_10_minutes"),
    ],
)
def test_duration_bands(seconds, band):
    assert duration_band(seconds) == band


@pytest.mark.parametrize(
    ("audio", "kind"),
    [(None, "none"), ("Original audio", "original"), ("Espresso · Sabrina Carpenter", "named")],
)
def test_audio(audio, kind):
    assert audio_kind(audio) == kind


def test_a_signal_has_a_level_of_every_dimension_that_can_be_told():
    told = styles(signal("Why sleep?", caption="Follow me for more", duration_s=10.0, audio="Original audio"))
    assert told == {
        "hook_style": "question",
        "caption_style": "call_to_action",
        "duration_band": "short",
        "audio": "original",
    }
    assert "duration_band" not in styles(signal("Why sleep?"))
