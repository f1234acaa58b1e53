"""What an account posted about lately, as far as the novelty of a trend needs it: read from the ledger and the lake by name.

Trends stand left of briefs in the flow and know none of their records.
"""

from datetime import date, timedelta

import pyarrow.parquet as pq

from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import published_briefs

WINDOW = timedelta(days=90)


def posted_titles(lake: Lake, operations: OperationsDatabase, account: str, day: date) -> list[str]:
    """Return the titles of the trends that the account's posts of the 90 days before ``day`` were about, each once, oldest first."""
    posted = published_briefs(operations, account, day, WINDOW)
    titles: dict[str, str] = {}
    for planned in dict.fromkeys(day for day, _ in posted):
        path = lake.path("briefs", {"account": account, "day": str(planned)})
        if path.exists():
            with path.open("rb") as source:
                rows = pq.read_table(source, columns=["brief_id", "trend_title"]).to_pylist()
            titles |= {row["brief_id"]: row["trend_title"] for row in rows}
    return list(dict.fromkeys(titles[brief] for _, brief in posted if brief in titles))
