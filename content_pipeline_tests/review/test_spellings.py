"""Disguised spellings are read through; ordinary text keeps its meaning."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.review.spellings import readings, unmasked


@pytest.mark.parametrize(
    ("text", "reads_as"),
    [
        ("k i l l them", "kill them"),
        ("k.i.l.l", "kill"),
        ("k-i-l-l", "kill"),
        ("k_i_l_l", "kill"),
        ("k i l l   t h e m", "kill   them"),
        ("k i l l t h e m", "kill them"),
        ("s u i c 1 d e", "suicide"),
        ("K1ll", "kill"),
        ("a11 of them", "all of them"),
        ("$tup1d", "stupid"),
        ("kiiiill", "kill"),
        ("st*pid", "stupid"),
        ("k*ll", "kill"),
        ("m#rder", "murder"),
        ("кіll", "kill"),
        ("κill", "kill"),
        ("ｋｉｌｌ", "kill"),
        ("𝖐𝖎𝖑𝖑", "kill"),
        ("🅺🅸🅻🅻", "kill"),
        ("ᴋɪʟʟ", "kill"),
        ("k\u200bi\u200bl\u200bl", "kill"),
        ("k\u00adill", "kill"),
        ("k\u0336i\u0337l\u0338l\u0336", "kill"),
        ("#KillAllBugs", "#kill all bugs"),
    ],
)
def test_disguises_are_undone(text, reads_as):
    assert reads_as in readings(text)


@pytest.mark.parametrize(
    "text",
    [
        "3.5x faster at $20",
        "the 1st of 20s, 4k at 60fps",
        "C++ and C#",
        "it's well-known, self-help by e-mail",
        "covid19 and version 42",
        "https://example.com/k1ll?a=b",
        "привет, как дела",
        "今日のニュース",
        "मैं ठीक हूँ",
        "مباراة اليوم",
        "12 3 4 5",
        "@username said so",
    ],
)
def test_ordinary_text_stays(text):
    assert readings(text) == (text.casefold(),)


@pytest.mark.parametrize(
    "text", ["a b c", "U.S.A. and N.A.S.A.", "**bold** *text*", "vitamins A, B, C", "yess, soooo good"]
)
def test_what_is_read_otherwise_stays_harmless(text):
    first, *others = readings(text)
    assert first == text.casefold()
    assert not {"ass", "kill", "die", "sex", "hoe"} & {word for other in others for word in other.split()}


@pytest.mark.parametrize("word", ["c#", "f#", "***", "#tag", "@name", "a*", "self-help", "x" * 40])
def test_signs_that_mask_nothing(word):
    assert unmasked(word) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_few_bounded_readings(text):
    found = readings(text)
    assert found[0] == text.casefold()
    assert 1 <= len(found) == len(set(found)) <= 3
    assert all(len(reading) <= 20 * len(text) for reading in found)
    assert readings(text) == found


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["kill", "the", "lights", "walk", "home"]), min_size=1, max_size=6))
def test_plain_words_read_as_themselves_and_come_back_from_zero_width_characters(words):
    text = " ".join(words)
    assert readings(text) == (text,)
    assert text in readings("\u200b".join(text))
