"""Instagram's Graph API as its sources use it: errors by code, usage of limits, and Meta's own specification of every call."""

import json
import re
from datetime import timedelta

import pytest

from content_pipeline.trends.sources.base import MissingSecret, RateLimited, SourceError
from content_pipeline.trends.sources.instagram import headline, usage, without_people
from content_pipeline_tests.trends.helpers import DAY, NOON
from content_pipeline_tests.trends.server import Answer
from content_pipeline_tests.trends.sources.instagram_api import (
    ME,
    failing,
    hashtag_routes,
    media,
    post,
    reading,
    refused,
)

NEWER_THAN_THE_SPECIFICATION = {
    # Root endpoints, which the specification of nodes does not hold:
    # Meta, "IG Hashtag Search" reference.
    "ig_hashtag_search": {"user_id", "q"},
    # Meta, "Audio API", updated 2026-06-16; a search_query would turn trends into a search.
    "ig_audio": {"audio_type", "user_id"},
}
OF_EVERY_LIST = {"fields", "limit", "after"}
"""Parameters of every edge (Meta, Graph API, "Paginated Results" and "Field Expansion")."""


EVERY = [
    ("instagram_hashtags", "ig_hashtag_search", {"hashtags": ["a"]}),
    ("instagram_audio", "ig_audio", {}),
    ("instagram_comments", f"{ME}/media", {}),
]


@pytest.mark.parametrize(("kind", "path", "changes"), EVERY)
def test_only_today_is_read_and_without_a_token_the_source_is_off(kind, path, changes):
    with reading(kind, {}, **changes) as (server, _, adapter):
        assert list(adapter.read(DAY - timedelta(days=1))) == []
    assert server.asked == []
    with (
        pytest.raises(MissingSecret, match="off: IG_TOKEN is not set"),
        reading(kind, {}, token="", **changes),
    ):
        pass


@pytest.mark.parametrize(("kind", "path", "changes"), EVERY)
@pytest.mark.parametrize(
    ("answer", "part", "advice"),
    [
        (refused(190, 463), "190/463", "log the account in again"),
        (refused(190, 459), "190/459", "confirm the account"),
        (refused(10, status=403), "error 10", "scopes"),
        (refused(230, status=403), "error 230", "scopes"),
        (refused(3), "error 3", "Public Content Access"),
        (refused(368), "error 368", "blocked"),
        (refused(803), "error 803", "list of errors"),
        (refused(2, status=400), "error 2", "asked again"),
        (refused(5, is_transient=True), "error 5", "asked again"),
        (refused(2, status=500), "status 500", "asked again"),
        (refused(100, fbtrace_id="<b>\n"), "error 100", "names and ids"),
        (Answer({"error": {"code": "190"}}, status=400), "status 400", ""),
        (Answer(b"<html>", status=403), "status 403", ""),
        (Answer(b"", status=302, headers={"Location": "https://login.example/"}), "status 302", ""),
        (Answer(b"<html>"), "not JSON", ""),
        (Answer([]), "not an object", ""),
        (Answer({"data": 3, "audio": None}), "without a list", ""),
        (Answer(dropped=True), "cannot be read", "check the network"),
    ],
)
def test_refusals_are_one_line_with_advice_by_code_and_never_quote_the_token(
    kind, path, changes, answer, part, advice
):
    with reading(kind, {path: answer}, **changes) as (_, _, adapter):
        error = failing(adapter)
    assert part in str(error)
    assert advice in error.advice
    assert not isinstance(error, RateLimited)


def business_usage(percent, minutes, use_case="instagram"):
    row = {"type": use_case, "call_count": percent, "total_cputime": 1, "total_time": 2}
    row["estimated_time_to_regain_access"] = minutes
    return {
        "X-Business-Use-Case-Usage": json.dumps(
            {"1": [{"type": "ads_management", "call_count": 100}], "2": [row]}
        )
    }


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [
        (refused(4, status=403), 15),
        (refused(32), 15),
        (refused(341), 60),
        (refused(80002, headers=business_usage(100, 42)), 42),
        (refused(80002, status=429, headers=business_usage(100, 10**9)), 24 * 60),
        (refused(80001, headers={"X-Business-Use-Case-Usage": "{", "X-App-Usage": "[1]"}), 60),
    ],
)
def test_a_limit_of_calls_says_until_when_and_nothing_is_asked_before(answer, minutes):
    with reading("instagram_audio", {"ig_audio": answer}) as (server, _, adapter):
        for _ in range(2):
            error = failing(adapter)
            assert isinstance(error, RateLimited)
            assert error.until == NOON + timedelta(minutes=minutes)
    assert len(server.asked) == 1


