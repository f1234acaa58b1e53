"""The seeds file: what comes with the software is sound, and what somebody wrote wrong is one line that says where."""

import pytest
import yaml

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.niches.capabilities import LANGUAGES, NEEDS, PRODUCES
from content_pipeline.niches.seeds import SEEDS, load_seeds
from content_pipeline.settings import ConfigError


def category(**changes):
    values = {
        "title": "Tea",
        "audience": "people",
        "terms": ["tea"],
        "formats": ["listicle", "how_to"],
        "needs": ["text_reel"],
        "persona": {"name": "host"},
        "angles": {"green": {"title": "Green tea", "words": ["green"]}},
    }
    return values | changes


def load(folder, **content):
    file = folder / "seeds.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_seeds(file)


def test_the_launch_niches_and_a_dozen_others_have_three_angles_each():
    seeds = load_seeds()
    assert {"productivity", "fitness", "personal_finance"} <= seeds.categories.keys()
    assert len(seeds.categories) >= 15
    assert all(len(category.angles) >= 3 for category in seeds.categories.values())
    assert len({c.id for c in seeds.candidates}) == len(seeds.candidates) == 3 * len(seeds.categories)


def test_the_seeds_hold_no_worth_only_facts():
    text = SEEDS.read_text(encoding="utf-8")
    numbers = [
        value
        for entry in yaml.safe_load(text)["categories"].values()
        for value in entry.values()
        if isinstance(value, int | float)
    ]
    assert numbers == []


def test_what_niches_ask_for_is_known_and_claims_come_with_a_warning():
    seeds = load_seeds()
    assert seeds.categories["fitness"].claims == ["medical"]
    assert seeds.categories["personal_finance"].claims == ["financial"]
    for entry in seeds.categories.values():
        assert set(entry.formats) <= archetypes().formats.keys()
        assert {entry.language} <= LANGUAGES
        assert "text_reel" in entry.needs
    assert set(NEEDS) >= PRODUCES


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"angels": {}}, "tea: unknown key 'angels', did you mean 'angles'?"),
        ({"terms": []}, "tea: terms: List should have at least 1 item"),
        ({"needs": ["teleport"]}, "tea: needs.0: Input should be 'text_reel'"),
        ({"formats": ["how_to", "listicel"]}, "unknown format 'listicel', did you mean 'listicle'?"),
        (
            {"angles": {"green": {"title": "x", "wrods": ["green"]}}},
            "tea: angle green: unknown key 'wrods', did you mean 'words'?",
        ),
        ({"angles": {"Green Tea": {"title": "x", "words": ["green"]}}}, "tea: angles.Green Tea"),
        ({"persona": {"name": "host", "tone": "loud"}}, "tea: persona.tone"),
        (
            {"families": {"foood": []}},
            "tea: families: unknown topic family 'foood', did you mean 'food'?",
        ),
        ({"families": {"trending": []}}, "unknown topic family 'trending'"),
        ({"families": {"food": ["coffee"]}}, "food: 'coffee' is none of the terms"),
        ({"terms": ["tea", False]}, "tea: terms.1: Input should be a valid string"),
    ],
)
def test_a_wrong_key_or_value_is_one_line_that_says_where(tmp_path, changes, told):
    with pytest.raises(ConfigError) as error:
        load(tmp_path, categories={"tea": category(**changes)})
    assert told in str(error.value)
    assert str(tmp_path / "seeds.yaml") in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "categories: expected at least one"),
        ({"categories": []}, "categories: expected at least one"),
        ({"categories": {"tea": "green"}}, "tea: expected keys and values, found str"),
        ({"categories": {"Tea!": category()}}, "Tea!: an id has lower-case letters"),
        ({"categorys": {}}, "unknown key 'categorys', did you mean 'categories'?"),
        ({"categories": {"tea": category()}, "fiction": "Music"}, "fiction: expected a list"),
    ],
)
def test_a_wrong_file_is_one_line_too(tmp_path, content, told):
    with pytest.raises(ConfigError, match=r"seeds\.yaml") as error:
        load(tmp_path, **content)
    assert told in str(error.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_seeds(tmp_path / "nowhere.yaml")


def test_an_unknown_niche_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="unknown niche 'fitnes', did you mean 'fitness'"):
        load_seeds().checked(["productivity", "fitnes"])
    assert load_seeds().checked(["fitness", "fitness"]) == ["fitness"]
