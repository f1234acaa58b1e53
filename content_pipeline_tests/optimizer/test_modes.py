"""The mode follows from what is still to be learned, not from counters."""

from datetime import timedelta

import numpy as np
import pytest

from content_pipeline.optimizer.modes import BETWEEN_CHANGES, decide_mode, expected_regret, exploration_share
from content_pipeline.optimizer.records import EXPLORATION_CAP, EXPLORATION_FLOOR
from content_pipeline.optimizer.reward import RewardConfig, fit_reward
from content_pipeline.storage.records import Stamp
from content_pipeline_tests.optimizer.outcomes import LEVELS, START, campaign

STAMP = Stamp(trace_id="run-1", created_at=START)
MANY = {**LEVELS, "hook_family": [f"h{n}" for n in range(8)], "topic_family": [f"t{n}" for n in range(8)]}


def model(posts: int, *, day: float = 60, levels=LEVELS, **config):
    made = campaign(posts, {"question": 0.8, "listicle": 0.5}, noise=0.3)
    return fit_reward(made, START + timedelta(days=day), RewardConfig(levels=levels, **config))


def decide(fitted, previous=None, **options):
    return decide_mode(fitted, "demo", fitted.as_of.date(), STAMP, previous, **options)


def test_few_posts_explore():
    row = decide(model(9))
    assert (row.mode, row.reason) == ("explore", "only 9 of 10 posts were measured")


def test_regret_falls_with_posts_and_the_mode_with_it():
    rows = [decide(model(n, levels=levels)) for n, levels in ((20, MANY), (150, LEVELS))]
    assert rows[0].expected_regret > rows[1].expected_regret
    assert rows[0].exploration > rows[1].exploration
    assert [r.mode for r in rows] == ["explore", "exploit"]
    assert decide(model(20)).mode == "mutation"


def test_regret_matches_a_search_over_every_archetype():
    fitted = model(40)
    draws = fitted.draws(20_000, np.random.default_rng(0))
    total = np.zeros((len(draws), 1))
    means = np.zeros(1)
    for factor in ("hook_family", "format", "duration_band", "cta", "topic_family"):
        levels = list(fitted.entries_of(factor).values())
        total = (total[:, :, None] + draws[:, None, levels]).reshape(len(draws), -1)
        means = (means[:, None] + fitted.mean[None, levels]).reshape(-1)
    assert expected_regret(fitted, "demo") == pytest.approx(total.max(axis=1).mean() - means.max(), abs=0.03)


@pytest.mark.parametrize(
    ("regret", "share"), [(0, EXPLORATION_FLOOR), (0.75, 0.225), (1.5, EXPLORATION_CAP), (9, EXPLORATION_CAP)]
)
def test_exploration_stays_between_floor_and_cap(regret, share):
    assert exploration_share(regret) == pytest.approx(share)


def test_the_same_evidence_gives_the_same_version():
    assert decide(model(40)) == decide(model(40))
    assert decide(model(40)).version_id != decide(model(40, day=61)).version_id


def test_a_mode_holds_for_six_hours():
    fitted = model(150)
    explore = decide(model(9)).model_copy(update={"as_of": fitted.as_of - BETWEEN_CHANGES / 2})
    assert decide(fitted, explore).mode == "explore"
    earlier = explore.model_copy(update={"as_of": fitted.as_of - BETWEEN_CHANGES})
    assert decide(fitted, earlier).mode == "exploit"
    later = explore.model_copy(update={"as_of": fitted.as_of})
    assert decide(fitted, later).mode == "exploit"


def test_chaos_needs_a_quota_and_a_mutation_that_brought_nothing():
    fitted = model(20)
    yesterday = decide(fitted).model_copy(update={"as_of": fitted.as_of - timedelta(days=1)})
    assert decide(fitted, yesterday).mode == "mutation"
    assert decide(fitted, yesterday, chaos_quota=1).mode == "chaos"
    worse = yesterday.model_copy(update={"expected_regret": yesterday.expected_regret + 0.1})
    assert decide(fitted, worse, chaos_quota=1).mode == "mutation"
    chaos = yesterday.model_copy(update={"mode": "chaos"})
    assert decide(fitted, chaos, chaos_quota=1).mode == "mutation"
