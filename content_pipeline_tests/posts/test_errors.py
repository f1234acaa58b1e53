"""The error table: what Meta documents and what was seen in the wild, each with what to do about it."""

import json
from pathlib import Path

import pytest

from content_pipeline.posts.instagram.errors import (
    RULES,
    Action,
    GraphError,
    rule_for,
    rule_for_container,
    rule_for_deletion,
)

CASES = [
    (-2, 2207003, Action.NEW_CONTAINER),
    (-2, 2207020, Action.NEW_CONTAINER),
    (-1, 2207001, Action.RETRY_SAME),
    (-1, 2207032, Action.RETRY_SAME),
    (-1, 2207053, Action.NEW_CONTAINER),
    (1, None, Action.RETRY_SAME),
    (1, 2207057, Action.PERMANENT),
    (2, None, Action.RETRY_SAME),
    (4, None, Action.WAIT),
    (4, 2207051, Action.DELIVERY_UNKNOWN),
    (9, 2207042, Action.WAIT),
    (10, None, Action.ACCOUNT_ACTION),
    (10, 2207081, Action.PERMANENT),
    (17, None, Action.WAIT),
    (24, 2207006, Action.NEW_CONTAINER),
    (24, 2207008, Action.RETRY_SAME),
    (25, 2207050, Action.ACCOUNT_ACTION),
    (32, None, Action.WAIT),
    (100, None, Action.PERMANENT),
    (100, 33, Action.DELIVERY_UNKNOWN),
    (100, 2207023, Action.PERMANENT),
    (100, 2207028, Action.PERMANENT),
    (100, 2207040, Action.PERMANENT),
    (100, 2207067, Action.PERMANENT),
    (100, 9054, Action.PERMANENT),
    (102, None, Action.ACCOUNT_ACTION),
    (110, 2207013, Action.PERMANENT),
    (190, None, Action.ACCOUNT_ACTION),
    (190, 460, Action.ACCOUNT_ACTION),
    (190, 463, Action.ACCOUNT_ACTION),
    (190, 99999, Action.ACCOUNT_ACTION),
    (200, None, Action.ACCOUNT_ACTION),
    (299, None, Action.ACCOUNT_ACTION),
    (341, None, Action.WAIT),
    (352, 2207026, Action.PERMANENT),
    (506, None, Action.PERMANENT),
    (613, 1996, Action.WAIT),
    (803, None, Action.PERMANENT),
    (9004, 2207052, Action.RETRY_SAME),
    (9007, 2207027, Action.RETRY_SAME),
    (36000, 2207004, Action.PERMANENT),
    (36001, 2207005, Action.PERMANENT),
    (36003, 2207009, Action.PERMANENT),
    (36004, 2207010, Action.PERMANENT),
    (80001, None, Action.WAIT),
    (80002, None, Action.WAIT),
]


@pytest.mark.parametrize(("code", "subcode", "action"), CASES)
def test_known_codes(code: int, subcode: int | None, action: Action):
    assert rule_for(code, subcode).action is action


@pytest.mark.parametrize(
    ("code", "is_transient", "http_status", "action"),
    [
        (424242, False, 400, Action.PERMANENT),
        (424242, False, 500, Action.PERMANENT),
        (424242, True, 400, Action.RETRY_SAME),
        (424242, False, 429, Action.WAIT),
        (300, False, 400, Action.PERMANENT),
    ],
)
def test_unknown_codes_are_permanent_unless_the_answer_says_otherwise(
    code: int, is_transient: bool, http_status: int, action: Action
):
    assert rule_for(code, None, is_transient, http_status).action is action


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("Error: Media upload has failed with error code 2207026", Action.PERMANENT),
        ("Error: Media upload has failed with error code 2207052", Action.NEW_CONTAINER),
        ("Error: Media upload has failed with error code 2207076", Action.NEW_CONTAINER),
        ("Error: Media upload has failed with error code 2207082", Action.NEW_CONTAINER),
        ("Fehler: 2207009 beim Hochladen", Action.PERMANENT),
        ("Error: Media upload has failed with error code 22070261", Action.NEW_CONTAINER),
        ("Error: Media upload has failed with error code 2207099", Action.NEW_CONTAINER),
        ("Expired: The container was not published within 24 hours", Action.NEW_CONTAINER),
        ("", Action.NEW_CONTAINER),
        (None, Action.NEW_CONTAINER),
    ],
)
def test_a_failed_container_is_told_by_the_subcode_in_its_status(status: str | None, action: Action):
    assert rule_for_container(status).action is action


def test_words_do_not_decide():
    spam = GraphError(4, 2207051, message="rate limit")
    limit = GraphError(4, None, message="spam")
    assert spam.rule.action is Action.DELIVERY_UNKNOWN
    assert limit.rule.action is Action.WAIT


def test_every_rule_has_a_sentence():
    for pair, rule in RULES.items():
        assert rule.advice[0].isupper(), pair
        assert rule.advice.endswith("."), pair
        assert rule.wait_minutes >= 1, pair


@pytest.mark.parametrize(
    ("sample", "action"),
    [
        ("error_generic_190_460.json", Action.ACCOUNT_ACTION),
        ("error_image_too_large_36000_2207004.json", Action.PERMANENT),
        ("error_rate_buc_80001.json", Action.WAIT),
        ("error_rate_page_32.json", Action.WAIT),
    ],
)
def test_metas_own_samples(real_data: Path, sample: str, action: Action):
    error = json.loads((real_data / "instagram_api" / "meta_docs_samples" / sample).read_text())["error"]
    assert (
        rule_for(error["code"], error.get("error_subcode"), error.get("is_transient", False)).action is action
    )


@pytest.mark.parametrize(
    ("code", "subcode", "action"),
    [
        (-1, 2207085, Action.RETRY_SAME),
        (100, 2207085, Action.RETRY_SAME),
        (10, None, Action.ACCOUNT_ACTION),
        (100, 33, Action.DELIVERY_UNKNOWN),
        (100, None, Action.PERMANENT),
    ],
)
def test_a_deletion_that_is_known_to_fail_is_tried_again(code: int, subcode: int | None, action: Action):
    assert rule_for_deletion(GraphError(code, subcode)).action is action
