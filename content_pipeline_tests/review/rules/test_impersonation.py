"""Impersonation: claims to be somebody else, badges and look-alike handles are blocked; an account may speak for itself."""

import pytest

from content_pipeline.accounts import Account, Persona
from content_pipeline.review.rules.impersonation import check_impersonation
from content_pipeline_tests.examples import demo
from content_pipeline_tests.review.rules.reels import ACME, findings, ids, reels, saying


def test_what_the_engine_writes_is_nobody_else():
    assert [ids(check_impersonation, script) for script in reels()] == [[]] * len(reels())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("We are Meta support", "official_body"),
        ("This is the Instagram help center", "official_body"),
        ("I'm from the IRS, and your taxes are late", "official_body"),
        ("Message from the WhatsApp security team", "official_body"),
        ("Your account will be suspended by Instagram", "official_body"),
        ("We’re PayPal customer support", "official_body"),
        ("This is the official Instagram account", "official_account"),
        ("Welcome to the only real page", "official_account"),
        ("I am the verified profile of a star", "official_account"),
        ("I'm Elon Musk", "person"),
        ("Hi, my name is Taylor Swift and I sing", "person"),
        ("It's me, Tim Cook", "person"),
        ("I am Dr. Jane Smith", "person"),
        ("Elon Musk here with a tip", "person"),
        ("Clear Hours ✅ is back", "badge"),
        ("Follow @clear.hours ☑️", "badge"),
        ("Acme Notes ✔️", "badge"),
        ("ask @clear_hours", "handle"),
        ("ask @c1ear.hours", "handle"),
        ("ask @clear.hourss", "handle"),
        ("ask @clearhours.official", "handle"),
        ("ask @instagrarn", "handle"),
        ("ask @1nstagram", "handle"),
        ("ask @instagram.support", "handle"),
        ("ask @acme_n0tes", "handle"),
    ],
)
def test_somebody_else_is_blocked(text, rule):
    found = findings(check_impersonation, saying(text), partners=[ACME])
    assert [(f.rule_id, f.severity) for f in found] == [(f"impersonation.{rule}", "block")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("verified by Meta", "verified"),
        ("an officially verified method", "verified"),
        ("endorsed by the WHO", "verified"),
        ("As seen on TV", "as_seen"),
        ("featured in Forbes", "as_seen"),
    ],
)
def test_borrowed_authority_asks_compliance(text, rule):
    [finding] = findings(check_impersonation, saying(text))
    assert (finding.rule_id, finding.severity, finding.asks) == (
        f"impersonation.{rule}",
        "warning",
        ["compliance"],
    )


@pytest.mark.parametrize(
    "text",
    [
        "I'm Ready To Start",
        "I'm Done With Meetings",
        "I'm Crazy Because Of You",
        "I am Legend",
        "I'm Ada Long, and I write this",
        "This is the official account of Clear Hours",
        "We are Clear Hours' official account",
        "Instagram changes its feed",
        "We're on Instagram every day",
        "We are with you because you are tired",
        "Meta announced a support page",
        "Seen on YouTube this week",
        "ask @clear.hours or @acme.notes",
        "ask @another.person",
        "write to a@clear.hour",
        "✅ Close every tab",
        "The police are with you",
        "verified by hand",
    ],
)
def test_an_account_may_speak_for_itself(text):
    assert ids(check_impersonation, saying(text), partners=[ACME], personas=[Persona(name="Ada Long")]) == []


def test_a_badge_in_an_accounts_name_is_a_configuration_error():
    with pytest.raises(ValueError, match="verified badge"):
        Account.model_validate(demo().model_dump() | {"name": "Clear Hours ✅"})
