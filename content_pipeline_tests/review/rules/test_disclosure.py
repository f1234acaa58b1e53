"""Sponsored and affiliate content: undisclosed is blocked with the line to write, disclosed is looked at by people."""

import pytest

from content_pipeline.accounts import Partner
from content_pipeline.review.gate import review_scripts
from content_pipeline.review.rules.base import Context
from content_pipeline.review.rules.disclosure import FOLD, before_the_fold, check_disclosure
from content_pipeline_tests.examples import STAMP, demo
from content_pipeline_tests.review.rules.reels import ACME, BEAN, findings, ids, reel, reels, saying

PARTNERS = [ACME, BEAN]


def judged(text, first="", partners=PARTNERS):
    return findings(check_disclosure, saying(text, first), partners=partners)


def test_what_the_engine_writes_reveals_no_deal():
    assert [ids(check_disclosure, script, partners=PARTNERS) for script in reels()] == [[]] * len(reels())


@pytest.mark.parametrize(
    ("text", "first", "rule"),
    [
        ("Acme Notes keeps every list.", "", "missing"),
        ("We like acme's new editor.", "", "missing"),
        ("Ask @acme.notes about it.", "", "missing"),
        ("Acme Notes keeps every list. Ad: paid partnership with Acme Notes.", "", "missing"),
        ("Acme Notes keeps every list.", "#focus #habits #ad: paid partnership with Acme Notes", "missing"),
        ("Acme Notes keeps every list.", "#ad", "missing"),
        ("Acme Notes keeps every list.", "Thanks, Acme Notes!", "missing"),
        ("Acme Notes keeps every list.", "Not sponsored: Acme Notes.", "missing"),
        ("Acme Notes keeps every list.", "This isn't sponsored by Acme Notes.", "missing"),
        ("\u0410cm\u0435 N0tes keeps every list.", "", "missing"),
        ("Acme Notes keeps every list.", "Ad: paid partnership with Acme Notes.", "sponsored"),
        ("Acme Notes keeps every list.", "Sponsored by Acme Notes: a list app.", "sponsored"),
        ("A bag from Bean Club.", "Ad: we earn a commission on Bean Club.", "affiliate"),
        ("A bag from Bean Club.", "Try Bean Club.", "missing"),
    ],
)
def test_a_partner_is_disclosed_before_the_fold(text, first, rule):
    [finding] = judged(text, first)
    blocks = rule == "missing"
    assert (finding.rule_id, finding.severity) == (f"disclosure.{rule}", "block" if blocks else "warning")
    if blocks:
        assert any(partner.line in finding.remedy for partner in PARTNERS)
    else:
        assert finding.asks == ["compliance", "brand"]


@pytest.mark.parametrize(
    "text",
    [
        "We've partnered with a list app.",
        "I recently teamed up with a gym",
        "Paid partnership.",
        "Today's video is brought to you by a bank",
        "Thanks to Gym Co for sponsoring us",
        "Thanks to Gym Co for making this reel possible",
        "A mug, gifted by a shop",
        "they sent me this for free",
        "Nice mug #ad",
        "Nice mug #gifted",
    ],
)
def test_a_deal_with_somebody_unlisted_is_disclosed_too(text):
    [hidden] = judged(text)
    assert (hidden.rule_id, hidden.severity) == ("disclosure.missing", "block")
    assert "before its fold" in hidden.message
    shown = judged(text, "Ad: paid partnership with Gym Co.")
    assert [(f.rule_id, f.asks) for f in shown] == [("disclosure.unlisted", ["compliance", "brand"])]


@pytest.mark.parametrize(
    "text",
    [
        "Use my code FOCUS at checkout",
        "use code FOCUS20",
        "Use code SLEEPY for free shipping",
        "link in bio for 20% off",
        "Link in my bio to get $10 back",
        "I earn a small commission",
        "#affiliatelink",
        "15 % off with the app",
        "my referral link is up",
    ],
)
def test_what_pays_by_sales_names_a_declared_affiliate(text):
    [unnamed] = judged(text)
    assert (unnamed.rule_id, unnamed.severity) == ("disclosure.affiliate_undeclared", "block")
    assert "kind: affiliate" in unnamed.remedy
    named = judged(f"{text} from Bean Club", BEAN.line)
    assert [f.rule_id for f in named] == ["disclosure.affiliate"]
    # A sponsor that pays for the post does not pay for sales.
    assert "disclosure.affiliate_undeclared" in [f.rule_id for f in judged(f"{text} from Acme", ACME.line)]


@pytest.mark.parametrize(
    "text",
    [
        "The European Commission met",
        "commission a painting",
        "write code every day",
        "use the code below",
        "with my code reviews",
        "a code of conduct",
        "An advert on the wall",
        "The partner of your dreams",
        "a sponsor's dilemma",
        "Link in bio",
        "50% off sick leave",
        "a gifted child",
        "ads drain attention",
    ],
)
def test_harmless_words_reveal_no_deal(text):
    assert judged(text, partners=[]) == []


def test_a_quoted_title_is_nobodys_deal():
    title = "Why we partnered with a rival"
    quoted = reel().claims[0].model_copy(update={"kind": "evidence", "quote": title})
    script = saying(f"Seen on YouTube: “{title}”.").model_copy(update={"claims": [quoted]})
    assert ids(check_disclosure, script) == []
    # What no evidence says is the account's own word, in quotation marks or not.
    assert ids(check_disclosure, script.model_copy(update={"claims": []})) == ["disclosure.missing"]


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("short", "short"),
        ("x" * 200, "x" * FOLD),
        ("a\nb\nc\nAd: late", "a\nb\nc"),
        ("#one #two #three Ad: buried", "    "),
    ],
)
def test_what_is_before_the_fold(caption, shown):
    assert before_the_fold(caption).strip() == shown.strip()


@pytest.mark.parametrize("phase", ["mature", "stabilization", "pilot"])
def test_disclosed_content_is_approved_by_hand_in_every_phase(phase):
    account = demo().model_copy(update={"partners": PARTNERS, "governance_phase": phase})
    script = saying("Acme Notes keeps every list.", ACME.line)
    [review] = review_scripts(account, [script], Context(), STAMP)
    assert review.verdict == "needs_approval"
    assert {"editorial", "compliance", "rights", "brand"} <= set(review.approvals_needed)


@pytest.mark.parametrize("line", ["#ad", "Thanks to Acme", "In love with Acme"])
def test_a_disclosure_that_is_not_clear_is_refused(line):
    with pytest.raises(ValueError, match="does not say outside of hashtags"):
        Partner(name="Acme", disclosure=line)


@pytest.mark.parametrize(
    "line", ["Ad: Acme pays us.", "Anzeige | Acme", "Sponsored by Acme", "We earn a commission from Acme"]
)
def test_a_clear_disclosure_is_taken(line):
    assert Partner(name="Acme", disclosure=line).line == line


@pytest.mark.parametrize("kind", ["sponsored", "affiliate"])
def test_the_default_lines_are_clear(kind):
    line = Partner(name="Acme", kind=kind).line
    assert Partner(name="Acme", kind=kind, disclosure=line).line == line
    assert len(line) < FOLD
