"""Reads how posts and accounts fare, over the API, when they reach the scheduled ages.

What the API does not give is null and named in ``missing``. Reads change nothing, so transient failures are
tried again here; which errors are transient is the error table's word. What was pulled before is in
``history``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

import stamina

from content_pipeline.accounts import Account
from content_pipeline.clock import start_of
from content_pipeline.metrics.records import TARGET_AGES_HOURS, AccountMetrics, PostMetrics
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.instagram.errors import Action, DeliveryUnknown, GraphError
from content_pipeline.posts.publications import Publication
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.storage.records import Part, Stamp, stable_id

T = TypeVar("T")

POST_METRICS = {
    "views": "views",
    "reach": "reach",
    "likes": "likes",
    "comments": "comments",
    "saved": "saves",
    "shares": "shares",
    "total_interactions": "total_interactions",
    "ig_reels_avg_watch_time": "avg_watch_ms",
    "ig_reels_video_view_total_time": "total_watch_ms",
}
"""The API's metrics of reels and our columns; others, such as follows, make a request for reels fail."""

ACCOUNT_METRICS = ("views", "reach", "accounts_engaged")
ATTEMPTS = 4
GONE = {(100, 33), (803, None), (24, None), (24, 2207006)}
"""Codes that say of a media: it does not exist, or not for this token."""

PERMISSION = 10


class Pull(Part):
    """A measurement that is due: a post at the latest scheduled age (hours) that it has reached."""

    post_id: str
    media_id: str
    published_at: datetime
    target_age_h: int


def due_pulls(
    publications: Iterable[Publication], already: Collection[tuple[str, int]], now: datetime
) -> list[Pull]:
    """Return what is to be measured: for each live post its latest reached age, unless that was answered.

    Older ages that nobody measured are not made up afterwards.
    """
    pulls = []
    for post in publications:
        if post.media_id is None or post.published_at is None:
            continue
        age_hours = (now - post.published_at) / timedelta(hours=1)
        reached = max((target for target in TARGET_AGES_HOURS if target <= age_hours), default=None)
        if reached is not None and (post.post_id, reached) not in already:
            pulls.append(
                Pull(
                    post_id=post.post_id,
                    media_id=post.media_id,
                    published_at=post.published_at,
                    target_age_h=reached,
                )
            )
    return pulls


def next_pull_at(
    publications: Iterable[Publication], already: Collection[tuple[str, int]], now: datetime
) -> datetime | None:
    """Return the first moment after ``now`` at which a live post reaches a scheduled age, or none."""
    moments = (
        post.published_at + timedelta(hours=target)
        for post in publications
        for target in TARGET_AGES_HOURS
        if post.published_at is not None and (post.post_id, target) not in already
    )
    return min((moment for moment in moments if moment > now), default=None)


def collect(
    client: InstagramClient, account: Account, pulls: Sequence[Pull], now: datetime, stamp: Stamp
) -> tuple[list[PostMetrics], list[DeadLetter]]:
    """Measure posts; return the snapshots, and a dead letter for each post that could not be measured.

    A limit, or a fault of the whole account such as an expired token, ends the round: the posts that are left stay due, and the
    letter says so. What was read before it is kept.
    """
    day = now.astimezone(account.zone).date()
    rows: list[PostMetrics] = []
    letters: list[DeadLetter] = []
    for position, pull in enumerate(pulls):
        try:
            values = _post_values(client, pull.media_id)
        except (GraphError, DeliveryUnknown) as error:
            ends = isinstance(error, GraphError) and _ends_round(error)
            letters.append(_letter(account, day, pull, error, len(pulls) - position - 1 if ends else 0))
            if ends:
                break
        else:
            rows.append(_snapshot(account.id, day, pull, values, now, stamp))
    return rows, letters


def collect_account(client: InstagramClient, account: Account, now: datetime, stamp: Stamp) -> AccountMetrics:
    """Measure the account: followers and posts as they stand, and the counts of its day so far.

    Raises:
        GraphError: the account cannot be read until a person acts, or a limit is reached.
        DeliveryUnknown: no answer came, several times.
    """
    day = now.astimezone(account.zone).date()
    levels = _retried(lambda: client.account_fields(account.ig_user_id))
    since = start_of(day, account.zone)

    def read(metrics: Sequence[str]) -> Mapping[str, float | None]:
        # At midnight the day is empty, and an empty range is an error.
        return client.account_insights(account.ig_user_id, metrics, since, now) if now > since else {}

    try:
        counts = _grouped(read, ACCOUNT_METRICS)
    except GraphError as error:
        if _ends_round(error):
            raise
        counts = {}
    values = {
        "followers": levels["followers_count"],
        "media_count": levels["media_count"],
        **{name: _whole(counts.get(name)) for name in ACCOUNT_METRICS},
    }
    return AccountMetrics(
        account=account.id, day=day, observed_at=now, missing=_missing(values), **values, **stamp.fields()
    )


