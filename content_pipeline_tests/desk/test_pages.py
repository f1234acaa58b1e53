"""The desk in a real browser: what people see, press and type. What forms do in detail is in ``test_actions``."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from starlette.applications import Starlette

from content_pipeline.desk.post import read_post
from content_pipeline.desk.web import Desk
from content_pipeline.storage.tables import ApprovalRow, PublicationRow
from content_pipeline_tests.desk.serving import PASSWORD, add_user, serving
from content_pipeline_tests.desk.stage import CAPTIONS, PROMISE, pilot, script, stage

PHONE = {"width": 390, "height": 844}
HARM = 'Rest <script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'"> now'
LOADED = """film => new Promise((done, failed) => {
  film.addEventListener("error", () => failed(film.error.message));
  film.readyState >= 1 ? done() : film.addEventListener("loadedmetadata", done);
})"""
Enter = Callable[..., Page]


@pytest.fixture
def desk(app: Starlette) -> Desk:
    desk = pilot(app)
    add_user(desk, "eva", "editorial", "compliance")
    add_user(desk, "rita", "rights")
    return desk


@pytest.fixture
def posts(desk: Desk) -> list[str]:
    return stage(desk, [script(1), script(2), script(3)])


@pytest.fixture
def address(app: Starlette, desk: Desk) -> Iterator[str]:
    assert desk is app.state.desk
    with serving(app) as address:
        yield address


@pytest.fixture
def enter(tab: Page, address: str, complaints: list[str]) -> Iterator[Enter]:
    """Give a function that logs somebody in and opens a page; at the end the console must have been silent."""

    def entered(path: str = "/", name: str = "eva") -> Page:
        tab.goto(f"{address}/login?next={path}")
        tab.fill("#name", name)
        tab.fill("#password", PASSWORD)
        tab.click("main button")
        tab.wait_for_url(f"{address}{path}")
        return tab

    yield entered
    assert complaints == []


def words(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.operations.transaction() as session:
        rows = session.scalars(select(ApprovalRow).order_by(ApprovalRow.id))
        return [(row.by, row.kind, row.decision) for row in rows]


def overflow(tab: Page) -> int:
    return int(tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_from_the_queue_a_post_is_watched_and_approved(desk: Desk, posts: list[str], enter: Enter) -> None:
    tab = enter()
    expect(tab.get_by_role("heading", level=1)).to_have_text("3 posts wait for you")
    expect(tab.locator(".entry-link").first).to_have_text(CAPTIONS[0].splitlines()[0])
    expect(tab.locator(".entry .cover img").first).to_have_js_property("naturalWidth", 54)
    tab.locator(".entry-link").first.click()

    film = tab.locator("video")
    film.evaluate(LOADED)
    assert round(float(film.evaluate("film => film.duration"))) == 2
    tab.keyboard.press("Space")
    expect(film).to_have_js_property("paused", False)
    tab.keyboard.press("Space")
    expect(film).to_have_js_property("paused", True)

    tab.keyboard.press("a")
    expect(tab.get_by_role("button", name="Approve").first).to_be_focused()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/post/{posts[1]}")
    expect(tab.get_by_role("status")).to_contain_text("You gave editorial and compliance approval")
    assert words(desk) == [("eva", "editorial", "approved"), ("eva", "compliance", "approved")]


def test_a_rejection_is_not_sent_without_its_reason(desk: Desk, posts: list[str], enter: Enter) -> None:
    tab = enter(f"/post/{posts[0]}")
    tab.keyboard.press("r")
    expect(tab.locator("#reason")).to_be_focused()
    tab.get_by_role("button", name="Reject with this reason").click()
    assert tab.evaluate("document.querySelector('#reason').validity.valueMissing") is True
    assert words(desk) == []
    # Letters that are shortcuts elsewhere are just typed here.
    tab.locator("#reason").press_sequentially("are j k a e ? ok")
    assert tab.locator("#reason").input_value() == "are j k a e ? ok"
    tab.get_by_role("button", name="Reject with this reason").click()
    tab.wait_for_url(f"**/post/{posts[1]}")
    assert words(desk) == [("eva", "editorial", "rejected")]


def test_an_edited_caption_is_reviewed_again_and_needs_new_approvals(
    desk: Desk, posts: list[str], enter: Enter
) -> None:
    tab = enter(f"/post/{posts[0]}")
    tab.get_by_role("button", name="Approve").first.click()
    tab.wait_for_url(f"**/post/{posts[1]}")
    tab.go_back()
    tab.keyboard.press("e")
    tab.wait_for_url("**/edit")
    tab.locator("#caption").fill(PROMISE)
    expect(tab.locator("[data-count]")).to_have_text(
        f"{len(PROMISE) + 14} of 2200 characters, 2 of 5 hashtags"
    )
    expect(tab.locator("[data-shown]")).to_have_text(PROMISE[:125])
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url(f"**/post/{posts[0]}")
    expect(tab.get_by_role("status")).to_contain_text("What eva approved was the old text, so that lapsed.")
    expect(tab.locator(".diff")).to_contain_text("new: must be fixed")
    expect(tab.locator(".caption mark").first).to_contain_text("clinically proven")
    expect(tab.get_by_role("button", name="Approve")).to_have_count(0)

    tab.keyboard.press("e")
    tab.locator("#caption").fill("Three small moves\n\nClose every tab that you can name.")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".diff")).to_contain_text("solved")
    expect(tab.get_by_role("button", name="Approve").first).to_be_visible()
    assert read_post(desk, posts[0]).entry.missing == ["editorial", "compliance", "rights"]


def test_a_post_is_moved(desk: Desk, posts: list[str], enter: Enter) -> None:
    tab = enter(f"/post/{posts[0]}")
    tab.keyboard.press("m")
    choice = tab.locator("input[name=to]").last
    moment = choice.get_attribute("value")
    choice.check()
    tab.get_by_role("button", name="Move it").click()
    expect(tab.get_by_role("status")).to_contain_text("Moved to")
    with desk.operations.transaction() as session:
        assert session.get_one(PublicationRow, posts[0]).slot_at.isoformat() == moment
    tab.keyboard.press("c")
    tab.wait_for_url("**/calendar")
    expect(tab.locator(".look-away")).to_have_count(1)
    expect(tab.locator(".slot").filter(has_text="Moved here from")).to_have_count(1)


def test_the_keyboard_walks_the_queue_and_helps(posts: list[str], enter: Enter) -> None:
    tab = enter()
    links = tab.locator(".entry-link")
    for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        tab.keyboard.press(key)
        expect(links.nth(place)).to_be_focused()
    tab.keyboard.press("?")
    expect(tab.locator("dialog")).to_be_visible()
    tab.keyboard.press("j")
    tab.keyboard.press("Escape")
    expect(tab.locator("dialog")).to_be_hidden()
    links.first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/post/{posts[0]}")
    tab.keyboard.press("j")
    tab.wait_for_url(f"**/post/{posts[1]}")
    tab.keyboard.press("k")
    tab.wait_for_url(f"**/post/{posts[0]}")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off_and_buttons_fit_a_thumb(
    posts: list[str], enter: Enter, tab: Page, look: str
) -> None:
    tab.set_viewport_size(PHONE)
    tab.emulate_media(color_scheme=look)
    enter()
    base = tab.url.rstrip("/")
    post = f"/post/{posts[0]}"
    for path in ("/", post, f"{post}/edit", f"{post}/move", "/calendar", "/?tab=blocked"):
        tab.goto(base + path)
        assert overflow(tab) == 0, path
    tab.goto(base + post)
    bar = tab.locator(".sticky")
    for button in bar.locator(".button, button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= PHONE["height"]
    bar.get_by_role("button", name="Approve").click()
    tab.wait_for_url(f"**/post/{posts[1]}")


def test_foreign_text_is_only_ever_text(desk: Desk, enter: Enter, tab: Page) -> None:
    [post] = stage(desk, [script(1, HARM, cover_text=HARM)])
    base = enter().url.rstrip("/")
    for path in ("/", f"/post/{post}/edit", "/calendar", f"/post/{post}"):
        tab.goto(base + path)
        assert tab.title() != "owned"
        assert tab.locator("main script, main img[src=x]").count() == 0
    links = [link.get_attribute("href") or "" for link in tab.locator(".evidence a").all()]
    assert links
    assert all(link.startswith("https://") for link in links)
    assert tab.locator(".evidence a[rel='noopener noreferrer nofollow']").count() == len(links)
    expect(tab.locator(".evidence")).to_contain_text("Tabs & calm <script>alert(1)</script>")


def test_a_stale_page_does_nothing_and_says_so(desk: Desk, posts: list[str], enter: Enter, tab: Page) -> None:
    enter(f"/post/{posts[0]}")
    other = tab.context.new_page()
    other.goto(f"{tab.url}/edit")
    other.locator("#caption").fill("Three other moves.")
    other.get_by_role("button", name="Save", exact=True).click()
    other.wait_for_url(f"**/post/{posts[0]}")
    tab.get_by_role("button", name="Approve").first.click()
    expect(tab.get_by_role("alert")).to_contain_text("The text was changed by eva after you opened this page")
    assert words(desk) == []


def test_it_works_without_javascript(desk: Desk, posts: list[str], tab: Page, address: str) -> None:
    browser = tab.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/login?next=/post/{posts[0]}")
    page.fill("#name", "eva")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.locator("#reject summary").click()
    page.fill("#reason", "Not in our voice.")
    page.get_by_role("button", name="Reject with this reason").click()
    page.wait_for_url(f"**/post/{posts[1]}")
    assert words(desk) == [("eva", "editorial", "rejected")]
    context.close()


def test_an_empty_desk_is_friendly(enter: Enter) -> None:
    tab = enter()
    expect(tab.locator(".empty")).to_contain_text("Nothing waits for you.")
    tab.get_by_role("link", name="Week", exact=True).click()
    expect(tab.locator(".empty")).to_contain_text("Nothing is planned for these days yet.")
