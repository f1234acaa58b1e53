"""The language of a signal: what the source says, what the text says, and which of them counts."""

from pathlib import Path

import pandas as pd
import pytest

from content_pipeline.trends.words.language import language_code, language_of


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("PT_br", "pt"),
        ("es-419", "es"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("fil", "tl"),
        ("zxx", None),
        ("und", None),
        ("english", None),
        ("xq", None),
        ("", None),
        (None, None),
        (float("nan"), None),
        (7, None),
    ],
)
def test_a_tag_gives_its_two_letter_code(tag, code):
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Why do cats sleep all day?", "en"),
        ("WHY DO CATS SLEEP ALL DAY?", "en"),
        ("Por que os gatos dormem o dia inteiro?", "pt"),
        ("¿Por qué los gatos duermen todo el día?", "es"),
        ("Warum schlafen Katzen den ganzen Tag?", "de"),
        ("Pourquoi les chats dorment toute la journée ?", "fr"),
        ("Почему кошки спят весь день?", "ru"),
        ("猫はなぜ一日中寝ているの？", "ja"),
        ("고양이는 왜 하루 종일 잘까?", "ko"),
        ("ทำไมแมวถึงนอนทั้งวัน", "th"),
    ],
)
def test_without_a_declared_language_the_text_tells_it(text, code):
    assert language_of(None, text) == code
    assert language_of("zxx", text) == code


@pytest.mark.parametrize(
    "text", ["", "   ", "🔥🔥🔥", "2026", "cya", "https://example.org/hello-world", "#42!"]
)
def test_what_is_too_short_has_no_language(text):
    assert language_of(None, text) is None
    assert language_of("de-AT", text) == "de"


def test_a_declared_language_wins_where_the_text_does_not_plainly_contradict():
    assert language_of("de", "Roblox (Official Trailer)") == "de"
    assert language_of("ja", "Power of Love") == "ja"
    assert language_of("su", "Hello my friends, how are you today?") == "su"


def test_a_declared_language_loses_against_a_text_that_is_plainly_in_another():
    assert language_of("en", "猫はなぜ一日中寝ているの？") == "ja"
    assert language_of("en-US", "Por que os gatos dormem o dia inteiro e não fazem nada?") == "pt"


def test_only_the_beginning_of_a_long_text_counts():
    assert language_of(None, "Why do cats sleep all day and play at night? " * 10 + "猫" * 10_000) == "en"


def test_real_titles_of_one_language_are_told(real_data: Path):
    titles = pd.read_parquet(real_data / "hackernews" / "items.parquet", columns=["title"]).title
    found = [language_of(None, title) for title in titles.sample(2000, random_state=1)]
    assert found.count("en") > 0.82 * len(found)
    assert sum(code not in ("en", None) for code in found) < 0.015 * len(found)


def test_real_declared_languages_are_mostly_kept(real_data: Path):
    path = next((real_data / "youtube_trending").glob("*_slim.parquet"))
    rows = pd.read_parquet(path, columns=["video_id", "title", "default_language"])
    rows = rows.drop_duplicates("video_id").sample(2000, random_state=1)
    kept = [
        language_of(tag, title) == language_code(tag)
        for tag, title in zip(rows.default_language, rows.title, strict=True)
    ]
    assert 0.97 < sum(kept) / len(kept) < 1