def test_recorded_samples_of_errors_and_usage_are_understood(real_data):
    samples = real_data / "instagram_api" / "meta_docs_samples"
    for name, kind in [
        ("generic_190_460", SourceError),
        ("rate_buc_80001", RateLimited),
        ("rate_page_32", RateLimited),
    ]:
        body = (samples / f"error_{name}.json").read_bytes()
        with reading("instagram_audio", {"ig_audio": Answer(body, status=400)}) as (_, _, adapter):
            assert type(failing(adapter)) is kind
    app = (samples / "header_x_app_usage.json").read_text()
    business = (samples / "header_x_business_use_case_usage.json").read_text()
    assert usage({"x-app-usage": app}) == (28, 0)
    assert usage({"x-business-use-case-usage": business}) == (97, 0)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"call_count": null}', '{"call_count": NaN, "total_time": "9"}']
)
def test_an_odd_usage_header_says_nothing(text):
    assert usage({"x-app-usage": text, "x-business-use-case-usage": text}) == (0, 0)
    assert usage({"x-business-use-case-usage": json.dumps({"1": [3, {"type": "pages"}], "2": 4})}) == (0, 0)


def test_every_call_and_field_is_in_metas_specification_or_in_a_newer_document(real_data):
    timestamped = media(2, timestamp="2026-04-13T09:00:00+0000")
    routes = hashtag_routes("specified", **{"9000/recent_media": Answer({"data": [timestamped]})})
    routes |= {"ig_audio": Answer({"audio": []}), f"{ME}/media": Answer({"data": [post(7)]})}
    routes |= {"7/comments": Answer({"data": []})}
    asked = []
    for kind, changes in [
        ("instagram_hashtags", {"hashtags": ["specified"], "media": ["top", "recent"]}),
        ("instagram_audio", {}),
        ("instagram_comments", {}),
    ]:
        with reading(kind, routes, **changes) as (server, _, adapter):
            list(adapter.read(DAY))
        asked += server.asked
    called = set()
    for call in asked:
        *node, edge = call.path.removeprefix("/v25.0/").split("/")
        called.add(edge)
        if not node:
            assert set(call.query) == NEWER_THAN_THE_SPECIFICATION[edge]
            continue
        owner = "ShadowIGHashtag" if edge.endswith("_media") else "IGUser" if edge == "media" else "IGMedia"
        parameters, returned = specified(real_data, owner, edge)
        assert set(call.query) - OF_EVERY_LIST <= set(parameters)
        assert {name for name, needed in parameters.items() if needed} <= set(call.query)
        assert set(call.query["fields"].split(",")) <= returned, call.path
        assert not {"username", "user", "from", "owner"} & set(call.query["fields"].split(","))
    assert called == {"ig_hashtag_search", "top_media", "recent_media", "ig_audio", "media", "comments"}


def specified(real_data, owner, edge):
    """Return an edge's parameters with whether each is required, and the fields of what it returns."""
    folder = real_data / "instagram_api" / "meta_api_specs"
    apis = json.loads((folder / f"{owner}.json").read_text())["apis"]
    (api,) = [api for api in apis if api.get("endpoint") == edge and api["method"] == "GET"]
    fields = json.loads((folder / f"{api['return']}.json").read_text())["fields"]
    return {p["name"]: p["required"] for p in api["params"]}, {field["name"] for field in fields}


@pytest.mark.parametrize(
    ("caption", "line"),
    [
        ("#a #b\n\n  Hello   world \nmore", "Hello world"),
        ("☕☕\nReal words", "Real words"),
        ("#only #tags", "#only #tags"),
        ("", ""),
        ("\n \n", ""),
        ("word " * 100, f"{'word ' * 39}word…"),
        ("長" * 300, f"{'長' * 199}…"),
    ],
)
def test_a_captions_headline_is_its_first_line_with_words(caption, line):
    assert headline(caption) == line


def test_links_and_names_are_left_out_and_addresses_of_mail_are_no_names():
    text = without_people("Hi @some.one, see https://x.org/a?b and www.y.org! a@b.org @you_2.")
    assert not re.search(r"some|x\.org|y\.org|you_2", text)
    assert "a@b.org" in text
    assert without_people(None) == without_people(3) == ""
