"""Reading what a day's scripts are reviewed against: the account's posts and standing, and the incidents of all accounts.

Read once an account and day, as of a moment. What follows from it is the rules' and the phases' business.
"""

from collections.abc import Sequence
from datetime import date, datetime

from content_pipeline.review.history import recent_posts
from content_pipeline.review.incidents import Incidents
from content_pipeline.review.rules.base import Context
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase


def read_context(
    lake: Lake,
    operations: OperationsDatabase,
    account: str,
    day: date,
    scripts: Sequence[Script],
    now: datetime,
) -> Context:
    """Return what the rules may know beside each of the day's ``scripts`` (as people left them), as it was at ``now``."""
    incidents = Incidents(operations)
    return Context(
        posted=recent_posts(lake, operations, account, day),
        others=scripts,
        look_alikes=incidents.look_alikes(now),
        standing=incidents.standing(account, now),
    )
