"""Which measurements are due, and what becomes of answers that are whole, partial, missing or errors."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina

from content_pipeline.metrics.insights import (
    ATTEMPTS,
    POST_METRICS,
    Pull,
    collect,
    collect_account,
    due_pulls,
    merge,
    next_pull_at,
)
from content_pipeline.metrics.records import TARGET_AGES_HOURS, PostMetrics
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.instagram.errors import DeliveryUnknown, GraphError
from content_pipeline.posts.publications import Publication
from content_pipeline.storage.records import stable_id
from content_pipeline_tests.posts.answering import Answer, Asked, Respond, answering, graph_error
from content_pipeline_tests.posts.rows import DAY, SLOT, USER, account, at, payload

NOW = SLOT + timedelta(hours=30)
STAMP = at(30 * 60)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def publication(n: int = 1, **changes) -> Publication:
    fields = {
        "post_id": f"post_{n}",
        "account": "demo",
        "day": DAY,
        "slot_id": f"slot_{n}",
        "slot_at": SLOT,
        "render_id": "r",
        "script_id": "s",
        "brief_id": "b",
        "content_hash": "h",
        "payload": payload(),
        "state": "published",
        "attempts": 1,
        "step": "publish_requested",
        "container_id": "1",
        "media_id": str(n),
        "permalink": None,
        "published_at": SLOT,
        "retry_at": None,
        "reason": None,
    }
    return Publication(**(fields | changes))


@pytest.mark.parametrize(
    ("hours", "answered", "due"),
    [
        (0.99, [], None),
        (1, [], 1),
        (5.9, [], 1),
        (5.9, [1], None),
        (6, [1], 6),
        (6, [], 6),
        (23, [6], None),
        (80, [1], 72),
        (80, [1, 72], None),
        (500, [], 168),
        (500, [168], None),
    ],
)
def test_only_the_latest_age_that_was_reached_is_due(hours: float, answered: list[int], due: int | None):
    already = {("post_1", age) for age in answered}
    pulls = due_pulls([publication()], already, SLOT + timedelta(hours=hours))
    assert [p.target_age_h for p in pulls] == ([due] if due else [])


def test_what_is_not_live_is_not_measured():
    posts = [publication(state="planned", media_id=None, published_at=None)]
    assert due_pulls(posts, set(), NOW) == []
    assert next_pull_at(posts, set(), NOW) is None


@pytest.mark.parametrize(
    ("hours", "answered", "expected"),
    [(0, [], 1), (1, [], 6), (1, [6], 24), (167, [], 168), (168, [], None), (0, TARGET_AGES_HOURS, None)],
)
def test_the_next_measurement_is_in_the_future(hours: float, answered: list[int], expected: int | None):
    found = next_pull_at(
        [publication()], {("post_1", age) for age in answered}, SLOT + timedelta(hours=hours)
    )
    assert found == (SLOT + timedelta(hours=expected) if expected else None)


def values(**by_metric: int) -> Answer:
    rows = [{"name": name, "period": "lifetime", "values": [{"value": v}]} for name, v in by_metric.items()]
    return Answer({"data": rows})


ALL = {name: n for n, name in enumerate(POST_METRICS, 1)}


def pull(n: int = 1) -> Pull:
    return Pull(post_id=f"post_{n}", media_id=str(n), published_at=SLOT, target_age_h=24)


def collected(respond: Respond, pulls: list[Pull] | None = None):
    with answering(respond) as (url, asked), InstagramClient(url, "token", answer_timeout_s=1) as client:
        rows, letters = collect(client, account(), pulls or [pull()], NOW, STAMP)
    return rows, letters, asked


def test_a_snapshot_in_one_request():
    rows, letters, asked = collected(lambda _: values(**ALL))
    assert letters == []
    assert len(asked) == 1
    assert set(asked[0].fields["metric"].split(",")) == set(ALL)
    (row,) = rows
    assert (row.views, row.saves, row.avg_watch_ms, row.total_watch_ms) == (1, 5, 8, 9)
    assert (row.missing, row.age_hours, row.target_age_h) == ([], 30.0, 24)
    assert (row.post_id, row.media_id, row.observed_at) == ("post_1", "1", NOW)
    assert row.snapshot_id == stable_id("snap", "post_1", 24)


def test_the_day_is_that_of_the_observation_in_the_accounts_zone():
    with answering(lambda _: values(**ALL)) as (url, _), InstagramClient(url, "token") as client:
        late = SLOT.replace(hour=3) + timedelta(days=2)
        rows, _ = collect(client, account(timezone="America/New_York"), [pull()], late, STAMP)
    assert rows[0].day == DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("answer", "views"),
    [(Answer({"data": []}), None), (values(views=0, reach=3), 0), (values(views=-1), None)],
)
def test_what_is_missing_is_null_and_named(answer: Answer, views: int | None):
    rows, letters, _ = collected(lambda _: answer)
    assert letters == []
    assert rows[0].views == views
    assert ("views" in rows[0].missing) == (views is None)
    assert rows[0].saves is None
    assert "saves" in rows[0].missing


def test_one_unsupported_metric_costs_only_itself():
    def respond(asked: Asked) -> Answer:
        names = asked.fields["metric"].split(",")
        return graph_error(100) if "total_interactions" in names else values(**{n: ALL[n] for n in names})

    rows, letters, _ = collected(respond)
    assert letters == []
    assert rows[0].missing == ["total_interactions"]
    assert (rows[0].views, rows[0].total_watch_ms) == (1, 9)


@pytest.mark.parametrize("gone", [graph_error(100, 33), graph_error(803), graph_error(24, 2207006)])
def test_a_vanished_post_is_a_dead_letter_and_the_others_go_on(gone: Answer):
    rows, letters, asked = collected(
        lambda a: gone if "/2/" in a.path else values(**ALL), [pull(n) for n in (1, 2, 3)]
    )
    assert [r.post_id for r in rows] == ["post_1", "post_3"]
    assert [(x.stage, x.source, x.position) for x in letters] == [
        ("metrics", "insights:demo", "post_2 at 24 h")
    ]
    assert len(asked) == 3


def test_a_dead_letter_is_the_same_each_time():
    answers = iter(["A", "B"])
    letters = [collected(lambda _: graph_error(100, 33, fbtrace_id=next(answers)))[1][0] for _ in range(2)]
    assert letters[0] == letters[1]


@pytest.mark.parametrize(
    "failure", [graph_error(2, status=500), Answer(None), graph_error(77, is_transient=True)]
)
def test_a_failure_that_passes_is_not_seen(failure: Answer):
    tries = iter([failure, failure])
    rows, letters, asked = collected(lambda _: next(tries, values(**ALL)))
    assert (len(rows), letters, len(asked)) == (1, [], 3)


def test_a_failure_that_stays_is_a_dead_letter_and_not_a_row_of_nulls():
    rows, letters, _ = collected(
        lambda a: graph_error(2) if "/1/" in a.path else values(**ALL), [pull(1), pull(2)]
    )
    assert [r.post_id for r in rows] == ["post_2"]
    assert len(letters) == 1
    rows, letters, _ = collected(
        lambda a: Answer(None) if "/1/" in a.path else values(**ALL), [pull(1), pull(2)]
    )
    assert [r.post_id for r in rows] == ["post_2"]
    assert len(letters) == 1


def test_few_viewers_of_one_post_do_not_stop_the_others():
    rows, letters, _ = collected(
        lambda a: graph_error(10) if "/1/" in a.path else values(**ALL), [pull(1), pull(2)]
    )
    assert [r.post_id for r in rows] == ["post_2"]
    assert len(letters) == 1


def test_a_limit_ends_the_round_with_one_letter():
    rows, letters, asked = collected(
        lambda a: graph_error(4) if "/2/" in a.path else values(**ALL), [pull(n) for n in (1, 2, 3, 4)]
    )
    assert [r.post_id for r in rows] == ["post_1"]
    assert len(letters) == 1
    assert "2 other posts stay due" in letters[0].reason
    assert len(asked) == 2


def test_a_dead_token_is_an_error_that_shows():
    rows, letters, asked = collected(lambda _: graph_error(190, 463))
    assert rows == []
    assert "expired" in letters[0].reason
    assert len(asked) == 1


def account_server(fields: Answer, insights: Answer) -> Respond:
    return lambda asked: insights if asked.path.endswith("/insights") else fields


def measured_account(respond: Respond, now=NOW):
    with answering(respond) as (url, asked), InstagramClient(url, "token", answer_timeout_s=1) as client:
        return collect_account(client, account(), now, STAMP), asked


TOTALS = Answer(
    {"data": [{"name": "views", "total_value": {"value": 50}}, {"name": "reach", "total_value": {}}]}
)
LEVELS = Answer({"followers_count": 120, "media_count": 7, "id": USER})


def test_an_account():
    row, asked = measured_account(account_server(LEVELS, TOTALS))
    assert (row.followers, row.media_count, row.views, row.reach, row.accounts_engaged) == (
        120,
        7,
        50,
        None,
        None,
    )
    assert row.missing == ["reach", "accounts_engaged"]
    assert row.day == DAY + timedelta(days=1)
    midnight = SLOT.replace(hour=5) + timedelta(days=1)
    assert asked[1].fields["since"] == str(int(midnight.timestamp()))
    assert asked[1].fields["until"] == str(int(NOW.timestamp()))


def test_an_account_at_midnight_has_no_counts_yet():
    row, asked = measured_account(account_server(LEVELS, TOTALS), SLOT.replace(hour=5))
    assert (row.followers, row.views) == (120, None)
    assert len(asked) == 1


def test_an_account_whose_counts_are_refused_keeps_its_followers():
    row, _ = measured_account(account_server(LEVELS, graph_error(100)))
    assert (row.followers, row.missing) == (120, ["views", "reach", "accounts_engaged"])


@pytest.mark.parametrize(
    "answers", [(graph_error(190), TOTALS), (LEVELS, graph_error(4)), (Answer(None), TOTALS)]
)
def test_an_account_that_cannot_be_read_is_an_error(answers: tuple[Answer, Answer]):
    with pytest.raises((GraphError, DeliveryUnknown)):
        measured_account(account_server(*answers))


def test_the_first_observation_wins_and_rows_are_in_order():
    rows, _, _ = collected(lambda _: values(**ALL), [pull(2), pull(1)])
    later, _, _ = collected(lambda _: values(views=999), [pull(1)])
    merged = merge(rows, later)
    assert [(r.post_id, r.views) for r in merged] == [("post_1", 1), ("post_2", 1)]
    assert merge(merged, later) == merged
    assert merge([], rows) == merged
    assert all(isinstance(r, PostMetrics) for r in merged)
