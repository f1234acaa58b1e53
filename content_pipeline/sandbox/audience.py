"""The audience of the local Instagram: what it likes, how a post spreads, and what its insights then say.

The tastes are hidden from the pipeline, which has to learn them from the metrics. Everything follows from the
seed, the caption, the video's length and the moments; nothing is kept.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from content_pipeline.sandbox.perception import Perception, perceive
from content_pipeline.sandbox.store import Media
from content_pipeline.storage.records import content_hash

LOG_LEVEL = math.log(2500)
NOISE_SD = 1.0
TASTE_SD = {"hook": 0.35, "topic": 0.35, "format": 0.2, "slot": 0.2, "cta": 0.08, "duration": 0.15}
INTERACTION_SD = 0.15
MEMORY_DAYS = 60
HISTORY_DAYS = 5 * MEMORY_DAYS
"""Older shocks have faded to less than one percent."""

FIRST_DAY = date(2015, 1, 1)
GROWTH = PchipInterpolator(
    np.log1p([0.0, 1.0, 6.0, 24.0, 72.0, 168.0]), [0.0, 0.08, 0.30, 0.60, 0.85, 1.0], extrapolate=False
)
"""The share of a post's views by its age in hours (log scale); monotone between the points."""

GROWN_H = 168.0
SILENCE = timedelta(minutes=5)
"""Before this age the insights of a post are empty."""

FOLLOWERS = 5000
FOLLOWS_PER_VIEW = 0.002
RATES = {"likes": 0.045, "comments": 0.003, "saved": 0.012, "shares": 0.008}
"""Medians, per view; a format or a call to action multiplies them."""

FORMAT_LIFT = {
    "saved": {"listicle": 1.5, "how_to": 1.7},
    "shares": {"comparison": 1.5},
    "comments": {"explainer": 1.3},
}
CTA_LIFT = {"saved": {"save": 1.6}, "shares": {"share": 1.7}, "comments": {"comment": 2.2}}
FOLLOW_LIFT = 2.0
REMARKS = (
    "Trying this tomorrow.",
    "The second point is so true.",
    "Did this for a month, it holds up.",
    "How long until you noticed a difference?",
    "My sister needs to see this.",
    "Not sure I agree, but I like the idea.",
    "More of these, please!",
)


@dataclass(frozen=True)
class Response:
    """How the audience takes one post: final views, the pace of their growth, and rates per view."""

    final_views: float
    pace: float
    reach_share: float
    rates: Mapping[str, float]
    follows_per_view: float
    watch_ms: int

    def views_at(self, age: timedelta) -> float:
        """Return the views (not rounded) at an age; nothing before it is posted, all after a week."""
        hours = min(max(age / timedelta(hours=1), 0.0), GROWN_H)
        return self.final_views * float(np.clip(GROWTH(math.log1p(hours)), 0.0, 1.0)) ** self.pace


