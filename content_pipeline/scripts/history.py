"""How an account's posts of the last 90 days opened: no hook is used again in that time."""

from datetime import date, timedelta

from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import planned_scripts

WINDOW = timedelta(days=90)


def used_hooks(lake: Lake, operations: OperationsDatabase, account: str, day: date) -> list[str]:
    """Return the hooks of the posts of the 90 days before ``day``, oldest first; those that still wait for a person count too."""
    posted = planned_scripts(operations, account, day, WINDOW)
    dims = [{"account": account, "day": str(d)} for d in sorted({d for d, _ in posted})]
    rows = lake.scan("scripts", Script, dims, ("script_id", "segments")).to_pylist()
    hooks = {row["script_id"]: row["segments"][0]["on_screen_text"] for row in rows if row["segments"]}
    return [hooks[name] for _, name in posted if name in hooks]
