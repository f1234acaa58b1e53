"""How fast a reel is rendered, beside the encoder's own limit: the same frames, composed beforehand, encoded
with the same settings.

Run ``python benchmarks/render_speed.py``. Both are timed in alternation, because a machine's speed drifts;
medians of three pairs.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from content_pipeline.accounts import Brand
from content_pipeline.renders.compositor import Compositor
from content_pipeline.renders.encoder import encode
from content_pipeline.renders.scenes import build_scenes
from content_pipeline.renders.sound import soundtrack
from content_pipeline.renders.studio import render_reel
from content_pipeline.typography import HEIGHT, WIDTH

sys.path.insert(0, str(Path(__file__).parent.parent))  # the tests' example script is not installed

from content_pipeline_tests.renders.rows import script

PAIRS = 3
SECONDS = 14.0


def stored_frames(raw: Path) -> Iterator[av.VideoFrame]:
    """Read composed frames back; reading is counted, and is a few per cent of encoding."""
    size = WIDTH * HEIGHT * 3 // 2
    with raw.open("rb") as stream:
        for index in range(raw.stat().st_size // size):
            plane = np.frombuffer(stream.read(size), np.uint8).reshape(HEIGHT * 3 // 2, WIDTH)
            frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
            frame.pts = index
            yield frame


def timed(work) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    cv2.setNumThreads(1)
    reel = script(seconds=SECONDS)
    brand = Brand()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw = folder / "frames.yuv"
        with raw.open("wb") as sink:
            for frame in Compositor(build_scenes(reel, brand, "clear.hours")).frames():
                sink.write(frame.to_ndarray().tobytes())
        sound = soundtrack(reel.content_hash, SECONDS, [])
        whole, limit = [], []
        for _ in range(PAIRS):
            whole.append(timed(lambda: render_reel(reel, brand, "clear.hours", folder)))
            limit.append(timed(lambda: encode(folder / "limit.mp4", stored_frames(raw), sound)))
        size = (folder / f"{reel.script_id}.mp4").stat().st_size
    for label, runs in (("render", whole), ("encoder alone", limit)):
        wall, cpu = (statistics.median(run[kind] for run in runs) for kind in (0, 1))
        print(f"{label:14} {SECONDS / wall:5.2f} x real time   {cpu / SECONDS:5.2f} CPU s a video second")
    ratios = [statistics.median(limit[i][kind] / whole[i][kind] for i in range(PAIRS)) for kind in (0, 1)]
    print(f"render reaches {ratios[0]:.0%} of the encoder's limit by wall clock, {ratios[1]:.0%} by CPU")
    print(f"{size / 1e6:.2f} MB; one reel, one process, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
