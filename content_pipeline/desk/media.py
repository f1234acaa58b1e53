"""Serves reels and covers of the media store to who is logged in, in parts where a player seeks.

Notes and whatever else lies in the store are not served.
"""

import re
from contextlib import ExitStack
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from content_pipeline.desk.users import User
from content_pipeline.desk.web import desk_of, page

KEY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})(\.[a-z0-9]{2,4})")
TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".png": "image/png"}
KEPT = "private, max-age=31536000, immutable"
"""A key names its content, so a browser need not ask for it again."""


class _Kept(FileResponse):
    """Sends a file that is given back afterwards: of a remote store it is a copy."""

    def __init__(self, path: Path, borrowed: ExitStack, **options: object) -> None:
        super().__init__(path, **options)  # type: ignore[arg-type]
        self._borrowed = borrowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and give it back whether the browser stayed to the end or not."""
        with self._borrowed:
            await super().__call__(scope, receive, send)


@page
def media_file(request: Request, user: User) -> Response:  # noqa: ARG001
    """Send a file of the media store, or the part of it that a Range header asks for."""
    key = request.path_params["key"]
    known = KEY.fullmatch(key)
    if not known or known[3] not in TYPES:
        raise HTTPException(404, "There is no such picture or film.")
    store = desk_of(request).media
    if not store.exists(key):
        raise HTTPException(404, "This picture or film is no longer in the media store.")
    borrowed = ExitStack()
    path = borrowed.enter_context(store.local(key))
    headers = {"Cache-Control": KEPT, "ETag": f'"{known[2]}"'}
    return _Kept(path, borrowed, media_type=TYPES[known[3]], headers=headers)


ROUTES = [Route("/media/{key:path}", media_file)]
