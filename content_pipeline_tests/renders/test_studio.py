import hashlib
import io
import subprocess
import sys
import threading

import av
import numpy as np
import pytest
from PIL import Image

from content_pipeline.accounts import Brand
from content_pipeline.renders.errors import RenderError
from content_pipeline.renders.media_checks import check_reel, probe, top_level_boxes
from content_pipeline.renders.sound import loudness, soundtrack
from content_pipeline.renders.studio import render_reel, render_scripts
from content_pipeline.storage.media import MediaStore
from content_pipeline_tests.renders.rows import SHORT, STAMP, script

RENDER_FROM_A_COMMAND = """
import sys
from content_pipeline.renders.studio import render_scripts
from content_pipeline.accounts import Brand
from content_pipeline.storage.media import MediaStore
from content_pipeline_tests.renders.rows import SHORT, STAMP, script
both = [script(SHORT, 3.0), script(SHORT, 3.0, script_id="script_2", cover_text="Another cover")]
renders, letters = render_scripts(both, Brand(), "clear.hours", MediaStore(sys.argv[1]), STAMP)
print(renders[0].reel_sha256, renders[0].cover_sha256, renders[1].script_id, len(letters))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return render_reel(script(SHORT, 3.0), Brand(), "clear.hours", tmp_path_factory.mktemp("reel"))


def run(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout.split()


def test_a_reel_is_what_the_platform_asks_for(files):
    assert [check.name for check in files.checks if not check.passed] == []
    assert {"moov_first", "video_codec", "colours", "frame_rate", "audio_codec", "duration"} <= {
        check.name for check in files.checks
    }
    assert {part.kind for part in files.provenance} == {"font", "sound", "picture"}


def test_every_group_of_pictures_is_closed(files):
    with av.open(str(files.reel)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keys = [packet.pts for packet in packets if packet.is_keyframe]
    assert keys[0] == 0
    assert len(keys) >= 2
    for packet in packets:
        # In an open group, a picture shown before a key frame would be decoded after it.
        assert packet.pts >= max(key for key in keys if key <= max(packet.dts, 0))


def test_frames_show_the_brand_and_the_text(files):
    with av.open(str(files.reel)) as container:
        frame = next(f for n, f in enumerate(container.decode(video=0)) if n == 25).to_ndarray(format="rgb24")
    assert np.abs(frame[900, 1040].astype(int) - (20, 30, 48)).max() < 20
    text = frame[400:1250, 84:950].reshape(-1, 3).astype(int)
    assert (np.abs(text - (249, 250, 251)).max(axis=1) < 12).mean() > 0.03
    assert (np.abs(text - (244, 183, 64)).max(axis=1) < 16).mean() > 0.01


def test_the_sound_in_the_file_is_level(files):
    with av.open(str(files.reel)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert loudness(sound) == pytest.approx(-16, abs=1)
    assert np.abs(sound).max() < 10 ** (-1 / 20)


def test_the_sound_follows_from_its_seed():
    first, same, other = (soundtrack(seed * 64, 3.0, [1.0]) for seed in "aab")
    assert np.array_equal(first, same)
    assert not np.allclose(first, other)
    assert first.shape == (2, 144_000)


def test_the_cover_is_an_srgb_jpeg(files):
    with Image.open(files.cover) as cover:
        assert (cover.format, cover.size, cover.mode) == ("JPEG", (1080, 1920), "RGB")
        assert "sRGB".encode("utf-16-be") in cover.info["icc_profile"]


@pytest.mark.parametrize("content", [b"", b"not a film", b"\0\0\0\x18ftypisom", bytes(1000), None])
def test_an_unreadable_file_fails_its_check(tmp_path, content):
    path = tmp_path / "reel.mp4"
    if content is not None:
        path.write_bytes(content)
    for checks in (probe(path), check_reel(path, 3)):
        assert [check.name for check in checks if not check.passed] == ["readable"]


def test_a_truncated_reel_fails(files, tmp_path):
    path = tmp_path / "cut.mp4"
    path.write_bytes(files.reel.read_bytes()[:-50_000])
    assert not all(check.passed for check in probe(path))


def test_a_film_of_another_kind_fails_by_name(tmp_path):
    path = tmp_path / "other.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        audio = container.add_stream("aac", rate=44_100, layout="mono")
        container.mux(audio.encode(_silence()))
        for _ in range(25):
            container.mux(stream.encode(av.VideoFrame(320, 240, "yuv420p")))
        container.mux(stream.encode(None))
        container.mux(audio.encode(None))
    assert top_level_boxes(path)[-1] == "moov"
    failed = {check.name for check in check_reel(path, 3.0) if not check.passed}
    assert failed == {
        "moov_first",
        "video_codec",
        "colours",
        "frame_size",
        "frame_rate",
        "sample_rate",
        "channels",
        "length",
        "duration",
    }


def _silence():
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 44_100
    return frame


@pytest.mark.parametrize(
    ("parts", "changes", "named"),
    [
        ((("hook", "x" * 10_000, ""),), {}, "xxxx.*does not fit"),
        ((("hook", "仕事", ""),), {}, "Inter lacks 仕"),
        ((("hook", "🔥", ""),), {}, "nothing of the text '🔥'"),
        ((("hook", "Fine", "word " * 500),), {}, "500 words"),
        ((("hook", "Fine", ""),), {"cover_text": "مرحبا"}, "Inter lacks م"),
        ((), {}, "follow one another"),
    ],
)
def test_what_cannot_be_drawn_names_script_and_text(parts, changes, named, tmp_path):
    with pytest.raises(RenderError, match=f"script_1: .*{named}"):
        render_reel(script(parts, 3.0, **changes), Brand(), "clear.hours", tmp_path)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e9, -3.0, 0.0])
def test_impossible_times_are_refused(seconds, tmp_path):
    segments = [script(SHORT[:1], 3.0).segments[0].model_copy(update={"end_s": seconds})]
    with pytest.raises(RenderError, match="script_1: its segments"):
        render_reel(script(segments=segments), Brand(), "clear.hours", tmp_path)


def test_a_failing_script_is_a_dead_letter_and_nothing_is_rendered_twice(tmp_path):
    media = MediaStore(str(tmp_path / "media"))
    good = script(SHORT, 3.0)
    bad = script((("hook", "仕事", ""),), 3.0, script_id="script_2")
    made = []
    call = {
        "brand": Brand(),
        "handle": "clear.hours",
        "media": media,
        "stamp": STAMP,
        "progress": made.append,
    }
    renders, letters = render_scripts([bad, good], workers=1, **call)
    assert [(r.script_id, r.duration_s) for r in renders] == [("script_1", 3.0)]
    assert [(le.stage, le.source, le.position) for le in letters] == [("renders", "demo", "script_2")]
    assert "仕" in letters[0].reason
    assert renders == made
    assert media.read(renders[0].reel_key)[4:8] == b"ftyp"
    assert Image.open(io.BytesIO(media.read(renders[0].cover_key))).size == (1080, 1920)
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "media").rglob("*") if path.is_file()}

    again, _ = render_scripts([good], workers=1, **call)
    assert again == renders
    edited = good.with_caption("Another caption.", ["#another"])
    ((reused,), _) = render_scripts([edited], workers=1, **call)
    assert (reused.render_id, reused.reel_key) == (renders[0].render_id, renders[0].reel_key)
    assert reused.content_hash == edited.content_hash != renders[0].content_hash
    assert len(made) == 1
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "media").rglob("*") if p.is_file()} == files

    (tmp_path / "media" / renders[0].cover_key).unlink()
    restored, _ = render_scripts([good], workers=1, **call)
    assert restored == renders
    assert len(made) == 2
    assert media.exists(renders[0].cover_key)


def test_other_processes_make_the_same_bytes_and_a_thread_takes_up_their_work(files, tmp_path):
    here = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (files.reel, files.cover)]
    assert run(RENDER_FROM_A_COMMAND, tmp_path) == [*here, "script_2", "0"]
    # Finished already: this time from a thread, with one more script and one that fails in its process.
    results = []
    scripts = [script(SHORT, 3.0, script_id="c", cover_text="A third cover")]
    scripts.append(script(SHORT, 3.0))
    scripts.append(script((("hook", "仕", ""),), 3.0, script_id="d"))
    made = []

    def work():
        results.extend(
            render_scripts(
                scripts, Brand(), "clear.hours", MediaStore(str(tmp_path)), STAMP, progress=made.append
            )
        )

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(120)
    assert [render.script_id for render in results[0]] == ["c", "script_1"]
    assert [letter.position for letter in results[1]] == ["d"]
    assert [render.script_id for render in made] == ["c"]
