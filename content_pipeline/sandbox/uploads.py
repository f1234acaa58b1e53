"""Receiving a reel's video: it is streamed past a hash into a temporary file, looked at, and thrown away."""

import hashlib
import tempfile
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Any

import av
from starlette.concurrency import run_in_threadpool

from content_pipeline.sandbox.store import Video

MAX_VIDEO_BYTES = 300 << 20
VIDEO_CODECS = ("h264", "hevc")
MIN_S = 3.0
MAX_S = 15 * 60.0
MIN_FPS = 23.0
MAX_FPS = 60.0
ROUNDING_S = 0.05
"""Containers give the duration with the last frame or without it."""

UNSUPPORTED = 2207026


class UploadRefused(Exception):  # noqa: N818 - it is an answer, not a failure of the server
    """An upload that is answered with the upload host's own kind of error."""

    def body(self) -> dict[str, Any]:
        """Return the answer's body."""
        message = str(self) or "Request processing failed"
        return {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": message}}


async def read_video(chunks: AsyncIterable[bytes], declared_size: int) -> Video:
    """Read a video to its end and look at it.

    Raises:
        UploadRefused: its size is not the declared one, or it is over 300 MiB.
    """
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > min(declared_size, MAX_VIDEO_BYTES):
                raise UploadRefused("Upload size does not match the file_size header")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        if size != declared_size:
            raise UploadRefused("Upload size does not match the file_size header")
        duration = await run_in_threadpool(reel_duration, Path(file.name))
    problem = UNSUPPORTED if duration is None else None
    return Video(sha256=digest.hexdigest(), size=size, duration_s=duration or 0.0, problem=problem)


def reel_duration(path: Path) -> float | None:
    """Return a video's duration (s), or nothing if it is no reel by the platform's published limits.

    A reel is H.264 or HEVC with AAC sound, 3 s to 15 min long, at 23 to 60 frames a second.
    """
    try:
        with av.open(str(path)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            duration = (container.duration or 0) / av.time_base
            rate = float(video.average_rate or 0)
            names = (video.codec_context.name, audio.codec_context.name)
    except (av.FFmpegError, IndexError):
        return None
    fits = MIN_S - ROUNDING_S <= duration <= MAX_S + ROUNDING_S and MIN_FPS - 0.05 <= rate <= MAX_FPS + 0.05
    return round(duration, 3) if fits and names[0] in VIDEO_CODECS and names[1] == "aac" else None
