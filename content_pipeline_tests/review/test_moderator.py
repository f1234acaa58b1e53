"""The moderation endpoint against a real server: one request a day, validated answers, and failures that are told without secrets."""

import json

import pytest

from content_pipeline.review.moderation import Moderation
from content_pipeline.review.moderator import MODEL, MOST_TEXTS, OpenAIModerator, build_moderator
from content_pipeline.review.rules.base import Context
from content_pipeline.review.rules.moderation import BLOCKED, check_moderation
from content_pipeline.scripts.engines.openai.client import ChatClient
from content_pipeline.settings import Settings
from content_pipeline_tests.review.rules.reels import findings, reel
from content_pipeline_tests.trends.server import Answer, Asked, serving

PATH = "/v1/moderations"
KEY = "test-key-that-must-stay-hidden"
CATEGORIES = ("hate", "hate/threatening", "illicit", "sexual/minors", "violence")
TEXTS = {"hash_a": "A quiet walk", "hash_b": "Something harmful"}


def result(**flagged: float) -> dict[str, object]:
    scores = {name: flagged.get(name.replace("/", "_"), 0.01) for name in CATEGORIES}
    return {
        "flagged": bool(flagged),
        "categories": {name: None if name == "illicit" else scores[name] > 0.5 for name in CATEGORIES},
        "category_scores": scores,
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }


def answer(*results: object, **how: object) -> Answer:
    return Answer({"id": "modr-1", "model": MODEL, "results": list(results)}, **how)


def judged(route, texts=TEXTS, timeout_s=5.0, whole_s=5.0):
    with serving({PATH: route}) as server:
        client = ChatClient(f"{server.url}/v1", KEY, timeout_s)
        return OpenAIModerator(client, whole_s=whole_s, first_wait_s=0.01).judge(texts), server.asked


def test_a_days_texts_go_in_one_request():
    found, asked = judged(answer(result(), result(violence=0.91, sexual_minors=0.8)))
    assert found == Moderation({"hash_a": {}, "hash_b": {"sexual/minors": 0.8, "violence": 0.91}})
    [request] = asked
    assert json.loads(request.body) == {"model": MODEL, "input": list(TEXTS.values())}
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_more_texts_go_in_further_requests_and_none_in_no_request():
    def respond(asked: Asked) -> Answer:
        return answer(*(result() for _ in json.loads(asked.body)["input"]))

    found, asked = judged(respond, {f"hash_{n}": "x" for n in range(MOST_TEXTS + 5)})
    assert [len(json.loads(request.body)["input"]) for request in asked] == [MOST_TEXTS, 5]
    assert len(found.flagged) == MOST_TEXTS + 5
    assert judged(respond, {}) == (Moderation(), [])


@pytest.mark.parametrize(
    ("route", "problem", "requests"),
    [
        (Answer({"error": {"message": f"bad key {KEY}"}}, status=401), "key_refused", 1),
        (
            Answer({"error": {"message": "slow down"}}, status=429, headers={"retry-after": "0"}),
            "rate_limited",
            3,
        ),
        (
            Answer({"error": {"message": "later"}}, status=429, headers={"retry-after": "600"}),
            "rate_limited",
            1,
        ),
        (Answer({"error": {"code": "insufficient_quota"}}, status=429), "quota_spent", 1),
        (Answer({"error": {"message": "oops"}}, status=500), "server_error", 3),
        (Answer(status=404), "model_not_found", 1),
        (Answer("<html>no</html>"), "no_json", 1),
        (Answer([1, 2]), "no_completion", 1),
        (Answer({"results": "none"}), "no_moderation", 1),
        (answer(result()), "1 results came for 2 texts", 1),
        (answer(result(), {"categories": {"x\nEvil": True}, "category_scores": {}}), "no_moderation", 1),
        (answer(result(), {"categories": {"hate": "maybe"}, "category_scores": {}}), "no_moderation", 1),
        (
            answer(result(), {"categories": {"hate": True}, "category_scores": {"hate": 7}}),
            "no_moderation",
            1,
        ),
        (Answer(b"{" + b" " * 2_000_000 + b"}"), "too_large", 1),
        (Answer(dropped=True), "unreachable", 3),
    ],
)
def test_a_service_that_fails_is_told_and_nothing_is_raised(route, problem, requests):
    found, asked = judged(route)
    assert found.flagged == {}
    assert problem in found.problem
    assert KEY not in found.problem
    assert len(asked) == requests


def test_a_service_that_does_not_answer_in_time_is_told():
    found, _ = judged(answer(result(), after_s=5), timeout_s=0.2, whole_s=0.5)
    assert found.problem.startswith("timed_out")


def test_it_answers_after_a_failure():
    found, asked = judged([Answer(status=503), answer(result(), result())])
    assert (found.problem, len(found.flagged), len(asked)) == (None, 2, 2)


def test_what_came_before_a_failure_is_kept():
    route = [answer(*(result(hate=0.9) for _ in range(MOST_TEXTS))), Answer(status=401)]
    found, _ = judged(route, {f"hash_{n}": "x" for n in range(MOST_TEXTS + 1)})
    assert len(found.flagged) == MOST_TEXTS
    assert found.problem


@pytest.mark.parametrize(
    ("key", "url", "mode", "joins"),
    [
        (None, "https://api.openai.com/v1", "live", False),
        (KEY, "https://api.openai.com/v1", "live", True),
        (KEY, "https://api.openai.com/v1", "rehearsal", True),
        (KEY, "https://api.openai.com/v1", "sandbox", False),
        (KEY, "http://127.0.0.1:8080/v1", "sandbox", True),
        (KEY, "https://models.example/v1", "live", False),
    ],
)
def test_it_joins_where_there_is_a_key_and_an_endpoint(key, url, mode, joins):
    made = build_moderator(Settings(openai_api_key=key, openai_base_url=url, mode=mode))
    assert (made is not None) == joins


def found(moderation):
    return findings(check_moderation, reel(), Context(moderation=moderation))


@pytest.mark.parametrize(
    "category", [*sorted(BLOCKED), "hate", "harassment", "sexual", "violence", "illicit"]
)
def test_what_is_flagged_is_blocked_or_looked_at(category):
    [finding] = found(Moderation({reel().content_hash: {category: 0.876}}))
    assert finding.rule_id == f"moderation.{category.replace('/', '_').replace('-', '_')}"
    assert "0.88" in finding.message
    blocked = category in BLOCKED
    assert (finding.severity, finding.asks) == (("block", []) if blocked else ("warning", ["compliance"]))


@pytest.mark.parametrize(
    ("moderation", "rules"),
    [
        (Moderation(), []),
        (Moderation({reel().content_hash: {}}), []),
        (Moderation({"another": {"hate": 0.9}}), []),
        (Moderation(problem="timed_out: no whole answer in 60 s"), ["moderation.unavailable"]),
        (Moderation({"another": {}}, "server_error: status 500"), ["moderation.unavailable"]),
        (Moderation({reel().content_hash: {}}, "server_error: status 500"), []),
    ],
)
def test_nothing_passes_because_nobody_looked(moderation, rules):
    judgement = found(moderation)
    assert [f.rule_id for f in judgement] == rules
    assert all(f.asks == ["compliance"] and moderation.problem in f.message for f in judgement)