class Audience:
    """Answers for one world.

    Args:
        seed: of the world; another seed has other tastes.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def expected_log_views(self, levels: Mapping[str, str], day: date) -> float:
        """Return the mean of the logarithm of a post's final views, before noise.

        Args:
            levels: of the factors ``hook``, ``topic``, ``format``, ``slot``, ``cta`` and ``duration``; one
                that is left out counts as neither liked nor disliked.
            day: on which it is posted.
        """
        total = LOG_LEVEL
        for factor, sd in TASTE_SD.items():
            if factor in levels:
                total += sd * self._taste(f"{factor}={levels[factor]}", day)
        if "hook" in levels and "topic" in levels:
            total += INTERACTION_SD * self._taste(f"hook={levels['hook']}&topic={levels['topic']}", day)
        return total

    def insights(self, media: Media, now: datetime) -> dict[str, int]:
        """Return the reels metrics of a post at a moment; none while it is younger than five minutes."""
        if now - media.published_at < SILENCE:
            return {}
        return self._metrics(media, now)

    def counts(self, media: Media, now: datetime) -> dict[str, int]:
        """Return ``like_count`` and ``comments_count``, which show at once."""
        metrics = self._metrics(media, now)
        return {"like_count": metrics["likes"], "comments_count": metrics["comments"]}

    def comments(self, media: Media, now: datetime) -> list[dict[str, str]]:
        """Return the texts and times of a post's first 50 comments so far, oldest first."""
        total = self._metrics(media, now)["comments"]
        return [
            {
                "id": f"181{int(content_hash(media.id, n)[:16], 16) % 10**14:014d}",
                "text": REMARKS[int(content_hash(media.id, n)[:8], 16) % len(REMARKS)],
                "timestamp": graph_time(media.published_at + self._age_at_comment(media, n + 1)),
            }
            for n in range(min(total, 50))
        ]

    def _age_at_comment(self, media: Media, number: int) -> timedelta:
        """Return a post's age (whole seconds, rounded down) when its comments reached a number."""
        response = self._response_to(media)
        rate = response.rates["comments"]

        def comments_at(second: int) -> int:
            return int(response.views_at(timedelta(seconds=second)) * rate)

        return timedelta(seconds=bisect_left(range(round(GROWN_H * 3600)), number, key=comments_at) - 1)

    def followers(self, ig_user_id: str, posts: Iterable[Media], now: datetime) -> int:
        """Return an account's followers: those it began with and those its posts brought."""
        start = FOLLOWERS + int(content_hash("followers", self._seed, ig_user_id)[:8], 16) % 401 - 200
        gained = 0.0
        for post in posts:
            response = self._response_to(post)
            gained += response.views_at(now - post.published_at) * response.follows_per_view
        return start + int(gained)

    def account_insights(self, posts: Iterable[Media], since: datetime, until: datetime) -> dict[str, int]:
        """Return an account's views, reach and accounts engaged between two moments, over its posts."""
        totals = {"views": 0, "reach": 0, "accounts_engaged": 0}
        for post in posts:
            before, after = self._metrics(post, since), self._metrics(post, until)
            totals["views"] += after["views"] - before["views"]
            totals["reach"] += after["reach"] - before["reach"]
            totals["accounts_engaged"] += after["likes"] - before["likes"]  # most who do anything like it
        return totals

    def _metrics(self, media: Media, now: datetime) -> dict[str, int]:
        response = self._response_to(media)
        views = response.views_at(now - media.published_at)
        reactions = {name: int(views * rate) for name, rate in response.rates.items()}
        return {
            "views": int(views),
            "reach": int(views * response.reach_share),
            **reactions,
            "total_interactions": sum(reactions.values()),
            "ig_reels_avg_watch_time": response.watch_ms if views >= 1 else 0,
            "ig_reels_video_view_total_time": response.watch_ms * int(views),
        }

    def _response_to(self, media: Media) -> Response:
        return _response(self._seed, media.caption, media.duration_s, media.published_at)

    def _taste(self, name: str, day: date) -> float:
        """Return a standard normal value that drifts by day: autoregressive, with a memory of 60 days."""
        last = (max(day, FIRST_DAY) - FIRST_DAY).days + HISTORY_DAYS
        return float(
            _shocks(self._seed, name, last // 1024 + 1)[last - HISTORY_DAYS + 1 : last + 1] @ _FADING
        )


def graph_time(moment: datetime) -> str:
    """Return a moment (UTC) as the Graph API writes it, such as ``2026-01-31T14:00:00+0000``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


def _fading() -> NDArray[np.float64]:
    weights = np.exp(-np.arange(HISTORY_DAYS)[::-1] / MEMORY_DAYS)
    return np.asarray(weights / np.sqrt((weights**2).sum()))


_FADING = _fading()


def _random(*parts: object) -> np.random.Generator:
    return np.random.default_rng(int(content_hash(*parts)[:16], 16))


@lru_cache(maxsize=4096)
def _shocks(seed: int, name: str, blocks: int) -> NDArray[np.float64]:
    """Return daily normal shocks, 1024 to a block; the earlier days do not depend on how many are asked."""
    return np.concatenate([_random("taste", seed, name, n).standard_normal(1024) for n in range(blocks)])


@lru_cache(maxsize=8192)
def _response(seed: int, caption: str, duration_s: float, published_at: datetime) -> Response:
    seen = perceive(caption, duration_s, published_at)
    random = _random("post", seed, caption, published_at)
    noise, pace, reach, watch, *reactions = random.standard_normal(4 + len(RATES))
    expected = Audience(seed).expected_log_views(seen.levels(), published_at.date())
    return Response(
        final_views=math.exp(expected + NOISE_SD * noise),
        pace=math.exp(0.1 * pace),
        reach_share=0.78 + 0.05 * math.tanh(reach),
        rates={
            name: rate * _lift(name, seen) * math.exp(0.25 * z)
            for (name, rate), z in zip(RATES.items(), reactions, strict=True)
        },
        follows_per_view=FOLLOWS_PER_VIEW * (FOLLOW_LIFT if seen.cta == "follow" else 1.0),
        watch_ms=_watch_ms(seed, seen, duration_s, watch),
    )


def _lift(reaction: str, seen: Perception) -> float:
    return FORMAT_LIFT.get(reaction, {}).get(seen.format, 1.0) * CTA_LIFT.get(reaction, {}).get(seen.cta, 1.0)


def _watch_ms(seed: int, seen: Perception, duration_s: float, z: float) -> int:
    """Return the average watch time: a smaller share of a longer video, more of it after a good hook."""
    hold = 0.25 * _random("hold", seed, seen.hook).standard_normal() - 0.02 * (duration_s - 30.0) + 0.2 * z
    return round(1000 * duration_s / (1 + math.exp(-hold)))
