"""Landed polls: written whole or not at all, found again by source and day, moved away only when they were read."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest

from content_pipeline.storage.landing import Landing

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LINES = ['{"a": 1}', '{"b": "\\ud800 \\u2028"}']


@pytest.fixture(params=["folder", "memory"])
def base(request, tmp_path):
    return str(tmp_path / "lake") if request.param == "folder" else f"memory://{tmp_path.name}"


def land(landing, minute=0, source="news", day=DAY, fingerprint="abcdef0123456789"):
    return landing.land(source, day, NOON + timedelta(minutes=minute), fingerprint, LINES)


def test_what_is_landed_comes_back_line_by_line_also_for_another_process(base):
    poll = land(Landing(base))
    assert poll.fingerprint == "abcdef0123456789"
    assert Landing(base).unread() == [poll]
    assert Landing(base).lines(poll) == LINES


def test_polls_are_found_by_source_and_day_oldest_first(base):
    landing = Landing(base)
    late, early = land(landing, 10), land(landing, 0)
    other_day, other = land(landing, day=DAY - timedelta(days=1)), land(landing, source="other")
    assert landing.unread("news", DAY) == [early, late]
    assert landing.unread() == [other_day, early, late, other]
    assert landing.newest("news", DAY) == late
    assert landing.unread("nothing", DAY) == []
    assert landing.newest("nothing", DAY) is None


def test_a_read_poll_is_unread_no_more_and_still_the_newest(base):
    landing = Landing(base)
    first, last = land(landing), land(landing, 10)
    landing.mark_read([first, last])
    landing.mark_read([last])
    assert landing.unread() == []
    assert landing.newest("news", DAY) == last
    with pytest.raises(FileNotFoundError):
        landing.lines(first)


def test_landing_the_same_moment_again_replaces_it(base):
    landing = Landing(base)
    assert land(landing) == land(landing)
    assert len(landing.unread()) == 1


def test_old_polls_are_pruned_once_they_were_read(base):
    landing = Landing(base)
    old, unread, new = land(landing, day=DAY - timedelta(days=4)), land(landing, 1), land(landing)
    stays = land(landing, 1, day=DAY - timedelta(days=4))
    landing.mark_read([old, new])
    assert landing.prune("news", before=DAY - timedelta(days=3)) == 1
    assert landing.unread() == [stays, unread]
    assert landing.newest("news", DAY - timedelta(days=4)) == stays


def test_pruning_leaves_no_empty_folders(tmp_path):
    landing = Landing(str(tmp_path))
    landing.mark_read([land(landing, day=DAY - timedelta(days=9)), land(landing)])
    landing.prune("news", before=DAY)
    folders = {os.path.basename(path) for path, _, _ in os.walk(tmp_path)}
    assert f"day={DAY - timedelta(days=9)}" not in folders
    assert f"day={DAY}" in folders


def test_a_broken_file_is_told_from_a_whole_one(tmp_path):
    landing = Landing(str(tmp_path))
    poll = land(landing)
    [file] = tmp_path.rglob(poll.name)
    for data in (file.read_bytes()[:-9], b"not gzip", b""):
        file.write_bytes(data)
        with pytest.raises(ValueError, match="broken"):
            landing.lines(poll)


def test_strange_files_are_passed_over(tmp_path):
    landing = Landing(str(tmp_path))
    poll = land(landing)
    [file] = tmp_path.rglob(poll.name)
    for name in ("notes.jsonl.gz", f".{poll.name}.tmp", "20260105T120000000000Z-zz.jsonl.gz"):
        file.with_name(name).write_bytes(b"x")
    stray = file.parent.with_name("day=someday") / poll.name
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    assert landing.unread() == [poll]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    landing = Landing(str(tmp_path))

    def lines():
        yield LINES[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        landing.land("news", DAY, NOON, "abcdef01", lines())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_name_from_outside_cannot_leave_the_folder(tmp_path):
    landing = Landing(str(tmp_path))
    with pytest.raises(ValueError, match="cannot be the name"):
        landing.land("../escape", DAY, NOON, "abcdef01", LINES)
    with pytest.raises(ValueError, match="cannot be the name"):
        landing.land("news", DAY, NOON, "../../x", LINES)
