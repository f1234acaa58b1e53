"""The template engine: an archetype's cues are there, times fit, variants differ, it is grammatical and claims only what is known."""

import itertools
import re
import statistics
from functools import cache

import harper
import pytest
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.briefs.archetypes import archetypes, perceived_hook
from content_pipeline.briefs.reading import read_subjects
from content_pipeline.briefs.records import Archetype
from content_pipeline.scripts.engines.base import EngineError
from content_pipeline.scripts.engines.template import TemplateEngine, shape_of
from content_pipeline.scripts.fitting import misfits
from content_pipeline.scripts.pacing import CHARACTERS_PER_SECOND, timed, words_in
from content_pipeline_tests.examples import TITLES, demo
from content_pipeline_tests.scripts.briefs import SANDBOX, brief_of, briefs_about

KNOWN = archetypes()
SHAPES = [
    Archetype(hook_family=h, format=f, duration_band=b, cta=c, topic_family=t)
    for h, f, b, c, t in itertools.product(
        KNOWN.hook_families,
        KNOWN.formats,
        KNOWN.duration_bands,
        KNOWN.ctas,
        [*demo().topics, "trending", "pottery"],
    )
]
TASTE = {"LongSentences": False, "SentenceCapitalization": False, "SpellCheck": False, "OxfordComma": False}


def write(brief, variant=0, avoid=(), **changes):
    return TemplateEngine().write(brief, demo().model_copy(update=changes), variant, avoid)


def seconds(draft):
    return KNOWN.duration_bands[draft.archetype.duration_band].seconds


@cache
def written():
    return [[write(brief, variant) for variant in range(4)] for brief in briefs_about()]


def said(draft):
    return " ".join(line.voice_text for line in draft.lines)


@pytest.mark.parametrize("shape", SHAPES[::97], ids=lambda s: s.key)
def test_a_viewer_perceives_the_archetype(shape):
    draft = write(brief_of(shape))
    body = [line for line in draft.caption_long.splitlines()[1:] if line]
    assert draft.archetype == shape
    assert perceived_hook(draft.caption_long.splitlines()[0]) == shape.hook_family
    found = {
        name for name, form in KNOWN.formats.items() if any(re.search(form.pattern, x, re.I) for x in body)
    }
    assert found == {shape.format}
    assert re.search(KNOWN.ctas[shape.cta].pattern, draft.cta.voice_text, re.I)


@pytest.mark.parametrize("title", SANDBOX[:4])
@pytest.mark.parametrize("shape", SHAPES[::101], ids=lambda s: s.key)
def test_it_fits_its_time_and_its_boxes(shape, title):
    draft = write(brief_of(shape, title))
    segments = timed(draft, seconds(draft))
    assert abs(segments[-1].end_s - seconds(draft)) <= 0.2 * seconds(draft)
    assert segments[0].end_s <= 3.0
    assert 2 <= len(draft.beats) <= 6
    assert misfits(segments, draft.cover_text, demo().brand.font) == []


@pytest.mark.parametrize(
    "title", [*TITLES[:8], "word " * 2000, "{subject} {n} {do} %s", "Nobody stops me?", "a{b}c " * 8]
)
def test_odd_titles_do_no_harm(title):
    draft = write(brief_of(SHAPES[0], title))
    text = f"{draft.caption_long} {said(draft)}"
    assert len(draft.caption_long) < 1500
    assert not re.search(r"!!|\?\?|\.\.(?!\.)| ,|“”| \.", text)
    assert not re.search(r"\{(s|S|m|g|t|do|Do|why|how|n|phrase|platform)\}", text.replace(title, ""))
    assert misfits(draft, draft.cover_text, demo().brand.font) == []


def test_variants_differ_in_hook_family_and_format():
    for own in written():
        assert len({draft.archetype.hook_family for draft in own}) == 4
        assert all(a.archetype.format != b.archetype.format for a, b in itertools.pairwise(own))
        assert {d.archetype.topic_family for d in own} == {own[0].archetype.topic_family}


