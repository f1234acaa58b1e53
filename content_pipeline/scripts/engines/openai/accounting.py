"""Counts what a script took: every request's tokens and money, on the script's row and against the day's budget."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from content_pipeline.scripts.engines.base import EngineStopped, ModelUse
from content_pipeline.scripts.engines.openai.answers import Usage, usage_of
from content_pipeline.scripts.engines.openai.prices import Prices
from content_pipeline.scripts.engines.openai.problems import Problem
from content_pipeline.scripts.engines.openai.requests import most_tokens
from content_pipeline.scripts.spending import BudgetSpent, ModelSpending

_UNBILLED = {
    "key_refused",
    "quota_spent",
    "model_not_found",
    "rate_limited",
    "request_refused",
    "unsupported_parameter",
}
"""Refused before a model has read anything. A server error or a time-out may have been billed."""


@dataclass
class Tally:
    """What one script took so far."""

    attempts: int = 0
    read: int = 0
    written: int = 0
    cost_usd: float = 0.0
    unpriced: set[str] = field(default_factory=set)
    unknown: int = 0

    @property
    def use(self) -> ModelUse:
        """Return it as a row holds it."""
        return ModelUse(
            attempts=self.attempts,
            input_tokens=self.read,
            output_tokens=self.written,
            cost_usd=None if self.unpriced else round(self.cost_usd, 8),
        )

    @property
    def notes(self) -> list[str]:
        """Return what the figures leave out."""
        notes = [f"the price of {model} is not known" for model in sorted(self.unpriced)]
        if self.unknown:
            notes.append(f"{self.unknown} of {self.attempts} requests ended without a count of tokens")
        return notes


class Exchange:
    """A request that is under way; ``answered`` takes the body that came."""

    def __init__(self) -> None:
        self.usage: Usage | None = None

    def answered(self, body: dict[str, Any]) -> None:
        """Note what an answer says of its tokens."""
        self.usage = usage_of(body)


class Accounts:
    """Sets money aside before a request and writes down what it cost after it."""

    def __init__(self, spending: ModelSpending, prices: Prices) -> None:
        self._spending = spending
        self._prices = prices

    @contextmanager
    def paid(
        self, model: str, prompt_id: str, body: dict[str, Any], tokens: int, tally: Tally
    ) -> Iterator[Exchange]:
        """Give an exchange to send a request in; its problem, or its success, is the outcome that is stored.

        Raises:
            EngineStopped: the day's budget may not be enough.
        """
        price = self._prices.of(model)
        counting = price or self._prices.highest()
        try:
            number = self._spending.reserve(model, prompt_id, counting.most(most_tokens(body), tokens))
        except BudgetSpent as spent:
            raise EngineStopped("budget_spent", str(spent), tally.use) from None
        tally.attempts += 1
        exchange, outcome = Exchange(), "broken_off"
        try:
            yield exchange
            outcome = "answered"
        except Problem as problem:
            outcome = problem.state
            raise
        finally:
            usage = exchange.usage
            known = Usage(0, 0, 0) if usage is None and outcome in _UNBILLED else usage
            if price is None and known is usage:
                tally.unpriced.add(model)
            if known is None:
                tally.unknown += 1
                self._spending.settle(number, outcome, None, None)
            else:
                cost = counting.cost(known)
                tally.read, tally.written = tally.read + known.read, tally.written + known.written
                tally.cost_usd += cost if price else 0.0
                self._spending.settle(
                    number, outcome, cost, cost if price else None, known.read, known.written
                )
