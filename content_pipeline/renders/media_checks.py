"""Reads a finished reel back and says whether the platform accepts it. It never raises on a file.

Limits: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
(reel specifications); where the platform leaves a choice, the studio's own is required.
"""

import struct
from fractions import Fraction
from pathlib import Path

import av
from av.container.input import InputContainer

from content_pipeline.renders.compositor import FPS
from content_pipeline.renders.encoder import BT709, SAMPLE_RATE
from content_pipeline.renders.records import MediaCheck
from content_pipeline.typography import HEIGHT, WIDTH

SHORTEST_S, LONGEST_S = 3.0, 900.0
LARGEST_BYTES = 300_000_000
DURATION_TOLERANCE_S = 0.2


def probe(path: Path) -> list[MediaCheck]:
    """Check container, streams, length and size of the file at ``path``; a file that cannot be read fails
    ``readable``.
    """
    try:
        size = path.stat().st_size
        boxes = top_level_boxes(path)
        with av.open(str(path)) as container:
            streams = _stream_checks(container)
            seconds = _seconds(container)
    except (OSError, av.FFmpegError, ValueError) as error:
        return [MediaCheck(name="readable", passed=False, detail=str(error))]
    order = [name for name in boxes if name in ("moov", "mdat")]
    return [
        _check("readable", True, f"{size} bytes"),
        _check("container", boxes[:1] == ["ftyp"], f"begins with {boxes[:1]}"),
        _check("moov_first", order[:2] == ["moov", "mdat"], " ".join(boxes)),
        *streams,
        _check("length", SHORTEST_S <= seconds <= LONGEST_S, f"{seconds:.3f} s"),
        _check("size", size < LARGEST_BYTES, f"{size} bytes"),
    ]


def check_reel(path: Path, seconds: float) -> list[MediaCheck]:
    """Return ``probe``'s checks and whether the reel lasts ``seconds``."""
    checks = probe(path)
    if not checks[0].passed:
        return checks
    found = duration(path)
    detail = f"{found:.3f} s instead of {seconds:.3f} s"
    return [*checks, _check("duration", abs(found - seconds) <= DURATION_TOLERANCE_S, detail)]


def duration(path: Path) -> float:
    """Return the length of a readable file in seconds."""
    with av.open(str(path)) as container:
        return _seconds(container)


def top_level_boxes(path: Path) -> list[str]:
    """Return the names of an MP4's outermost boxes in their order (ISO/IEC 14496-12, 4.2).

    Raises:
        ValueError: the file is no sequence of boxes.
    """
    names: list[str] = []
    end = path.stat().st_size
    with path.open("rb") as file:
        while (start := file.tell()) < end and len(names) < 1000:
            header = file.read(8)
            if len(header) < 8:
                raise ValueError("the file ends within a box")
            length, name = struct.unpack(">I4s", header)
            if length == 1:
                length = int.from_bytes(file.read(8), "big")
            length = length or end - start
            if length < 8 or start + length > end or not name.isascii():
                raise ValueError(f"no MP4: box {name!r} of {length} bytes at byte {start}")
            names.append(name.decode())
            file.seek(start + length)
    return names


def _stream_checks(container: InputContainer) -> list[MediaCheck]:
    if not container.streams.video or not container.streams.audio:
        return [_check("streams", False, "there is no picture or no sound")]
    video, audio = container.streams.video[0], container.streams.audio[0]
    picture, sound = video.codec_context, audio.codec_context
    rate = video.average_rate or Fraction(0)
    colours = (picture.color_primaries, picture.color_trc, picture.colorspace, picture.color_range)
    return [
        _check("video_codec", picture.name == "h264", f"{picture.name} {picture.profile}"),
        _check("pixel_format", picture.pix_fmt == "yuv420p", str(picture.pix_fmt)),
        _check(
            "colours", colours == (BT709, BT709, BT709, 1), f"primaries, transfer, matrix, range {colours}"
        ),
        _check("frame_size", (video.width, video.height) == (WIDTH, HEIGHT), f"{video.width}x{video.height}"),
        _check("frame_rate", rate == FPS, f"{float(rate):.3f} a second"),
        _check("audio_codec", sound.name == "aac", sound.name),
        _check("sample_rate", sound.sample_rate == SAMPLE_RATE, f"{sound.sample_rate} Hz"),
        _check("channels", sound.channels == 2, str(sound.channels)),
    ]


def _seconds(container: InputContainer) -> float:
    video = container.streams.video[0] if container.streams.video else None
    if video is not None and video.duration and video.time_base:
        return float(video.duration * video.time_base)
    return (container.duration or 0) / av.time_base


def _check(name: str, passed: bool, detail: str) -> MediaCheck:
    return MediaCheck(name=name, passed=passed, detail=detail)
