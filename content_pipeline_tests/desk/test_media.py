"""What the desk serves of the media store: whole, in parts, from elsewhere, and to whom."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest

from content_pipeline.desk.web import Desk, media_url
from content_pipeline.storage.media import MediaStore
from content_pipeline_tests.desk.serving import Visitor, add_user, new_app, serving

FILM = bytes(range(256)) * 600


@pytest.fixture
def ana(visitor: Visitor) -> Visitor:
    visitor.log_in()
    return visitor


def stored(store: MediaStore, folder: Path, name: str = "reel.mp4", content: bytes = FILM) -> str:
    (folder / name).write_bytes(content)
    return store.put(folder / name)


def test_a_film_is_served_whole_and_in_parts_and_kept_by_the_browser(
    ana: Visitor, desk: Desk, tmp_path: Path
) -> None:
    url = media_url(stored(desk.media, tmp_path))
    whole = ana.get(url)
    assert (whole.status_code, whole.content) == (200, FILM)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert whole.headers["etag"] == f'"{hashlib.sha256(FILM).hexdigest()}"'
    size = len(FILM)
    for asked, status, first, last in [
        ("bytes=0-", 206, 0, size),
        ("bytes=1000-1999", 206, 1000, 2000),
        ("bytes=-500", 206, size - 500, size),
        (f"bytes={size - 1}-{size + 5}", 206, size - 1, size),
        (f"bytes={size}-", 416, 0, 0),
        ("bytes=5-2", 400, 0, 0),
    ]:
        part = ana.get(url, headers={"Range": asked})
        assert part.status_code == status, asked
        if status == 206:
            assert part.content == FILM[first:last]
            assert part.headers["content-range"] == f"bytes {first}-{last - 1}/{size}"
    head = ana.head(url)
    assert (head.headers["content-length"], head.content) == (str(size), b"")


def test_covers_are_pictures(ana: Visitor, desk: Desk, tmp_path: Path) -> None:
    key = stored(desk.media, tmp_path, "cover.jpg", b"\xff\xd8\xff")
    assert ana.get(media_url(key)).headers["content-type"] == "image/jpeg"


def test_nothing_else_of_the_store_or_the_machine_is_served(ana: Visitor, desk: Desk, tmp_path: Path) -> None:
    page = stored(desk.media, tmp_path, "page.html", b"<script>alert(1)</script>")
    desk.media.put_note("abc.json", "{}")
    digest = "ab" * 32
    for key in [
        page,
        "abc.json",
        f"ab/{digest}.mp4",
        f"cd/{digest}.mp4",
        f"../media/ab/{digest}.mp4",
        "../operations.db",
        "%2e%2e/operations.db",
        "..%2foperations.db",
        "/etc/passwd",
        f"ab/{digest}.mp4/../../../operations.db",
        f"ab/{digest}.mp4\0.jpg",
        f"ab/{digest}.mp4\n",
        f"AB/{digest.upper()}.MP4",
        "file:///etc/passwd",
        "",
    ]:
        answer = ana.get(f"/media/{quote(key, safe='/%:')}")
        assert answer.status_code == 404, key
        assert "root:" not in answer.text


def test_media_are_for_who_is_logged_in(visitor: Visitor, desk: Desk, tmp_path: Path) -> None:
    url = media_url(stored(desk.media, tmp_path))
    assert visitor.get(url).headers["location"].startswith("/login")


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Visitor, Desk]]:
    """Give a visitor of a desk whose media store is no folder."""
    monkeypatch.setenv("CONTENT_PIPELINE_MEDIA_URL", f"memory://{uuid4().hex}")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "copies"))
    (tmp_path / "copies").mkdir()
    app = new_app(tmp_path)
    add_user(app.state.desk)
    with serving(app) as address, Visitor(address) as visitor:
        visitor.log_in()
        yield visitor, app.state.desk


def test_a_film_in_a_remote_store_is_served_and_its_copy_removed(
    remote: tuple[Visitor, Desk], tmp_path: Path
) -> None:
    visitor, desk = remote
    url = media_url(stored(desk.media, tmp_path))
    assert visitor.get(url).content == FILM
    part = visitor.get(url, headers={"Range": "bytes=256-511"})
    assert (part.status_code, part.content) == (206, FILM[256:512])
    with visitor.stream("GET", url) as leaving:
        assert leaving.status_code == 200
    assert visitor.get(media_url("ab/" + "ab" * 32 + ".jpg")).status_code == 404
    deadline = time.monotonic() + 5  # the server notices a moment later that somebody left
    while list((tmp_path / "copies").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list((tmp_path / "copies").iterdir()) == []
