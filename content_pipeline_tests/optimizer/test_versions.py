"""Versions: the rows' ids are the registry's, and the payloads are what a strategy reads."""

from datetime import timedelta
from pathlib import Path

import pytest

from content_pipeline.accounts import load_accounts
from content_pipeline.briefs.records import FACTORS, FactorWeight
from content_pipeline.optimizer.levels import known_levels
from content_pipeline.optimizer.modes import decide_mode
from content_pipeline.optimizer.monetization import plan_monetization
from content_pipeline.optimizer.reward import RewardConfig, fit_reward
from content_pipeline.optimizer.versions import (
    mode_payload,
    monetization_payload,
    reward_model_payload,
    reward_model_row,
)
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.registry import PolicyRegistry
from content_pipeline_tests.optimizer.outcomes import LEVELS, START, campaign

STAMP = Stamp(trace_id="run-1", created_at=START)
AS_OF = START + timedelta(days=20)
DEMO = load_accounts(Path(__file__).parents[2] / "data" / "accounts")["demo"]


@pytest.fixture
def model():
    return fit_reward(campaign(60, {"question": 0.8}), AS_OF, RewardConfig(levels=LEVELS))


def test_ids_are_those_of_the_registry_and_a_rerun_adds_nothing(model, tmp_path):
    database = OperationsDatabase(f"sqlite:///{tmp_path / 'operations.db'}")
    registry = PolicyRegistry(database)
    rows = {
        "reward_model": (reward_model_row(model, "demo", AS_OF.date(), STAMP), reward_model_payload),
        "mode": (decide_mode(model, "demo", AS_OF.date(), STAMP), mode_payload),
        "monetization": (plan_monetization([], DEMO, AS_OF.date(), AS_OF, STAMP), monetization_payload),
    }
    for kind, (row, payload) in rows.items():
        ids = {registry.add("demo", kind, AS_OF, payload(row), {}, STAMP) for _ in range(2)}
        assert ids == {row.version_id}
        assert registry.in_force("demo", kind, AS_OF).payload == payload(row)
        assert registry.in_force("demo", kind, AS_OF - timedelta(seconds=1)) is None
    database.dispose()


def test_the_payload_holds_weights_and_temperature(model):
    row = reward_model_row(model, "demo", AS_OF.date(), STAMP)
    payload = reward_model_payload(row)
    assert payload["temperature"] == 0.3
    assert [FactorWeight.model_validate(w) for w in payload["weights"]] == row.weights
    assert {w.factor for w in row.weights} == {"level", *FACTORS}
    assert row.best_archetype.startswith("question/")
    assert "58 posts" in row.evidence  # two are not a day old yet


def test_nothing_learned_says_so():
    row = reward_model_row(fit_reward([], AS_OF), "demo", AS_OF.date(), STAMP)
    assert (row.posts, row.best_archetype) == (0, None)
    assert "no post was measured" in row.evidence


def test_known_levels_of_an_account():
    levels = known_levels(DEMO)
    assert list(levels) == list(FACTORS)
    assert {"focus", "trending"} <= set(levels["topic_family"])
    assert levels["slot_label"] == ["afternoon", "evening", "morning"]
    assert len(levels["hook_family"]) >= 8
    assert len(levels["format"]) >= 4
