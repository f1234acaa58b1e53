"""YouTube's chart of the most popular videos of a region, over the Data API.

Since 2025-07-21 that chart shows trending music, movies and gaming only: there is no general list of trends any more
(https://developers.google.com/youtube/v3/revision_history). So it is one source among others.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from content_pipeline.trends.sources.base import (
    RateLimited,
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import EnvironmentVariable, SourceConfig, WebAddress
from content_pipeline.trends.sources.waits import asked_wait
from content_pipeline.trends.sources.web import Web

QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
"""Daily quotas are reset at midnight Pacific Time (https://developers.google.com/youtube/v3/getting-started)."""
RATE_LIMIT_SECONDS = 300.0

CATEGORIES = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
    "30": "Movies",
}
"""What ``videoCategories.list`` names for the United States; ids mean the same in every region."""

_RESTRICTED = "the key's restrictions do not allow this call: change them in the Google Cloud console"
_WRONG_KEY = "the key is wrong: check it in the environment and in the Google Cloud console"
_SWITCHED_OFF = "switch the YouTube Data API v3 on for the key's project in the Google Cloud console"
# Reasons of the API's own errors and of Google's platform in front of it
# (https://developers.google.com/youtube/v3/docs/errors, google.api.ErrorReason).
_ADVICE = {
    "API_KEY_INVALID": _WRONG_KEY,
    "keyInvalid": _WRONG_KEY,
    "keyExpired": "the key has expired: make another in the Google Cloud console",
    "SERVICE_DISABLED": _SWITCHED_OFF,
    "accessNotConfigured": _SWITCHED_OFF,
    "API_KEY_SERVICE_BLOCKED": _RESTRICTED,
    "API_KEY_IP_ADDRESS_BLOCKED": _RESTRICTED,
    "API_KEY_HTTP_REFERRER_BLOCKED": _RESTRICTED,
    "ipRefererBlocked": _RESTRICTED,
    "CONSUMER_SUSPENDED": "Google has suspended the key's project: see the Google Cloud console",
    "CONSUMER_INVALID": "the key's project is gone: make another key in the Google Cloud console",
    "videoChartNotFound": "this region or category has no chart: change region or leave category_id out",
    "invalidPageToken": "nothing: the chart is read from its beginning at the next poll",
    "forbidden": "check that the key's project may use the YouTube Data API v3",
}
_DAILY = {"quotaExceeded", "dailyLimitExceeded"}
_FOR_NOW = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_DURATION = TypeAdapter(timedelta)


class YouTubeSource(SourceConfig):
    """The chart of a region (ISO 3166-1 alpha-2), of all categories or of one; its key is in the variable ``api_key_env``.

    A page holds at most 50 videos and costs one unit of the project's 10,000 a day.
    """

    type: Literal["youtube"]
    api_key_env: EnvironmentVariable = "YOUTUBE_API_KEY"
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "US"
    category_id: Annotated[str, Field(pattern=r"^\d{1,3}$", coerce_numbers_to_str=True)] | None = None
    max_results: int = Field(default=50, ge=1, le=50)
    pages: int = Field(default=1, ge=1, le=4)
    base_url: WebAddress = "https://www.googleapis.com/youtube/v3"

    def adapter(self, tools: Tools) -> "YouTubeAdapter":
        """Return the adapter that reads this chart.

        Raises:
            MissingSecret: the key is not in the environment.
        """
        return YouTubeAdapter(self, tools)


