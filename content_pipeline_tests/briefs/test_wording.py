"""Words of ideas: every hook carries its family's cue, can be said in three seconds, is distinct, and never one that is worn."""

import re

import pytest
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.briefs.archetypes import archetypes, perceived_hook
from content_pipeline.briefs.beliefs import generator
from content_pipeline.briefs.reading import read_subjects
from content_pipeline.briefs.wording import capitalized, hooks, phrased, thumbnails, topic, words_for

FAMILIES = list(archetypes().hook_families)
TOPICS = ["focus", "habits", "tools", "energy", "money", "trending", "strength_training"]
TITLES = [
    "Deep work in open offices",
    "Nobody stops the mistake?",
    "3 reasons I quit",
    "Inkwell Notes adds voice capture",
    "{s} and {never} filled",
]
SUBJECTS = read_subjects(TITLES)


def filling(subject, name):
    return words_for(subject, topic(name), 3)


@pytest.mark.parametrize("tone", ["plain", "warm", "bold"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", TOPICS)
def test_hooks_carry_their_cue_and_differ(family, name, tone):
    for subject in [*SUBJECTS, None]:
        found = hooks(family, filling(subject, name), tone, generator("test", name, family))
        assert len(found) == 3
        assert all(perceived_hook(hook) == family for hook in found)
        assert all(len(hook.split()) <= 7 for hook in found)
        assert all(token_set_ratio(a, b) < 80 for i, a in enumerate(found) for b in found[:i])


def test_a_hook_names_the_trend_first():
    [subject] = read_subjects(["Inkwell Notes adds voice capture"])
    for family in FAMILIES:
        assert "Inkwell Notes" in hooks(family, filling(subject, "tools"), "plain", generator(family))[0]


def test_a_tone_has_its_own_hooks():
    [subject] = read_subjects(["Late caffeine keeps people awake"])
    made = {
        tone: {
            h for n in range(30) for h in hooks("contrarian", filling(subject, "tools"), tone, generator(n))
        }
        for tone in ("plain", "bold")
    }
    assert "Stop ignoring late caffeine" in made["bold"] - made["plain"]


def test_a_worn_hook_is_never_used_again():
    words, used = filling(SUBJECTS[0], "focus"), []
    while found := hooks("question", words, "plain", generator(len(used)), used, number=1):
        used += found
    assert len(used) == len({hook.casefold() for hook in used})
    assert len(used) >= 10


def test_a_family_that_has_no_phrasings_gives_none():
    assert hooks("rhyme", filling(SUBJECTS[0], "focus"), "plain", generator()) == []


@pytest.mark.parametrize("family", [*FAMILIES, "rhyme"])
@pytest.mark.parametrize("name", TOPICS)
def test_thumbnails_have_three_to_seven_words(family, name):
    for subject in [*SUBJECTS, None]:
        texts = thumbnails(family, filling(subject, name), generator(name))
        assert len(texts) >= 2
        assert all(3 <= len(text.split()) <= 7 for text in texts)


def test_a_name_is_only_spoken_of_and_plurals_agree():
    [name, many] = read_subjects(["Inkwell Notes adds voice capture", "Focus timers are back in fashion"])
    assert "s" not in filling(name, "tools")
    assert "s" not in words_for(many, topic("trending"), 3, of_topic=False)
    words = filling(many, "tools")
    assert (words["is"], words["teaches"], words["comes"], words["Does"]) == ("are", "teach", "come", "Do")
    said = [h for family in FAMILIES for n in range(20) for h in hooks(family, words, "plain", generator(n))]
    assert not [h for h in said if re.search(r"timers (quietly )?(is|comes|teaches|gives)\b", h)]


@pytest.mark.parametrize("name", ["premises", "angles"])
def test_premise_and_angle_name_the_trend(name):
    for subject in SUBJECTS:
        for n in range(10):
            text = phrased(name, filling(subject, "focus"), generator(n))
            assert subject.phrase.casefold() in text.casefold()


@pytest.mark.parametrize(
    ("text", "shown"), [("the dip", "The dip"), ("“a b”", "“A b”"), ("", ""), ("iPhone", "IPhone")]
)
def test_a_sentence_begins_with_a_capital(text, shown):
    assert capitalized(text) == shown
