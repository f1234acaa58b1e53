from itertools import pairwise

import numpy as np
import pytest

from content_pipeline.accounts import Brand
from content_pipeline.renders.captions import phrases, time_words
from content_pipeline.renders.errors import RenderError
from content_pipeline.renders.looks import key_words
from content_pipeline.renders.palette import CONTRAST, contrast, palette, to_yuv
from content_pipeline.renders.scenes import build_scenes
from content_pipeline.typography import (
    BOLD,
    FONT_FILES,
    MEDIUM,
    SAFE_BOTTOM,
    SAFE_LEFT,
    SAFE_RIGHT,
    SAFE_TOP,
    Box,
    TextError,
    at_most,
    check_fit,
    drawable,
    fit,
    measure,
)
from content_pipeline_tests.renders.rows import LISTICLE, script


@pytest.mark.parametrize("family", FONT_FILES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Calm   hour\n\tnow", "Calm hour now"),
        ("Rest 👩🏽‍💻 more 🔥", "Rest more"),
        ("1️⃣ step", "1 step"),
        ("𝗕𝗼𝗹𝗱 claim", "Bold claim"),
        ("cafe\u0301 Ærø Łódź", "café Ærø Łódź"),
        ("zero\u200bwidth\u202e", "zerowidth"),
        ("🔥🔥", ""),
    ],
)
def test_symbols_are_dropped_and_letters_kept(family, text, expected):
    assert drawable(text, family) == expected


@pytest.mark.parametrize(
    ("text", "named"), [("深い仕事", "深"), ("العمل العميق", "ا"), ("गहरा काम", "ग"), ("ok 仕 ok", "仕")]
)
def test_letters_that_the_font_lacks_are_named(text, named):
    with pytest.raises(TextError, match=f"Inter lacks .*{named}"):
        drawable(text, "Inter")


@pytest.mark.parametrize(
    "text", ["Rest", "Three small moves for a calmer hour", "word " * 30, "Donaudampfschifffahrt ends here"]
)
def test_text_fits_its_box(text):
    block = fit(text, "Inter", Box(866, 780, BOLD, 176, 44))
    assert " ".join(block.lines) == " ".join(text.split())
    assert block.height <= 780
    assert all(measure(line, "Inter", block.size, BOLD) <= 866 for line in block.lines)


@pytest.mark.parametrize("family", FONT_FILES)
@pytest.mark.parametrize(
    "text", ["x1x1x1x1", "łtłtłt", "/I/I/I/I", "7'7'7'7'", "rtrtrt", "Calm, “hour” (now)"]
)
@pytest.mark.parametrize("weight", [BOLD, MEDIUM])
def test_no_text_is_wider_than_the_rough_measure_says(family, text, weight):
    for size in (40, 52, 64):
        exact = measure(text, family, size, weight)
        assert exact <= at_most(text, family, size, weight) <= exact * 1.35


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "word " * 2_000, "Donaudampfschifffahrtsgesellschaftskapitän"]
)
def test_text_that_cannot_fit_is_named(text):
    with pytest.raises(TextError, match=f"{text[:20]}.* does not fit"):
        fit(text, "Inter", Box(866, 780, BOLD, 176, 64))
    with pytest.raises(TextError, match=f"{text[:20]}.* does not fit"):
        check_fit(text, "Inter", Box(866, 780, BOLD, 176, 64))


@pytest.mark.parametrize(
    "brand",
    [
        Brand(),
        Brand(background="#FFFFFF", surface="#F2F4F7", primary="#7F56D9", text="#F9FAFB"),
        Brand(background="#000000", surface="#FFFFFF", primary="#777777", text="#808080"),
        Brand(background="#777777", surface="#777777", primary="#777777", text="#777777"),
        Brand(background="#FF0000", surface="#0000FF", primary="#00FF00", text="#FFFF00"),
    ],
)
@pytest.mark.parametrize("scene", [0, 1, 5])
def test_every_ink_is_readable(brand, scene):
    colours = palette(brand, scene)
    for ground in (colours.top, colours.bottom):
        assert contrast(colours.ink, ground) >= CONTRAST
        assert contrast(colours.accent, ground) >= CONTRAST
    assert contrast(colours.on_primary, colours.primary) >= CONTRAST


def test_contrast_and_levels_at_known_points():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    known = np.float32([[0, 0, 0], [255, 255, 255], [255, 0, 0]])
    assert to_yuv(known).round().tolist() == [[16, 128, 128], [235, 128, 128], [63, 102, 240]]


def test_words_fill_the_time_without_gaps():
    words = time_words("Close every tab, now.", 2.0, 4.0)
    assert [word.text for word in words] == ["Close", "every", "tab,", "now."]
    assert words[0].start_s == 2.0
    assert words[-1].end_s == pytest.approx(4.0)
    assert all(a.end_s == b.start_s and a.start_s < a.end_s for a, b in pairwise(words))
    assert words[1].end_s - words[1].start_s < words[3].end_s - words[3].start_s


def test_too_many_words_are_refused():
    with pytest.raises(RenderError, match="400 words for 2"):
        time_words("word " * 400, 0.0, 2.0)


def test_a_phrase_ends_with_its_sentence_and_has_two_lines_at_most():
    text = "Stop. " + "Nobody says how long a calm morning really takes to build " * 2
    found = phrases(time_words(text, 0, 30), "Inter", MEDIUM, 52, 780)
    assert [word.text for word in found[0].words] == ["Stop."]
    assert [word.text for phrase in found for word in phrase.words] == text.split()
    assert all(len(phrase.lines) <= 2 for phrase in found)


def test_key_words_are_numbers_and_long_words():
    assert key_words("3 small moves for a calmer hour") == {"3", "calmer"}
    assert "without" not in key_words("Rest without guilt")


@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_is_drawn_where_the_app_lies(language):
    long = tuple(
        (role, f"{text} and keep every single one of them in sight", voice) for role, text, voice in LISTICLE
    )
    for parts in (LISTICLE, long):
        for scene in build_scenes(
            script(parts, language=language), Brand(), "a.very.long.handle.of.thirty.1"
        ):
            for element in scene.elements:
                left, top, right, bottom = element.picture.box
                assert left >= SAFE_LEFT - 12
                assert right <= SAFE_RIGHT
                assert top >= SAFE_TOP
                assert bottom <= SAFE_BOTTOM


def test_captions_lie_below_the_text():
    for scene in build_scenes(script(), Brand(), "clear.hours"):
        boxes = [element.picture.box for element in scene.elements]
        captions = [box for box in boxes if box[1] > 1270]
        texts = [box for box in boxes if box[1] <= 1270]
        assert captions
        assert max(box[3] for box in texts) <= min(box[1] for box in captions)
