"""A client of the Instagram Graph API over HTTP: one method a call, plain values in and out.

It never repeats a call: whether that is safe is the ledger's business (publishing) or the caller's (reads).
Every call has time-outs and a limit on the answer's size; the token stays in the ``Authorization`` header and
out of messages.
"""

import ssl
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from content_pipeline.posts.instagram.answers import (
    Container,
    ContainerStatus,
    Media,
    Page,
    PublishingLimit,
    identifier,
    integer,
    json_object,
    media_of,
    metric_values,
    moment,
    next_cursor,
    regain_minutes,
    rows_of,
)
from content_pipeline.posts.instagram.errors import DeliveryUnknown, GraphError

MAX_ANSWER_BYTES = 4 << 20
UPLOAD_CHUNK_BYTES = 1 << 20
CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 60.0
PAGE_SIZE = 50
MAX_PAGES = 10
UPLOAD_HOST = "rupload.facebook.com"


class InstagramClient:
    """Calls the API for one token.

    Args:
        base_url: ``https://graph.facebook.com``, ``https://graph.instagram.com`` or a server of the same
            shape.
        token: the account's access token.
        version: of the API, such as ``v25.0``.
        upload_url: where videos are uploaded; by default the address that the API returns with the container.
        answer_timeout_s: how long to wait for the whole answer of a call.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        version: str = "v25.0",
        upload_url: str | None = None,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = SecretStr(token)
        self._version = version
        self._upload_url = upload_url.rstrip("/") if upload_url else None
        self._answer_timeout_s = answer_timeout_s
        self._http = httpx.Client(
            timeout=httpx.Timeout(answer_timeout_s, connect=min(CONNECT_TIMEOUT_S, answer_timeout_s)),
            follow_redirects=False,  # a redirect could carry the token to another host
            verify=_certificates(),
        )

    def __repr__(self) -> str:
        return f"InstagramClient({self._base_url!r})"

    def __enter__(self) -> "InstagramClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # Publishing

    def create_reel_container(
        self, ig_user_id: str, caption: str, *, share_to_feed: bool = True, is_ai_generated: bool = False
    ) -> Container:
        """Create a container for a reel whose video will be uploaded in a call of its own."""
        data = {
            "media_type": "REELS",
            "upload_type": "resumable",
            "caption": caption,
            "share_to_feed": str(share_to_feed).lower(),
        }
        if is_ai_generated:
            data["is_ai_generated"] = "true"
        answer = self._call("POST", self._node(ig_user_id, "media"), data=data)
        container_id = identifier(answer)
        return Container(
            container_id=container_id, upload_uri=self._upload_uri(container_id, answer.get("uri"))
        )

    def upload(self, uri: str, file: Path, on_progress: Callable[[], None] = lambda: None) -> None:
        """Upload a video to a container's address; ``on_progress`` is called before each MiB.

        Raises:
            DeliveryUnknown: also for a refusal, because containers have finished after one: their status
                tells.
        """
        size = file.stat().st_size
        headers = {"offset": "0", "file_size": str(size), "Content-Length": str(size)}
        answer = self._call("POST", uri, headers=headers, content=_chunks(file, on_progress), scheme="OAuth")
        if answer.get("success") is not True:
            raise DeliveryUnknown("the upload was answered without a confirmation")

    def container_status(self, container_id: str) -> ContainerStatus:
        """Read how far a container is."""
        answer = self._call("GET", self._node(container_id), params={"fields": "status_code,status"})
        code = answer.get("status_code")
        if not isinstance(code, str):
            raise DeliveryUnknown("the container was answered without a status")
        status = answer.get("status")
        return ContainerStatus(status_code=code, status=str(status) if status is not None else None)

    def publish(self, ig_user_id: str, container_id: str) -> str:
        """Make a finished container live and return the id of the media."""
        answer = self._call(
            "POST", self._node(ig_user_id, "media_publish"), data={"creation_id": container_id}
        )
        return identifier(answer)

    def publishing_limit(self, ig_user_id: str) -> PublishingLimit:
        """Read how many posts of the daily limit are used."""
        fields = {"fields": "quota_usage,config"}
        rows = rows_of(self._call("GET", self._node(ig_user_id, "content_publishing_limit"), params=fields))
        row = rows[0] if rows else {}
        config = row.get("config") if isinstance(row.get("config"), dict) else {}
        return PublishingLimit(used=int(row.get("quota_usage") or 0), total=(config or {}).get("quota_total"))

    def delete(self, media_id: str) -> None:
        """Take a post down for good; needs the permission ``instagram_manage_contents`` (Meta, "IG Media", since December 2025).

        Raises:
            GraphError: it was refused, also where there is no such post any more.
            DeliveryUnknown: it may be down, or live still.
        """
        if self._call("DELETE", self._node(media_id)).get("success") is not True:
            raise DeliveryUnknown("the deletion was answered without a confirmation")

    # Reading

    def page(self, media_id: str) -> Page:
        """Read a post's address and when it went live."""
        answer = self._call("GET", self._node(media_id), params={"fields": "permalink,timestamp"})
        address = answer.get("permalink")
        return Page(
            permalink=address if isinstance(address, str) else None, posted_at=moment(answer.get("timestamp"))
        )

    def recent_media(self, ig_user_id: str, since: datetime) -> list[Media]:
        """Read the account's posts not older than ``since``, newest first; at most 500."""
        params = {
            "fields": "id,caption,timestamp",
            "since": str(int(since.timestamp())),
            "limit": str(PAGE_SIZE),
        }
        found: list[Media] = []
        for _ in range(MAX_PAGES):
            answer = self._call("GET", self._node(ig_user_id, "media"), params=params)
            page = [media for media in map(media_of, rows_of(answer)) if media is not None]
            found.extend(media for media in page if media.posted_at >= since.replace(microsecond=0))
            after = next_cursor(answer)
            if after is None or not page or page[-1].posted_at < since - timedelta(days=1):
                break
            # The cursor, not the "next" address: that one could lead the token anywhere.
            params["after"] = after
        return found

    def media_insights(self, media_id: str, metrics: Sequence[str]) -> dict[str, float | None]:
        """Read metrics of a post over its life. What the API does not know is null or absent."""
        params = {"metric": ",".join(metrics)}
        return metric_values(rows_of(self._call("GET", self._node(media_id, "insights"), params=params)))

    def account_fields(self, ig_user_id: str) -> dict[str, int | None]:
        """Read ``followers_count`` and ``media_count``."""
        names = ("followers_count", "media_count")
        answer = self._call("GET", self._node(ig_user_id), params={"fields": ",".join(names)})
        return {name: answer[name] if isinstance(answer.get(name), int) else None for name in names}

    def account_insights(
        self, ig_user_id: str, metrics: Sequence[str], since: datetime, until: datetime
    ) -> dict[str, float | None]:
        """Read an account's totals between two moments. What the API does not know is null or absent."""
        params = {
            "metric": ",".join(metrics),
            "period": "day",
            "metric_type": "total_value",
            "since": str(int(since.timestamp())),
            "until": str(int(until.timestamp())),
        }
        return metric_values(rows_of(self._call("GET", self._node(ig_user_id, "insights"), params=params)))

    # The exchange itself

    def _node(self, *parts: str) -> str:
        return "/".join((self._base_url, self._version, *parts))

    def _upload_uri(self, container_id: str, returned: object) -> str:
        if self._upload_url:
            return f"{self._upload_url}/ig-api-upload/{self._version}/{container_id}"
        if not isinstance(returned, str):
            return f"https://{UPLOAD_HOST}/ig-api-upload/{self._version}/{container_id}"
        target, base = urlsplit(returned), urlsplit(self._base_url)
        # The upload carries the token, so it goes to Meta's host or to where everything else goes, nowhere
        # else.
        trusted = (target.scheme, target.netloc) in (("https", UPLOAD_HOST), (base.scheme, base.netloc))
        if not trusted:
            raise GraphError(0, message=f"the upload address is on an unexpected host: {target.netloc!r}")
        return returned

    def _call(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        content: Iterable[bytes] | None = None,
        scheme: str = "Bearer",
    ) -> dict[str, Any]:
        auth = _Token(scheme, self._token)
        try:
            with self._http.stream(
                method, url, params=params, data=data, headers=headers, content=content, auth=auth
            ) as response:
                body = self._read(response)
        except httpx.RequestError as error:
            # "from None": httpx keeps the request, and with it the token, on its exceptions.
            raise DeliveryUnknown(self._clean(f"no answer to {method}: {type(error).__name__}")) from None
        return self._judge(response, body, uploading=content is not None)

    def _read(self, response: httpx.Response) -> bytes | None:
        """Return the body, or nothing if it is too large; httpx times each packet, this one the whole."""
        deadline = time.monotonic() + self._answer_timeout_s
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                return None
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer came too slowly")
        return bytes(body)

    def _judge(self, response: httpx.Response, body: bytes | None, uploading: bool) -> dict[str, Any]:
        """Return the answer's object, or raise what it means."""
        answer = json_object(body)
        error = (answer or {}).get("error")
        if isinstance(error, dict):
            raise self._graph_error(error, response)
        if response.is_success and answer is not None:
            return answer
        if response.is_success or response.is_server_error or uploading:
            raise DeliveryUnknown(f"an unreadable answer (HTTP {response.status_code})")
        raise GraphError(
            0,
            message="an answer that is not the Graph API's; check the address",
            http_status=response.status_code,
        )

    def _graph_error(self, error: dict[str, Any], response: httpx.Response) -> GraphError:
        user_message = error.get("error_user_msg")
        message = str(error.get("message") or "")
        trace = error.get("fbtrace_id")
        return GraphError(
            integer(error.get("code")) or 0,
            integer(error.get("error_subcode")),
            message=self._clean(f"{message} ({user_message})" if user_message else message)[:1000],
            is_transient=error.get("is_transient") is True,
            http_status=response.status_code,
            fbtrace_id=str(trace)[:80] if trace else None,
            retry_after_minutes=regain_minutes(response.headers.get("x-business-use-case-usage")),
        )

    def _clean(self, text: str) -> str:
        """Take the token out of a text: the API repeats a malformed one in its message."""
        token = self._token.get_secret_value()
        return text.replace(token, "***") if token else text


@cache
def _certificates() -> ssl.SSLContext:
    """Return the trusted certificates, read once: that takes longer than many a call."""
    return httpx.create_ssl_context()


class _Token(httpx.Auth):
    """Adds the token at the last moment, so that no header dictionary holds it."""

    def __init__(self, scheme: str, token: SecretStr) -> None:
        self._scheme = scheme
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"{self._scheme} {self._token.get_secret_value()}"
        yield request


def _chunks(file: Path, on_progress: Callable[[], None]) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(UPLOAD_CHUNK_BYTES):
            on_progress()
            yield chunk
