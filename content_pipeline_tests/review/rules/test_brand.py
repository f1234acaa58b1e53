"""The brand's rules: what it never speaks of is blocked, what is louder than its tone is looked at."""

import pytest

from content_pipeline.accounts import Persona
from content_pipeline.review.rules.brand import check_brand
from content_pipeline_tests.review.rules.reels import findings, ids, reel, reels, saying


def spoken(text, tone="plain", **changes):
    return ids(check_brand, saying(text), personas=[Persona(name="Ada", tone=tone)], **changes)


@pytest.mark.parametrize("tone", ["plain", "warm", "bold"])
def test_the_engine_keeps_to_every_tone(tone):
    persona = Persona(name="Ada", tone=tone)
    assert [ids(check_brand, script, personas=[persona]) for script in reels()] == [[]] * len(reels())


@pytest.mark.parametrize(
    ("field", "phrase", "text", "rule"),
    [
        ("banned_topics", "crypto giveaway", "our next Crypto–giveaways", "brand.banned_topic"),
        ("banned_words", "hack", "three hacks", "brand.banned_word"),
        ("competitors", "Notely", "Better than Notely's app", "brand.competitor"),
        ("competitors", "Notely", "better than n0tely", "brand.competitor"),
        ("competitors", "Notely", "not for notelyish people", None),
        ("banned_words", "hack", "a hackathon", None),
        ("banned_topics", "war", "the awards", None),
    ],
)
def test_what_an_account_does_not_speak_of(field, phrase, text, rule):
    found = findings(check_brand, saying(text), **{field: ["unrelated", phrase]})
    assert [f.rule_id for f in found] == ([rule] if rule else [])
    assert all(f.severity == "block" and field in f.remedy for f in found)


LOUD = {"plain": 0, "warm": 1, "bold": 2}


@pytest.mark.parametrize(
    ("text", "rule", "allowed_from"),
    [
        ("Start today!", "brand.exclamations", "warm"),
        ("Start! Go! Now! Yes!", "brand.exclamations", "bold"),
        ("This is insane", "brand.hype", "bold"),
        ("You won’t believe it", "brand.hype", "bold"),
        ("a game-changer for you", "brand.hype", "bold"),
        ("STOP doing THOSE THINGS NOW, PLEASE", "brand.shouting", "bold"),
        ("🔥 🎉 ✨ 💪", "brand.emoji", "warm"),
        ("🔥" * 9, "brand.emoji", "bold"),
    ],
)
def test_louder_than_the_tone(text, rule, allowed_from):
    for tone, loudness in LOUD.items():
        expected = [] if loudness >= LOUD[allowed_from] else [rule]
        assert spoken(text, tone) == expected, tone


def test_the_brand_is_asked():
    [finding] = findings(check_brand, saying("Start today!"))
    assert (finding.severity, finding.asks) == ("warning", ["brand"])


def test_the_loudest_persona_counts():
    personas = [Persona(name="Ada"), Persona(name="Bo", tone="bold")]
    assert ids(check_brand, saying("This is insane!"), personas=personas) == []


@pytest.mark.parametrize(
    "text",
    [
        "NASA, HTML and the EU",
        "An epicenter",
        "☐ one ☑ two ✓ three → four",
        "1️⃣ 2️⃣",
        "The ultimately simple list",
        "C++ != C",
    ],
)
def test_quiet_texts_are_quiet(text):
    assert set(spoken(text)) <= {"brand.exclamations"} if "!" in text else spoken(text) == []


def test_a_line_that_stands_in_three_places_is_as_loud_as_once():
    segment = reel().segments[0].model_copy(update={"on_screen_text": "Go!", "voice_text": "Go! Now"})
    script = reel(segments=[segment, *reel().segments[1:]], cover_text="Go!")
    assert ids(check_brand, script, personas=[Persona(name="Ada", tone="warm")]) == []
