"""The Graph API of the local Instagram over HTTP, as far as publishing, reading back and insights go.

Handlers read the request and word the answer; the rules are the store's, the numbers the audience's. Each
call may be made to fail by a fault that an administrator planted.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from content_pipeline.clock import SandboxClock
from content_pipeline.sandbox import admin, errors
from content_pipeline.sandbox.answers import (
    account_insight_rows,
    container_body,
    insight_rows,
    insight_window,
    media_body,
    media_page,
    picked,
)
from content_pipeline.sandbox.audience import Audience
from content_pipeline.sandbox.errors import GraphProblem, Refused
from content_pipeline.sandbox.store import MAX_POSTS, WINDOW, Media, Store
from content_pipeline.sandbox.uploads import UploadRefused, read_video
from content_pipeline.sandbox.world import World

MAX_CAPTION = 2200
MAX_HASHTAGS = 30
MAX_MENTIONS = 20
MAX_BODY_BYTES = 1 << 20
DEFAULT_VERSION = "v25.0"
EXPIRED = "expired"
"""The token that stands for one whose time is over."""

HASHTAG = re.compile(r"(?<!\w)#\w+")
MENTION = re.compile(r"(?<!\w)@\w+")
USAGE = {"X-App-Usage": '{"call_count":1,"total_time":1,"total_cputime":1}'}
OURS = re.compile(r"(179|180)\d{14}")
"""The ids of media and of containers; any other number is an account, which exists on first use."""

ACCOUNT = re.compile(r"\d{5,20}", re.ASCII)
Parameters = Mapping[str, str]
Answer = dict[str, Any]
Handler = Callable[[Request, Parameters], Awaitable[Answer]]


class ConnectionDropped(Exception):  # noqa: N818 - it is an order, not a failure of the server
    """The connection is to be closed without an answer."""


class Graph:
    """The routes of the API over one store.

    Args:
        store: where containers and media are kept.
        clock: whose time everything has.
        seed: of the world and of its audience.
    """

    def __init__(self, store: Store, clock: SandboxClock, seed: int) -> None:
        self._store = store
        self._clock = clock
        self._audience = Audience(seed)
        self._world = World(seed)

    def app(self) -> Starlette:
        """Return the application."""
        routes = admin.routes(self._store, self._clock, self._world)
        upload_path = "/ig-api-upload/{version}/{id}"
        routes.append(self._route(upload_path, "POST", "upload", self._upload, form=False))
        for prefix in ("", "/{version}"):
            for path, method, place, handler in self._calls():
                routes.append(self._route(prefix + path, method, place, handler))
        return Starlette(routes=routes)

    def _calls(self) -> list[tuple[str, str, str, Handler]]:
        return [
            ("/{id}/media", "POST", "media", self._create),
            ("/{id}/media", "GET", "media_list", self._list),
            ("/{id}/media_publish", "POST", "media_publish", self._publish),
            ("/{id}/content_publishing_limit", "GET", "content_publishing_limit", self._limit),
            ("/{id}/insights", "GET", "insights", self._insights),
            ("/{id}/comments", "GET", "comments", self._comments),
            ("/{id}", "GET", "", self._node),
            ("/{id}", "DELETE", "delete", self._delete),
        ]

    def _route(self, path: str, method: str, place: str, handler: Handler, form: bool = True) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                found = place or await run_in_threadpool(self._place_of, request.path_params["id"])
                return JSONResponse(await self._guarded(request, found, handler, form), headers=USAGE)
            except Refused as refused:
                problem = refused.problem
                body = problem.body(f"{method} {request.url.path} {self._clock.now().isoformat()}")
                return JSONResponse(body, problem.http_status, headers=USAGE)
            except UploadRefused as refused:
                return JSONResponse(refused.body(), 400)
            except ConnectionDropped:
                request.state.drop()
                return Response()  # nobody is left to read it

        return Route(path, endpoint, methods=[method])

    async def _guarded(self, request: Request, place: str, handler: Handler, form: bool) -> Answer:
        """Answer a call: the fault first, then the token, then the call itself."""
        fault = await run_in_threadpool(self._store.take_fault, place)
        kind = fault.kind if fault else None
        if kind == "drop_before":
            raise ConnectionDropped
        if fault and kind == "slow":
            await asyncio.sleep(fault.seconds)
        parameters = await _parameters(request, form)
        if fault and kind == "error":
            if fault.error is None:
                raise UploadRefused
            raise Refused(GraphProblem.from_body(fault.error))
        _check_token(request, parameters)
        answer = await handler(request, parameters)
        if kind == "drop_after":
            raise ConnectionDropped
        return answer

    def _place_of(self, object_id: str) -> str:
        """Return the name by which a fault knows the node of an id."""
        if self._store.container(object_id):
            return "container"
        return "media_fields" if OURS.fullmatch(object_id) else "account"

    # Publishing

    async def _create(self, request: Request, parameters: Parameters) -> Answer:
        ig_user_id = _account(request)
        caption = parameters.get("caption", "")
        if parameters.get("media_type") != "REELS":
            raise Refused(errors.UNKNOWN_MEDIA_TYPE)
        if parameters.get("upload_type") != "resumable":
            raise Refused(errors.invalid_parameter("upload_type must be resumable"))
        if len(caption) > MAX_CAPTION:
            raise Refused(errors.CAPTION_TOO_LONG)
        if len(HASHTAG.findall(caption)) > MAX_HASHTAGS or len(MENTION.findall(caption)) > MAX_MENTIONS:
            raise Refused(errors.TOO_MANY_TAGS)
        container_id = await run_in_threadpool(
            self._store.create_container, ig_user_id, caption, self._clock.now()
        )
        version = request.path_params.get("version", DEFAULT_VERSION)
        return {"id": container_id, "uri": f"{request.base_url}ig-api-upload/{version}/{container_id}"}

    async def _upload(self, request: Request, _: Parameters) -> Answer:
        offset, declared = request.headers.get("offset", ""), request.headers.get("file_size", "")
        if offset != "0" or not re.fullmatch("[0-9]{1,12}", declared):
            raise UploadRefused("The headers offset (0) and file_size are needed")
        container_id = request.path_params["id"]
        if await run_in_threadpool(self._store.container, container_id) is None:
            raise UploadRefused("Unknown upload session")
        video = await read_video(request.stream(), int(declared))
        try:
            await run_in_threadpool(self._store.put_video, container_id, video, self._clock.now())
        except Refused as refused:
            raise UploadRefused(str(refused)) from None
        return {"success": True, "message": "Upload successful."}

    async def _publish(self, request: Request, parameters: Parameters) -> Answer:
        creation_id = parameters.get("creation_id")
        if not creation_id:
            raise Refused(errors.invalid_parameter("The parameter creation_id is required."))
        media_id = await run_in_threadpool(
            self._store.publish, _account(request), creation_id, self._clock.now()
        )
        return {"id": media_id}

    async def _limit(self, request: Request, _: Parameters) -> Answer:
        used = await run_in_threadpool(self._store.posts_in_window, _account(request), self._clock.now())
        config = {"quota_total": MAX_POSTS, "quota_duration": int(WINDOW.total_seconds())}
        return {"data": [{"quota_usage": used, "config": config}]}

    async def _delete(self, request: Request, _: Parameters) -> Answer:
        media_id = request.path_params["id"]
        if not await run_in_threadpool(self._store.delete_media, media_id):
            raise Refused(errors.unknown_object(media_id))
        return {"success": True}

    # Reading

    async def _node(self, request: Request, parameters: Parameters) -> Answer:
        return await run_in_threadpool(self._read_node, request.path_params["id"], parameters.get("fields"))

    def _read_node(self, object_id: str, fields: str | None) -> Answer:
        now = self._clock.now()
        if container := self._store.container(object_id):
            return picked(container_body(container, now), fields)
        if media := self._store.media(object_id):
            return picked(media_body(media, self._audience.counts(media, now)), fields)
        if not _is_account(object_id):
            raise Refused(errors.unknown_object(object_id))
        posts = self._store.live_media(object_id)
        followers = self._audience.followers(object_id, posts, now)
        body = {"id": object_id, "username": f"user_{object_id}"}
        return picked({**body, "followers_count": followers, "media_count": len(posts)}, fields)

    async def _list(self, request: Request, parameters: Parameters) -> Answer:
        posts = await run_in_threadpool(self._store.live_media, _account(request))
        page, paging = media_page(posts, parameters, str(request.url.replace(query="")))
        now = self._clock.now()
        bodies = [media_body(post, self._audience.counts(post, now)) for post in page]
        return {"data": [picked(body, parameters.get("fields")) for body in bodies], **paging}

    async def _insights(self, request: Request, parameters: Parameters) -> Answer:
        object_id = request.path_params["id"]
        metrics = [name.strip() for name in parameters.get("metric", "").split(",") if name.strip()]
        now = self._clock.now()
        if _is_account(object_id):
            since, until = insight_window(parameters, (now - WINDOW, now))
            posts = await run_in_threadpool(self._store.live_media, object_id)
            values = self._audience.account_insights(posts, since, min(until, now))
            return {"data": account_insight_rows(object_id, metrics, values)}
        media = await self._media(object_id)
        return {"data": insight_rows(media, metrics, self._audience.insights(media, now))}

    async def _comments(self, request: Request, _: Parameters) -> Answer:
        media = await self._media(request.path_params["id"])
        return {"data": self._audience.comments(media, self._clock.now())}

    async def _media(self, media_id: str) -> Media:
        media = await run_in_threadpool(self._store.media, media_id)
        if media is None:
            raise Refused(errors.unknown_object(media_id))
        return media


async def _parameters(request: Request, form: bool) -> Parameters:
    """Return the parameters of the query and of a body that is a form or a JSON object."""
    found = dict(request.query_params)
    if not form or request.method != "POST":
        return found
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused(errors.invalid_parameter("the request is too large"))
    try:
        text = body.decode()
        if not request.headers.get("content-type", "").startswith("application/json"):
            return found | dict(parse_qsl(text, keep_blank_values=True))
        values = json.loads(text or "{}")
        json.dumps(values, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError):
        raise Refused(errors.invalid_parameter("the request cannot be read")) from None
    if not isinstance(values, dict):
        raise Refused(errors.invalid_parameter("the request must be an object"))
    return found | {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()
    }


def _check_token(request: Request, parameters: Parameters) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() in ("bearer", "oauth") else parameters.get("access_token", "")
    if not token:
        raise Refused(errors.NO_TOKEN)
    if token == EXPIRED:
        raise Refused(errors.EXPIRED_TOKEN)


def _is_account(object_id: str) -> bool:
    return bool(ACCOUNT.fullmatch(object_id)) and not OURS.fullmatch(object_id)


def _account(request: Request) -> str:
    """Return the account whose edge is called.

    Raises:
        Refused: the id is no account's.
    """
    object_id: str = request.path_params["id"]
    if not _is_account(object_id):
        raise Refused(errors.unknown_object(object_id))
    return object_id
