"""The growth curve starts at its prior and learns from posts that were read at several ages."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.metrics.records import TARGET_AGES_HOURS
from content_pipeline.optimizer.growth import PRIOR_FRACTIONS, learn_growth
from content_pipeline_tests.optimizer.outcomes import START, outcome

LATE = START + timedelta(days=400)


def fractions(curve) -> list[float]:
    return [math.exp(curve.log_fraction(age)) for age in TARGET_AGES_HOURS]


def test_without_posts_it_is_the_prior():
    assert fractions(learn_growth([], LATE)) == pytest.approx(PRIOR_FRACTIONS)


def test_five_posts_count_as_much_as_the_prior():
    seen = {24: 0.3, 168: 1.0, 72: 0.6}
    posts = [outcome(n, log_final=12, ages=(24, 72, 168), fractions=seen) for n in range(5)]
    curve = learn_growth(posts, LATE)
    assert curve.log_fraction(72) == pytest.approx((math.log(0.85) + math.log(0.6)) / 2, abs=1e-3)


def test_many_posts_outweigh_it_even_when_none_is_a_week_old():
    truth = {1: 0.2, 6: 0.4, 24: 0.5}
    posts = [outcome(n, log_final=12, ages=(1, 6, 24), fractions=truth) for n in range(500)]
    curve = learn_growth(posts, START + timedelta(days=2))
    assert curve.log_fraction(6) - curve.log_fraction(1) == pytest.approx(math.log(2), abs=0.02)
    assert math.exp(curve.log_fraction(24)) == pytest.approx(0.60)


def test_what_is_observed_later_or_far_from_its_age_is_not_used():
    post = outcome(1, log_final=12, ages=(24, 72), fractions={24: 0.1, 72: 0.9})
    assert learn_growth([post], START + timedelta(hours=30)) == learn_growth([], START)
    late = post.snapshots[0].model_copy(update={"age_hours": 60.0})
    assert learn_growth(
        [post.model_copy(update={"snapshots": [late, post.snapshots[1]]})], LATE
    ) == learn_growth([], LATE)


@given(st.floats(0.75, 2000), st.floats(0.75, 2000))
def test_views_never_shrink_with_age_and_doubt_never_grows(a, b):
    young, old = sorted((a, b))
    curve = learn_growth([], LATE)
    assert curve.log_fraction(young) <= curve.log_fraction(old) <= 0
    assert curve.log_sd(young) >= curve.log_sd(old) > 0


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=20))
def test_any_readings_give_a_curve_that_rises_to_one(pairs):
    posts = []
    for n, (first, second) in enumerate(pairs):
        post = outcome(n, ages=(6, 24))
        changed = [
            s.model_copy(update={"views": v}) for s, v in zip(post.snapshots, (first, second), strict=True)
        ]
        posts.append(post.model_copy(update={"snapshots": changed}))
    learned = fractions(learn_growth(posts, LATE))
    assert learned == sorted(learned)
    assert learned[-1] == 1.0
