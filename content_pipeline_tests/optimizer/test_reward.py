"""The reward model finds effects, knows what it does not know, and reads nothing of the future."""

import json
import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.optimizer.reward import FACTOR_SD, RewardConfig, fit_reward
from content_pipeline_tests.optimizer.outcomes import LEVELS, START, campaign, outcome

END = START + timedelta(days=100)
CONFIG = RewardConfig(levels=LEVELS)
EFFECTS = {"question": 0.6, "number": -0.6, "listicle": 0.3, "how_to": -0.3}


def effect(model, factor: str, level: str) -> tuple[float, float, int]:
    [weight] = [w for w in model.weights if (w.factor, w.level) == (factor, level)]
    return weight.mean, weight.sd, weight.posts


def test_without_posts_every_weight_is_its_prior():
    model = fit_reward([], END, CONFIG)
    assert (model.posts, model.snapshots, model.log_score) == (0, 0, None)
    assert {w.factor: w.sd for w in model.weights if w.factor != "level"} == pytest.approx(FACTOR_SD)
    assert all(w.mean == 0 and w.posts == 0 for w in model.weights if w.factor != "level")
    assert model.weights[0].factor == "level"


def test_effects_the_level_and_the_noise_are_found():
    posts = campaign(270, EFFECTS, noise=0.5, level=9.0)
    model = fit_reward(posts, START + timedelta(days=91), CONFIG)
    difference = effect(model, "hook_family", "question")[0] - effect(model, "hook_family", "number")[0]
    assert difference == pytest.approx(1.2, abs=0.3)
    assert effect(model, "format", "listicle")[0] > effect(model, "format", "how_to")[0] + 0.3
    assert model.noise_sd in (0.4, 0.6)
    mean, sd = model.predict({"hook_family": "story", "format": "listicle"})
    assert mean == pytest.approx(9.3, abs=3 * sd)


def test_more_posts_leave_less_doubt_and_a_rest_brings_it_back():
    posts = campaign(120, EFFECTS)
    sds = [
        effect(fit_reward(posts[:n], START + timedelta(days=41), CONFIG), "hook_family", "story")[1]
        for n in (0, 30, 120)
    ]
    assert sds == sorted(sds, reverse=True)
    later = fit_reward(posts, START + timedelta(days=200), CONFIG)
    mean, sd, number = effect(later, "hook_family", "question")
    assert sd > sds[2]
    assert (
        0 < mean < effect(fit_reward(posts, START + timedelta(days=41), CONFIG), "hook_family", "question")[0]
    )
    assert number == sum(p.factors["hook_family"] == "question" for p in posts)


def test_posts_of_different_ages_count_alike_after_correction():
    young = [outcome(n, day=n, log_final=8, ages=(24,), hook_family="question") for n in range(30)]
    old = [outcome(n, day=n, log_final=8, ages=(24, 72, 168), hook_family="question") for n in range(30)]
    as_of = START + timedelta(days=60)
    means = [
        fit_reward(posts, as_of, CONFIG).predict({"hook_family": "question"})[0] for posts in (young, old)
    ]
    assert means == pytest.approx([8, 8], abs=0.05)


def test_one_viral_post_does_not_turn_the_weights():
    posts = campaign(60, {}, noise=0.3)
    usual = effect(fit_reward(posts, START + timedelta(days=30), CONFIG), "hook_family", "story")[0]
    viral = outcome(999, day=20, log_final=18, **{**posts[-1].factors, "hook_family": "story"})
    shocked = effect(fit_reward([*posts, viral], START + timedelta(days=30), CONFIG), "hook_family", "story")[
        0
    ]
    unclipped = RewardConfig(levels=LEVELS, clip_sd=math.inf)
    wild = effect(fit_reward([*posts, viral], START + timedelta(days=30), unclipped), "hook_family", "story")[
        0
    ]
    assert abs(shocked - usual) < 0.25
    assert abs(shocked - usual) < abs(wild - usual) / 2


def test_a_better_model_predicts_better():
    posts = campaign(200, EFFECTS)
    blind = RewardConfig(factor_sd=dict.fromkeys(FACTOR_SD, 1e-6))
    as_of = START + timedelta(days=70)
    assert fit_reward(posts, as_of, CONFIG).log_score > fit_reward(posts, as_of, blind).log_score + 0.1


