"""The desk as an attacker meets it: forged forms, addresses that lead elsewhere, too much, too often, and what leaks."""

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from content_pipeline.desk.security import HEADERS, local_path
from content_pipeline.desk.throttle import MAX_PER_CLIENT, MAX_PER_NAME
from content_pipeline.desk.users import User
from content_pipeline.desk.web import Desk, form_list, form_of, page, redirect, render
from content_pipeline.settings import ConfigError
from content_pipeline.storage.tables import DeskAuditRow
from content_pipeline_tests.desk.serving import PASSWORD, SECRET, Machine, Visitor, add_user, new_app, serving
from content_pipeline_tests.examples import START


@page
def hello(request: Request, user: User) -> Response:
    return render(request, "error.html", code=200, told=f"Hello {user.name}.")


@page(roles=("editorial", "legal"))
async def act(request: Request, user: User) -> Response:
    text = form_of(request).get("text", "")
    if text == "problem":
        raise ConfigError("the caption is empty: write one")
    return redirect(request, "/hello", f"{user.name} said {text} {form_list(request, 'kind')}")


@page(roles=("admin",))
def admins(request: Request, user: User) -> Response:
    return PlainTextResponse("for admins")


@page
def broken(request: Request, user: User) -> Response:
    raise RuntimeError(f"secret detail {request.url.query}")


@page
def gone(request: Request, user: User) -> Response:
    raise HTTPException(409, "Somebody else was quicker.")


@pytest.fixture
def app(app: Starlette) -> Starlette:
    """Return the desk with pages of the tests' own."""
    app.router.routes[:0] = [
        Route("/hello", hello),
        Route("/act", act, methods=["POST"]),
        Route("/admins", admins),
        Route("/broken", broken),
        Route("/gone", gone),
    ]
    return app


@pytest.fixture
def ana(visitor: Visitor) -> Visitor:
    """Return a visitor who is logged in as ana, who gives editorial approvals."""
    assert visitor.log_in().status_code == 303
    return visitor


def audit(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    with desk.operations.transaction() as session:
        rows = session.scalars(select(DeskAuditRow).order_by(DeskAuditRow.id)).all()
        return [(row.user, row.action, row.detail) for row in rows]


def test_who_is_not_logged_in_gets_nothing_but_the_login(visitor: Visitor, desk: Desk) -> None:
    answer = visitor.get("/hello?of=1&more=é")
    assert (answer.status_code, answer.text) == (303, "")
    assert answer.headers["location"] == "/login?next=/hello%3Fof%3D1%26more%3D%25C3%25A9"
    for path in ["/admins", "/broken", f"/media/ab/{'ab' * 32}.mp4"]:
        assert visitor.get(path).status_code == 303
    answer = visitor.post(
        "/act", data={"text": "x", "csrf": visitor.token()}, headers={"Referer": "http://x/hello"}
    )
    assert answer.status_code == 401
    assert "nothing was done" in answer.text
    assert 'name="next" value="/hello"' in answer.text
    assert audit(desk) == []


def test_a_login_leads_to_the_page_that_was_wanted(visitor: Visitor, desk: Desk) -> None:
    answer = visitor.log_in(name=" ANA ", next="/hello", follow_redirects=True)
    assert "Hello ana." in answer.text
    assert visitor.get("/login?next=/hello").headers["location"] == "/hello"
    assert audit(desk) == [("ana", "login", {})]
    with desk.operations.transaction() as session:
        assert session.scalars(select(DeskAuditRow.at)).one() == START  # by the pipeline's clock


def test_the_desk_runs_over_either_database(url: str, tmp_path: Path) -> None:
    app = new_app(tmp_path, url)
    add_user(app.state.desk, "ana", "legal")
    with serving(app) as address, Visitor(address) as visitor:
        assert visitor.log_in(password="wrong-otter-vivid").status_code == 401
        assert visitor.log_in(name="x" * 200 + "ü", password="é" * 300).status_code == 401
        assert visitor.log_in().status_code == 303
        token = visitor.token("/media/x")
        assert visitor.post("/logout", data={"csrf": token}).status_code == 303
        assert visitor.get("/media/x").status_code == 303
    actions = [entry[1] for entry in audit(app.state.desk)]
    assert actions == ["login_failed", "login_failed", "login", "logout"]


def test_a_visitor_who_leaves_in_the_middle_is_no_error(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.log_in()
    caplog.set_level(logging.INFO, logger="content_pipeline.desk")
    with socket.create_connection((visitor.base_url.host, visitor.base_url.port)) as raw:
        head = f"POST /act HTTP/1.1\r\nHost: localhost\r\nCookie: desk={visitor.cookies['desk']}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\ncsrf="
        raw.sendall((head + kind).encode())
    deadline = time.monotonic() + 5
    while "left before the end of /act" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "left before the end of /act" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "/x\\y",
        "",
        " /x",
    ],
)
def test_a_login_leads_nowhere_else(wanted: str) -> None:
    assert local_path(wanted) == "/"


