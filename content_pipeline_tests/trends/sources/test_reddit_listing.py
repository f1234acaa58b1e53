"""Reddit listings: recorded ones, cut-off ones, and what is no listing."""

import gzip
import json
import tarfile
from datetime import UTC, date, datetime

import pytest

from content_pipeline.trends.normalize import ingest, merge_signals
from content_pipeline.trends.sources.base import RawItem, Refusal, SourceError
from content_pipeline.trends.sources.reddit_listing import RedditListingAdapter, RedditListingSource
from content_pipeline_tests.trends.helpers import DAY, STAMP

CREATED = datetime(2026, 4, 13, 9, tzinfo=UTC).timestamp()


def source(path, **changes):
    return RedditListingSource(type="reddit_listing", name="r", path=path, **changes)


def post(n, **changes):
    data = {
        "name": f"t3_{n}",
        "title": f"Post {n} &amp; more",
        "permalink": f"/r/x/{n}/",
        "score": n,
        "num_comments": 1,
        "created_utc": CREATED + n,
    }
    return {"kind": "t3", "data": data | changes}


def listing(*children):
    return json.dumps({"kind": "Listing", "data": {"modhash": "", "children": list(children)}})


def test_a_listing_is_of_the_day_of_its_newest_post(tmp_path):
    (tmp_path / "l.json").write_text(
        listing(post(1, stickied=True), post(2, over_18=True), {"kind": "t1", "data": {}})
    )
    config = source(tmp_path / "l.json")
    adapter = RedditListingAdapter(config)
    result = ingest(config, adapter, DAY, STAMP)
    (signal,) = result.signals
    assert (signal.rank, signal.score, signal.nsfw, signal.title) == (2, 2, True, "Post 2 & more")
    assert signal.url == "https://www.reddit.com/r/x/2/"
    assert signal.observed_at.timestamp() == CREATED + 2
    assert [x.reason for x in result.dead_letters] == ["not a post"]
    assert list(adapter.read(date(2026, 4, 12))) == []


def test_a_stated_moment_wins(tmp_path):
    (tmp_path / "l.json").write_text(listing(post(1)))
    adapter = RedditListingAdapter(source(tmp_path / "l.json", observed_at="2026-05-01T08:00:00"))
    (item,) = adapter.read(date(2026, 5, 1))
    assert item.observations[0].observed_at == datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_cut_off_listing_gives_its_whole_posts(tmp_path, pack):
    text = listing(*(post(n, selftext="words " * n) for n in range(50)))
    (tmp_path / "l.json").write_bytes(pack(text.encode()[: len(text) * 2 // 3]))
    found = list(RedditListingAdapter(source(tmp_path / "l.json")).read(DAY))
    posts = [f for f in found if isinstance(f, RawItem)]
    (cut,) = [f for f in found if isinstance(f, Refusal)]
    assert 0 < len(posts) < 50
    assert cut.position == f"children[{len(posts)}]"
    assert f"cut off at character {len(text) * 2 // 3}" in cut.reason


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "no data.children"),
        (b'{"error": 401}', "no data.children"),
        (b'{"data": {"children": 3}}', "no data.children"),
        (b"\x1f\x8bxx", "cannot be read"),
        (b"[" * 100_000, "not JSON|nested"),
        (listing(post(1)).encode()[:90], "cut off before"),
    ],
)
def test_what_is_no_listing_is_one_line(tmp_path, data, part):
    (tmp_path / "l.json").write_bytes(data)
    with pytest.raises(SourceError, match=part) as error:
        list(RedditListingAdapter(source(tmp_path / "l.json")).read(DAY))
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("part", ["a", "b"])
def test_a_recorded_listing_read_again_is_the_same_set_of_signals(real_data, part):
    config = source(real_data / "reddit" / f"r_popular_hot_2026-04-13_{part}.json")
    first, again = (ingest(config, RedditListingAdapter(config), DAY, STAMP) for _ in range(2))
    assert len(first.signals) >= 98
    assert first.dead_letters == []
    assert merge_signals(first.signals, again.signals) == first.signals


def test_every_recorded_listing_is_read_and_a_missing_member_is_named(real_data):
    path = real_data / "reddit" / "listings_raw.tar.gz"
    with tarfile.open(path) as archive:
        members = [name for name in archive.getnames() if name.startswith("Test")]
    for member in members:
        adapter = RedditListingAdapter(source(path, member=member))
        seen_at = adapter._seen_at()
        assert seen_at
        found = list(adapter.read(seen_at.date()))
        assert found
        assert all(isinstance(f, RawItem) for f in found)
    with pytest.raises(SourceError, match=r"no member 'gone\.json'"):
        list(RedditListingAdapter(source(path, member="gone.json")).read(DAY))
