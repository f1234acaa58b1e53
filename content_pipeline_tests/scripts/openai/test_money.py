"""What models cost: prices, the day's budget over threads and databases, and an engine whose budget is spent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from content_pipeline.scripts.engines.base import CreativeEngine, Draft, EngineStopped
from content_pipeline.scripts.engines.openai.answers import Usage, usage_of
from content_pipeline.scripts.engines.openai.prices import Prices
from content_pipeline.scripts.spending import BudgetSpent, ModelSpending
from content_pipeline.settings import ConfigError
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import ModelRequestRow
from content_pipeline_tests.examples import demo
from content_pipeline_tests.scripts.openai.helpers import NOW, brief, by_model, engine, fails, says, script
from content_pipeline_tests.trends.server import Answer, serving


def test_requests_at_the_same_time_cannot_overshoot_the_budget(database: OperationsDatabase) -> None:
    spending = ModelSpending(database, lambda: NOW, limit_usd=1.0)

    def one(_: int) -> bool:
        try:
            spending.reserve("m", "p", 0.1)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        granted = sum(pool.map(one, range(24)))
    assert granted in (9, 10)  # ten tenths are a little more than one
    assert spending.today().counted_usd <= 1.0


def test_what_a_request_did_not_cost_is_free_again_and_a_new_utc_day_starts_at_nothing(
    database: OperationsDatabase,
) -> None:
    moment = datetime(2026, 1, 5, 23, 59, tzinfo=UTC)
    now: list[datetime] = [moment]
    spending = ModelSpending(database, lambda: now[0], limit_usd=1.0)
    first = spending.reserve("m", "p", 0.9)
    with pytest.raises(BudgetSpent, match=r"0\.9000 of 1\.00 USD"):
        spending.reserve("m", "p", 0.9)
    spending.settle(first, "answered", 0.05, 0.05, 100, 10)
    second = spending.reserve("m", "p", 0.9)
    spending.settle(second, "timed_out", None, None)
    today = spending.today()
    assert today.counted_usd == pytest.approx(0.95)  # a time-out may have been billed
    assert (today.requests, today.input_tokens, today.output_tokens) == (2, 100, 10)
    now[0] = moment + timedelta(minutes=2)
    spending.reserve("m", "p", 0.9)
    assert spending.today().requests == 1


def until_stopped(writer: CreativeEngine) -> tuple[list[Draft], EngineStopped]:
    drafts: list[Draft] = []
    try:
        while len(drafts) < 20:
            drafts.append(writer.write(brief(), demo(), 0, []))
    except EngineStopped as stopped:
        return drafts, stopped
    raise AssertionError("it never stops")


def test_an_engine_whose_budget_is_spent_stops_with_a_state_and_asks_nobody(
    store: OperationsDatabase,
) -> None:
    with serving(says(script())) as server:
        writer = engine(server, store, openai_models="gpt-4o", openai_daily_budget_usd=0.06)
        drafts, stopped = until_stopped(writer)
    assert stopped.state == "budget_spent"
    assert "budget for models is spent" in str(stopped)
    assert 0 < len(drafts) < 10
    assert len(server.asked) == len(drafts)
    assert sum(d.writing.cost_usd or 0 for d in drafts) <= 0.06


def test_a_budget_of_nothing_asks_nobody(store: OperationsDatabase) -> None:
    with serving(says(script())) as server, pytest.raises(EngineStopped):
        engine(server, store, openai_daily_budget_usd=0).write(brief(), demo(), 0, [])
    assert server.asked == []


@pytest.mark.parametrize(
    ("first", "counted"),
    [
        (fails(429, "rate_limit_exceeded", headers={"Retry-After": "99"}), lambda usd: usd == 0),
        (fails(401), lambda usd: usd == 0),
        (Answer(dropped=True), lambda usd: usd > 0.001),
        (says("no JSON"), lambda usd: usd == pytest.approx((800 * 2.5 + 200 * 1.25 + 400 * 10) / 1e6)),
    ],
)
def test_failed_requests_count_for_what_they_may_have_cost(
    store: OperationsDatabase, first: Answer, counted: Callable[[float], bool]
) -> None:
    with serving(by_model(gpt_4o=[first], gpt_4o_mini=says(script()))) as server:
        draft = engine(server, store, openai_models="gpt-4o,gpt-4o-mini").write(brief(), demo(), 0, [])
    with store.transaction() as session:
        rows = list(session.scalars(select(ModelRequestRow).order_by(ModelRequestRow.id)))
    assert all(counted(row.counted_usd) for row in rows if row.model == "gpt-4o")
    assert draft.writing.attempts == len(rows)
    assert draft.writing.cost_usd == pytest.approx(sum(row.cost_usd or 0 for row in rows))
    assert all(row.prompt_id == draft.writing.prompt_id for row in rows)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 5}, Usage(10, 0, 5)),
        ({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": None}, Usage(10, 0, 5)),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 99}},
            Usage(10, 10, 5),
        ),
        ({"prompt_tokens": -1, "completion_tokens": 5}, None),
        ({"prompt_tokens": "many"}, None),
        (None, None),
    ],
)
def test_tokens_are_read_as_the_server_says_them_or_not_at_all(usage: object, expected: Usage | None) -> None:
    assert usage_of({"usage": usage}) == expected


def test_a_script_whose_tokens_are_not_told_says_so(store: OperationsDatabase) -> None:
    with serving(says(script(), usage=None)) as server:
        draft = engine(server, store, openai_models="gpt-4o").write(brief(), demo(), 0, [])
    assert "1 of 1 requests ended without a count of tokens" in draft.writing.doubts


def test_an_operators_prices_win_and_a_snapshot_costs_what_its_model_costs(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "as_of: '2026-01'\nmodels:\n  gpt-4o: {input: 1, cached_input: 1, output: 1}\n  mine: {input: 0, cached_input: 0, output: 0}\n"
    )
    prices = Prices(file)
    found = {
        model: prices.of(model) for model in ("gpt-4o", "gpt-4o-2024-08-06", "mine", "gpt-4o-mini", "new")
    }
    assert {model: price and price.input for model, price in found.items()} == {
        "gpt-4o": 1,
        "gpt-4o-2024-08-06": 1,
        "mine": 0,
        "gpt-4o-mini": 0.15,
        "new": None,
    }
    assert prices.highest() == prices.of("gpt-5.5")


@pytest.mark.parametrize(
    "text",
    ["[]", "as_of: x\nmodels: {}\n", "as_of: x\nmodels: {a: {input: -1, cached_input: 0, output: 0}}\n"],
)
def test_a_wrong_price_file_is_one_clear_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"prices\.yaml") as wrong:
        Prices(file)
    assert "\n" not in str(wrong.value)


ELSEWHERE = "https://models.example.test"


@pytest.mark.parametrize("models", ["o1-pro", "gpt-4.1-mini,my-deployment,o1-pro"])
def test_a_model_of_another_machine_without_a_price_is_refused_at_the_start(
    store: OperationsDatabase, models: str
) -> None:
    with pytest.raises(ConfigError, match=r"o1-pro is not known.*CONTENT_PIPELINE_OPENAI_PRICES") as wrong:
        engine(ELSEWHERE, store, mode="rehearsal", openai_models=models)
    assert "gpt-4.1-mini" not in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_price_of_its_own_or_a_server_on_this_machine_lets_a_model_in(
    store: OperationsDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("as_of: '2026-01'\nmodels:\n  o1-pro: {input: 150, cached_input: 150, output: 600}\n")
    made = [
        engine(ELSEWHERE, store, mode="rehearsal", openai_models="o1-pro", openai_prices=file),
        engine(ELSEWHERE, store, mode="rehearsal", openai_models="gpt-4.1-mini-2025-04-14"),
        *(
            engine(f"http://{host}:9", store, openai_models="o1-pro")
            for host in ("localhost", "127.0.0.1", "[::1]")
        ),
    ]
    assert [one.stopped for one in made] == [None] * 5
