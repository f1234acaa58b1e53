"""From scripts to finished files: renders each reel in a process of its own, stores it, and skips what is
finished.

How a reel looks, sounds and is encoded is the other modules' matter.
"""

import multiprocessing
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import cv2

from content_pipeline.accounts import Brand
from content_pipeline.renders.compositor import FPS, Compositor
from content_pipeline.renders.covers import draw_cover
from content_pipeline.renders.encoder import encode
from content_pipeline.renders.errors import RenderError
from content_pipeline.renders.index import RenderIndex
from content_pipeline.renders.judging import judge_parts, judge_pictures
from content_pipeline.renders.media_checks import check_reel, duration
from content_pipeline.renders.palette import palette
from content_pipeline.renders.provenance import provenance
from content_pipeline.renders.records import MediaCheck, Provenance, Render
from content_pipeline.renders.scenes import build_scenes
from content_pipeline.renders.sound import soundtrack
from content_pipeline.review.records import Finding
from content_pipeline.scripts.records import Script
from content_pipeline.storage.dead_letters import EXCERPT_LENGTH, DeadLetter
from content_pipeline.storage.media import MediaStore, sha256_of
from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.typography import HEIGHT, WIDTH, TextError

RENDERER = "studio-3"
"""Changes whenever the same script would give other files: what was rendered before is then rendered
again.
"""
LONGEST_S = 90.0
"""The format is 10 to 20 s; more than this is a mistake in the script, and would hold a worker for
minutes.
"""

Outcome = Render | DeadLetter


@dataclass(frozen=True)
class RenderedFiles:
    """A rendered reel and its cover, what was checked in the reel, where its parts come from, and what stands against its pictures."""

    reel: Path
    cover: Path
    checks: list[MediaCheck]
    provenance: list[Provenance]
    findings: list[Finding]


def render_reel(script: Script, brand: Brand, handle: str, folder: Path) -> RenderedFiles:
    """Render a script into ``folder``; the same script gives the same bytes.

    Raises:
        RenderError: the script cannot be rendered; the message names it and the text.
    """
    reel, cover = folder / f"{script.script_id}.mp4", folder / f"{script.script_id}.jpg"
    try:
        seconds = _timing(script)
        scenes = build_scenes(script, brand, handle)
        draw_cover(script, brand, handle, cover)
    except (RenderError, TextError) as error:
        raise RenderError(f"script {script.script_id}: {error}") from error
    changes = [scene.start_s for scene in scenes[1:]]
    compositor = Compositor(scenes)
    encode(reel, compositor.frames(), soundtrack(script.film_hash, compositor.count / FPS, changes))
    findings = judge_pictures([*(scene.colours for scene in scenes), palette(brand, 0)], cover)
    return RenderedFiles(reel, cover, check_reel(reel, seconds), provenance(brand, RENDERER), findings)


def render_scripts(
    scripts: Iterable[Script],
    brand: Brand,
    handle: str,
    media: MediaStore,
    stamp: Stamp,
    workers: int = 2,
    progress: Callable[[Render], None] | None = None,
) -> tuple[list[Render], list[DeadLetter]]:
    """Render scripts that are not rendered yet, ``workers`` at a time, and store each as soon as it is
    finished.

    ``progress`` is called, in this thread, with every render that was made now. Both lists are in the order
    of the scripts. A script that fails becomes a dead letter, and the others go on.
    """
    scripts = list(scripts)
    index = RenderIndex(media)
    outcomes: dict[str, Outcome] = {}
    waiting: list[Script] = []
    for script in scripts:
        found = index.find(render_id(script, brand, handle))
        if found:
            outcomes[script.script_id] = _restamped(found, script, stamp)
        else:
            waiting.append(script)
    with tempfile.TemporaryDirectory(prefix="renders-") as folder:
        for script, result in _rendered(waiting, brand, handle, Path(folder), workers):
            outcome = _finish(script, brand, handle, media, index, stamp, result)
            outcomes[script.script_id] = outcome
            if progress and isinstance(outcome, Render):
                progress(outcome)
    ordered = [outcomes[script.script_id] for script in scripts]
    return [o for o in ordered if isinstance(o, Render)], [o for o in ordered if isinstance(o, DeadLetter)]


def render_id(script: Script, brand: Brand, handle: str) -> str:
    """Return the id of a script's render: it follows from all that decides the files' content, which a caption does not."""
    return stable_id("render", script.film_hash, brand, handle, RENDERER)


def _rendered(
    scripts: list[Script], brand: Brand, handle: str, folder: Path, workers: int
) -> Iterator[tuple[Script, RenderedFiles | str]]:
    """Yield each script with its files, or the reason why there are none, as they are finished."""
    if len(scripts) < 2 or workers < 2:
        for script in scripts:
            yield script, _attempt(script, brand, handle, folder)
        return
    unfinished = []
    for script, result in _in_processes(scripts, brand, handle, folder, workers):
        if result is None:
            unfinished.append(script)
        else:
            yield script, result
    # A worker that is killed takes the pool with it. Alone, each script shows whether it was the cause.
    for script in unfinished:
        for _, result in _in_processes([script], brand, handle, folder, 1):
            yield script, result or f"script {script.script_id}: the process that rendered it was killed"


