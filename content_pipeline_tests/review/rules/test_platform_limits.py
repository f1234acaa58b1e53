"""The platform's limits, each at its edge."""

import pytest

from content_pipeline.review.rules.platform_limits import check_platform_limits
from content_pipeline_tests.review.rules.reels import findings, ids, reel, reels


def test_what_the_engine_writes_is_within_the_limits():
    assert [ids(check_platform_limits, script) for script in reels()] == [[]] * len(reels())


def tags(number):
    return [f"#tag{n}" for n in range(number)]


@pytest.mark.parametrize(
    ("changes", "rule", "severity"),
    [
        ({"caption_long": "x" * 2200, "hashtags": []}, None, None),
        ({"caption_long": "x" * 2201, "hashtags": []}, "caption_length", "block"),
        ({"caption_long": "x" * 2190}, "caption_length", "block"),
        ({"caption_long": " "}, "empty", "block"),
        ({"hashtags": tags(5)}, None, None),
        ({"hashtags": tags(6)}, "hashtags_shown", "warning"),
        ({"hashtags": tags(30)}, "hashtags_shown", "warning"),
        ({"hashtags": tags(31)}, "hashtags", "block"),
        ({"hashtags": ["#focus", "#Focus"]}, "hashtags_twice", "warning"),
        ({"hashtags": ["#deep work"]}, "hashtag", "warning"),
        ({"hashtags": ["#2026"]}, "hashtag", "warning"),
        ({"hashtags": ["focus"]}, "hashtag", "warning"),
        ({"hashtags": ["#Müsli", "#2026goals", "#日本"]}, None, None),
        ({"caption_long": " ".join(f"@user{n}" for n in range(20))}, None, None),
        ({"caption_long": " ".join(f"@user{n}" for n in range(21))}, "mentions", "block"),
        ({"alt_text": "x" * 1000}, None, None),
        ({"alt_text": "x" * 1001}, "alt_text", "block"),
        ({"duration_s": 2.9}, "duration", "block"),
        ({"duration_s": 3.0}, None, None),
        ({"duration_s": 90.0}, None, None),
        ({"duration_s": 91.0}, "reels_tab", "warning"),
        ({"duration_s": 901.0}, "duration", "block"),
    ],
)
def test_limits(changes, rule, severity):
    found = findings(check_platform_limits, reel(**changes))
    assert [(f.rule_id, f.severity) for f in found] == ([(f"platform.{rule}", severity)] if rule else [])


def test_an_empty_text_on_screen_is_blocked():
    first, *rest = reel().segments
    empty = first.model_copy(update={"on_screen_text": " "})
    assert ids(check_platform_limits, reel(segments=[empty, *rest])) == ["platform.empty"]


@pytest.mark.parametrize(("most", "rules"), [(5, ["platform.hashtags_shown"]), (10, [])])
def test_the_account_says_how_many_hashtags_are_shown(most, rules):
    assert ids(check_platform_limits, reel(hashtags=tags(8)), max_hashtags=most) == rules
