"""What the tests of Instagram's sources share: an API with canned answers, and its objects as Meta's documents show them."""

import traceback
from contextlib import contextmanager
from datetime import timedelta

import pytest

from content_pipeline.trends.sources import instagram_hashtags
from content_pipeline.trends.sources.base import NoBudget, SourceError, Tools
from content_pipeline.trends.sources.catalog import TYPES
from content_pipeline_tests.trends.helpers import DAY, NOON
from content_pipeline_tests.trends.server import Answer, serving

TOKEN = "EAAB-the-token"
ME = "17841400000000001"
CODE = {"code": 0, "type": "OAuthException", "fbtrace_id": "AbC-1"}


class Purse(NoBudget):
    """A budget for one test."""

    def __init__(self):
        self.units = []

    def spend(self, budget, unit, *, limit, days):
        if (budget, unit) in self.units:
            return True
        if len(self.units) >= limit:
            return False
        self.units.append((budget, unit))
        return True


class Watch:
    """A clock that a test turns."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@contextmanager
def reading(kind, routes, *, budget=None, watch=None, token=TOKEN, **changes):
    """Serve routes below the API's version; yield the server, a source of ``kind`` and its adapter."""
    instagram_hashtags._ids.clear()  # a port may come again
    with serving({f"/v25.0/{path}": route for path, route in routes.items()}) as server:
        fields = {"type": kind, "name": "ig", "ig_user_id": ME, "access_token_env": "IG_TOKEN"}
        source = TYPES[kind].model_validate({**fields, "base_url": f"{server.url}/", **changes})
        tools = Tools(now=watch or Watch(), environ={"IG_TOKEN": token}, budget=budget or Purse())
        yield server, source, source.adapter(tools)


def refused(code, subcode=None, status=400, headers=(), **changes):
    error = CODE | {"code": code, "message": f"Malformed access token {TOKEN}\nsecond line"} | changes
    body = {"error": error | ({"error_subcode": subcode} if subcode else {})}
    return Answer(body, status=status, headers=dict(headers))


def failing(adapter):
    with pytest.raises(SourceError) as caught:
        list(adapter.read(DAY))
    assert len(f"{caught.value} {caught.value.advice}".splitlines()) == 1
    assert TOKEN not in "".join(traceback.format_exception(caught.value)) + caught.value.advice
    return caught.value


def found_id(n):
    return Answer({"data": [{"id": str(n)}]})


def media(n, **changes):
    row = {"id": f"1800{n}", "caption": f"Post {n}\n\nmore #Tag", "like_count": n, "comments_count": 2}
    return row | {"permalink": f"https://www.instagram.com/p/{n}/"} | changes


def hashtag_routes(*tags, **others):
    """Return routes by which every hashtag has an id and a post of its own."""
    ids = {tag: str(9000 + n) for n, tag in enumerate(tags)}
    routes = {"ig_hashtag_search": lambda asked: Answer({"data": [{"id": ids[asked.query["q"]]}]})}
    routes |= {f"{key}/top_media": Answer({"data": [media(int(key))]}) for key in ids.values()}
    return routes | others


def audio(n, **changes):
    row = {"audio_id": str(n), "title": f"Song {n}", "display_artist": "Artist", "duration_in_ms": 15500}
    row |= {"audio_type": "music", "is_ads_eligible": False, "download_url": None, "ig_username": "someone"}
    return row | {"on_platform_audio_preview_link": f"https://www.instagram.com/reels/audio/{n}/"} | changes


def comment(n, text="Where is this?", hours=1, **changes):
    written = (NOON - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"id": f"5{n}", "text": text, "timestamp": written, "like_count": n, "hidden": False} | changes


def post(n, comments=3):
    return {"id": str(n), "permalink": f"https://www.instagram.com/p/{n}/", "comments_count": comments}
