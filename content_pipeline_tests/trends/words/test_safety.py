"""Flags for brands: what raises them, what must not, and that the words' file holds no dead weight."""

from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.trends.words import safety
from content_pipeline.trends.words.safety import OVER_18, STEM, safety_flags


@pytest.mark.parametrize(
    ("title", "flags"),
    [
        ("Four killed in gas explosion", {"tragedy": ["killed", "explosion"]}),
        ("Beloved actor dies at 82", {"tragedy": ["dies at"]}),
        ("Storm leaves nine dead", {"tragedy": ["nine dead"]}),
        ("Parliament votes on the budget", {"politics": ["parliament", "votes"]}),
        ("The President's speech", {"politics": ["president"]}),
        ("New vaccine trial begins", {"medical": ["vaccine"]}),
        ("Online casino bonus", {"gambling": ["casino"]}),
        ("Leaked nude photos", {"nsfw": ["nude"]}),
        ("Terremoto deja decenas de heridos", {"tragedy": ["terremoto", "heridos"]}),
        ("ELEICOES 2026: quem vence?", {"politics": ["eleições"]}),
        (
            "Bundeskanzler besucht Hochwassergebiet",
            {"politics": ["bundeskanzler"], "tragedy": ["hochwassergebiet"]},
        ),
        ("Élection : qui sera le premier ministre ?", {"politics": ["election", "premier ministre"]}),
        ("今日のパチスロ実機配信", {"gambling": ["パチスロ"]}),
    ],
)
def test_a_flag_names_the_words_that_raised_it(title, flags):
    assert safety_flags(title) == flags


@pytest.mark.parametrize(
    "title",
    [
        "Shot on iPhone",
        "Five killer tips for better coffee",
        "Cookies to die for",
        "A dead simple budget",
        "The best party game of the year",
        "Leader election in distributed systems",
        "My bath bomb collection",
        "The Cambrian explosion of web frameworks",
        "Star Wars trivia",
        "A skilled carpenter",
        "The Titanium bracelet",
        "Visible to the naked eye",
        "My poker face",
        "Hearing aids that look good",
        "Unisex haircuts",
        "Die besten Rezepte",
        "",
    ],
)
def test_words_that_only_look_alike_raise_nothing(title):
    assert safety_flags(title) == {}


def test_a_harmless_phrase_excuses_only_itself():
    assert safety_flags("Killer tips from a killer") == {"tragedy": ["killer"]}


def test_of_phrases_within_one_another_the_longest_is_named():
    assert safety_flags("Three dead after school shooting") == {
        "tragedy": ["three dead", "dead after", "school shooting"]
    }
    assert safety_flags("Suicide bomber arrested") == {"tragedy": ["suicide bomber"]}


def test_in_play_and_fiction_people_may_die_but_gambling_stays_gambling():
    title = "I killed the president at the casino"
    assert set(safety_flags(title)) == {"tragedy", "politics", "gambling"}
    assert set(safety_flags(title, category="Gaming")) == {"gambling"}
    assert set(safety_flags(f"{title} (Minecraft)")) == {"gambling"}


def test_the_source_can_raise_a_flag_by_itself():
    assert safety_flags("Hello", nsfw=True) == {"nsfw": [OVER_18]}
    assert safety_flags("Hello", category="Politics") == {"politics": ["category Politics"]}


def test_keywords_count_unless_the_title_has_them():
    assert safety_flags("What happened in Lisbon", ["earthquake", "lisbon"]) == {"tragedy": ["earthquake"]}
    assert safety_flags("Star Wars trivia", ["wars", "star"]) == {}


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3), st.booleans())
def test_any_text_is_read(title, keywords, nsfw):
    flags = safety_flags(title, keywords, nsfw)
    assert ("nsfw" in flags) >= nsfw
    assert all(flags.values())


def test_every_phrase_has_words_and_every_ending_a_stem():
    for phrase in safety._phrases():
        assert phrase.words, phrase.text
        assert all(len(w) > STEM for w in phrase.words if w.endswith("*")), phrase.text


def test_every_harmless_phrase_excuses_something():
    for phrase in safety._phrases():
        if phrase.tier == "harmless":
            found = [word.rstrip("*") for word in phrase.words]
            others = {match.phrase.tier for match in safety._matches(found)}
            assert others & {"plain", "usual"}, phrase.text


def test_no_phrase_is_both_plain_and_usual():
    tiers: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for phrase in safety._phrases():
        tiers.setdefault((phrase.flag, phrase.words), set()).add(phrase.tier)
    assert [key for key, found in tiers.items() if len(found) > 1] == []


def test_real_titles_of_games_and_music_are_seldom_flagged(real_data: Path):
    path = next((real_data / "youtube_trending").glob("yt_trending_daily_US_*.parquet"))
    rows = pd.read_parquet(path, columns=["video_id", "title", "category_name"]).drop_duplicates("video_id")
    rows = rows[rows.category_name.isin(["Gaming", "Music", "Film & Animation", "Entertainment"])].head(3000)
    flagged = [t for t, c in zip(rows.title, rows.category_name, strict=True) if safety_flags(t, category=c)]
    assert len(flagged) < 0.01 * len(rows)


def test_real_news_are_often_flagged_and_light_reading_seldom(real_data: Path):
    rows = pd.read_parquet(real_data / "policy" / "clickbait_headlines_32000.parquet")

    def share(kind: int) -> float:
        titles = list(islice(rows[rows.clickbait == kind].headline, 2000))
        return sum(bool(safety_flags(title)) for title in titles) / len(titles)

    assert share(0) > 0.35
    assert share(1) < 0.1
