"""The invented world: the same for a seed, varied, and alive over days."""

from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.sandbox.world import MAX_LIFE_DAYS, NICHE, World
from content_pipeline_tests.sandbox.conftest import Talk

DAY = date(2026, 1, 5)
DAYS = [DAY + timedelta(days=n) for n in range(40)]


def test_a_day_is_the_same_for_a_seed_and_another_for_another_seed() -> None:
    assert World(7).items(DAY) == World(7).items(DAY)
    ids = {item["external_id"] for item in World(7).items(DAY)}
    assert ids.isdisjoint(item["external_id"] for item in World(8).items(DAY))


def test_the_days_are_full_and_half_of_them_is_the_niche() -> None:
    counts = [len(World(7).items(day)) for day in DAYS]
    assert min(counts) >= 20
    assert max(counts) <= 42
    assert 26 <= sum(counts) / len(counts) <= 35
    categories = [item["category"] for day in DAYS for item in World(7).items(day)]
    assert 0.4 <= sum(category in NICHE for category in categories) / len(categories) <= 0.65
    assert set(NICHE) < set(categories)


def test_the_titles_are_varied_and_filled_in() -> None:
    titles = {item["title"] for day in DAYS for item in World(7).items(day)}
    assert len(titles) >= 300
    assert not [title for title in titles if "{" in title or not title.strip() or len(title) > 160]


def test_some_stories_are_told_twice_in_other_words() -> None:
    items = World(7).items(DAY)
    close = [
        (a, b)
        for n, a in enumerate(items)
        for b in items[n + 1 :]
        if a["category"] == b["category"] and token_set_ratio(a["title"], b["title"]) > 80
    ]
    assert close
    assert all(a["external_id"] != b["external_id"] and a["url"] != b["url"] for a, b in close)


def test_a_story_keeps_its_id_and_words_and_its_counts_only_grow() -> None:
    days_of: dict[str, list[date]] = defaultdict(list)
    counts_of: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    words_of: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for day in DAYS:
        for item in World(7).items(day):
            key = item["external_id"]
            days_of[key].append(day)
            words_of[key].add((item["title"], item["url"], item["published_at"]))
            counts_of[key] += [(o["views"], o["likes"], o["comments"]) for o in item["observations"]]
    assert all(len(words) == 1 for words in words_of.values())
    assert all(len(days) <= MAX_LIFE_DAYS for days in days_of.values())
    assert {len(days) for days in days_of.values()} >= {1, 2, 3, 4, 5, 6}
    for counts in counts_of.values():
        for column in zip(*counts, strict=True):
            assert list(column) == sorted(column)


def test_stories_rise_and_fall_in_rank() -> None:
    ranks: dict[str, list[int]] = defaultdict(list)
    for day in DAYS:
        for item in World(7).items(day):
            ranks[item["external_id"]] += [o["rank"] for o in item["observations"]]
    long_lived = [r for r in ranks.values() if len(r) > 12]
    assert any(min(r) < r[0] and min(r) < r[-1] for r in long_lived)


def test_a_day_is_observed_four_times_after_the_story_appeared(sandbox: Talk) -> None:
    items = sandbox.http.get("/sandbox/trends", params={"day": str(DAY)}).json()["items"]
    assert items == World(7).items(DAY)
    for item in items:
        assert item["url"].startswith(f"https://sandbox.example/{item['category']}/")
        moments = [datetime.fromisoformat(o["observed_at"]) for o in item["observations"]]
        assert moments == sorted(moments)
        assert moments[0] > datetime.fromisoformat(item["published_at"])
        assert {moment.date() for moment in moments} == {DAY}
        assert {moment.hour for moment in moments} <= {2, 5, 8, 12}


@pytest.mark.parametrize("day", ["tomorrow", "0001-01-01"])
def test_a_day_that_is_none_is_refused(sandbox: Talk, day: str) -> None:
    answer = sandbox.http.get("/sandbox/trends", params={"day": day})
    assert answer.status_code == 400
    assert "YYYY-MM-DD" in answer.json()["detail"]
