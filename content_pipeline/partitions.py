"""How the flow is partitioned: by day, by source and day, by account and day, by account and week.

A day is a calendar label; an account's time zone turns it into moments. Accounts and sources are dynamic partitions, so that the
history of one that was taken out of the configuration stays visible; ``register_partitions`` adds the configured ones.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import cast

import dagster as dg

FIRST_DAY = date(2025, 1, 1)

# Two days past today in UTC, because it is already tomorrow east of it, and a plan may be made the evening before.
DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), end_offset=2)
WEEKS = dg.WeeklyPartitionsDefinition(start_date="2024-12-30", day_offset=1, end_offset=2)
ACCOUNTS = dg.DynamicPartitionsDefinition(name="account")
SOURCES = dg.DynamicPartitionsDefinition(name="source")
ACCOUNT_DAY = dg.MultiPartitionsDefinition({"account": ACCOUNTS, "day": DAYS})
ACCOUNT_WEEK = dg.MultiPartitionsDefinition({"account": ACCOUNTS, "week": WEEKS})
SOURCE_DAY = dg.MultiPartitionsDefinition({"source": SOURCES, "day": DAYS})


def register_partitions(
    instance: dg.DagsterInstance, accounts: Iterable[str], sources: Iterable[str]
) -> None:
    """Add the keys of configured accounts and sources that the instance does not know yet."""
    for definition, names in ((ACCOUNTS, accounts), (SOURCES, sources)):
        name = cast(str, definition.name)
        missing = sorted(set(names) - set(instance.get_dynamic_partitions(name)))
        if missing:
            instance.add_dynamic_partitions(name, missing)


def partition_key(**dims: str | date) -> str:
    """Return the key of a partition with two dimensions, such as ``demo|2026-01-05``."""
    return str(dg.MultiPartitionKey({name: str(value) for name, value in dims.items()}))


def dims_of(key: str, single: str = "day") -> dict[str, str]:
    """Return the dimensions of a partition key; a key with one dimension gets the name ``single``."""
    if isinstance(key, dg.MultiPartitionKey):
        return {name: str(value) for name, value in key.keys_by_dimension.items()}
    return {single: str(key)}


def run_dims(context: dg.AssetExecutionContext) -> list[dict[str, str]]:
    """Return the dimensions of every partition of this run, by day and then by the other dimension."""
    dims = [dims_of(key) for key in context.partition_keys]
    return sorted(dims, key=lambda d: (d.get("day", d.get("week", "")), *d.values()))


def account_days(context: dg.AssetExecutionContext) -> Iterator[tuple[str, date]]:
    """Yield the account and the day of every partition of this run, oldest day first."""
    for dims in run_dims(context):
        yield dims["account"], date.fromisoformat(dims["day"])


def days_before(day: date, count: int) -> list[date]:
    """Return the ``count`` days that end with the day before ``day``, oldest first."""
    return [day - timedelta(days=back) for back in range(count, 0, -1)]
