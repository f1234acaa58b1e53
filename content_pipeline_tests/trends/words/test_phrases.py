"""Phrases are found as whole words."""

import pytest

from content_pipeline.trends.words.phrases import mentioned


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("war", "The WAR at home", True),
        ("war", "Two wars", True),
        ("war", "Software awards", False),
        ("ai", "The rain in Spain", False),
        ("ai", "AI's best year", True),
        ("star", "Start with ten minutes", False),
        ("crypto giveaway", "Crypto-giveaway for all", True),
        ("crypto giveaway", "a crypto  giveaway", True),
        ("crypto giveaway", "#crypto_giveaways", True),
        ("Crypto-Giveaway", "crypto giveaway", True),
        ("crypto giveaway", "a giveaway of crypto", False),
        ("crypto giveaway", "crypto", False),
        ("赌博", "在线赌博网站", True),
        ("🔥", "🔥 anything", False),
    ],
)
def test_phrases_are_found_as_whole_words(phrase, text, found):
    assert mentioned(["something else", phrase], text) == (phrase if found else None)
