import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from content_pipeline.accounts import Brand
from content_pipeline.renders.covers import draw_cover
from content_pipeline.renders.scenes import build_scenes
from content_pipeline.scripts.engines.base import Draft, Line
from content_pipeline.scripts.fitting import misfits
from content_pipeline.typography import FONT_FILES, TextError
from content_pipeline_tests.examples import WRITING
from content_pipeline_tests.renders.rows import script

HANDLE = "clear.hours"
LONG = "word " * 100
WORDS = st.one_of(
    st.text("ilrmWM1", min_size=1, max_size=16),
    st.sampled_from(["a", "calmer", "twenty-minute", "interruptions", "L/I/I", "x1x1x1", "🔥", "Ł", "仕"]),
)
TEXTS = st.builds(
    lambda start, words, times: start + " ".join(words * times),
    st.sampled_from(["", "", "1. ", "Myth: ", "Write the next step: ", "☐ ", "[x] ", "🔥: "]),
    st.lists(WORDS, max_size=8),
    st.integers(1, 8),
)


def refused(reel, font, folder):
    """Return whether the renderer refuses a text of the script."""
    try:
        build_scenes(reel, Brand(font=font), HANDLE)
        draw_cover(reel, Brand(font=font), HANDLE, folder / "cover.jpg")
    except TextError:
        return True
    return False


@settings(max_examples=120, deadline=None)
@given(
    role=st.sampled_from(["hook", "context", "body", "cta"]),
    text=TEXTS,
    voice=st.lists(WORDS, max_size=8).map(" ".join),
    font=st.sampled_from(list(FONT_FILES)),
)
@example(role="cta", text="Save this", voice="W" * 16, font="DM Sans")
@example(role="body", text="☐ 🔥", voice="", font="Inter")
def test_a_script_has_misfits_exactly_when_the_renderer_refuses_it(tmp_path_factory, role, text, voice, font):
    reel = script(((role, text, voice),), 14.0)
    assert bool(misfits(reel.segments, reel.cover_text, font)) == refused(
        reel, font, tmp_path_factory.getbasetemp()
    )


@settings(max_examples=40, deadline=None)
@given(text=TEXTS, font=st.sampled_from(list(FONT_FILES)))
@example(text=LONG, font="Inter")
def test_a_cover_has_a_misfit_exactly_when_the_renderer_refuses_it(tmp_path_factory, text, font):
    reel = script((("hook", "Rest", ""),), 3.0, cover_text=text)
    assert bool(misfits(reel.segments, text, font)) == refused(reel, font, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize(
    ("role", "text", "voice", "cover", "said"),
    [
        ("hook", LONG, "", "Rest", "hook: the text 'word word .* does not fit 866x780 pixels"),
        ("context", LONG, "", "Rest", "context: the text .* does not fit 818x760 pixels at 52 pixels"),
        ("body", LONG, "", "Rest", "body 1: the text .* does not fit 866x592 pixels at 52 pixels"),
        ("body", f"Why: {LONG}", "", "Rest", "body 1: the text .* at 40 pixels"),
        ("cta", LONG, "", "Rest", "cta: the text .* does not fit .* at 56 pixels"),
        ("hook", "Rest", "", LONG, "cover: the text .* does not fit 866x910 pixels at 64 pixels"),
        ("hook", "深い仕事", "", "Rest", "hook: the font Inter lacks 深"),
        ("body", "☐ ", "", "Rest", "body 1: nothing of the text '☐ ' can be drawn"),
        ("cta", "Save", "x" * 60, "Rest", "cta, voice text: the word 'x+' is wider than a caption"),
        ("hook", "Rest", "مرحبا", "Rest", "hook, voice text: the font Inter lacks م"),
    ],
)
def test_a_misfit_is_a_sentence_that_names_the_place_and_the_text(role, text, voice, cover, said):
    (sentence,) = misfits(script(((role, text, voice),), 14.0).segments, cover, "Inter")
    assert re.match(said, sentence)


def test_every_misfit_of_a_draft_is_named():
    line = Line(on_screen_text="Rest", voice_text="Rest.")
    wrong = Line(on_screen_text=LONG, voice_text="Rest.")
    draft = Draft(
        archetype=script().archetype,
        hook=line,
        context=wrong,
        beats=[line, wrong],
        cta=line,
        cover_text="Rest",
        caption_short="",
        caption_long="",
        hashtags=[],
        alt_text="",
        claims=[],
        writing=WRITING,
    )
    found = misfits(draft, "仕", "Inter")
    assert [sentence.split(":")[0] for sentence in found] == ["context", "body 2", "cover"]
    calm = draft.model_copy(update={"context": None, "beats": [line]})
    assert misfits(calm, "Rest", "Inter") == []
