"""What language models cost, request by request, and the budget of a day, in the operations database for all processes together.

What a token costs is the price table's part; what happens when the budget is spent, the engine's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import ModelRequestRow

_LOCK = "model_budget"


class BudgetSpent(Exception):  # noqa: N818 - a state, not a fault
    """The day's budget has no room for another request."""


@dataclass(frozen=True)
class DaySpending:
    """What a UTC day has cost: ``counted_usd`` counts what is not answered yet at the most that it can cost."""

    day: date
    requests: int
    counted_usd: float
    input_tokens: int
    output_tokens: int
    limit_usd: float


class ModelSpending:
    """The budget of a UTC day. Money is set aside before a request is sent, so that requests at the same time cannot overshoot.

    A request whose process died before it was answered counts for what was set aside: it may have been billed.

    Args:
        database: the operations database; several processes may use it at once.
        now: the clock.
        limit_usd: the budget of a day.
    """

    def __init__(self, database: OperationsDatabase, now: Callable[[], datetime], limit_usd: float) -> None:
        self._database = database
        self._now = now
        self.limit_usd = limit_usd

    def reserve(self, model: str, prompt_id: str, at_most_usd: float) -> int:
        """Set money aside for one request and return the request's number.

        Raises:
            BudgetSpent: the rest of the day's budget may not be enough for it.
        """
        with self._database.transaction() as session:
            hold(session, _LOCK)  # summing and setting aside must be one step
            now = self._now().astimezone(UTC)
            counted = session.scalar(
                select(func.sum(ModelRequestRow.counted_usd)).where(ModelRequestRow.day == now.date())
            )
            spent = float(counted or 0.0)
            if spent + at_most_usd > self.limit_usd:
                raise BudgetSpent(
                    f"the day's budget for models is spent: {spent:.4f} of {self.limit_usd:.2f} USD (UTC day {now.date()}), "
                    f"and a request may cost {at_most_usd:.4f}"
                )
            row = ModelRequestRow(
                day=now.date(), at=now, model=model, prompt_id=prompt_id, counted_usd=at_most_usd
            )
            session.add(row)
            session.flush()
            return row.id

    def settle(
        self,
        request: int,
        outcome: str,
        counted_usd: float | None,
        cost_usd: float | None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> None:
        """Write down how a request ended. ``counted_usd`` null leaves what was set aside: what it cost is not known."""
        with self._database.transaction() as session:
            row = session.get_one(ModelRequestRow, request)
            row.outcome = outcome
            row.cost_usd = cost_usd
            row.input_tokens, row.output_tokens = input_tokens, output_tokens
            if counted_usd is not None:
                row.counted_usd = counted_usd

    def today(self) -> DaySpending:
        """Return what the UTC day has cost so far."""
        day = self._now().astimezone(UTC).date()
        query = select(
            func.count(),
            func.sum(ModelRequestRow.counted_usd),
            func.sum(ModelRequestRow.input_tokens),
            func.sum(ModelRequestRow.output_tokens),
        ).where(ModelRequestRow.day == day)
        with self._database.transaction() as session:
            requests, counted, read, written = session.execute(query).one()
        return DaySpending(
            day, requests, float(counted or 0.0), int(read or 0), int(written or 0), self.limit_usd
        )
