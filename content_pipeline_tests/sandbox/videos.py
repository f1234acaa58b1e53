"""Tiny real videos for the tests of the local Instagram."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def make_video(
    path: Path,
    seconds: float = 4.0,
    fps: int = 24,
    codec: str = "libx264",
    sound: bool = True,
    shade: int = 90,
) -> Path:
    """Write a small MP4 of one shade, with a silent AAC track unless told otherwise."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=fps)
        video.width, video.height, video.pix_fmt = 64, 96, "yuv420p"
        audio = container.add_stream("aac", rate=44100) if sound else None
        picture = np.full((96, 64, 3), shade, dtype=np.uint8)
        for _ in range(round(seconds * fps)):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
        if audio is not None:
            for n in range(int(seconds * 44100) // 1024):
                frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
                frame.sample_rate, frame.pts, frame.time_base = 44100, n * 1024, Fraction(1, 44100)
                container.mux(audio.encode(frame))
            container.mux(audio.encode())
    return path