class YouTubeAdapter:
    """Reads a chart; a video's rank is its place in it."""

    def __init__(self, config: YouTubeSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        key = tools.secret(config.api_key_env).get_secret_value()
        self._web = Web(tools, headers={"X-Goog-Api-Key": key}, explain=self._explain)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the videos that the chart shows now, if ``day`` is today; a later page that cannot be read is refused.

        Raises:
            SourceError: the first page cannot be read.
            RateLimited: the quota is spent.
            Unchanged: the chart is one page, and the server says that it did not change.
        """
        now = self._tools.now()
        if day != now.date():
            return
        rank, token = 0, None
        for number in range(1, self._config.pages + 1):
            try:
                answer = self._page(token)
            except SourceError as error:
                if number == 1:
                    raise
                yield Refusal(f"page {number}", one_line(error), "")
                return
            for entry in answer["items"]:
                rank += 1
                yield _item(f"items[{rank - 1}]", rank, entry, now)
            token = answer.get("nextPageToken")
            if not isinstance(token, str):
                return

    def _page(self, token: str | None) -> dict[str, Any]:
        config = self._config
        params = {
            "part": "snippet,statistics,contentDetails",
            "chart": "mostPopular",
            "regionCode": config.region,
            "maxResults": config.max_results,
        }
        if config.category_id is not None:
            params["videoCategoryId"] = config.category_id
        if token is not None:
            params["pageToken"] = token
        # Of several pages one may be unchanged and another not.
        url = f"{config.base_url.rstrip('/')}/videos"
        answer = self._web.json(url, params, conditional=config.pages == 1)
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise SourceError("YouTube answers without a list of videos")
        return answer

    def _explain(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError | None:
        reasons = _reasons(body)
        known = next((r for r in reasons if r in _ADVICE or r in _DAILY or r in _FOR_NOW), None)
        if known is None:
            if not reasons or status >= 500:
                return None
            return SourceError(
                f"YouTube answers with status {status} ({reasons[0]})", "check region and category_id"
            )
        now = self._tools.now()
        if known in _DAILY:
            tomorrow = now.astimezone(QUOTA_ZONE).date() + timedelta(days=1)
            midnight = datetime.combine(tomorrow, time(), tzinfo=QUOTA_ZONE)
            return RateLimited(
                f"the day's quota of the YouTube key is spent ({known})", midnight.astimezone(UTC)
            )
        if known in _FOR_NOW:
            wait = asked_wait(headers, now) or RATE_LIMIT_SECONDS
            return RateLimited(f"YouTube's rate limit is spent ({known})", now + timedelta(seconds=wait))
        return SourceError(f"YouTube answers with status {status} ({known})", _ADVICE[known])


def _reasons(body: bytes) -> list[str]:
    """Return the reasons in a Google error, the platform's before the API's; its texts may quote the key and are left alone."""
    try:
        error = json.loads(body)["error"]
        entries = [*(error.get("details") or []), *(error.get("errors") or [])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    found = (entry.get("reason") for entry in entries if isinstance(entry, dict))
    return [
        reason for reason in found if isinstance(reason, str) and re.fullmatch(r"[A-Za-z_]{1,60}", reason)
    ]


def _item(position: str, rank: int, entry: Any, now: datetime) -> RawItem | Refusal:
    if not isinstance(entry, dict):
        return Refusal(position, "not an object", one_line(entry))
    snippet, statistics, details = (
        _part(entry, name) for name in ("snippet", "statistics", "contentDetails")
    )
    key, category = entry.get("id"), snippet.get("categoryId")
    seen = RawObservation(
        observed_at=now,
        views=statistics.get("viewCount"),
        likes=statistics.get("likeCount"),
        comments=statistics.get("commentCount"),
        rank=rank,
    )
    return RawItem(
        position=position,
        external_id=key,
        title=snippet.get("title"),
        url=f"https://www.youtube.com/watch?v={key}" if isinstance(key, str) else None,
        published_at=snippet.get("publishedAt"),
        category=CATEGORIES.get(str(category), category),
        tags=snippet.get("tags"),
        author=snippet.get("channelTitle"),
        language=snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage"),
        duration_s=seconds(details.get("duration")),
        nsfw=_part(details, "contentRating").get("ytRating") == "ytAgeRestricted",
        observations=[seen],
    )


def _part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = entry.get(name)
    return part if isinstance(part, dict) else {}


def seconds(duration: object) -> float | None:
    """Return an ISO 8601 duration in seconds; None where it is none, and for ``P0D``, which a live broadcast has."""
    if not isinstance(duration, str) or not duration.startswith("P"):
        return None
    try:
        return _DURATION.validate_python(duration).total_seconds() or None
    except ValidationError:
        return None
