"""The bodies of the Graph API's answers: fields, pages, insights. Pure functions of what was found."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from content_pipeline.sandbox import errors
from content_pipeline.sandbox.audience import graph_time
from content_pipeline.sandbox.errors import Refused
from content_pipeline.sandbox.store import Container, Media

Body = dict[str, Any]
DEFAULT_LIMIT = 25
MAX_LIMIT = 100
STATUS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
}
MEDIA_METRICS = {
    "views": ("Views", "The number of times your reel was played or displayed."),
    "reach": ("Accounts reached", "The number of unique accounts that have seen this reel at least once."),
    "likes": ("Likes", "The number of likes on your reel."),
    "comments": ("Comments", "The number of comments on your reel."),
    "saved": ("Saved", "The number of saves of your reel."),
    "shares": ("Shares", "The number of shares of your reel."),
    "total_interactions": ("Reels interactions", "The number of likes, saves, comments and shares."),
    "ig_reels_avg_watch_time": ("Average watch time", "The average time spent playing your reel."),
    "ig_reels_video_view_total_time": ("Watch time", "The total time your reel was played, with replays."),
}
ACCOUNT_METRICS = {
    "views": ("Views", "The number of times your content was played or displayed."),
    "reach": ("Accounts reached", "The number of unique accounts that have seen your content."),
    "accounts_engaged": (
        "Accounts engaged",
        "The number of accounts that have interacted with your content.",
    ),
}


def picked(body: Mapping[str, Any], fields: str | None) -> Body:
    """Return the fields that were asked for, and always the id.

    Raises:
        Refused: one of them does not exist.
    """
    names = [name.strip() for name in (fields or "").split(",") if name.strip()]
    for name in names:
        if name not in body:
            raise Refused(
                errors.invalid_parameter(f"Tried accessing nonexisting field ({name}) on node type (IGMedia)")
            )
    return {name: body[name] for name in [*names, *(["id"] if "id" not in names else [])]}


def container_body(container: Container, now: datetime) -> Body:
    """Return a container with its status in a word and in a sentence."""
    state = container.state_at(now)
    status = STATUS.get(state, f"Error: Media upload has failed with error code {container.error_code}")
    return {"id": container.id, "status_code": state, "status": status}


def permalink(media: Media) -> str:
    """Return the address of a post; nothing is there."""
    return f"https://www.instagram.com/reel/{shortcode(media)}/"


def shortcode(media: Media) -> str:
    """Return the eleven characters that stand for a post in its address."""
    return base64.urlsafe_b64encode(hashlib.sha256(media.id.encode()).digest())[:11].decode()


def media_body(media: Media, counts: Mapping[str, int]) -> Body:
    """Return all fields of a post; ``counts`` are its likes and comments."""
    return {
        "id": media.id,
        "caption": media.caption,
        "media_type": "VIDEO",
        "media_product_type": "REELS",
        "permalink": permalink(media),
        "shortcode": shortcode(media),
        "timestamp": graph_time(media.published_at),
        **counts,
    }


def media_page(
    posts: Sequence[Media], parameters: Mapping[str, str], address: str
) -> tuple[list[Media], Body]:
    """Return a page of posts, newest first, and its ``paging``.

    Raises:
        Refused: limit, times or cursor cannot be read.
    """
    since, until = _moment(parameters, "since"), _moment(parameters, "until")
    newest_first = [
        post
        for post in sorted(posts, key=lambda post: (post.published_at, post.id), reverse=True)
        if (since is None or post.published_at >= since) and (until is None or post.published_at <= until)
    ]
    limit = min(max(_number(parameters, "limit", DEFAULT_LIMIT), 1), MAX_LIMIT)
    if after := parameters.get("after"):
        newest_first = _older(newest_first, posts, after)
    page = newest_first[:limit]
    if not page:
        return [], {}
    paging: Body = {"cursors": {"before": _cursor(page[0]), "after": _cursor(page[-1])}}
    if len(newest_first) > limit:
        same = {name: parameters[name] for name in ("fields", "since", "until") if name in parameters}
        query = urlencode({**same, "limit": limit, "after": _cursor(page[-1])})
        paging["next"] = f"{address}?{query}"
    return page, {"paging": paging}


def insight_rows(media: Media, metrics: Sequence[str], values: Mapping[str, int]) -> list[Body]:
    """Return a post's metrics in the API's form; none where there are no values yet.

    Raises:
        Refused: one metric is not a reel's, which fails all of them.
    """
    _check_metrics(metrics, MEDIA_METRICS)
    return [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": values[name]}],
            "title": MEDIA_METRICS[name][0],
            "description": MEDIA_METRICS[name][1],
            "id": f"{media.id}/insights/{name}/lifetime",
        }
        for name in metrics
        if name in values
    ]


def account_insight_rows(ig_user_id: str, metrics: Sequence[str], values: Mapping[str, int]) -> list[Body]:
    """Return an account's totals in the API's form.

    Raises:
        Refused: one metric is not an account's.
    """
    _check_metrics(metrics, ACCOUNT_METRICS)
    return [
        {
            "name": name,
            "period": "day",
            "title": ACCOUNT_METRICS[name][0],
            "description": ACCOUNT_METRICS[name][1],
            "total_value": {"value": values[name]},
            "id": f"{ig_user_id}/insights/{name}/day",
        }
        for name in metrics
    ]


def insight_window(
    parameters: Mapping[str, str], default: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """Return the moments between which an account's totals are asked.

    Raises:
        Refused: period or metric type are others, or the range is empty.
    """
    if parameters.get("period") != "day" or parameters.get("metric_type") != "total_value":
        raise Refused(errors.invalid_parameter("period must be day and metric_type total_value"))
    since, until = _moment(parameters, "since") or default[0], _moment(parameters, "until") or default[1]
    if since >= until:
        raise Refused(errors.invalid_parameter("since must be before until"))
    return since, until


def _check_metrics(metrics: Sequence[str], known: Iterable[str]) -> None:
    known = list(known)
    unknown = [name for name in metrics if name not in known]
    if unknown or not metrics:
        names = ", ".join(unknown)[:200]
        raise Refused(errors.invalid_parameter(f"metric must be one of: {', '.join(known)}; not: {names}"))


def _older(page: list[Media], all_posts: Sequence[Media], after: str) -> list[Media]:
    last = next((post for post in all_posts if _cursor(post) == after), None)
    if last is None:
        raise Refused(errors.invalid_parameter("the cursor is not valid"))
    return [post for post in page if (post.published_at, post.id) < (last.published_at, last.id)]


def _cursor(media: Media) -> str:
    return base64.urlsafe_b64encode(media.id.encode()).decode().rstrip("=")


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(parameters.get(name, default))
    except ValueError:
        raise Refused(errors.invalid_parameter(f"{name} must be a whole number")) from None


def _moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    """Return a moment given in Unix seconds or in ISO-8601 with a zone, or nothing if it is not given."""
    text = parameters.get(name)
    if not text:
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(errors.invalid_parameter(f"{name} must be a Unix time"))
    return found
