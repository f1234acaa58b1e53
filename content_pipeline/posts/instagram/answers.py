"""Reading the Graph API's answers: foreign JSON becomes plain values; what is missing or odd becomes null.

Pure functions and the values they return; the calls are in ``client``.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from content_pipeline.posts.instagram.errors import DeliveryUnknown
from content_pipeline.storage.records import Part

FOREIGN_ID = re.compile(r"[\w-]{1,40}", re.ASCII)
MAX_VALUE = 2**53


class Container(Part):
    """A container that was created: where its video is to be uploaded."""

    container_id: str
    upload_uri: str


class ContainerStatus(Part):
    """IN_PROGRESS, FINISHED, PUBLISHED, ERROR or EXPIRED; ``status`` says it in a sentence."""

    status_code: str
    status: str | None


class Media(Part):
    """A live post as the account's media list shows it."""

    media_id: str
    caption: str
    posted_at: datetime


class Page(Part):
    """Where a live post is and when it was posted; null when the API does not say."""

    permalink: str | None
    posted_at: datetime | None


class PublishingLimit(Part):
    """Posts of the last 24 h and how many are allowed; null when the API does not say."""

    used: int
    total: int | None


def json_object(body: bytes | None) -> dict[str, Any] | None:
    """Return the JSON object in ``body``, or nothing if it is anything else."""
    try:
        answer = json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def identifier(answer: dict[str, Any]) -> str:
    """Return the id in an answer.

    Raises:
        DeliveryUnknown: there is none that could be used in an address or kept.
    """
    found = str(answer.get("id") or "")
    if not FOREIGN_ID.fullmatch(found):
        raise DeliveryUnknown("an answer without a usable id")
    return found


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of the answer's ``data`` list."""
    rows = answer.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def moment(value: object) -> datetime | None:
    """Return a time such as ``2026-01-31T14:00:00+0000``, or nothing if it is none or has no zone."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


def media_of(row: dict[str, Any]) -> Media | None:
    """Return a row of the media list, or nothing if id or time are missing."""
    media_id, posted_at = str(row.get("id") or ""), moment(row.get("timestamp"))
    if posted_at is None or not FOREIGN_ID.fullmatch(media_id):
        return None
    return Media(media_id=media_id, caption=str(row.get("caption") or ""), posted_at=posted_at)


def next_cursor(answer: dict[str, Any]) -> str | None:
    """Return the cursor of the next page, or nothing on the last page: it has a cursor, but no ``next``."""
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else None


def metric_values(rows: Iterable[dict[str, Any]]) -> dict[str, float | None]:
    """Return the value of each metric; null where the API gives none."""
    return {str(row.get("name")): _value(row) for row in rows}


def integer(value: object) -> int | None:
    """Return ``value`` if it is a whole number, else nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def regain_minutes(header: str | None) -> int | None:
    """Return the longest ``estimated_time_to_regain_access`` (minutes) of Meta's usage header."""
    usage = json_object(header.encode()) if header else None
    groups = [group for group in (usage or {}).values() if isinstance(group, list)]
    entries = [entry for group in groups for entry in group if isinstance(entry, dict)]
    minutes = [integer(entry.get("estimated_time_to_regain_access")) or 0 for entry in entries]
    return max(minutes, default=0) or None


def _value(row: dict[str, Any]) -> float | None:
    total, values = row.get("total_value"), row.get("values")
    holder = total if isinstance(total, dict) else values[0] if isinstance(values, list) and values else None
    value = holder.get("value") if isinstance(holder, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Counts too small to be shown come as -1; the upper bound keeps out what no store takes.
    return value if 0 <= value < MAX_VALUE else None
