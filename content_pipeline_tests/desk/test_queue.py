from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr
from sqlalchemy import update
from starlette.applications import Starlette

from content_pipeline.desk.post import read_post
from content_pipeline.desk.queue import CHECKING, read_queue
from content_pipeline.desk.users import User
from content_pipeline.desk.web import Desk
from content_pipeline.posts.changes import PostChanges
from content_pipeline.posts.planning import WITHDRAWN
from content_pipeline.review.incidents import Incidents
from content_pipeline.storage.tables import PublicationRow
from content_pipeline_tests.databases import publication, record_word
from content_pipeline_tests.desk.stage import CAPTION, DIMS, PROMISE, again, pilot, script, stage
from content_pipeline_tests.examples import DAY, START

ANA = User("ana", ("editorial", "compliance"), 1, START, None)
RITA = User("rita", ("rights",), 1, START, None)
LOOKER = User("lou", (), 1, START, None)
Change = Callable[[Desk, str], None]


@pytest.fixture
def desk(app: Starlette) -> Desk:
    return pilot(app)


def say(*kinds: str, decision: str = "approved") -> Change:
    def said(desk: Desk, post: str) -> None:
        content = read_post(desk, post).content
        for kind in kinds:
            record_word(desk.operations, "demo", content, kind, decision, "rita", START, "because")

    return said


def said_and_planned(*kinds: str) -> Change:
    def done(desk: Desk, post: str) -> None:
        say(*kinds)(desk, post)
        again(desk)

    return done


def become(**values: object) -> Change:
    def changed(desk: Desk, post: str) -> None:
        with desk.operations.transaction() as session:
            session.execute(update(PublicationRow).where(PublicationRow.post_id == post).values(**values))

    return changed


def edit(caption: str) -> Change:
    def edited(desk: Desk, post: str) -> None:
        now = read_post(desk, post).script
        assert now is not None
        PostChanges(desk.operations, desk.lake).edit_caption(now, caption, now.hashtags, "rita", START)

    return edited


def withdrawn(desk: Desk, post: str) -> None:
    say(*EVERYTHING)(desk, post)
    become(reason=WITHDRAWN)(desk, post)


def in_turn(*changes: Change) -> Change:
    def done(desk: Desk, post: str) -> None:
        for change in changes:
            change(desk, post)

    return done


