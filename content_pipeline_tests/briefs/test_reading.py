"""What titles are about: phrases that a sentence can be built around, else the quoted title."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.briefs.reading import (
    QUOTE_LENGTH,
    cleaned_title,
    opening,
    quoted,
    read_subjects,
    speakable,
)

TERMS = ["focus", "routine", "deep", "apps"]


def read(title):
    [subject] = read_subjects([title], TERMS)
    return subject


@pytest.mark.parametrize(
    ("title", "spoken"),
    [
        ("Deep work in open offices", "“Deep work in open offices”"),
        ("LAKERS VS CELTICS!!! FULL GAME 🔥🔥", "“Lakers vs celtics! full game”"),
        ("Digital Circus Ep 9 Finale [TRAILER]", "“Digital Circus Ep 9 Finale”"),
        ("Sunset en la Sanse - MT Manuel Turizo | Video Oficial", "“Sunset en la Sanse”"),
        ('He said "never again" #shorts', "“He said never again shorts”"),
        ("read https://evil.example/x now please", "“Read now please”"),
        ("a\u202eb\u200bc and some more", "“Abc and some more”"),
        ("Show HN: A tiny spreadsheet for the terminal", "“A tiny spreadsheet for the terminal”"),
        ("BREAKING NEWS: the bridge is open", "“The bridge is open”"),
    ],
)
def test_a_title_becomes_speakable(title, spoken):
    assert quoted(title) == spoken


@pytest.mark.parametrize(
    ("title", "begins"),
    [
        ("Why I have settled on a thing", "“Why I have…”"),
        ("Deep work", "“Deep work”"),
        ("One, two, three. Four!", "“One, two, three…”"),
    ],
)
def test_a_title_begins_with_three_words(title, begins):
    assert opening(title) == begins


@given(st.text(max_size=10_000))
def test_any_title_stays_short_and_clean(title):
    spoken = quoted(title)
    assert len(spoken) <= QUOTE_LENGTH + 3
    assert "http" not in spoken
    assert "#" not in spoken
    assert not re.search(r"[\n\t\u202e]", spoken)


@pytest.mark.parametrize(
    ("title", "phrase", "plural"),
    [
        ("Why remote teams are booking 52 minutes of deep work before exam week", "deep work", False),
        ("Inkwell Notes adds voice capture, and wedding planners are split", "Inkwell Notes", False),
        ("The 3 p.m. energy dip: what bus drivers changed", "the 3 p.m. energy dip", False),
        ("Tiny routines win: cold showers right after the first coffee", "tiny routines", True),
        ("Notes apps compared: which one survives trip planning", "Notes apps", True),
        ("A no-spend February taught apprentices this about takeaway", "a no-spend February", False),
        ("The distraction cost of infinite scroll, measured over two weeks", "the distraction cost", False),
        ("Lanterns | Official Trailer | Reaction!", None, False),
        ("The Decision-Making Pendulum", None, False),
        ("This is pathetic.", None, False),
        ("They STILL could make them a couple.", None, False),
    ],
)
def test_the_phrase_is_what_the_title_is_about(title, phrase, plural):
    subject = read(title)
    assert subject.phrase == (phrase or quoted(title))
    assert subject.plural == plural


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("An Austrian communications professor who hunts plagiarists", "Austrian"),
        ("Focus timers, and PhD students are split", "PhD"),
        ("The useful calendar that grant writers test", "grant writers test"),
        ("Tokyo public schools will stop forcing students", "tokyo public schools"),
        ("<script>alert(1)</script> focus timers", "alert(1)"),
        ("{m} and {0} for focus timers", "{m}"),
    ],
)
def test_a_part_that_misleads_is_no_short_form(title, short):
    subject = read(title)
    assert subject.short != short
    assert not set("<>{}") & set(subject.phrase)


def test_people_are_no_subject_of_a_hook():
    assert read("Burnout rarely starts at work, say emergency doctors").short != "emergency doctors"
    assert read("Sleep researchers look again at late caffeine").short == "late caffeine"


@pytest.mark.parametrize(
    ("title", "part", "value"),
    [
        ("Naps of 26 minutes are back among bakery crews", "figure", "26 minutes"),
        ("Prices rose by 12% in the second quarter", "figure", "12%"),
        ("The best films of 2026", "figure", None),
        ("What makes a morning routine stick?", "question", "What makes a morning routine stick?"),
        ("A morning routine that sticks", "question", None),
        (
            "Saltlight wins the audience prize at the festival",
            "statement",
            "Saltlight wins the audience prize at the festival",
        ),
        ("Why apprentices keep the money in a separate account", "statement", None),
        ("I finally completed the collection", "statement", None),
        ("Drawbacks of engaging with complaints", "statement", None),
    ],
)
def test_parts_are_found_where_the_title_has_them(title, part, value):
    assert getattr(read(title), part) == value


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_any_title_gives_a_phrase_that_can_be_shown(title):
    subject = read(title)
    assert 2 <= len(subject.phrase) <= QUOTE_LENGTH + 3
    assert subject.short is None or len(subject.short.split()) <= 4
    assert "\n" not in subject.phrase


def test_reading_many_is_reading_each():
    titles = ["Deep work in open offices", "", "🔥🔥", "Deep work in open offices"]
    assert read_subjects(titles, TERMS) == [read(title) for title in titles]


@pytest.mark.parametrize(
    ("title", "tells"),
    [
        ("Deep work", True),
        ("Café à la mode", True),
        ("🔥🔥🔥", False),
        ("今日のニュース", False),
        ("", False),
        ("42", False),
        ("abc", False),
    ],
)
def test_what_can_be_spoken_of_has_latin_letters(title, tells):
    assert speakable(title) == tells


def test_a_very_long_title_is_cut_before_it_is_read():
    assert len(cleaned_title("https://example.org/" + "x" * 4000 + " word " * 200)) <= 300