def test_a_login_does_not_follow_an_address_of_another_site(visitor: Visitor) -> None:
    answer = visitor.log_in(next="//evil.example/x")
    assert answer.headers["location"] == "/"
    for wanted in ["//evil.example", "/x%0d%0aSet-Cookie:%20a=b"]:
        answer = visitor.get(f"/login?next={wanted}")
        assert answer.headers["location"] == "/"
        assert "a=b" not in str(answer.headers)


def test_forms_need_the_token_of_their_own_session(ana: Visitor, address: str, desk: Desk) -> None:
    token = ana.token("/hello")
    add_user(desk, "bo", "editorial")
    with Visitor(address) as bo:
        bo.log_in("bo")
        theirs = bo.token("/hello")
    for forged in [
        {},
        {"csrf": ""},
        {"csrf": theirs},
        {"csrf": token[:-1]},
        {"csrf": token.upper()},
        {"csrf": "é"},
    ]:
        answer = ana.post("/act", data={"text": "x", **forged})
        assert answer.status_code == 403
        assert "nothing was done" in answer.text
    assert ana.post(f"/act?csrf={token}", data={"text": "x"}).status_code == 403
    assert ana.post("/act", content=b"text=x", headers={"Content-Type": "text/plain"}).status_code == 403
    assert ana.post("/act", json={"csrf": token}).status_code == 403
    assert ana.post("/act", data={"text": "x", "csrf": token}).status_code == 303
    forgeries = [entry for entry in audit(desk) if entry[1] == "forged"]
    assert forgeries == [("ana", "forged", {"method": "POST", "path": "/act"})] * 9


