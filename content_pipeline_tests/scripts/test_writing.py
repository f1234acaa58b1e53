"""From briefs and slots to scripts: as many as a brief deserves, hooks of their own, disclosure, and letters for what fails."""

import itertools
from datetime import timedelta

import pytest

from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.scripts.engines.base import Draft, EngineError, Line
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.scripts.history import used_hooks
from content_pipeline.scripts.pacing import timed
from content_pipeline.scripts.records import Script
from content_pipeline.scripts.writing import write_scripts
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import DAY, STAMP, demo, strategy, trends
from content_pipeline_tests.scripts.briefs import briefs_about


def planned(variants=None):
    account = demo()
    made = make_briefs(account, DAY, trends(), strategy(), [], STAMP)
    if variants:
        made = [brief.model_copy(update={"variants": variants}) for brief in made]
    return made, plan_calendar(account, DAY, made, strategy(), STAMP)


def written(variants=None, engine=None, used=(), **changes):
    made, slots = planned(variants)
    account = demo().model_copy(update=changes)
    return write_scripts(account, DAY, made, slots, engine or TemplateEngine(), STAMP, used)


@pytest.mark.parametrize(("variants", "expected"), [(1, 1 + 1 + 1), (4, 4 + 2 + 2), (10, 10 + 2 + 2)])
def test_a_slot_gets_what_its_brief_deserves_and_two_of_each_reserve(variants, expected):
    scripts, letters = written(variants)
    assert letters == []
    by_slot = {slot: [s for s in scripts if s.slot_id == slot] for slot in {s.slot_id for s in scripts}}
    assert len(by_slot) == 3
    for own in by_slot.values():
        assert [s.preference for s in own] == list(range(1, expected + 1))
        assert len({s.content_hash for s in own}) == expected
    assert len({s.script_id for s in scripts}) == len(scripts)


def test_no_two_scripts_of_a_day_open_in_the_same_way():
    scripts, _ = written(6)
    hooks = [s.segments[0].on_screen_text.casefold() for s in scripts]
    assert len(set(hooks)) == len(hooks)


def test_a_hook_of_the_last_90_days_is_not_used():
    used = [s.segments[0].on_screen_text for s in written()[0]]
    again = [s.segments[0].on_screen_text for s in written(used=used)[0]]
    assert not set(used) & set(again)


def test_a_script_carries_all_that_a_post_needs():
    for script in written(4)[0]:
        assert [s.role for s in script.segments][:2] == ["hook", "context"]
        assert script.segments[-1].role == "cta"
        assert script.segments[0].start_s == 0
        assert script.segments[-1].end_s == script.duration_s
        assert all(a.end_s == b.start_s for a, b in itertools.pairwise(script.segments))
        assert script.caption_long.endswith(script.segments[-1].voice_text)
        assert 3 <= len(script.hashtags) <= 5
        assert script.alt_text.startswith("Reel with on-screen text")
        assert script.writing.prompt_id
        assert not script.is_ai_generated
        assert script.disclosure is None


def test_the_same_day_is_written_in_the_same_way():
    assert written() == written()


class Modelled(TemplateEngine):
    def write(self, brief, account, variant, avoid):
        draft = super().write(brief, account, variant, avoid)
        return draft.model_copy(update={"writing": draft.writing.model_copy(update={"model": "some-model"})})


def test_what_a_model_wrote_says_so_before_its_request():
    for script in written(engine=Modelled(), ai_disclosure="Written with AI.")[0]:
        assert script.is_ai_generated
        lines = [line for line in script.caption_long.splitlines() if line]
        assert lines[-2:] == ["Written with AI.", script.segments[-1].voice_text]


class Broken(TemplateEngine):
    def write(self, brief, account, variant, avoid):
        if brief.rank == 1:
            raise EngineError("the engine refused")
        draft = super().write(brief, account, variant, avoid)
        long = Line(on_screen_text="unreadably" * 8, voice_text=draft.cta.voice_text)
        return draft.model_copy(update={"cta": long}) if brief.rank == 2 else draft


def test_what_cannot_be_written_or_shown_is_a_dead_letter_and_the_rest_goes_on():
    scripts, letters = written(2, engine=Broken())
    assert len(scripts) + len(letters) == len(written(2)[0])
    assert "the engine refused" in {letter.reason for letter in letters}
    assert any(letter.reason.startswith("cta: ") and "does not fit" in letter.reason for letter in letters)


def draft_of(hook: int, beats: list[int], cta: int = 4) -> Draft:
    lines = [Line(on_screen_text="x", voice_text="word " * n) for n in (hook, *beats, cta)]
    base = TemplateEngine().write(briefs_about()[0], demo(), 0, [])
    return base.model_copy(update={"hook": lines[0], "context": None, "beats": lines[1:-1], "cta": lines[-1]})


@pytest.mark.parametrize(
    ("hook", "beats", "error"),
    [
        (7, [13, 13], None),
        (7, [9, 10], None),
        (7, [9, 9], "29 words do not fit 15 s: 30 to 45 do"),
        (7, [17, 18], "46 words do not fit 15 s: 30 to 45 do"),
        (8, [12, 12], "the hook has 8 words"),
        (2, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 7], "too long for a band"),
    ],
)
def test_words_must_fit_the_seconds(hook, beats, error):
    if error is None:
        assert 12 <= timed(draft_of(hook, beats), 15)[-1].end_s <= 18
    else:
        with pytest.raises(EngineError, match=error):
            timed(draft_of(hook, beats), 15)


def test_hooks_of_the_last_90_days_are_those_of_all_planned_posts(tmp_path):
    lake, scripts = Lake(str(tmp_path / "lake")), written()[0]
    days = {0: DAY, 1: DAY - timedelta(days=90), 2: DAY - timedelta(days=91), 3: DAY - timedelta(days=5)}
    with OperationsDatabase(f"sqlite:///{tmp_path / 'o.db'}") as operations:
        for n, day in days.items():
            script = scripts[n].model_copy(update={"day": day})
            lake.write("scripts", {"account": "demo", "day": str(day)}, Script, [script])
            with operations.transaction() as session:
                session.add(
                    publication(n, day, "planned" if n == 3 else "published", script_id=script.script_id)
                )
        assert used_hooks(lake, operations, "demo", DAY) == [
            scripts[n].segments[0].on_screen_text for n in (1, 3)
        ]