def test_missing_factors_and_unknown_levels_are_survived():
    posts = [outcome(1, hook_family="question"), outcome(2, day=1)]
    model = fit_reward(posts, END)
    assert model.posts == 2
    assert [(w.factor, w.level) for w in model.weights] == [("level", "account"), ("hook_family", "question")]
    assert model.predict({"hook_family": "never seen"}) == model.predict({})


@pytest.mark.parametrize("day", [5.0, 20.3, 40.0])
def test_what_comes_later_changes_nothing_in_an_earlier_fit(day):
    as_of = START + timedelta(days=day)
    posts = campaign(120, EFFECTS, ages=(1, 6, 24, 72, 168))
    known = [
        p.model_copy(update={"snapshots": seen})
        for p in posts
        if p.published_at <= as_of and (seen := [s for s in p.snapshots if s.observed_at <= as_of])
    ]
    assert fit_reward(posts, as_of, CONFIG).snapshot() == fit_reward(known, as_of, CONFIG).snapshot()
    hot = [s.model_copy(update={"views": 10**9}) for s in posts[0].snapshots if s.observed_at > as_of]
    changed = posts[0].model_copy(
        update={"snapshots": [s for s in posts[0].snapshots if s.observed_at <= as_of] + hot}
    )
    assert (
        fit_reward([changed, *posts[1:]], as_of, CONFIG).snapshot()
        == fit_reward(known, as_of, CONFIG).snapshot()
    )


@given(st.permutations(range(12)))
def test_the_order_of_arrival_does_not_matter(order):
    posts = campaign(12, EFFECTS)
    first = fit_reward(posts, END, CONFIG)
    again = fit_reward([posts[i] for i in order], END, CONFIG)
    assert first.weights == again.weights
    assert json.dumps(first.snapshot()) == json.dumps(again.snapshot())


def test_it_equals_the_closed_form_of_a_gaussian_process():
    """The filter's answer is checked against regression on the same covariance, without recursion."""
    config = RewardConfig(levels=LEVELS, noise_sds=(0.8,), clip_sd=math.inf)
    posts = campaign(40, EFFECTS)
    as_of = START + timedelta(days=20)
    model = fit_reward(posts, as_of, config)
    days = np.array([(p.published_at - as_of) / timedelta(days=1) for p in posts])
    gap = np.abs(days[:, None] - days[None, :])
    prior = 9.0 + 0.25 * np.exp(-gap / 200) + 0.09 * np.exp(-gap / 10)
    for factor, sd in FACTOR_SD.items():
        same = np.array([[a.factors[factor] == b.factors[factor] for b in posts] for a in posts])
        prior = prior + sd**2 * same * np.exp(-gap / 60)
    latest = [p.latest(as_of) for p in posts]
    seen = [i for i, s in enumerate(latest) if s]
    values = np.array([model.growth.log_final(latest[i]) for i in seen]) - config.base_mean
    noise = np.array([0.64 + model.growth.log_sd(latest[i].age_hours) ** 2 for i in seen])
    total = prior[np.ix_(seen, seen)] + np.diag(noise)
    cross = (
        0.35**2
        * np.array([posts[i].factors["hook_family"] == "question" for i in seen])
        * np.exp(days[seen] / 60)
    )
    mean, sd, _ = effect(model, "hook_family", "question")
    assert mean == pytest.approx(cross @ np.linalg.solve(total, values), abs=1e-6)
    assert sd == pytest.approx(math.sqrt(0.35**2 - cross @ np.linalg.solve(total, cross)), abs=1e-6)
    log_density = -0.5 * (values @ np.linalg.solve(total, values) + np.linalg.slogdet(2 * np.pi * total)[1])
    assert model.log_score == pytest.approx(log_density / len(seen), abs=1e-6)


def test_draws_follow_mean_and_covariance():
    model = fit_reward(campaign(60, EFFECTS), END, CONFIG)
    draws = model.draws(20_000, np.random.default_rng(0))
    assert draws.mean(axis=0) == pytest.approx(model.mean, abs=0.08)
    assert np.cov(draws.T)[3:, 3:] == pytest.approx(model.covariance[3:, 3:], abs=0.01)
