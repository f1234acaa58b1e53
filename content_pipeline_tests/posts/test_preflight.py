"""What is refused before anything is sent, and the sentence that says what to do."""

from pathlib import Path

import pytest

from content_pipeline.posts.preflight import MAX_VIDEO_BYTES, problems
from content_pipeline.renders.records import MediaCheck
from content_pipeline.storage.media import MediaStore
from content_pipeline_tests.posts.rows import payload


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


@pytest.fixture
def reel(tmp_path: Path) -> Path:
    file = tmp_path / "reel.mp4"
    file.write_bytes(b"film" * 1000)
    return file


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("x" * 2200, None),
        ("x" * 2201, "Shorten the caption: it has 2201 characters, and Instagram takes 2200."),
        (" ".join(f"#tag{n}" for n in range(30)), None),
        (" ".join(f"#tag{n}" for n in range(31)), "Remove hashtags from the caption: it has 31 hashtags"),
        (" ".join(f"#métro{n}" for n in range(31)), "it has 31 hashtags"),
        (" ".join(f"@user.{n}" for n in range(20)), None),
        (" ".join(f"@user.{n}" for n in range(21)), "Remove mentions from the caption: it has 21 mentions"),
        (" ".join(f"mail{n}@example.test" for n in range(21)), None),
        (" ".join(f"page{n}#part" for n in range(31)), None),
    ],
)
def test_captions(media: MediaStore, reel: Path, caption: str, said: str | None):
    found = problems(payload(reel, media, caption=caption), media)
    assert len(found) == (said is not None)
    assert said is None or said in found[0]


def test_a_missing_file(media: MediaStore):
    assert "is not in the media store" in problems(payload(), media)[0]


def test_a_file_that_was_cut(media: MediaStore, reel: Path):
    wanted = payload(reel, media)
    with Path(media.url(wanted.reel_key)).open("r+b") as stored:
        stored.truncate(100)
    assert "was changed or cut" in problems(wanted, media)[0]


def test_a_file_that_is_too_large(media: MediaStore, reel: Path):
    wanted = payload(reel, media)
    with Path(media.url(wanted.reel_key)).open("r+b") as stored:
        stored.truncate(MAX_VIDEO_BYTES + 1_000_000)  # sparse: it takes no room
    assert "it has 301 MB" in problems(wanted, media)[0]


def test_failed_checks_of_the_film(media: MediaStore, reel: Path):
    def probe(file: Path) -> list[MediaCheck]:
        assert file.read_bytes() == reel.read_bytes()
        return [
            MediaCheck(name="codec", passed=True, detail="h264"),
            MediaCheck(name="sound", passed=False, detail="there is no sound track"),
        ]

    assert problems(payload(reel, media), media, probe) == [
        "Render the reel again: sound: there is no sound track."
    ]
