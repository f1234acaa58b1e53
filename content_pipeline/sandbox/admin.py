"""The routes under ``/sandbox``: plant faults, look at all media, move the clock, read a day's trends.

Nothing here exists on Instagram; the pipeline reads the trends alone, tests and people use the rest.
"""

import math
from datetime import date, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from content_pipeline.clock import SandboxClock
from content_pipeline.sandbox.answers import permalink
from content_pipeline.sandbox.audience import graph_time
from content_pipeline.sandbox.errors import GraphProblem
from content_pipeline.sandbox.store import Fault, Media, Store
from content_pipeline.sandbox.world import World

PLACES = (
    "media",
    "upload",
    "container",
    "media_publish",
    "media_list",
    "media_fields",
    "insights",
    "comments",
    "account",
    "content_publishing_limit",
    "delete",
)
KINDS = ("error", "drop_before", "drop_after", "slow")
MAX_SECONDS = 600.0
MAX_TIMES = 10_000


def routes(store: Store, clock: SandboxClock, world: World) -> list[Route]:
    """Return the administrator's routes."""

    async def plant(request: Request) -> Response:
        try:
            fault = _fault(await request.json())
        except (ValueError, TypeError) as error:
            return _bad(str(error))
        await run_in_threadpool(store.add_fault, fault)
        return JSONResponse({"success": True})

    async def media(_: Request) -> Response:
        posts = await run_in_threadpool(store.live_media)
        return JSONResponse({"media": [_media_body(post) for post in posts]})

    async def read_clock(_: Request) -> Response:
        return JSONResponse({"now": clock.now().isoformat()})

    async def move_clock(request: Request) -> Response:
        try:
            body = await request.json()
            now = clock.advance_to(datetime.fromisoformat(body["now"]))
        except (ValueError, TypeError, KeyError) as error:
            return _bad(f"the clock needs now, a moment with a time zone: {error}")
        return JSONResponse({"now": now.isoformat()})

    async def trends(request: Request) -> Response:
        try:
            day = date.fromisoformat(request.query_params.get("day", ""))
            items = await run_in_threadpool(world.items, day)
        except (ValueError, OverflowError) as error:  # the calendar's first days have none before them
            return _bad(f"day must be YYYY-MM-DD: {error}")
        return JSONResponse({"items": items})

    return [
        Route("/sandbox/faults", plant, methods=["POST"]),
        Route("/sandbox/media", media, methods=["GET"]),
        Route("/sandbox/clock", read_clock, methods=["GET"]),
        Route("/sandbox/clock", move_clock, methods=["POST"]),
        Route("/sandbox/trends", trends, methods=["GET"]),
    ]


def _fault(body: Any) -> Fault:
    """Read a fault.

    Raises:
        ValueError: what is wrong with it.
    """
    if not isinstance(body, dict):
        raise ValueError("a fault is an object")
    at, kind, error = body.get("at"), body.get("kind"), body.get("error")
    if at not in PLACES or kind not in KINDS:
        raise ValueError(f"at must be one of {', '.join(PLACES)}; kind one of {', '.join(KINDS)}")
    if kind == "error" and not (error is None and at == "upload"):
        if not isinstance(error, dict):
            raise ValueError("a fault of kind error needs an error object")
        GraphProblem.from_body(error)
    seconds, times = float(body.get("seconds", 0)), int(body.get("times", 1))
    if not (math.isfinite(seconds) and 0 <= seconds <= MAX_SECONDS and 1 <= times <= MAX_TIMES):
        raise ValueError(f"seconds go from 0 to {MAX_SECONDS:g}, times from 1 to {MAX_TIMES}")
    return Fault(at, kind, error, seconds, times)


def _bad(reason: str) -> Response:
    return JSONResponse({"detail": reason}, 400)


def _media_body(media: Media) -> dict[str, str]:
    return {
        "id": media.id,
        "caption": media.caption,
        "timestamp": graph_time(media.published_at),
        "container_id": media.container_id,
        "video_sha256": media.video_sha256,
        "permalink": permalink(media),
        "ig_user_id": media.ig_user_id,
    }
