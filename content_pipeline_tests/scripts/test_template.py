"""Scripts: every archetype's cues are in the caption, times fill the reel, nothing overflows, odd titles do no harm."""

import itertools
import re
from functools import cache

import pytest

from content_pipeline.briefs.archetypes import archetypes, perceived_hook
from content_pipeline.briefs.calendar import plan_calendar
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.briefs.records import Archetype
from content_pipeline.briefs.wording import hooks, subject, topic
from content_pipeline.scripts.engines.base import EngineError
from content_pipeline.scripts.engines.template import TemplateEngine, beats_of
from content_pipeline.scripts.writing import MIN_SEGMENT_S, WORDS_PER_SECOND, timed, write_scripts
from content_pipeline_tests.examples import DAY, STAMP, TITLES, demo, strategy, trends

KNOWN = archetypes()
SHAPES = [
    Archetype(hook_family=h, format=f, duration_band=b, cta=c, topic_family=t)
    for h, f, b, c, t in itertools.product(
        KNOWN.hook_families, KNOWN.formats, KNOWN.duration_bands, KNOWN.ctas, [*demo().topics, "trending"]
    )
]


def written(**options):
    account = demo()
    made = make_briefs(account, DAY, trends(), strategy(), [], STAMP)
    slots = plan_calendar(account, DAY, made, strategy(), STAMP)
    return write_scripts(account, DAY, made, slots, options.pop("engine", TemplateEngine()), STAMP)


@cache
def any_brief():
    return make_briefs(demo(), DAY, trends(), strategy(), [], STAMP)[0]


def brief_of(shape: Archetype, title: str = "Deep work in open offices"):
    made = any_brief()
    own = topic(shape.topic_family)
    words = {"subject": subject(title), "matter": own.matter, "goal": own.goal, "pain": own.pain, "n": "3"}
    return made.model_copy(
        update={
            "archetype": shape,
            "hooks": hooks(shape.hook_family, words, list(range(6))),
            "trend_title": title,
        }
    )


@pytest.mark.parametrize("shape", SHAPES[::7], ids=lambda s: s.key)
def test_a_viewer_perceives_the_archetype(shape):
    for variant in range(2):
        draft = TemplateEngine().draft(brief_of(shape), demo(), variant)
        lines = draft.caption_long.splitlines()
        assert perceived_hook(lines[0]) == shape.hook_family
        formats = {
            name
            for name, form in KNOWN.formats.items()
            if re.search(form.pattern, draft.caption_long, re.I | re.M)
        }
        assert formats == {shape.format}
        assert re.search(KNOWN.ctas[shape.cta].pattern, lines[-1], re.I)


@pytest.mark.parametrize("shape", SHAPES[::5], ids=lambda s: s.key)
def test_times_fill_the_reel(shape):
    seconds = KNOWN.duration_bands[shape.duration_band].seconds
    segments = timed(TemplateEngine().draft(brief_of(shape), demo(), 0), seconds)
    assert segments[0].start_s == 0
    assert segments[-1].end_s == seconds
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(segments))
    assert all(s.end_s - s.start_s >= MIN_SEGMENT_S - 0.04 for s in segments)
    assert sum(len(s.voice_text.split()) for s in segments) <= WORDS_PER_SECOND * seconds
    assert [s.role for s in segments] == ["hook", *["body"] * (len(segments) - 2), "cta"]


@pytest.mark.parametrize(
    "title", [*TITLES, "x" * 10_000, "word " * 2000, "{subject} {n} %s", "Nobody stops me?"]
)
def test_odd_titles_do_no_harm(title):
    draft = TemplateEngine().draft(brief_of(SHAPES[0], title), demo(), 0)
    assert len(draft.caption_long) < 1200
    assert all(len(line.on_screen_text) <= 110 for line in [draft.hook, *draft.beats, draft.cta])
    assert not re.search(r"!!|\?\?|\.\.(?!\.)| ,|“”", draft.caption_long)


def test_each_slot_gets_variants_of_its_brief_and_of_its_reserves():
    scripts, letters = written()
    assert letters == []
    by_slot = {slot: [s for s in scripts if s.slot_id == slot] for slot in {s.slot_id for s in scripts}}
    assert len(by_slot) == 3
    for own in by_slot.values():
        assert [s.preference for s in own] == list(range(1, 7))
        assert len({s.content_hash for s in own}) == 6
    assert len({s.script_id for s in scripts}) == len(scripts)


def test_the_same_day_is_written_in_the_same_way():
    assert written() == written()


def test_every_script_names_its_evidence_and_few_hashtags():
    scripts, _ = written()
    for script in scripts:
        assert all(claim.url and claim.text in script.caption_long for claim in script.claims)
        assert 3 <= len(script.hashtags) <= 5
        assert len(set(script.hashtags)) == len(script.hashtags)
        assert all(re.fullmatch(r"#[a-z0-9]{2,29}", tag) for tag in script.hashtags)


def test_a_brief_that_cannot_be_written_is_a_dead_letter():
    class Broken(TemplateEngine):
        def draft(self, brief, account, variant):
            if brief.rank == 1:
                raise EngineError("the engine refused")
            return super().draft(brief, account, variant)

    scripts, letters = written(engine=Broken())
    assert {letter.reason for letter in letters} == {"the engine refused"}
    assert len(scripts) == 18 - len(letters)


def test_advice_is_short_enough_to_read():
    for family in ("focus", "habits", "tools", "energy", "money", "trending", "general"):
        bank = beats_of(family)
        assert len(bank) >= 12
        assert len({b.do for b in bank}) == len(bank)
        assert all(len(b.do) <= 44 and len(b.why.split()) <= 8 for b in bank)
