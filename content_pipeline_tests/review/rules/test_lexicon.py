"""Word lists: what the notation matches, what makes a match harmless, which context clears it, and that every list can be read."""

import pytest

from content_pipeline.review.rules.lexicon import Entry, Lexicon, lexicon, parse_phrases

FAMILIES = ("violence", "sexual", "claims", "misinformation", "bait", "spam")


def entry(words, **changes):
    return Entry(id="family.rule", severity="block", message="m", remedy="r", words=words, **changes)


def places(text, words, **changes):
    found = Lexicon([entry(words, **changes)], {"play": "movie*", "denial": "not"}).hits(text)
    return [text[hit.start : hit.end] for hit in found]


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("kill", "they kill it, a skill, killing", ["kill"]),
        ("kill*", "skill and killing", ["killing"]),
        ("self harm*", "self-harming", ["self-harming"]),
        ("dont", "don't and don’t and dont", ["don't", "don’t", "dont"]),
        ("lose # kg", "lose 10kg or lose ten kg", ["lose 10kg", "lose ten kg"]),
        ("text to ####", "text to 12, text to 80086", ["text to 80086"]),
        ("# %", "1,5 % and 20%", ["1,5 %", "20%"]),
        ("stop|end now", "end now", ["end now"]),
        ("gift_card|cash now", "a gift card now, cash now, gift now", ["gift card now", "cash now"]),
        ("my? old car", "my old car", ["my old car", "old car"]),
        ("so very? good", "so good, so very good", ["so good", "so very good"]),
        ("share .. gone", "share it before it is gone", ["share it before it is gone"]),
        ("share .. gone", "share it. gone", []),
        ("share .. gone", "share it before it is all gone", []),
        ("share .. gone", "share\ngone", []),
        ("5 g", "the 5g mast", ["5g"]),
        ("a, b c", "b c a", ["b c", "a"]),
    ],
)
def test_the_notation_finds_words_and_not_letters(words, text, found):
    assert places(text, words) == found


def test_what_is_harmless_does_not_count_and_hides_nothing_else():
    assert places("kill time, kill them", "kill, kill them", harmless="kill time") == ["kill", "kill them"]
    assert places("kill time", "kill", harmless="kill time") == []


def test_a_context_clears_its_own_sentence():
    cleared = {"unless": ["play"]}
    assert places("they kill him in the movies", "kill", **cleared) == []
    assert places("I like movies. They kill him", "kill", **cleared) == ["kill"]
    assert places("they kill him, says the review", "kill", but="review") == []
    assert places("they do not kill him", "kill", **cleared) == ["kill"]


def test_each_rule_is_found_once_over_the_readings():
    found = list(Lexicon([entry("kill")], {}).findings(["k1ll", "they kill and kill"]))
    assert [(f.rule_id, f.excerpt) for f in found] == [("family.rule", "they kill and kill")]


@pytest.mark.parametrize(
    ("phrase", "message"), [(".. kill", "begin with a word"), ("a*", "fewer than 2"), ("& now", "no word")]
)
def test_a_phrase_that_cannot_be_looked_up_is_an_error(phrase, message):
    with pytest.raises(ValueError, match=message):
        parse_phrases(phrase)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_list_speaks_to_non_engineers(family):
    entries = lexicon(family).entries
    assert entries
    for rule in entries:
        assert "." in rule.id
        assert rule.message.startswith("the script ")
        assert len(rule.remedy) > 10
        # What only people can judge must ask somebody.
        assert rule.severity == "block" or rule.asks