EVERYTHING = ("editorial", "compliance", "rights")
CASES: dict[str, tuple[Change, dict[str, str], str]] = {
    "new": (
        say(),
        {"ana": "mine", "rita": "mine", "lou": "others"},
        "editorial, compliance and rights",
    ),
    "half": (say("editorial", "compliance"), {"ana": "others", "rita": "mine"}, "rights"),
    "all, not planned yet": (say(*EVERYTHING), {"ana": "planned", "lou": "planned"}, "at its time"),
    "all": (said_and_planned(*EVERYTHING), {"ana": "planned"}, "at its time"),
    "rejected": (say("rights", decision="rejected"), {"ana": "rejected", "rita": "rejected"}, "rita"),
    "edited": (edit("Another text."), {"ana": "mine", "rita": "mine"}, "editorial"),
    "edited and approved": (
        in_turn(edit("Another text."), say(*EVERYTHING)),
        {"ana": "planned", "rita": "planned"},
        "takes the new text in",
    ),
    "edited and rejected": (
        in_turn(edit("Another text."), say("rights", decision="rejected")),
        {"ana": "rejected"},
        "rita",
    ),
    "planned, and its account paused": (
        in_turn(said_and_planned(*EVERYTHING), become(reason="paused: sev1 incident incident_0a1 is open")),
        {"ana": "planned"},
        "Paused: a critical incident is open.",
    ),
    "edited into a block": (edit(PROMISE), {"ana": "blocked"}, "rules stop it"),
    "being posted": (become(state="publishing"), {"ana": "planned"}, ""),
    "posted": (become(state="published", published_at=START), {"ana": "posted"}, "Posted today 19:00."),
    "simulated": (become(state="simulated", reason="live is off"), {"ana": "posted"}, "Live is off."),
    "failed": (become(state="failed", reason="Instagram said no"), {"ana": "trouble"}, "said no"),
    "taken down": (become(state="taken_down"), {"ana": "trouble"}, ""),
    "too late": (become(slot_at=START - timedelta(minutes=61)), {"ana": "trouble"}, "not posted late"),
    "late, not too late": (become(slot_at=START - timedelta(minutes=59)), {"ana": "mine"}, "rights"),
    "withdrawn though approved": (withdrawn, {"ana": "others"}, "taken out of the plan"),
    "of no script": (become(script_id="script_gone"), {"ana": "others"}, "cannot be found"),
    "long ago": (become(slot_at=START - timedelta(days=8)), {"ana": ""}, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_post_is_in_the_list_where_each_person_looks_for_it(desk: Desk, case: str) -> None:
    change, lists, note = CASES[case]
    [post] = stage(desk, [script(1)])

    change(desk, post)

    for user in (u for u in (ANA, RITA, LOOKER) if u.name in lists):
        found = [entry for entry in read_queue(desk, user).entries if entry.path == f"/post/{post}"]
        assert [entry.tab for entry in found] == ([lists[user.name]] if lists[user.name] else [])
        assert all(note in entry.note for entry in found)


@pytest.mark.parametrize(
    ("tab", "yours"),
    [
        (say(), ["editorial", "compliance"]),
        (say("editorial"), ["compliance"]),
        (say("compliance", decision="rejected"), ["editorial", "compliance"]),
        (edit("Another text."), ["editorial", "compliance"]),
        (edit(PROMISE), []),
        (become(state="published"), []),
        (become(slot_at=START - timedelta(hours=2)), []),
    ],
)
def test_people_are_offered_what_counts_now_and_no_other(desk: Desk, tab: Change, yours: list[str]) -> None:
    [post] = stage(desk, [script(1)])
    tab(desk, post)
    assert read_post(desk, post).entry.yours(ANA) == yours


def test_what_has_no_post_is_there_too_soonest_first(desk: Desk) -> None:
    stage(desk, [script(2, PROMISE), script(1)], filmed=False)
    found = read_queue(desk, ANA)
    assert [(entry.tab, entry.path.split("/")[1]) for entry in found.entries] == [
        ("others", "script"),
        ("blocked", "script"),
    ]
    assert "film is not there yet" in found.entries[0].note
    assert "stays empty" in found.entries[1].note
    assert found.entries[1].findings >= 1
    assert found.entries[0].yours(ANA) == []


def test_a_blocked_version_says_that_another_one_takes_its_slot(desk: Desk) -> None:
    stage(desk, [script(1), script(1, PROMISE, script_id="script_0105_9", preference=2)])
    [blocked] = read_queue(desk, ANA).tab("blocked")
    assert "Another version" in blocked.note


def test_posts_of_another_account_are_left_out_and_counted_when_it_is_gone(desk: Desk) -> None:
    stage(desk, [script(1)])
    with desk.operations.transaction() as session:
        session.add(publication(7, DAY, "awaiting_approval", account="gone_brand"))
    assert [problem for problem in read_queue(desk, ANA).problems if "gone_brand" in problem]
    assert len(read_queue(desk, ANA).entries) == 1
    assert read_queue(desk, ANA, "demo").problems == []


def test_one_account_or_all(app: Starlette, desk: Desk) -> None:
    stage(desk, [script(1)])
    other = desk.accounts["demo"].model_copy(
        update={"id": "other", "name": "Other", "timezone": "Asia/Tokyo"}
    )
    app.state.desk = replace(desk, accounts=desk.accounts | {"other": other})
    with desk.operations.transaction() as session:
        session.add(publication(7, DAY, account="other"))
    found = {
        account: [entry.account.id for entry in read_queue(app.state.desk, ANA, account).entries]
        for account in (None, "demo", "other")
    }
    assert found == {None: ["other", "demo"], "demo": ["demo"], "other": ["other"]}


def test_an_open_incident_is_told(desk: Desk) -> None:
    Incidents(desk.operations).open("demo", "post_1", "sev1", "It names a person", by="ana", at=START)
    assert read_queue(desk, ANA).problems == [
        "Clear Hours: posting is paused until an incident is closed: “It names a person”"
    ]


def test_an_empty_lake_has_an_empty_queue(desk: Desk) -> None:
    found = read_queue(desk, ANA)
    assert (list(found.entries), list(found.problems), sum(found.counts.values())) == ([], [], 0)


def test_texts_of_another_version_are_a_plain_word(desk: Desk) -> None:
    [post] = stage(desk, [script(1)])
    path = Path(str(desk.lake.path("scripts", DIMS)))
    pq.write_table(pq.read_table(path).drop_columns(["cover_text"]), path)
    found = read_queue(desk, ANA)
    assert [entry.tab for entry in found.entries] == ["others"]
    assert "another version of the software" in found.problems[0]
    assert "another version of the software" in read_post(desk, post).problems[0]


def test_ninety_days_of_history_are_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stage(desk, [script(1)])
    with desk.operations.transaction() as session:
        session.add_all(publication(n, DAY - timedelta(days=n)) for n in range(1, 91))
    read: set[str] = set()
    real = desk.lake.read_existing
    monkeypatch.setattr(
        desk.lake,
        "read_existing",
        lambda asset, record, dims: read.update(d["day"] for d in dims) or real(asset, record, dims),
    )

    found = read_queue(desk, ANA)

    assert len(found.tab("posted")) == 7
    # The clock's midnight in UTC is the evening before in New York.
    assert read == {"2026-01-03", "2026-01-04", "2026-01-05"}


def test_where_a_moderation_service_has_a_say_an_edit_waits_for_it(desk: Desk) -> None:
    [post] = stage(desk, [script(1)])
    edit("Another text.")(desk, post)
    moderated = desk.settings.model_copy(
        update={"openai_api_key": SecretStr("k" * 20), "openai_base_url": "http://127.0.0.1:9/v1"}
    )
    entry = read_post(replace(desk, settings=moderated), post).entry
    assert (entry.decidable, entry.note) == (False, CHECKING)
    assert read_post(desk, post).entry.decidable


def test_an_edit_shows_what_it_solved_and_whose_approvals_lapsed(desk: Desk) -> None:
    [post] = stage(desk, [script(1, f"{CAPTION}\n\nGet into crypto.")])
    before = [f.rule_id for f in read_post(desk, post).judged.review.findings]  # type: ignore[union-attr]
    say("editorial")(desk, post)

    edit(CAPTION)(desk, post)

    view = read_post(desk, post)
    assert view.edited is not None
    solved, kept = ([f.rule_id for f in found] for found in (view.edited.solved, view.edited.kept))
    assert solved
    assert {*solved, *kept} == set(before)
    assert (view.edited.new, view.edited.lapsed) == ([], ["rita"])
    assert view.entry.missing == list(EVERYTHING)
    assert "Get into crypto." in view.edited.original.caption_long
    again(desk)
    assert read_post(desk, post).entry.yours(ANA) == ["editorial", "compliance"]