def test_forms_of_other_sites_are_refused_even_with_the_token(ana: Visitor, address: str) -> None:
    itself = address.removeprefix("http://")
    token = ana.token("/hello")
    for headers, status in [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": f"https://{itself}"}, 403),
        ({"Origin": f"http://{itself}", "Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ]:
        assert ana.post("/act", data={"csrf": token}, headers=headers).status_code == status, headers


def test_the_login_form_is_guarded_too(visitor: Visitor, desk: Desk) -> None:
    form = {"name": "ana", "password": PASSWORD}
    assert visitor.post("/login", data=form).status_code == 403
    token = visitor.token()
    answer = visitor.post("/login", data=form | {"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert audit(desk) == []


def test_a_role_is_needed_and_the_refusal_recorded(ana: Visitor, desk: Desk) -> None:
    answer = ana.get("/admins?x=1")
    assert answer.status_code == 403
    assert "for people with the role admin" in answer.text
    assert "/audit" not in answer.text
    assert audit(desk)[-1] == ("ana", "refused", {"needs": ["admin"], "method": "GET", "path": "/admins"})
    desk.users.set_roles("ana", ["admin"])
    assert ana.get("/admins").text == "for admins"
    assert 'href="/audit"' in ana.get("/hello").text
    form = {"csrf": ana.token("/hello"), "role": "editorial", "roles": "editorial"}
    assert ana.post("/act", data=form).status_code == 403


def test_a_disabled_user_is_out_at_once(ana: Visitor, desk: Desk) -> None:
    assert ana.get("/hello").status_code == 200
    desk.users.disable("ana")
    assert ana.get("/hello").status_code == 303
    assert ana.log_in().status_code == 401


def test_logging_out_ends_the_session_for_copies_of_the_cookie(ana: Visitor, desk: Desk) -> None:
    copied = ana.cookies["desk"]
    answer = ana.post("/logout", data={"csrf": ana.token("/hello")}, follow_redirects=True)
    assert "You are logged out." in answer.text
    assert "You are logged out." not in ana.get("/login").text
    ana.cookies.set("desk", copied)
    assert ana.get("/hello").status_code == 303
    assert [entry[1] for entry in audit(desk)] == ["login", "logout"]


def test_guessing_is_stopped_and_open_sessions_go_on(
    ana: Visitor, address: str, machine: Machine, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with Visitor(address) as guesser:
        for _ in range(MAX_PER_NAME):
            answer = guesser.log_in(password="guessed-otter-vivid")
            assert answer.status_code == 401
            assert "do not belong together" in answer.text
        answer = guesser.log_in()
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "900"
        assert "Wait 15 minutes" in answer.text
        assert ana.get("/hello").status_code == 200
        machine.wait(minutes=15)
        assert guesser.log_in().status_code == 303
    failures = [entry for entry in audit(desk) if entry[1] == "login_failed"]
    assert failures == [("ana", "login_failed", {})] * MAX_PER_NAME
    assert "guessed-otter" not in str(audit(desk)) + caplog.text


def test_unknown_names_are_answered_alike_and_one_client_cannot_try_many(visitor: Visitor) -> None:
    answers = []
    for number in range(MAX_PER_CLIENT):
        name = "ana" if number == 0 else f"nobody{number:02}"
        answer = visitor.log_in(name, "guessed-otter-vivid")
        answers.append((answer.status_code, answer.text.replace(name, "X").replace(visitor.token(), "T")))
    assert set(answers) == {answers[0]}
    # An address that the client makes up is not believed where no proxy is declared.
    form = {"name": "zoe", "password": "x", "csrf": visitor.token()}
    assert visitor.post("/login", data=form, headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 429


def test_behind_the_declared_proxy_each_browser_is_a_client(tmp_path: Path) -> None:
    app = new_app(tmp_path, https=True)
    add_user(app.state.desk)
    with serving(app, "127.0.0.1") as url:
        proxied = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "6.6.6.6, 1.2.3.4",
            "Host": "desk.example.com",
        }
        with Visitor(url, headers=proxied) as visitor:
            form = visitor.get("/login")
            token = form.text.split('name="csrf" value="')[1].split('"')[0]
            # The client keeps Secure cookies from its plain connection, unlike the browser before the proxy.
            cookie = {
                "Cookie": form.headers["set-cookie"].split(";")[0],
                "Origin": "https://desk.example.com",
            }
            answer = visitor.post(
                "/login", data={"name": "ana", "password": PASSWORD, "csrf": token}, headers=cookie
            )
            assert answer.status_code == 303
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        with app.state.desk.operations.transaction() as session:
            assert session.scalars(select(DeskAuditRow.client)).one() == "1.2.3.4"  # what the proxy added
        plain = Visitor(url).get("/login")
        assert plain.status_code == 403
        assert "only open over https" in plain.text
        assert "set-cookie" not in plain.headers


def test_another_name_that_was_pointed_at_this_machine_is_refused(visitor: Visitor) -> None:
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "a b"]:
        assert visitor.get("/login", headers={"Host": host}).status_code == 400, host
    assert visitor.get("/login", headers={"Host": "localhost:8600"}).status_code == 200


def test_a_form_of_more_than_64_kib_is_refused_unread(ana: Visitor, desk: Desk) -> None:
    token = ana.token("/hello")
    answer = ana.post("/act", data={"csrf": token, "text": "x" * 70_000})
    assert answer.status_code == 413
    assert "at most 64 KiB" in answer.text

    def dripping() -> Iterator[bytes]:
        yield f"csrf={token}&text=".encode()
        yield from [b"x" * 10_000] * 7

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ana.post("/act", content=dripping(), headers=kind).status_code == 413
    assert ana.post("/act", data={"csrf": token} | {f"f{n}": "" for n in range(300)}).status_code == 400
    assert ana.post("/act", data={"csrf": token}, files={"text": ("a", b"x")}).status_code == 400
    assert ana.post("/act", data={"csrf": token, "text": "a\0b"}).status_code == 400
    assert [entry[1] for entry in audit(desk)] == ["login"]


def test_what_people_type_is_text_on_the_page(visitor: Visitor, ana: Visitor) -> None:
    script = "<script>alert('x')</script>\r\nSet-Cookie: a=b"
    answer = ana.post("/act", data={"csrf": ana.token("/hello"), "text": script, "kind": ["a", "b"]})
    assert answer.headers["location"] == "/hello"
    assert "a=b" not in ana.cookies
    shown = ana.get("/hello").text
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert "[&#39;a&#39;, &#39;b&#39;]" in shown
    assert "&lt;script&gt;" not in ana.get("/hello").text  # it is shown once
    ana.cookies.clear()
    answer = ana.log_in(name='"><script>alert(1)</script>', password="x", next='/"><script>')
    assert answer.status_code == 401
    assert "<script>" not in answer.text


def test_every_answer_has_the_headers(ana: Visitor) -> None:
    answers = [
        ana.get("/hello"),
        ana.get("/nowhere"),
        ana.get("/broken"),
        ana.get("/static/desk.css"),
        ana.get("/login", headers={"Host": "evil.example"}),
        ana.post("/act", data={"text": "x" * 70_000}),
        ana.request("DELETE", "/hello"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 500, 200, 400, 413, 405]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == ("no-cache" if "static" in str(answer.url) else "no-store")
        assert "strict-transport-security" not in answer.headers
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_errors_show_a_number_and_no_more(ana: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="content_pipeline.desk"):
        shown = ana.get("/broken?password=hunter2").text
    number = shown.split("noted as ")[1].split(".")[0]
    assert "secret detail" not in shown
    assert "Traceback" not in shown
    assert f"error {number} in GET /broken" in caplog.text
    assert "RuntimeError" in caplog.text
    assert ana.get("/gone").status_code == 409
    assert "Somebody else was quicker." in ana.get("/gone").text
    answer = ana.post("/act", data={"csrf": ana.token("/hello"), "text": "problem"})
    assert answer.status_code == 400
    assert "the caption is empty: write one." in answer.text
    assert "There is no such page." in ana.get("/%3Cscript%3E").text


def test_logs_hold_no_secrets(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        visitor.log_in(next="/hello?token=abc")
        visitor.get("/hello?token=abc")
        visitor.get("/" + quote("x\r\n127.0.0.1 GET /forged 200"))
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("content"))
    assert "127.0.0.1 POST /login 303" in text
    assert "\n127.0.0.1 GET /forged" not in text
    for secret in [PASSWORD, SECRET.get_secret_value(), visitor.cookies["desk"], "token=abc"]:
        assert secret not in text


def test_only_the_static_files_are_public(visitor: Visitor) -> None:
    assert visitor.get("/static/desk.css").headers["content-type"] == "text/css; charset=utf-8"
    for path in ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "%2e%2e%5capp.py", "", "%00", "x" * 300]:
        with socket.create_connection((visitor.base_url.host, visitor.base_url.port)) as raw:
            raw.sendall(
                f"GET /static/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            assert raw.recv(100).startswith(b"HTTP/1.1 404"), path
