"""Logging in, in a real browser, and what it lets other sites and injected markup do: nothing."""

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from content_pipeline.desk.users import User
from content_pipeline.desk.web import page, render
from content_pipeline_tests.desk.serving import PASSWORD
from content_pipeline_tests.trends.server import Answer, serving

INJECTED = """<!doctype html><title>as served</title><style>body{color:rgb(1,2,3)}</style>
<script>document.title = 'inline ran'</script><img src=x onerror="document.title = 'handler ran'">
<base href="http://localhost:1/"><script src="http://localhost:1/evil.js"></script>
<a href="javascript:document.title='link ran'">link</a><p style="color:rgb(4,5,6)">text</p>"""
FORGED = """<!doctype html><form method="post" action="{address}/act"><input name="csrf" value="{token}">
<button>Win</button></form><iframe src="{address}/hello"></iframe>"""


@page
def hello(request: Request, user: User) -> Response:
    return render(request, "error.html", code=200, told=f"Hello {user.name}.")


@page
def act(request: Request, user: User) -> Response:
    return HTMLResponse("done")


@page
def injected(request: Request, user: User) -> Response:
    return HTMLResponse(INJECTED)


@pytest.fixture
def app(app: Starlette) -> Starlette:
    """Return the desk with pages of the tests' own."""
    app.router.routes[:0] = [
        Route("/hello", hello),
        Route("/injected", injected),
        Route("/act", act, methods=["POST"]),
    ]
    return app


@pytest.fixture
def inside(tab: Page, address: str) -> Page:
    """Return a tab in which ana has logged in, on the page hello."""
    tab.goto(f"{address}/hello")
    tab.get_by_label("Name").fill("Ana")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Hello ana.")).to_be_visible()
    return tab


def test_people_log_in_and_out(tab: Page, address: str, complaints: list[str]) -> None:
    tab.goto(f"{address}/hello?of=today")
    expect(tab.get_by_label("Name")).to_be_focused()
    tab.get_by_label("Name").fill("ana")
    tab.get_by_label("Password").fill("not-this-one-otter")
    complaints.clear()
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("alert")).to_have_text("That name and password do not belong together.")
    expect(tab.get_by_label("Password")).to_be_focused()
    assert all("401" in complaint for complaint in complaints)
    complaints.clear()
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab).to_have_url(f"{address}/hello?of=today")
    assert tab.evaluate("document.cookie") == ""
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("status")).to_have_text("You are logged out.")
    tab.go_back()
    tab.reload()
    expect(tab.get_by_label("Password")).to_be_visible()
    assert complaints == []


def test_markup_that_slipped_through_runs_nothing_and_fetches_nothing(inside: Page, address: str) -> None:
    asked: list[str] = []
    inside.on("request", lambda request: asked.append(request.url))
    inside.goto(f"{address}/injected")
    inside.get_by_text("link").click()
    assert inside.title() == "as served"
    assert inside.evaluate("getComputedStyle(document.body).color") != "rgb(1, 2, 3)"
    assert inside.evaluate("getComputedStyle(document.querySelector('p')).color") != "rgb(4, 5, 6)"
    assert {url for url in asked if not url.startswith(address)} <= {"http://localhost:1/evil.js"}
    assert f"{address}/x" in asked  # not moved by the base element


def test_a_page_on_another_port_can_neither_press_buttons_nor_show_the_desk(
    inside: Page, address: str
) -> None:
    token = inside.locator("input[name=csrf]").get_attribute("value")
    cookies = [cookie["name"] for cookie in inside.context.cookies()]
    assert cookies == ["desk"]
    # The browser sends the cookie along, because ports make no site: the guard is what the desk reads of the origin.
    page = Answer(FORGED.format(address=address, token=token), headers={"Content-Type": "text/html"})
    with serving(page) as evil:
        inside.goto(evil.url)
        assert all("Hello ana." not in frame.content() for frame in inside.frames[1:])
        with inside.expect_response(f"{address}/act") as answer:
            inside.get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    assert "desk=" in answer.value.request.all_headers()["cookie"]
    expect(inside.get_by_text("nothing was done")).to_be_visible()


def test_the_login_fits_a_telephone(tab: Page, address: str) -> None:
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.goto(f"{address}/login")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    box = tab.get_by_role("button", name="Log in").bounding_box()
    assert box
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= 640
