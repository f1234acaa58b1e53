"""Budgets of things that may be asked for in a window of time, kept in the operations database for all processes together.

What a budget is for and how large it is stands in the configuration of the sources.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import BudgetSpendingRow


class StoredBudget:
    """The ``Budget`` of sources, kept in the operations database.

    The window of a unit is the ``days`` x 24 hours from when it was first taken. Asking for it again within its window is free
    and does not extend it, as Meta counts hashtags (Hashtag Search, "Limitations").

    Args:
        database: the operations database; several processes may use it at once.
        now: the clock.
    """

    def __init__(self, database: OperationsDatabase, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def spend(self, budget: str, unit: str, *, limit: int, days: int) -> bool:
        """Take one unit of ``budget``; False where ``limit`` others were taken in the last ``days`` days."""
        with self._database.transaction() as session:
            hold(session, budget)  # counting and taking must be one step
            now = self._now()
            since = now - timedelta(days=days)
            row = session.get(BudgetSpendingRow, (budget, unit))
            if row is not None and row.spent_at > since:
                return True
            taken = select(func.count()).where(
                BudgetSpendingRow.budget == budget, BudgetSpendingRow.spent_at > since
            )
            if (session.scalar(taken) or 0) >= limit:
                return False
            session.merge(BudgetSpendingRow(budget=budget, unit=unit, spent_at=now))
            return True

    def spent(self, budget: str, *, days: int) -> list[str]:
        """Return the units taken in the last ``days`` days, the latest first."""
        query = (
            select(BudgetSpendingRow.unit)
            .where(
                BudgetSpendingRow.budget == budget,
                BudgetSpendingRow.spent_at > self._now() - timedelta(days=days),
            )
            .order_by(BudgetSpendingRow.spent_at.desc(), BudgetSpendingRow.unit)
        )
        with self._database.transaction() as session:
            return list(session.scalars(query))
