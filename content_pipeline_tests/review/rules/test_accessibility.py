"""Accessibility: alt texts that say something, text that can be read in its time, capitals and emoji that can be heard."""

import pytest

from content_pipeline.review.rules.accessibility import check_accessibility
from content_pipeline_tests.review.rules.reels import findings, ids, reel, reels, saying

ALT = "Four lines of advice on a dark ground."


def test_what_the_engine_writes_is_accessible():
    assert [ids(check_accessibility, script) for script in reels()] == [[]] * len(reels())


@pytest.mark.parametrize(
    ("alt", "rule", "severity"),
    [
        ("", "alt_text_missing", "block"),
        ("  \n", "alt_text_missing", "block"),
        ("Image of a list of four tips", "alt_text_generic", "warning"),
        ("A picture of a desk with a lamp", "alt_text_generic", "warning"),
        ("Focus tips", "alt_text_generic", "warning"),
        ("IMG_2041", "alt_text_generic", "warning"),
        (reel().caption_long, "alt_text_repeats", "warning"),
        (reel().caption_short + ".", "alt_text_repeats", "warning"),
        (ALT, None, None),
        ("Imagery of the moon fades into four lines of text", None, None),
    ],
)
def test_alt_texts(alt, rule, severity):
    found = findings(check_accessibility, reel(alt_text=alt))
    assert [(f.rule_id, f.severity) for f in found] == ([(f"accessibility.{rule}", severity)] if rule else [])


@pytest.mark.parametrize(
    ("characters", "seconds", "severity"),
    [
        (40, 2.0, None),
        (41, 2.0, None),
        (50, 2.0, "warning"),
        (59, 2.0, "warning"),
        (62, 2.0, "block"),
        (20, 0.0, None),
    ],
)
def test_text_on_screen_can_be_read_in_its_time(characters, seconds, severity):
    first, *rest = reel().segments
    changed = first.model_copy(update={"on_screen_text": "x" * characters, "end_s": first.start_s + seconds})
    found = findings(check_accessibility, reel(segments=[changed, *rest]))
    assert [(f.rule_id, f.severity) for f in found] == (
        [("accessibility.reading_speed", severity)] if severity else []
    )
    if severity:
        assert f"{characters / 20:.1f} s" in found[0].remedy


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("STOP DOING THIS AT WORK.", "capitals"),
        ("Wait. THIS IS NOT A DRILL", "capitals"),
        ("NASA AND ESA agree", None),
        ("OK GO", None),
        ("🔥🔥🔥🔥", "emoji"),
        ("🔥 ❤️ 🎉 ✨", "emoji"),
        ("🔥🔥🔥 and 🔥", None),
    ],
)
def test_what_is_tedious_to_hear(text, rule):
    assert ids(check_accessibility, saying(text)) == ([f"accessibility.{rule}"] if rule else [])


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("#learnsomethingnew", True),
        ("#LearnSomethingNew", False),
        ("#productivity", False),
        ("#focus", False),
    ],
)
def test_hashtags_of_several_words_have_capitals(tag, told):
    found = findings(check_accessibility, reel(hashtags=["#focus", tag]))
    assert [(f.rule_id, f.severity) for f in found] == ([("accessibility.hashtags", "info")] if told else [])