def test_variants_say_different_things():
    alike = [
        token_set_ratio(said(a), said(b)) for own in written() for a, b in itertools.combinations(own, 2)
    ]
    assert statistics.median(alike) < 60
    assert max(alike) <= 85


def test_ten_variants_can_be_written():
    brief = briefs_about()[0]
    avoid: list[str] = []
    for variant in range(10):
        avoid.append(write(brief, variant, avoid).hook.on_screen_text)
    assert len(set(avoid)) == 10


def test_the_first_variant_is_the_briefs_own_shape():
    brief = briefs_about()[0]
    assert shape_of(brief, 0) == brief.archetype
    draft = write(brief)
    own = {re.sub(r"^\d+", "", hook) for hook in brief.hooks}
    assert re.sub(r"^\d+", "", draft.hook.on_screen_text) in own


def test_a_hook_that_was_used_is_not_used_again():
    brief = briefs_about()[0]
    first = write(brief).hook.on_screen_text
    assert write(brief, avoid=[first.upper()]).hook.on_screen_text.casefold() != first.casefold()


@pytest.mark.parametrize("form", KNOWN.formats)
@pytest.mark.parametrize("band", KNOWN.duration_bands)
def test_numbers_promise_what_the_reel_has(form, band):
    shape = Archetype(hook_family="number", format=form, duration_band=band, cta="save", topic_family="focus")
    for title in SANDBOX:
        draft = write(brief_of(shape, title))
        points = str(len(draft.beats) - (form == "explainer"))
        assert draft.hook.on_screen_text.split()[0] == points
        assert re.findall(r"^\d+|(?<=in )\d+(?= points)", draft.cover_text) in ([], [points])


def test_a_number_hook_that_was_used_is_not_used_again():
    shape = Archetype(
        hook_family="number", format="comparison", duration_band="short", cta="save", topic_family="focus"
    )
    brief = brief_of(shape).model_copy(update={"hooks": ["3 takeaways from deep work"]})
    first = write(brief).hook.on_screen_text
    assert write(brief, avoid=[first]).hook.on_screen_text != first


def test_the_title_is_never_said_as_if_it_were_ours():
    for own, title in zip(written(), SANDBOX, strict=True):
        for draft in own:
            for text in (t for line in draft.lines for t in (line.on_screen_text, line.voice_text)):
                assert title not in re.sub("“[^”]*”", "", text)


def test_facts_have_their_source_and_the_rest_is_opinion():
    for own, title in zip(written(), SANDBOX, strict=True):
        for draft in own:
            facts = [claim for claim in draft.claims if claim.kind == "evidence"]
            assert [fact.quote for fact in facts] == [title]
            assert facts[0].url
            assert facts[0].text in draft.caption_long
            opinions = [claim for claim in draft.claims if claim.kind == "opinion"]
            assert len(opinions) >= 2
            assert not any(claim.url or claim.signal_id for claim in opinions)


def test_hashtags_are_few_and_distinct():
    for most in (3, 5, 8):
        for brief in briefs_about():
            tags = write(brief, max_hashtags=most).hashtags
            assert 3 <= len(tags) <= most
            assert len({tag.casefold() for tag in tags}) == len(tags)
            assert all(re.fullmatch(r"#[A-Za-z0-9]{2,29}", tag) for tag in tags)


def test_a_hashtag_of_several_words_begins_each_with_a_capital():
    tags = {tag for brief in briefs_about() for tag in write(brief, max_hashtags=8).hashtags}
    assert {"#DeepWork", "#SelfImprovement", "#focus"} <= tags
    assert not {"#deepwork", "#selfimprovement", "#Focus"} & tags


def test_every_text_on_screen_can_be_read():
    for draft in itertools.chain(*written()):
        for s in timed(draft, seconds(draft)):
            # Times are on whole frames.
            assert len(s.on_screen_text) <= CHARACTERS_PER_SECOND * (s.end_s - s.start_s + 1 / 30)


