"""KPI weights move by little, on evidence, and back again."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.accounts import Account
from content_pipeline.optimizer.monetization import MAX_STEP, beta_prior, plan_monetization
from content_pipeline.storage.records import Stamp
from content_pipeline_tests.optimizer.outcomes import START, outcome

STAMP = Stamp(trace_id="run-1", created_at=START)
AS_OF = START + timedelta(days=28)
WEIGHTS = {"reach": 0.4, "saves": 0.3, "shares": 0.2, "watch_through": 0.1}


def account(**weights: float) -> Account:
    return Account(
        id="demo", name="D", handle="d", ig_user_id="17841400000000001", niche="n", timezone="UTC",
        posts_per_day=3, slots=["09:00"], topics={"focus": ["focus"]}, kpi_weights=weights or WEIGHTS,
    )  # fmt: skip


def month(before: float, after: float, posts: int = 42):
    """Return posts of 28 days whose intent rate is ``before``, and ``after`` in the last 14."""
    rng = np.random.default_rng(2)
    made = []
    for n in range(posts):
        day = 26.5 * n / posts + 0.1
        rate = (after if day > 14 else before) * float(np.exp(0.1 * rng.standard_normal()))
        made.append(outcome(n, day=day, log_final=9, saves=rate, hook_family="question"))
    return made


def plan(posts, previous=None, as_of=AS_OF, **weights):
    return plan_monetization(posts, account(**weights), as_of.date(), as_of, STAMP, previous)


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_thin_evidence_holds_the_accounts_weights(number):
    row = plan(month(0.05, 0.01, posts=number))
    assert (row.held, row.kpi_weights) == (True, WEIGHTS)
    assert row.confidence < 0.6
    assert (row.intent_rate is None) == (number == 0)


def test_falling_intent_moves_a_little_to_saves_and_shares():
    row = plan(month(0.05, 0.02))
    assert not row.held
    assert row.kpi_weights == pytest.approx(
        {"reach": 0.384, "saves": 0.31, "shares": 0.21, "watch_through": 0.096}
    )
    assert row.intent_rate == pytest.approx(0.02, rel=0.15)
    assert "fell" in row.reason


def test_steady_intent_holds():
    row = plan(month(0.03, 0.03))
    assert (row.held, row.kpi_weights) == (True, WEIGHTS)


def test_rising_intent_goes_back_towards_the_account_and_not_beyond():
    moved = plan(month(0.05, 0.02)).model_copy(update={"as_of": AS_OF - timedelta(days=1)})
    row = plan(month(0.02, 0.05), moved)
    assert row.kpi_weights == pytest.approx(WEIGHTS)
    assert plan(month(0.02, 0.05)).kpi_weights == WEIGHTS


def test_steps_never_exceed_the_limit_and_keep_the_sum():
    previous = None
    for day in range(60):
        now = AS_OF + timedelta(days=day)
        shifted = [
            p.model_copy(
                update={
                    "published_at": p.published_at + timedelta(days=day),
                    "snapshots": [
                        s.model_copy(update={"observed_at": s.observed_at + timedelta(days=day)})
                        for s in p.snapshots
                    ],
                }
            )
            for p in month(0.05, 0.02)
        ]
        row = plan(shifted, previous, as_of=now)
        before = previous.kpi_weights if previous else WEIGHTS
        assert sum(abs(row.kpi_weights[k] - before[k]) for k in WEIGHTS) / 2 <= MAX_STEP + 1e-5
        assert sum(row.kpi_weights.values()) == pytest.approx(1, abs=1e-4)
        assert min(row.kpi_weights.values()) >= 0
        previous = row
    assert row.kpi_weights["reach"] < 0.01


def test_an_account_that_asks_for_reach_alone_can_still_shift():
    assert plan(month(0.05, 0.02), reach=1.0).kpi_weights == pytest.approx(
        {"reach": 0.98, "saves": 0.01, "shares": 0.01}
    )


def test_what_comes_later_changes_nothing():
    posts = month(0.05, 0.02)
    as_of = START + timedelta(days=20)
    known = [p for p in posts if p.snapshots[0].observed_at <= as_of]
    assert plan(posts, as_of=as_of) == plan(known, as_of=as_of)
    later = plan(posts)
    assert plan(posts, later) == plan(posts)


def test_posts_without_reach_are_left_out():
    blank = [
        p.model_copy(update={"snapshots": [p.snapshots[0].model_copy(update={"reach": reach})]})
        for p, reach in zip(month(0.05, 0.05, posts=2), (None, 0), strict=True)
    ]
    assert plan(blank).intent_rate is None


def test_the_prior_finds_the_spread_between_posts():
    rng = np.random.default_rng(4)
    rates = rng.beta(4, 96, 400)
    a, b = beta_prior([(int(rng.binomial(5000, rate)), 5000) for rate in rates])
    assert a / (a + b) == pytest.approx(0.04, rel=0.05)
    assert a + b == pytest.approx(100, rel=0.2)


@given(
    st.lists(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12)
)
def test_any_counts_give_a_proper_prior(counts):
    a, b = beta_prior(counts)
    assert a > 0
    assert b > 0


def test_day_is_the_partition():
    assert plan([]).day == date(2026, 1, 29)
