"""Words of ideas: odd titles become speakable, every phrasing carries its family's cue, hooks are distinct."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.briefs.archetypes import archetypes, perceived_hook
from content_pipeline.briefs.wording import SUBJECT_LENGTH, hooks, subject, thumbnails, topic

FAMILIES = list(archetypes().hook_families)
TOPICS = ["focus", "habits", "tools", "energy", "money", "trending", "strength_training"]


@pytest.mark.parametrize(
    ("title", "spoken"),
    [
        ("Deep work in open offices", "“Deep work in open offices”"),
        ("LAKERS VS CELTICS!!! FULL GAME 🔥🔥", "“Lakers vs celtics! full game”"),
        ("Digital Circus Ep 9 Finale [TRAILER]", "“Digital Circus Ep 9 Finale”"),
        ("Sunset en la Sanse - MT Manuel Turizo | Video Oficial", "“Sunset en la Sanse”"),
        ('He said "never again" #shorts', "“He said never again shorts”"),
        ("read https://evil.example/x now please", "“read now please”"),
        ("a\u202eb\u200bc and some more", "“abc and some more”"),
    ],
)
def test_a_title_becomes_speakable(title, spoken):
    assert subject(title) == spoken


@given(st.text(max_size=10_000))
def test_any_title_stays_short_and_clean(title):
    spoken = subject(title)
    assert len(spoken) <= SUBJECT_LENGTH + 3
    assert "http" not in spoken
    assert "#" not in spoken
    assert not re.search(r"[\n\t\u202e]", spoken)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize(
    "title", ["Deep work in open offices", "Nobody stops the mistake?", "3 reasons I quit", "今日のニュース"]
)
def test_hooks_carry_their_cue_and_differ(family, name, title):
    own = topic(name)
    words = {"subject": subject(title), "matter": own.matter, "goal": own.goal, "pain": own.pain, "n": "3"}
    found = hooks(family, words, list(range(8)))
    assert len(found) >= 3
    assert all(perceived_hook(hook) == family for hook in found)
    assert all(token_set_ratio(a, b) < 80 for i, a in enumerate(found) for b in found[:i])
    assert all("{" not in hook and len(hook) <= 110 for hook in found)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", TOPICS)
def test_thumbnails_have_three_to_seven_words(family, name):
    texts = thumbnails(family, {"matter": topic(name).matter, "n": "3"})
    assert len(texts) >= 2
    assert all(3 <= len(text.split()) <= 7 for text in texts)
