"""The sandbox's world as a source: over a real HTTP server, and when there is none."""

import pytest

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import SourceError
from content_pipeline.trends.sources.catalog import Sources, TrendSources
from content_pipeline.trends.sources.sandbox import SandboxAdapter
from content_pipeline_tests.trends.helpers import DAY, NOON, SANDBOX, STAMP, tools
from content_pipeline_tests.trends.server import Answer, serving

ITEMS = [
    {
        "external_id": "w1",
        "title": "One",
        "url": "https://w.example/1",
        "published_at": None,
        "category": "c",
        "tags": ["t"],
        "observations": [
            {"observed_at": "2026-04-13T06:00:00Z", "views": 10, "likes": 1, "comments": 0, "rank": 2},
            {"observed_at": "2026-04-13T09:00:00Z", "views": 90, "likes": 2, "comments": 0, "rank": 1},
        ],
    },
    {"external_id": "w2", "title": ""},
    "broken",
]


def test_the_sandbox_is_asked_for_a_day():
    with serving({"/sandbox/trends": Answer({"items": ITEMS})}) as server:
        sources = TrendSources(Sources([SANDBOX]), sandbox_url=f"{server.url}/", now=lambda: NOON)
        result = ingest(sources.config("world"), sources.adapter("world"), DAY, STAMP)
    (asked,) = server.asked
    assert asked.query == {"day": "2026-04-13"}
    (signal,) = result.signals
    assert (signal.views, signal.rank, signal.tags, len(signal.observations)) == (90, 1, ["t"], 2)
    assert [(letter.position, letter.reason) for letter in result.dead_letters] == [
        ("items[1]", "no title"),
        ("items[2]", "not an object"),
    ]


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (Answer(status=500), "status 500"),
        (Answer("<html>"), "not JSON"),
        (Answer([]), "without a list"),
        (Answer({"items": 1}), "without a list"),
        (Answer(b" " * (5 * 1024 * 1024 + 1)), "more than 5 MiB"),
    ],
)
def test_a_sandbox_that_answers_wrongly_is_one_line(answer, part):
    with serving(answer) as server, pytest.raises(SourceError, match=part) as error:
        list(SandboxAdapter(tools(sandbox_url=server.url)).read(DAY))
    assert len(str(error.value).splitlines()) == 1


def test_a_sandbox_that_is_not_there_is_one_line():
    with serving({}) as server:
        pass
    with pytest.raises(SourceError, match="cannot be read"):
        list(SandboxAdapter(tools(sandbox_url=server.url)).read(DAY))
    with pytest.raises(SourceError, match="no sandbox in live mode"):
        list(SandboxAdapter(tools()).read(DAY))
