"""What the forms do, sent as a browser sends them; how they look and feel is in ``test_pages``."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from content_pipeline.desk import actions
from content_pipeline.desk.post import read_post
from content_pipeline.desk.web import Desk
from content_pipeline.posts.changes import PostChanges
from content_pipeline.review.deciding import decide
from content_pipeline.storage.tables import (
    ApprovalRow,
    CaptionEditRow,
    DeskAuditRow,
    PublicationRow,
    SlotMoveRow,
)
from content_pipeline_tests.databases import record_word
from content_pipeline_tests.desk.serving import Visitor, add_user, serving
from content_pipeline_tests.desk.stage import CAPTION, DIMS, PROMISE, again, pilot, script, stage
from content_pipeline_tests.examples import START

ROLES = {
    "eva": ("editorial", "compliance"),
    "rita": ("rights",),
    "lou": (),
    "root": ("admin",),
    "leo": ("legal",),
}


@pytest.fixture
def desk(app: Starlette) -> Desk:
    desk = pilot(app)
    for name, roles in ROLES.items():
        add_user(desk, name, *roles)
    return desk


@pytest.fixture
def posts(desk: Desk) -> list[str]:
    return stage(desk, [script(1), script(2)])


class Stand:
    """Passes requests on to the desk of the test that runs: one server for all of them, because stopping one takes its time."""

    app: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def stand() -> Iterator[tuple[Stand, str]]:
    stand = Stand()
    with serving(stand) as address:  # type: ignore[arg-type]
        yield stand, address


@pytest.fixture
def address(app: Starlette, stand: tuple[Stand, str], posts: list[str]) -> str:
    assert posts
    stand[0].app = app
    return stand[1]


@pytest.fixture
def eva(address: str) -> Iterator[Visitor]:
    yield from visit(address, "eva")


@pytest.fixture
def rita(address: str) -> Iterator[Visitor]:
    yield from visit(address, "rita")


def visit(address: str, name: str) -> Iterator[Visitor]:
    with Visitor(address, follow_redirects=True) as visitor:
        assert visitor.log_in(name).status_code == 200
        yield visitor


def form(visitor: Visitor, page: str) -> dict[str, str]:
    """Return the hidden fields of a page, as its forms would send them."""
    text = visitor.get(page).text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))


def send(visitor: Visitor, post: str, action: str, page: str = "", **fields: object) -> httpx.Response:
    """Open a post's page (or the form's own) and send a form of it at once."""
    hidden = form(visitor, f"/post/{post}{page}")
    return visitor.post(f"/post/{post}/{action}", data=hidden | fields)


def words(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.operations.transaction() as session:
        rows = session.scalars(select(ApprovalRow).order_by(ApprovalRow.id))
        return [(row.by, row.kind, row.decision) for row in rows]


def acts(desk: Desk) -> list[str]:
    with desk.operations.transaction() as session:
        rows = session.scalars(select(DeskAuditRow).order_by(DeskAuditRow.id))
        return [row.action for row in rows if row.action != "login"]


def test_two_people_release_a_post_and_each_is_taken_to_their_next_one(
    desk: Desk, posts: list[str], eva: Visitor, rita: Visitor
) -> None:
    answer = send(eva, posts[0], "approve", kind=["editorial", "compliance"])
    assert answer.url.path == f"/post/{posts[1]}"
    assert "still needs rights approval" in answer.text
    answer = send(rita, posts[0], "approve", kind=["rights"])
    assert "posted at its time, tomorrow 09:00" in answer.text
    assert words(desk) == [
        ("eva", "editorial", "approved"),
        ("eva", "compliance", "approved"),
        ("rita", "rights", "approved"),
    ]
    assert acts(desk) == ["approved", "approved"]

    again(desk)

    with desk.operations.transaction() as session:
        assert session.get_one(PublicationRow, posts[0]).state == "planned"


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 2001])
def test_a_rejection_needs_its_reason(desk: Desk, posts: list[str], eva: Visitor, reason: str) -> None:
    answer = send(eva, posts[0], "reject", reason=reason)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert words(desk) == []


def test_a_rejection_stands_until_its_giver_takes_it_back(desk: Desk, posts: list[str], eva: Visitor) -> None:
    send(eva, posts[0], "reject", reason="The second move is <b>wrong</b>.")
    page = eva.get(f"/post/{posts[0]}").text
    assert "The second move is &lt;b&gt;wrong&lt;/b&gt;." in page
    assert read_post(desk, posts[0]).entry.tab == "rejected"
    assert "Approve after all" in page
    assert "Reject with this reason" not in page

    send(eva, posts[0], "approve", kind=["editorial", "compliance"])

    assert read_post(desk, posts[0]).entry.tab == "others"
    assert words(desk)[0] == ("eva", "editorial", "rejected")


def test_nothing_is_done_when_the_text_changed_meanwhile(desk: Desk, posts: list[str], eva: Visitor) -> None:
    hidden = form(eva, f"/post/{posts[0]}")
    now = read_post(desk, posts[0]).script
    assert now is not None
    PostChanges(desk.operations, desk.lake).edit_caption(now, "Another text.", ["#calm"], "rita", START)
    again(desk)

    for action, fields in {
        "approve": {"kind": ["editorial"]},
        "reject": {"reason": "No"},
        "move": {"from": START.isoformat(), "to": START.isoformat()},
    }.items():
        answer = eva.post(f"/post/{posts[0]}/{action}", data=hidden | fields)
        assert "The text was changed by rita after you opened this page, so nothing was done." in answer.text
    answer = eva.post(
        f"/post/{posts[0]}/edit", data=hidden | {"caption": "My long work", "hashtags": "#mine"}
    )
    assert answer.status_code == 409
    assert "My long work" in answer.text
    assert "#mine" in answer.text
    assert words(desk) == []
    assert acts(desk) == ["stale"] * 4


def test_of_two_who_decide_at_once_the_second_is_told(
    desk: Desk, posts: list[str], eva: Visitor, rita: Visitor
) -> None:
    hidden = form(eva, f"/post/{posts[0]}")
    send(rita, posts[0], "reject", reason="The music is not ours.")
    answer = eva.post(f"/post/{posts[0]}/approve", data=hidden | {"kind": ["editorial"]})
    assert "rita rejected it after you opened this page, so nothing was done." in answer.text
    assert [word[0] for word in words(desk)] == ["rita"]


@pytest.mark.parametrize(
    ("name", "tries"),
    [
        (
            "lou",
            [
                ("approve", {"kind": ["editorial"]}, 403),
                ("reject", {"reason": "No"}, 403),
                ("edit", {"caption": "Mine"}, 403),
                ("move", {}, 403),
            ],
        ),
        ("root", [("approve", {"kind": ["editorial"]}, 403)]),
        (
            "rita",
            [
                ("approve", {"kind": ["editorial"]}, 403),
                ("approve", {"kind": ["rights", "legal"]}, 403),
                ("approve", {"kind": ["nonsense"]}, 403),
                ("approve", {}, 200),
            ],
        ),
        ("leo", [("reject", {"reason": "No"}, 200)]),
    ],
)
def test_nobody_gives_what_their_roles_do_not_cover(
    desk: Desk, posts: list[str], address: str, name: str, tries: list[tuple[str, dict[str, object], int]]
) -> None:
    for visitor in visit(address, name):
        for action, fields, status in tries:
            assert send(visitor, posts[0], action, **fields).status_code == status, (action, fields)
    assert words(desk) == []
    with desk.operations.transaction() as session:
        assert not session.scalars(select(CaptionEditRow)).all()


def test_an_edit_is_reviewed_at_once_and_approvals_lapse(
    desk: Desk, posts: list[str], eva: Visitor, rita: Visitor
) -> None:
    send(rita, posts[0], "approve", kind=["rights"])
    page = eva.get(f"/post/{posts[0]}/edit").text
    assert "What rita approved was the text as it is now." in page

    checked = send(eva, posts[0], "edit", "/edit", wish="check", caption=PROMISE, hashtags="#focus")
    assert "Must be fixed" in checked.text
    assert "Not saved yet" in checked.text
    assert acts(desk) == ["approved"]
    saved = send(eva, posts[0], "edit", "/edit", wish="save", caption=PROMISE, hashtags="focus, #calm")
    assert "What rita approved was the old text, so that lapsed." in saved.text
    assert "new: must be fixed" in saved.text
    assert read_post(desk, posts[0]).caption.endswith("#focus #calm")
    assert read_post(desk, posts[0]).entry.tab == "blocked"

    send(eva, posts[0], "edit", "/edit", wish="restore")
    assert read_post(desk, posts[0]).caption == f"{CAPTION}\n\n#focus #calm"
    again(desk)
    # The word was on exactly this text, so it counts again.
    assert read_post(desk, posts[0]).entry.missing == ["editorial", "compliance"]


def test_an_edited_text_is_approved_at_once_and_released_when_the_pipeline_took_it_in(
    desk: Desk, posts: list[str], eva: Visitor, rita: Visitor
) -> None:
    send(eva, posts[0], "edit", "/edit", wish="save", caption="Close one tab today.", hashtags="#calm")
    send(eva, posts[0], "approve", kind=["editorial", "compliance"])
    answer = send(rita, posts[0], "approve", kind=["rights"])
    assert "posted at its time, tomorrow 09:00, once the pipeline has taken the new text in" in answer.text
    with desk.operations.transaction() as session:
        assert session.get_one(PublicationRow, posts[0]).state == "awaiting_approval"

    again(desk)

    with desk.operations.transaction() as session:
        row = session.get_one(PublicationRow, posts[0])
        assert (row.state, row.payload["caption"]) == ("planned", "Close one tab today.\n\n#calm")


def test_a_rejection_of_the_same_moment_is_not_taken_back_unseen(
    desk: Desk, posts: list[str], eva: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*given: object, **more: object) -> object:
        content = read_post(desk, posts[0]).content
        record_word(desk.operations, "demo", content, "editorial", "rejected", "ada", START, "False")
        return decide(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "decide", overtaken)
    answer = send(eva, posts[0], "approve", kind=["editorial"])
    assert "Somebody decided on post" in answer.text
    assert words(desk) == [("ada", "editorial", "rejected")]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"caption": "  \n", "hashtags": ""}, "is empty"),
        ({"caption": "Fine", "hashtags": "#no-good"}, "is no hashtag"),
        ({"caption": CAPTION, "hashtags": "#focus #calm"}, "nothing changed"),
    ],
)
def test_what_was_typed_is_kept_when_it_cannot_be_saved(
    desk: Desk, posts: list[str], eva: Visitor, fields: dict[str, str], told: str
) -> None:
    answer = send(eva, posts[0], "edit", "/edit", wish="save", **fields)
    assert answer.status_code == 422
    assert told in answer.text.lower()
    assert fields["hashtags"] in answer.text
    assert acts(desk) == []


def test_a_blocked_text_without_a_post_is_mended_by_an_edit(desk: Desk, eva: Visitor) -> None:
    stage(desk, [script(3, PROMISE)])
    path = "/script/demo/2026-01-05/script_0105_3"
    assert path in eva.get("/?tab=blocked").text
    hidden = form(eva, f"{path}/edit")
    answer = eva.post(f"{path}/edit", data=hidden | {"caption": CAPTION, "hashtags": "#calm"})
    assert answer.url.path == path
    assert "solved" in answer.text


def test_a_post_is_moved_to_a_free_slot_and_to_no_other(desk: Desk, posts: list[str], eva: Visitor) -> None:
    page = eva.get(f"/post/{posts[0]}/move").text
    free = re.findall(r'name="to" value="([^"]+)"', page)
    with desk.operations.transaction() as session:
        taken = session.get_one(PublicationRow, posts[1]).slot_at.isoformat()
    assert free
    assert taken not in free

    assert "is not free" in send(eva, posts[0], "move", "/move", to=taken).text
    assert "Choose a slot first." in send(eva, posts[0], "move", "/move", to="tomorrow").text
    stale = form(eva, f"/post/{posts[0]}/move")
    assert "Moved to" in send(eva, posts[0], "move", "/move", to=free[-1]).text
    assert "was moved meanwhile" in eva.post(f"/post/{posts[0]}/move", data=stale | {"to": free[0]}).text

    with desk.operations.transaction() as session:
        assert session.get_one(PublicationRow, posts[0]).slot_at.isoformat() == free[-1]
        assert [row.by for row in session.scalars(select(SlotMoveRow))] == ["eva"]
    assert acts(desk) == ["not_done", "moved", "not_done"]
    assert "eva moved it from" in eva.get(f"/post/{posts[0]}").text


@pytest.mark.parametrize("state", ["publishing", "published", "missed"])
def test_what_is_over_cannot_be_decided_on(desk: Desk, posts: list[str], eva: Visitor, state: str) -> None:
    hidden = form(eva, f"/post/{posts[0]}") | form(eva, f"/post/{posts[0]}/move")
    with desk.operations.transaction() as session:
        session.get_one(PublicationRow, posts[0]).state = state
    for action in ("approve", "reject", "edit", "move"):
        fields = {"kind": ["editorial"], "reason": "No", "caption": "Other", "to": START.isoformat()}
        assert eva.post(f"/post/{posts[0]}/{action}", data=hidden | fields).status_code == 200
    assert words(desk) == []
    assert set(acts(desk)) == {"not_done"}
    page = eva.get(f"/post/{posts[0]}").text
    assert "data-approve" not in page
    assert "data-edit" not in page


def test_what_is_not_there_is_a_plain_page(eva: Visitor) -> None:
    for path in (
        "/post/nonsense",
        "/post/nonsense/edit",
        "/script/demo/2026-01-05/nonsense",
        "/script/demo/yesterday/script_1",
        "/script/gone/2026-01-05/script_1",
        "/script/..%2f..%2fetc/2026-01-05/script_1",
    ):
        answer = eva.get(path)
        assert answer.status_code == 404, path
        assert "Nothing here" in answer.text, path


def test_wrong_addresses_show_the_usual_page(eva: Visitor) -> None:
    for path in (
        "/?tab=nonsense&account=nonsense",
        "/calendar?from=nonsense&account=nonsense",
        "/calendar?from=9999-12-31",
        "/calendar?from=2026-01-05",
        "/calendar?from=2025-12-01",
    ):
        assert eva.get(path).status_code == 200, path
    assert eva.get("/post/post_%00").status_code == 404  # PostgreSQL refuses such a text


def test_the_audit_is_for_admins(desk: Desk, posts: list[str], address: str, eva: Visitor) -> None:
    send(eva, posts[0], "reject", reason="Not <i>now</i>")
    assert eva.get("/audit").status_code == 403
    for root in visit(address, "root"):
        page = root.get("/audit").text
    assert "rejected a post" in page
    assert "Not &lt;i&gt;now&lt;/i&gt;" in page
    assert "was refused a page" in page


def test_a_film_that_is_gone_is_a_plain_word(desk: Desk, posts: list[str], eva: Visitor) -> None:
    with desk.operations.transaction() as session:
        row = session.get_one(PublicationRow, posts[0])
        row.payload = row.payload | {"reel_key": f"00/{'0' * 64}.mp4"}
    page = eva.get(f"/post/{posts[0]}").text
    assert "no longer in the media store" in page
    assert "<video" not in page


def test_approvals_from_the_command_line_are_told_too(desk: Desk, posts: list[str], eva: Visitor) -> None:
    content = read_post(desk, posts[0]).content
    record_word(desk.operations, "demo", content, "rights", "approved", "Pat O'Neil", START, "checked")
    page = eva.get(f"/post/{posts[0]}").text
    assert "Pat O&#39;Neil approved it: rights" in page
    assert "checked" in page


@pytest.mark.parametrize("asset", ["scripts", "reviews", "renders", "briefs", "calendar"])
def test_a_day_of_another_version_is_shown_as_far_as_it_can_be_read(
    desk: Desk, posts: list[str], eva: Visitor, asset: str
) -> None:
    path = Path(str(desk.lake.path(asset, DIMS)))
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["slot_id" if "slot_id" in table.column_names else "title"]), path)
    for page in ("/", f"/post/{posts[0]}", f"/post/{posts[0]}/edit", f"/post/{posts[0]}/move", "/calendar"):
        assert eva.get(page).status_code == 200, page
    for action in ("approve", "reject", "edit", "move"):
        fields = {"kind": ["editorial"], "reason": "No", "caption": "Other", "to": START.isoformat()}
        assert send(eva, posts[0], action, **fields).status_code < 500, action


def test_a_post_of_which_little_is_known_is_shown(desk: Desk, posts: list[str], eva: Visitor) -> None:
    with desk.operations.transaction() as session:
        row = session.get_one(PublicationRow, posts[0])
        row.payload, row.script_id, row.brief_id, row.state = {}, "gone", "gone", "published"
    assert "cannot be found any more" in eva.get(f"/post/{posts[0]}").text
    assert eva.get("/?tab=posted").status_code == 200


def test_what_waited_too_long_can_still_be_moved_and_then_approved(
    desk: Desk, posts: list[str], eva: Visitor
) -> None:
    with desk.operations.transaction() as session:
        session.get_one(PublicationRow, posts[0]).slot_at = START - timedelta(hours=2)
    page = eva.get(f"/post/{posts[0]}").text
    assert "data-approve" not in page
    free = re.findall(r'name="to" value="([^"]+)"', eva.get(f"/post/{posts[0]}/move").text)
    send(eva, posts[0], "move", "/move", to=free[0])
    assert "still needs rights" in send(eva, posts[0], "approve", kind=["editorial", "compliance"]).text
