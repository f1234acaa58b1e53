"""Which render gets a slot, and whether it may go."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from content_pipeline.briefs.records import Archetype
from content_pipeline.posts.intents import ledger_rows, post_intents
from content_pipeline.posts.ledger import Ledger
from content_pipeline.renders.records import Render
from content_pipeline.review.phases import BY_HAND
from content_pipeline.review.records import Finding, Review
from content_pipeline.scripts.records import Script
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import WRITING
from content_pipeline_tests.posts.rows import DAY, SLOT, account, at, intent

ENVELOPE = at().fields()
ARCHETYPE = Archetype(
    hook_family="question", format="list", duration_band="short", cta="save", topic_family="focus"
)


def script(n: int, slot: int = 0, **changes) -> Script:
    fields = {
        "script_id": f"script_{n}",
        "brief_id": f"brief_{n}",
        "trend_id": "trend_1",
        "slot_id": f"slot_{slot}",
        "slot_at": SLOT + timedelta(hours=slot),
        "slot_label": "morning",
        "account": "demo",
        "day": DAY,
        "variant": n,
        "preference": n,
        "archetype": ARCHETYPE,
        "language": "en",
        "segments": [],
        "duration_s": 12.0,
        "cover_text": "Cover",
        "caption_short": "Short",
        "caption_long": f"Long {n}",
        "hashtags": ["#focus"],
        "alt_text": "Alt",
        "claims": [],
        "writing": WRITING,
        "disclosure": None,
        "is_ai_generated": False,
        "needs_human": False,
        "content_hash": f"hash_{n}",
    }
    return Script(**ENVELOPE, **(fields | changes))


def review(of: Script, verdict: str = "released", needs: tuple[str, ...] = (), **changes) -> Review:
    fields = {
        "review_id": f"review_{of.script_id}",
        "script_id": of.script_id,
        "slot_id": of.slot_id,
        "account": of.account,
        "day": of.day,
        "content_hash": of.content_hash,
        "verdict": verdict,
        "risk_tier": "low",
        "findings": [],
        "approvals_needed": list(needs),
    }
    return Review(**ENVELOPE, **(fields | changes))


def render(of: Script, findings: Sequence[Finding] = ()) -> Render:
    return Render(
        **ENVELOPE,
        render_id=f"render_{of.script_id}",
        script_id=of.script_id,
        brief_id=of.brief_id,
        slot_id=of.slot_id,
        slot_at=of.slot_at,
        account=of.account,
        day=of.day,
        content_hash=of.content_hash,
        reel_key="aa/aa.mp4",
        reel_sha256="aa",
        reel_bytes=100,
        cover_key="bb/bb.jpg",
        cover_sha256="bb",
        width=1080,
        height=1920,
        fps=30.0,
        duration_s=12.5,
        video_codec="h264",
        audio_codec="aac",
        checks=[],
        provenance=[],
        findings=list(findings),
        renderer="1",
    )


def chosen(
    reviews: list[Review], scripts: list[Script], approvals: set[tuple[str, str]] = frozenset(), edited=()
):
    found = post_intents(account(), [render(s) for s in scripts], scripts, reviews, approvals, edited)
    return [(i.slot_id, i.script_id, i.state) for i in found]


BOTH = ("editorial", "rights")


@pytest.mark.parametrize(
    ("verdict", "needs", "given", "expected"),
    [
        ("released", (), (), "planned"),
        ("released", ("editorial",), (), "planned"),
        ("needs_approval", BOTH, (), "awaiting_approval"),
        ("needs_approval", BOTH, ("editorial",), "awaiting_approval"),
        ("needs_approval", BOTH, BOTH, "planned"),
        ("needs_approval", BOTH, (*BOTH, "legal"), "planned"),
        ("blocked", (), (), None),
        ("blocked", BOTH, BOTH, None),
    ],
)
def test_what_review_and_people_said_decides(verdict: str, needs: tuple, given: tuple, expected: str | None):
    one = script(1)
    approvals = {(one.content_hash, kind) for kind in given}
    found = chosen([review(one, verdict, needs)], [one], approvals)
    assert found == ([("slot_0", "script_1", expected)] if expected else [])


def test_approvals_of_other_content_do_not_count():
    one = script(1)
    approvals = {("another", kind) for kind in BOTH}
    assert chosen([review(one, "needs_approval", BOTH)], [one], approvals) == [
        ("slot_0", "script_1", "awaiting_approval")
    ]


def test_a_review_of_other_content_does_not_count():
    one = script(1)
    assert chosen([review(one, content_hash="another")], [one]) == []


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (("released", "released"), ("script_1", "planned")),
        (("blocked", "released"), ("script_2", "planned")),
        (("needs_approval", "released"), ("script_2", "planned")),
        (("needs_approval", "needs_approval"), ("script_1", "awaiting_approval")),
    ],
)
def test_a_slot_gets_the_most_preferred_variant_that_may_go(
    verdicts: tuple[str, str], expected: tuple[str, str]
):
    pair = [script(1), script(2)]
    reviews = [review(one, verdict, ("editorial",)) for one, verdict in zip(pair, verdicts, strict=True)]
    assert chosen(reviews, pair[::-1]) == [("slot_0", *expected)]


@pytest.mark.parametrize(
    ("verdicts", "given", "expected"),
    [
        (("blocked", "released"), (), []),
        ((None, "released"), (), []),  # the edited caption is not reviewed yet
        (("needs_approval", "released"), (), [("slot_0", "script_1", "awaiting_approval")]),
        (("released", "released"), (), [("slot_0", "script_1", "planned")]),
        (("blocked", "released"), ("editorial", "compliance"), []),
        (("blocked", "released"), BY_HAND, [("slot_0", "script_2", "planned")]),
    ],
)
def test_beside_a_caption_that_a_person_edited_no_other_variant_goes_unasked(verdicts, given, expected):
    pair = [script(1), script(2)]
    reviews = [review(one, verdict, BOTH) for one, verdict in zip(pair, verdicts, strict=True) if verdict]
    approvals = {("hash_2", kind) for kind in given}
    assert chosen(reviews, pair, approvals, {"script_1"}) == expected


def test_a_rejected_edit_leaves_its_slot_to_the_other_variants():
    other = script(2)  # the asset leaves rejected scripts out
    assert chosen([review(other)], [other], edited={"script_1"}) == [("slot_0", "script_2", "planned")]


def test_without_render_review_or_script_there_is_no_intent():
    one = script(1)
    assert post_intents(account(), [], [one], [review(one)], set()) == []
    assert post_intents(account(), [render(one)], [one], [], set()) == []
    assert post_intents(account(), [render(one)], [], [review(one)], set()) == []


def test_the_payload_is_what_will_be_sent():
    one = script(1, is_ai_generated=True)
    approvals = {(one.content_hash, kind) for kind in ("rights", "editorial")}
    (found,) = post_intents(account(), [render(one)], [one], [review(one)], approvals)
    assert found.payload.caption == "Long 1\n\n#focus"
    assert found.payload.is_ai_generated
    assert found.payload.approvals == ["editorial", "rights"]
    assert (found.payload.reel_key, found.payload.duration_s) == ("aa/aa.mp4", 12.5)
    assert found.post_id == post_intents(account(), [render(one)], [one], [review(one)], set())[0].post_id


def test_rows_of_a_day_show_the_ledger(tmp_path):
    ledger = Ledger(OperationsDatabase(f"sqlite:///{tmp_path}/operations.db"))
    ledger.plan("demo", DAY, [intent(1), intent(0)], at())
    ledger.plan("demo", DAY + timedelta(days=1), [intent(24, day=DAY + timedelta(days=1))], at())
    ledger.record(ledger.claim("demo", at()), "published", at(), state="published", media_id="9")
    rows = ledger_rows(ledger, account(), DAY, at(9, run="run-9"))
    assert [(r.slot_id, r.state, r.media_id) for r in rows] == [
        ("slot_0", "published", "9"),
        ("slot_1", "planned", None),
    ]
    assert {(r.trace_id, r.created_at) for r in rows} == {("run-9", at(9).created_at)}


NO_LICENCE = Finding(
    rule_id="rights.licence",
    severity="block",
    message="the licence of the font 'X' is not known",
    remedy="use another one",
    excerpt="",
)
TOLD = NO_LICENCE.model_copy(update={"severity": "warning"})


@pytest.mark.parametrize(
    ("verdict", "given", "findings", "state"),
    [
        ("released", (), [], "planned"),
        ("released", (), [TOLD], "planned"),
        ("released", (), [NO_LICENCE], "awaiting_approval"),
        ("needs_approval", BOTH, [TOLD, NO_LICENCE], "awaiting_approval"),
    ],
)
def test_a_file_that_may_not_be_used_waits_whatever_people_approve(verdict, given, findings, state):
    one = script(1)
    approvals = {(one.content_hash, kind) for kind in given}
    reviews = [review(one, verdict, BOTH if given else ())]
    [found] = post_intents(account(), [render(one, findings)], [one], reviews, approvals)
    assert found.state == state
    held = NO_LICENCE in findings
    assert found.reason == (
        "the file may not be used: the licence of the font 'X' is not known (use another one)"
        if held
        else None
    )


def test_another_variant_goes_in_the_place_of_a_file_that_may_not_be_used():
    one, two = script(1), script(2)
    renders = [render(one, [NO_LICENCE]), render(two)]
    [found] = post_intents(account(), renders, [one, two], [review(one), review(two)], set())
    assert (found.script_id, found.state, found.reason) == ("script_2", "planned", None)


@pytest.mark.parametrize(
    ("given", "reasons", "told"),
    [
        ((), ["pilot: everything by hand"], "waits for editorial, rights (pilot: everything by hand)"),
        (("rights",), ["high risk: a.b", "pilot"], "waits for editorial (high risk: a.b; pilot)"),
        (("rights", "editorial"), ["pilot"], None),
        ((), [], "waits for editorial, rights"),
    ],
)
def test_what_waits_says_for_whom_and_why(given, reasons, told):
    one = script(1)
    judged = review(one, "needs_approval", ("editorial", "rights"), reasons=reasons)
    approvals = {(one.content_hash, kind) for kind in given}
    [found] = post_intents(account(), [render(one)], [one], [judged], approvals)
    assert found.reason == told