def test_the_same_brief_is_written_in_the_same_way():
    assert [write(brief, 1) for brief in briefs_about()] == [write(brief, 1) for brief in briefs_about()]


def test_a_trend_outside_the_topics_gets_the_advice_of_its_own_subject():
    javelin = write(briefs_about(["Two goals decide the cup final before the last match of the season"])[0])
    assert not any("clip" in line.voice_text for line in javelin.beats)


def test_what_is_doubted_lowers_the_confidence():
    [sure, unsure] = briefs_about(
        ["The tabs and browser habit of deep work", "We Found the LONGEST DOOR in Minecraft"]
    )
    assert write(sure).writing.confidence > write(unsure).writing.confidence
    assert write(unsure).writing.doubts


def test_a_brief_without_evidence_cannot_be_written():
    with pytest.raises(EngineError, match="no evidence"):
        write(briefs_about()[0].model_copy(update={"evidence": []}))


def test_an_account_in_another_language_is_told_what_to_do():
    with pytest.raises(EngineError, match="ENGINE=openai"):
        write(briefs_about()[0], language="de")


def test_a_very_long_address_is_kept_for_the_record_and_never_shown():
    brief = briefs_about()[0]
    seen = brief.evidence[0].model_copy(update={"url": "https://a.example/" + "x" * 4000})
    draft = write(brief.model_copy(update={"evidence": [seen]}))
    assert draft.claims[0].url == seen.url
    assert "xxxx" not in f"{draft.caption_long} {said(draft)} {draft.alt_text}"


@pytest.mark.parametrize(
    "title",
    ["a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d", "Do it or do not do it ok so be it " * 4],
)
def test_a_title_of_many_short_words_is_shown_and_not_said(title):
    brief = brief_of(SHAPES[0]).model_copy(
        update={
            "trend_title": title,
            "subject": read_subjects([title])[0].model_copy(update={"statement": None}),
        }
    )
    for variant in range(3):
        draft = write(brief, variant)
        timed(draft, seconds(draft))
        assert len(draft.context.voice_text.split()) <= 20


@pytest.mark.parametrize("family", KNOWN.hook_families)
def test_where_the_topics_hooks_are_worn_the_titles_beginning_opens(family):
    words = (
        "amber birch cedar dune ember fjord grove heath inlet jetty knoll larch marsh north ochre pine quartz"
    )
    names = words.split()
    titles = [f"{name.capitalize()} is what I have settled on for the whole of my work" for name in names]
    used: list[str] = []
    for brief in briefs_about(titles, hooks=[]):
        shape = brief.archetype.model_copy(update={"hook_family": family})
        used.append(write(brief.model_copy(update={"archetype": shape}), 0, used).hook.on_screen_text)
    assert len(set(used)) == len(titles)
    assert all(len(hook.split()) <= 7 for hook in used)


def test_when_every_hook_is_worn_it_says_so():
    brief, used = briefs_about()[0].model_copy(update={"hooks": []}), []

    def open_again_and_again():
        for _ in range(60):
            used.append(write(brief, 0, used).hook.on_screen_text)

    with pytest.raises(EngineError, match="last 90 days"):
        open_again_and_again()
    assert len(used) >= 10


def test_it_is_grammatical():
    linter = harper.Linter(dialect=harper.Dialect.BRITISH)
    linter.set_lint_config(linter.get_lint_config() | TASTE)
    found = []
    for shape, title in zip(SHAPES[::29], itertools.cycle(SANDBOX)):
        draft = write(brief_of(shape, title))
        for line in draft.lines:
            text = re.sub("“[^”]*”", "it", line.voice_text)
            found += [(lint.message, text) for lint in linter.lint(text)]
    assert found == []


def test_words_are_said_at_150_a_minute():
    draft = written()[0][0]
    segments = timed(draft, seconds(draft))
    assert segments[-1].end_s == pytest.approx(words_in(draft.lines) / 2.5, rel=0.1)
