"""Archetypes as data: cues that the audience perceives alike, bands that an account may use, levels that are added without code."""

from datetime import UTC, datetime

import pytest
import yaml

from content_pipeline.briefs import archetypes as module
from content_pipeline.briefs import virality_tension
from content_pipeline.briefs.archetypes import archetypes, bands_of, perceived_hook
from content_pipeline.briefs.beliefs import Beliefs, arm_space
from content_pipeline.briefs.virality import virality, virality_context
from content_pipeline.sandbox import perception
from content_pipeline.settings import ConfigError
from content_pipeline_tests.briefs.virality_rows import pattern
from content_pipeline_tests.examples import DAY, demo, strategy, trend

CACHES = (archetypes, arm_space, virality_tension._patterns, virality_tension._shares)


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Return a function that puts a changed copy of the file in the place of archetypes.yaml."""

    def forget():
        for cache in CACHES:
            cache.cache_clear()

    def edit(change):
        content = yaml.safe_load(module.PATH.read_text(encoding="utf-8"))
        change(content)
        (tmp_path / "archetypes.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        monkeypatch.setattr(module, "PATH", tmp_path / "archetypes.yaml")
        forget()

    yield edit
    monkeypatch.undo()
    forget()


def perceived(first="A line", body="words", last="Bye", seconds=15.0):
    return perception.perceive(f"{first}\n{body}\n{last}", seconds, datetime(2026, 1, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("levels", "cues"),
    [
        (archetypes().hook_families, perception.HOOKS),
        (archetypes().formats, perception.FORMATS),
        (archetypes().ctas, perception.CTAS),
    ],
    ids=["hooks", "formats", "calls to action"],
)
def test_the_audience_perceives_the_cues_that_ideas_are_made_with(levels, cues):
    assert [(name, level.pattern) for name, level in levels.items()] == [
        (name, pattern.pattern) for name, pattern in cues
    ]


def test_the_examples_of_a_level_show_its_cue_and_no_other():
    known = archetypes()
    for name, family in known.hook_families.items():
        assert {perceived_hook(example) for example in family.examples} == {name}
    for name, form in known.formats.items():
        told = [perceived(body=example.replace(" / ", "\n")).format for example in form.examples]
        assert set(told) == {name}


@pytest.mark.parametrize(("name", "seconds", "beats"), [("short", 15, 3), ("medium", 30, 4), ("long", 45, 5)])
def test_bands_have_the_lengths_of_the_field_and_are_told_apart(name, seconds, beats):
    band = archetypes().duration_bands[name]
    assert (band.seconds, band.beats) == (seconds, beats)
    assert {perceived(seconds=seconds * share).duration for share in (0.85, 1, 1.15)} == {name}


@pytest.mark.parametrize(
    ("asked", "used"),
    [([], ("short", "medium", "long")), (["long", "short"], ("short", "long")), (["medium"], ("medium",))],
)
def test_an_account_uses_the_bands_it_names_or_all(asked, used):
    account = demo().model_copy(update={"duration_bands": asked})
    assert bands_of(account) == used
    assert {arm.duration_band for arm in arm_space("focus", bands_of(account)).arms} == set(used)


def test_an_unknown_band_is_one_clear_line():
    account = demo().model_copy(update={"duration_bands": ["shrot"]})
    with pytest.raises(ConfigError) as caught:
        bands_of(account)
    assert str(caught.value) == (
        "account 'demo': unknown duration band 'shrot', did you mean 'short'?; known: short, medium, long"
    )


def test_a_family_a_format_and_a_band_are_added_without_code(edited):
    def add(content):
        content["hook_families"]["promise"] = {
            "description": "Says what the viewer will have",
            "cue": "begins with By Friday",
            "pattern": r"^by friday\b",
            "pull": 0.8,
            "examples": ["By Friday, is your desk clear?"],
        }
        content["formats"]["diary"] = {
            "description": "A day by its hours",
            "cue": "lines that begin with an hour",
            "pattern": r"^\d\d:\d\d ",
            "pull": 0.6,
            "examples": ["09:00 one task / 11:00 a walk"],
        }
        content["duration_bands"]["minute"] = {"description": "A minute", "seconds": 60, "beats": 6}

    edited(add)
    assert perceived_hook("By Friday your inbox is empty") == "promise"
    arms = [arm for arm in arm_space("focus").arms if arm.hook_family == "promise" and arm.format == "diary"]
    assert {arm.duration_band for arm in arms} == {"short", "medium", "long", "minute"}
    context = virality_context(demo(), DAY, Beliefs(strategy()), [], [pattern("question", 0.5)])
    scores = [virality(trend("A calm week"), arm, context) for arm in arms]
    assert {score.pattern_strength.fallback for score in scores} == {"trend patterns"}  # told by its example


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("pattern", "^(stop", "'^(stop' is not a regular expression"),
        ("pull", 1.5, "less than or equal to 1"),
        ("examples", [], "at least 1 item"),
        ("colour", "red", "unknown key 'hook_families.number.colour'"),
    ],
)
def test_a_wrong_level_is_one_clear_line(edited, key, value, told):
    edited(lambda content: content["hook_families"]["number"].update({key: value}))
    with pytest.raises(ConfigError) as caught:
        archetypes()
    line = str(caught.value)
    assert line.startswith("archetypes.yaml: ")
    assert f"hook_families.number.{key}" in line
    assert told in line
    assert "\n" not in line


def test_a_level_needs_a_description(edited):
    edited(lambda content: content["formats"]["myth"].pop("description"))
    with pytest.raises(ConfigError, match=r"formats\.myth\.description"):
        archetypes()