def merge(existing: Iterable[PostMetrics], new: Iterable[PostMetrics]) -> list[PostMetrics]:
    """Return snapshots by post and age. One that was observed already stays as it was."""
    kept = {row.snapshot_id: row for row in [*new, *existing]}
    return sorted(kept.values(), key=lambda row: (row.observed_at, row.post_id, row.target_age_h))


def _post_values(client: InstagramClient, media_id: str) -> dict[str, int | None]:
    found = _grouped(lambda metrics: client.media_insights(media_id, metrics), tuple(POST_METRICS))
    return {column: _whole(found.get(metric)) for metric, column in POST_METRICS.items()}


def _grouped(
    read: Callable[[Sequence[str]], Mapping[str, float | None]], metrics: Sequence[str]
) -> dict[str, float | None]:
    """Read metrics in one request; one that is not supported fails them all, so then one by one.

    Raises:
        GraphError: nothing at all could be read, the object is gone, or nothing more should be asked now.
        DeliveryUnknown: no answer came, several times.
    """
    try:
        return dict(_retried(lambda: read(metrics)))
    except GraphError as error:
        if _is_gone(error) or _ends_round(error):
            raise
        refused = error
    found: dict[str, float | None] = {}
    answered = False
    for metric in metrics:
        try:
            found |= read([metric])
            answered = True
        except GraphError as error:
            if _ends_round(error):
                raise
    if not answered:
        raise refused
    return found


def _is_gone(error: GraphError) -> bool:
    return (error.code, error.subcode) in GONE


def _ends_round(error: GraphError) -> bool:
    """Tell whether no other post can be read either. Code 10 is said of a post with few viewers too."""
    return error.rule.action in (Action.WAIT, Action.ACCOUNT_ACTION) and error.code != PERMISSION


def _retried(read: Callable[[], T]) -> T:
    """Read again after failures that will pass: 4 times in about 20 s."""
    for attempt in _attempts():
        with attempt:
            return read()
    raise AssertionError("stamina ends with an answer or an error")


def _attempts() -> Iterator[stamina.Attempt]:
    return iter(
        stamina.retry_context(on=_passes, attempts=ATTEMPTS, timeout=120, wait_initial=1, wait_max=10)
    )


def _passes(error: Exception) -> bool:
    if isinstance(error, GraphError):
        return error.rule.action is Action.RETRY_SAME
    return isinstance(error, DeliveryUnknown)


def _snapshot(
    account: str, day: date, pull: Pull, values: Mapping[str, int | None], now: datetime, stamp: Stamp
) -> PostMetrics:
    return PostMetrics(
        snapshot_id=stable_id("snap", pull.post_id, pull.target_age_h),
        account=account,
        day=day,
        post_id=pull.post_id,
        media_id=pull.media_id,
        observed_at=now,
        age_hours=round((now - pull.published_at) / timedelta(hours=1), 3),
        target_age_h=pull.target_age_h,
        missing=_missing(values),
        **values,
        **stamp.fields(),
    )


def _letter(
    account: Account, day: date, pull: Pull, error: GraphError | DeliveryUnknown, left: int
) -> DeadLetter:
    # Without the trace id, which differs each time: a letter is kept once.
    codes = f"{error.code}/{error.subcode}" if isinstance(error, GraphError) else ""
    advice = f"{error.rule.advice} (error {codes})" if isinstance(error, GraphError) else str(error)
    rest = f"; {left} other posts stay due" if left else ""
    return DeadLetter(
        stage="metrics",
        source=f"insights:{account.id}",
        day=day,
        position=f"{pull.post_id} at {pull.target_age_h} h",
        reason=advice + rest,
        excerpt=pull.media_id,
    )


def _missing(values: Mapping[str, int | None]) -> list[str]:
    return [name for name, value in values.items() if value is None]


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
