"""Virality: factors that move with their data and stay in their range, named fallbacks, nothing from the future, variants by band."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import Beliefs
from content_pipeline.briefs.records import FactorWeight
from content_pipeline.briefs.variants import variants_of
from content_pipeline.briefs.virality import FACTOR_NAMES, factor_table, virality, virality_context
from content_pipeline.briefs.virality_tension import cues, tension
from content_pipeline.trends.records import Component
from content_pipeline_tests.briefs.virality_rows import BEFORE, pattern, post, shape
from content_pipeline_tests.examples import DAY, JUST_EMERGED, demo, strategy, trend
from content_pipeline_tests.marts.rows import brief

TITLE = "Why deep work fails in open offices"


def learned(factor, level, mean, sd=0.05, posts=30):
    return FactorWeight(factor=factor, level=level, mean=mean, sd=sd, posts=posts)


def score(title=TITLE, weights=(), recent=(), patterns=(), arm=None, **changes):
    context = virality_context(demo(), DAY, Beliefs(strategy(weights=list(weights))), recent, patterns)
    return virality(trend(title, **changes), arm or shape(), context)


def components(confidence=1.0, **values):
    parts = JUST_EMERGED["components"].model_dump() | {
        name: {"value": value, "confidence": confidence} for name, value in values.items()
    }
    return JUST_EMERGED["components"].model_copy(
        update={name: Component.model_validate(part) for name, part in parts.items()}
    )


WON = [learned("topic_family", "focus", 0.1), learned("topic_family", "money", -0.1)]
POSTED = [
    post("Deep work by candle", topic_family="focus"),
    post("A budget for winter", topic_family="money"),
]
DIRECTIONS = [
    ("novelty", {"recent": [post(TITLE)]}, {"recent": [post("A quiet kitchen")]}),
    ("novelty", {"recent": [post(TITLE, 1)]}, {"recent": [post(TITLE, 60)]}),
    ("novelty", {"novelty": {"demo": 0.1}}, {"novelty": {"demo": 0.9}}),
    ("novelty", {"components": components(freshness=0.1)}, {"components": components(freshness=0.9)}),
    (
        "novelty",
        {"components": components(freshness=0.1)},
        {"components": components(freshness=0.1, confidence=0.2)},
    ),
    ("pattern_strength", {}, {"patterns": [pattern("story", 0.4)]}),
    ("pattern_strength", {"patterns": [pattern("story", -0.4)]}, {}),
    ("pattern_strength", {"patterns": [pattern("story", 0.2)]}, {"patterns": [pattern("story", 0.4)]}),
    (
        "pattern_strength",
        {"patterns": [pattern("story", 0.4, sd=1.0)]},
        {"patterns": [pattern("story", 0.4, sd=0.1)]},
    ),
    (
        "pattern_strength",
        {"patterns": [pattern("story", 0.4, day=DAY - timedelta(days=20))]},
        {"patterns": [pattern("story", 0.4)]},
    ),
    (
        "pattern_strength",
        {"patterns": [pattern("story", 0.4)]},
        {"patterns": [pattern("story", 0.4), pattern("story", 0.4, source_type="instagram_hashtags")]},
    ),
    ("pattern_strength", {}, {"weights": [learned("hook_family", "story", 0.3)]}),
    (
        "pattern_strength",
        {"arm": shape(format="listicle")},
        {"arm": shape(format="listicle"), "patterns": [pattern("list", 0.4, dimension="caption_style")]},
    ),
    ("emotional_pull", {"score": 0.2}, {"score": 0.9}),
    ("emotional_pull", {"components": components(burst=0.1)}, {"components": components(burst=0.9)}),
    ("emotional_pull", {"title": "Offices"}, {"title": "Offices lost a fight"}),
    ("emotional_pull", {"title": "The best offices"}, {"title": "Offices"}),
    ("emotional_pull", {"arm": shape(format="how_to")}, {"arm": shape(format="myth")}),
    ("emotional_pull", {"arm": shape(hook_family="challenge")}, {"arm": shape(hook_family="curiosity")}),
    ("platform_bias", {}, {"weights": [learned("format", "how_to", 0.3)]}),
    ("platform_bias", {"weights": [learned("duration_band", "short", -0.3)]}, {}),
    ("platform_bias", {}, {"weights": [learned("cta", "save", 0.2)]}),
    ("platform_bias", {}, {"patterns": [pattern("short", 0.4, dimension="duration_band")]}),
    ("creator_consistency", {"niche_fit": {"demo": 0.0}}, {"niche_fit": {"demo": 0.7}}),
    (
        "creator_consistency",
        {"weights": WON, "recent": POSTED, "niche_fit": {"demo": 0.1}, "arm": shape(topic_family="trending")},
        {"weights": WON, "recent": POSTED, "niche_fit": {"demo": 0.1}, "arm": shape(topic_family="focus")},
    ),
    (
        "creator_consistency",
        {"title": "An hour of rain", "weights": WON, "recent": POSTED, "niche_fit": {"demo": 0.1}},
        {"title": "Deep work with rain", "weights": WON, "recent": POSTED, "niche_fit": {"demo": 0.1}},
    ),
    ("creator_consistency", {"weights": [learned("topic_family", "focus", -0.4)]}, {}),
]


@pytest.mark.parametrize(("factor", "less", "more"), DIRECTIONS)
def test_a_factor_rises_with_its_data(factor, less, more):
    assert getattr(score(**less), factor).value < getattr(score(**more), factor).value


@pytest.mark.parametrize(
    ("factor", "data", "fallback"),
    [
        ("novelty", {}, "nothing posted yet"),
        ("novelty", {"recent": [post("A quiet kitchen")]}, None),
        ("pattern_strength", {}, "neutral"),
        ("pattern_strength", {"patterns": [pattern("question")]}, "neutral"),
        ("pattern_strength", {"patterns": [pattern("story")]}, "trend patterns"),
        ("pattern_strength", {"weights": [learned("hook_family", "story", 0.3)]}, None),
        ("emotional_pull", {"title": "Offices", "arm": shape(hook_family="challenge")}, None),
        ("emotional_pull", {"title": "Offices", "arm": shape(hook_family="news")}, "strategist's pull"),
        ("platform_bias", {}, "neutral"),
        ("platform_bias", {"patterns": [pattern("short", dimension="duration_band")]}, "trend patterns"),
        ("platform_bias", {"weights": [learned("cta", "save", 0.1)]}, None),
        ("creator_consistency", {"niche_fit": {}}, "neutral"),
        ("creator_consistency", {}, "niche fit"),
        ("creator_consistency", {"weights": WON, "recent": POSTED}, None),
    ],
)
def test_what_stood_in_for_missing_data_is_named(factor, data, fallback):
    assert getattr(score(**data), factor).fallback == fallback


def test_neutral_is_the_same_for_every_level_of_which_nothing_is_known():
    found = {score(arm=shape(hook_family=name)).pattern_strength.value for name in archetypes().hook_families}
    assert found == {0.95}


@pytest.mark.parametrize("factor", FACTOR_NAMES)
def test_confidence_grows_with_data(factor):
    poor = score(niche_fit={}, novelty={})
    weights = [
        learned(f, getattr(shape(), f), 0.1) for f in ("hook_family", "format", "duration_band", "cta")
    ]
    sure = dict.fromkeys(("burst", "freshness"), 1.0)
    rich = score(
        weights=[*weights, *WON],
        recent=[post(f"Title {n} {'abcdefgh'[n % 8]}", n + 1) for n in range(30)],
        components=components(**sure),
    )
    assert getattr(poor, factor).confidence < getattr(rich, factor).confidence


def test_the_accounts_own_effect_outweighs_what_was_seen_elsewhere():
    seen = [pattern("story", 0.5)]
    both = score(weights=[learned("hook_family", "story", -0.3, sd=0.05)], patterns=seen)
    vague = score(weights=[learned("hook_family", "story", -0.3, sd=0.33, posts=1)], patterns=seen)
    assert both.pattern_strength.value < 0.8 < vague.pattern_strength.value


def test_the_product_and_the_least_confidence_are_stored():
    found = score(recent=POSTED, weights=WON)
    factors = [getattr(found, name) for name in FACTOR_NAMES]
    assert found.product == pytest.approx(math.prod(f.value for f in factors), abs=1e-4)
    assert found.confidence == min(f.confidence for f in factors)


def test_nothing_of_the_day_or_later_is_read():
    past = {"patterns": [pattern("story", 0.3)], "recent": [post("A quiet kitchen")], "weights": WON}
    later = [pattern("story", -2.0, day=DAY + timedelta(days=n)) for n in (0, 1)]
    posts = [post(TITLE, -n) for n in (0, 1)]
    assert score(**past) == score(
        weights=WON, patterns=[*past["patterns"], *later], recent=[*past["recent"], *posts]
    )


def test_of_several_days_only_the_newest_patterns_count():
    older = pattern("story", -2.0, day=BEFORE - timedelta(days=1))
    assert score(patterns=[pattern("story", 0.3), older]) == score(patterns=[pattern("story", 0.3)])


unit = st.floats(0, 1)
wild = st.floats(-50, 50)


@given(
    title=st.text(max_size=200),
    parts=st.tuples(unit, unit, unit, unit),
    effect=wild,
    sd=st.floats(1e-6, 10),
    lift=wild,
    posted=st.lists(st.tuples(st.text(max_size=40), st.integers(1, 90)), max_size=3),
    hook=st.sampled_from(sorted(archetypes().hook_families)),
    form=st.sampled_from(sorted(archetypes().formats)),
)
def test_every_factor_stays_in_its_range(title, parts, effect, sd, lift, posted, hook, form):
    fit, new, burst, strength = parts
    arm = shape(hook_family=hook, format=form)
    weights = [learned(f, level, effect, sd) for f, level in arm.model_dump().items()]
    found = score(
        title,
        weights=weights,
        recent=[post(text, age) for text, age in posted],
        patterns=[
            pattern(hook, lift),
            pattern("list", lift, dimension="caption_style"),
            pattern("short", -lift, dimension="duration_band"),
        ],
        arm=arm,
        score=strength,
        niche_fit={"demo": fit},
        novelty={"demo": new},
        components=components(burst=burst, freshness=new),
    )
    for name in FACTOR_NAMES:
        factor = getattr(found, name)
        assert 0.2 <= factor.value <= 1.2
        assert 0 <= factor.confidence <= 1
    assert 0.2**5 - 1e-4 <= found.product <= 1.2**5 + 1e-4


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Is rest work?", {"question"}),
        ("I don’t rest", {"first_person", "negation"}),
        ("3 ways to lose a week", {"number", "loss"}),
        ("The best week", {"gain"}),
        ("Why he left, but stayed", {"curiosity_gap", "someone", "contrast"}),
        ("Weeks", set()),
    ],
)
def test_cues_of_tension_are_told_from_words(text, names):
    assert cues(text) == names


def test_a_cue_in_hook_and_title_counts_once():
    alone = tension("question", ["Offices"])
    assert tension("question", ["Offices?"]) == alone
    assert tension("news", ["Offices?"]).lift == pytest.approx(
        tension("news", ["Offices"]).lift + archetypes().tension["question"].lift / 2
    )


@pytest.mark.parametrize(
    ("product", "mode", "variants", "shadow"),
    [
        (0.0, "chaos", 0, False),
        (0.4499, "chaos", 0, False),
        (0.45, "exploit", 1, False),
        (0.6999, "chaos", 1, False),
        (0.70, "exploit", 3, False),
        (0.70, "chaos", 4, False),
        (0.94, "exploit", 4, False),
        (0.94, "chaos", 5, False),
        (0.95, "exploit", 8, True),
        (0.95, "chaos", 9, True),
        (1.2, "exploit", 9, True),
        (1.2**5, "chaos", 10, True),
    ],
)
def test_the_band_and_the_mode_say_how_many_variants(product, mode, variants, shadow):
    assert variants_of(product, mode) == (variants, shadow)


@given(st.floats(0.2**5, 1.2**5), st.floats(0, 0.5))
def test_more_virality_and_more_daring_never_mean_fewer_variants(product, more):
    modes = ("exploit", "explore", "mutation", "chaos")
    numbers = [variants_of(product, mode)[0] for mode in modes]
    assert numbers == sorted(numbers)
    assert all(variants_of(product + more, mode)[0] >= variants_of(product, mode)[0] for mode in modes)


def test_the_table_of_factors_tells_range_confidence_and_fallbacks():
    rows = [brief(n).model_copy(update={"virality": score(recent=POSTED[:n])}) for n in (0, 1)]
    table = factor_table(rows)
    assert [row[0] for row in table] == list(FACTOR_NAMES)
    assert table[0][-1] == "nothing posted yet (1)"
    assert table[1][1:] == (0.95, 0.95, 0.95, 0.0, "neutral (2)")
    assert factor_table([]) == []
