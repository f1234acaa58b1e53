"""Writes a reel's file: H.264 and AAC in an MP4, the same bytes for the same frames and sound.

Limits: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
(reel specifications).
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container.output import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from content_pipeline.renders.compositor import FPS
from content_pipeline.typography import HEIGHT, WIDTH

SAMPLE_RATE = 48_000
BT709, LIMITED = 1, 1
X264 = {"preset": "veryfast", "crf": "23", "profile": "high"}
PARAMETERS = "keyint=60:open-gop=0:vbv-maxrate=3000:vbv-bufsize=6000:threads=1"
AUDIO_FRAME = 1024


def encode(path: Path, frames: Iterable[av.VideoFrame], sound: NDArray[np.float32]) -> None:
    """Encode frames and sound (2, samples) into ``path`` in one pass; the index (moov) is put before the
    data.

    Frames may be one reused object: each is encoded before the next is asked for.
    """
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = video_stream(container)
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        audio.bit_rate = 128_000
        audio.codec_context.flags |= av.codec.context.Flags.bitexact
        chunks = _chunks(sound)
        for number, frame in enumerate(frames):
            # A second of sound goes with each second of pictures, so that the file is interleaved.
            if number % FPS == 0:
                for _, chunk in zip(range(SAMPLE_RATE // AUDIO_FRAME + 1), chunks, strict=False):
                    container.mux(audio.encode(chunk))
            container.mux(video.encode(frame))
        for chunk in chunks:
            container.mux(audio.encode(chunk))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def video_stream(container: OutputContainer) -> VideoStream:
    """Add the reel's H.264 stream to a container."""
    # On CPUs with AVX-512, x264 gives other bytes for the same frames from run to run; up to AVX2 it does
    # not.
    pinned = ":asm=avx2" if "AVX2" in cv2.getCPUFeaturesLine() else ""
    stream = container.add_stream("libx264", rate=FPS, options=X264 | {"x264-params": PARAMETERS + pinned})
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    stream.time_base = Fraction(1, FPS)
    context: VideoCodecContext = stream.codec_context
    context.thread_count = 1
    context.flags |= av.codec.context.Flags.bitexact | av.codec.context.Flags.closed_gop
    context.color_range = LIMITED
    context.color_primaries = context.color_trc = context.colorspace = BT709
    return stream


def _chunks(sound: NDArray[np.float32]) -> Iterator[av.AudioFrame]:
    for start in range(0, sound.shape[1], AUDIO_FRAME):
        part = np.ascontiguousarray(sound[:, start : start + AUDIO_FRAME])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        yield frame