def _in_processes(
    scripts: list[Script], brand: Brand, handle: str, folder: Path, workers: int
) -> Iterator[tuple[Script, RenderedFiles | str | None]]:
    """Yield each script with its outcome, None where the pool broke before it had one."""
    # A forked child of a process with threads may hang; a spawned one begins afresh.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(scripts)), mp_context=context, initializer=_prepare_worker
    ) as pool:
        running: dict[Future[RenderedFiles | str], Script] = {}
        try:
            for script in scripts:
                try:
                    running[pool.submit(_attempt, script, brand, handle, folder)] = script
                except BrokenProcessPool:
                    yield script, None
            for future in as_completed(running):
                broken = isinstance(future.exception(), BrokenProcessPool)
                yield running[future], None if broken else future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _attempt(script: Script, brand: Brand, handle: str, folder: Path) -> RenderedFiles | str:
    # Whatever one script does to the renderer, the day's others must not fail with it: the reason is kept in
    # a dead letter.
    try:
        return render_reel(script, brand, handle, folder)
    except RenderError as error:
        return str(error)
    except Exception as error:
        return f"script {script.script_id}: {type(error).__name__}: {error}"


def _prepare_worker() -> None:
    """Keep to one core, and end with the process that started this one: otherwise it would render on for
    nobody.
    """
    cv2.setNumThreads(1)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _finish(
    script: Script,
    brand: Brand,
    handle: str,
    media: MediaStore,
    index: RenderIndex,
    stamp: Stamp,
    result: RenderedFiles | str,
) -> Outcome:
    """Store finished files and note them, or say why there are none."""
    if isinstance(result, str):
        return _dead_letter(script, result)
    failed = [f"{check.name} ({check.detail})" for check in result.checks if not check.passed]
    if failed:
        return _dead_letter(script, f"script {script.script_id}: the file fails {', '.join(failed)}")
    render = Render(
        **stamp.fields(),
        **_origin(script),
        render_id=render_id(script, brand, handle),
        reel_key=media.put(result.reel),
        reel_sha256=sha256_of(result.reel),
        reel_bytes=result.reel.stat().st_size,
        cover_key=media.put(result.cover),
        cover_sha256=sha256_of(result.cover),
        width=WIDTH,
        height=HEIGHT,
        fps=float(FPS),
        duration_s=round(duration(result.reel), 3),
        video_codec="h264",
        audio_codec="aac",
        checks=result.checks,
        provenance=result.provenance,
        findings=[*judge_parts(result.provenance, script.caption), *result.findings],
        renderer=RENDERER,
    )
    index.add(render)
    result.reel.unlink()
    result.cover.unlink()
    return render


def _restamped(render: Render, script: Script, stamp: Stamp) -> Render:
    """Return a finished render for the script that asks for it now: two scripts with the same film share
    the files.

    Its parts are judged again: what may be used, and what the caption must name, may have changed since.
    """
    pictures = [finding for finding in render.findings if not finding.rule_id.startswith("rights.")]
    findings = [*judge_parts(render.provenance, script.caption), *pictures]
    return render.model_copy(update=stamp.fields() | _origin(script) | {"findings": findings})


def _origin(script: Script) -> dict[str, object]:
    names = ("script_id", "brief_id", "slot_id", "slot_at", "account", "day", "content_hash")
    return {name: getattr(script, name) for name in names}


def _dead_letter(script: Script, reason: str) -> DeadLetter:
    return DeadLetter(
        stage="renders",
        source=script.account,
        day=script.day,
        position=script.script_id,
        reason=reason,
        excerpt=" / ".join(segment.on_screen_text for segment in script.segments)[:EXCERPT_LENGTH],
    )


def _timing(script: Script) -> float:
    """Return the reel's seconds.

    Raises:
        RenderError: the segments do not follow one another from 0 to a sensible end.
    """
    marks = [0.0, *(segment.end_s for segment in script.segments)]
    starts = [segment.start_s for segment in script.segments]
    # Written so that a time that is not a number fails too.
    whole = bool(starts) and all(abs(a - b) < 0.5 / FPS for a, b in zip(starts, marks, strict=False))
    if (
        not whole
        or not all(a + 0.5 <= b for a, b in zip(starts, marks[1:], strict=True))
        or not marks[-1] <= LONGEST_S
    ):
        times = ", ".join(f"{s.start_s:g} to {s.end_s:g}" for s in script.segments[:8])
        raise RenderError(f"its segments ({times}) must follow one another from 0 to {LONGEST_S:g} s at most")
    return marks[-1]
