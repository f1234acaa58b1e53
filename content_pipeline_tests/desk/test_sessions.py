"""Sessions: what a cookie is worth, when it ends, and that only we can make one."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.responses import Response

from content_pipeline.desk.sessions import Message, Session, Sessions
from content_pipeline.desk.users import Users
from content_pipeline.settings import ConfigError
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.desk.serving import (
    PASSWORD,
    QUICK,
    SECRET,
    Machine,
    Visitor,
    new_app,
    serving,
)


@pytest.fixture
def users(lite: OperationsDatabase, machine: Machine) -> Users:
    users = Users(lite, QUICK, machine.now)
    users.add("ana", PASSWORD, ["editorial"])
    return users


@pytest.fixture
def sessions(lite: OperationsDatabase, users: Users, machine: Machine) -> Sessions:
    return Sessions(SECRET, lite, users, https=False, now=machine.now)


def cookie_of(sessions: Sessions, session: Session) -> dict[str, str]:
    return {sessions.cookie: sessions._sign(session)}


def logged_in(sessions: Sessions, users: Users) -> Session:
    user = users.check("ana", PASSWORD)
    assert user
    return sessions.begin(user)


@pytest.mark.parametrize(
    ("waits", "still_in"),
    [
        ([{"minutes": 59}], True),
        ([{"minutes": 61}], False),
        ([{"minutes": 50}] * 14, True),
        ([{"minutes": 50}] * 15, False),
        ([{"minutes": -1}], False),
    ],
    ids=["within the hour", "idle for an hour", "busy for 11 h 40", "busy for 12 h 30", "from the future"],
)
def test_sessions_end_an_hour_after_the_last_page_and_twelve_after_the_login(
    sessions: Sessions, users: Users, machine: Machine, waits: list[dict[str, float]], still_in: bool
) -> None:
    session = logged_in(sessions, users)
    user = None
    for wait in waits:
        cookies = cookie_of(sessions, session)
        machine.wait(**wait)
        session, user = sessions.open(cookies)
    assert (user is not None) is still_in


@pytest.mark.parametrize("how", ["disabled", "password", "logged out"])
def test_a_copied_cookie_is_worth_nothing_once_its_session_was_ended(
    sessions: Sessions, users: Users, machine: Machine, how: str
) -> None:
    session = logged_in(sessions, users)
    copied = cookie_of(sessions, session)
    assert sessions.open(copied)[1]
    if how == "disabled":
        users.disable("ana")
        users.enable("ana")
    elif how == "password":
        users.set_password("ana", "otter-plum-vivid-8")
    else:
        sessions.end(session)
    machine.wait(seconds=1)
    again, user = sessions.open(copied)
    assert user is None
    assert again.id != session.id


def test_logging_out_ends_one_session_of_several(database: OperationsDatabase) -> None:
    users = Users(database, QUICK)
    users.add("ana", PASSWORD, [])
    sessions = Sessions(SECRET, database, users, https=False)
    telephone, computer = logged_in(sessions, users), logged_in(sessions, users)
    sessions.end(telephone)
    sessions.end(telephone)
    assert sessions.open(cookie_of(sessions, computer))[1]


def test_roles_are_those_of_now(sessions: Sessions, users: Users) -> None:
    cookies = cookie_of(sessions, logged_in(sessions, users))
    users.set_roles("ana", ["legal"])
    user = sessions.open(cookies)[1]
    assert user
    assert user.kinds == ["legal"]


def test_changed_and_foreign_cookies_are_nobodys(
    sessions: Sessions, users: Users, lite: OperationsDatabase, machine: Machine
) -> None:
    users.add("root", PASSWORD, ["admin"])
    good = cookie_of(sessions, logged_in(sessions, users))[sessions.cookie]
    other = Sessions(SecretStr(SECRET.get_secret_value()[::-1]), lite, users, False, machine.now)
    payload, signature = good.rsplit(".", 1)
    forged = sessions._sessions.dump_payload({"name": "root"}).decode()
    message = sessions._messages.dumps(["x", "done", "y"])
    changed = [
        payload[:-1] + ("A" if payload[-1] != "A" else "B") + "." + signature,
        f"{forged}.{signature}",
        payload,
    ]
    for cookie in [*changed, other._sign(logged_in(other, users)), message, "", ".", "ä", "a.b", "x" * 5000]:
        session, user = sessions.open({sessions.cookie: str(cookie)})
        assert (session.name, user) == ("", None), cookie


def test_a_token_is_of_one_session(sessions: Sessions) -> None:
    mine, yours = sessions.begin(), sessions.begin()
    assert sessions.is_token(mine, sessions.token(mine))
    for token in [sessions.token(yours), "", "é", sessions.token(mine)[:-1]]:
        assert not sessions.is_token(mine, token)


@pytest.mark.parametrize("secret", ["", "short", "x" * 64, "abcabcabc" * 10])
def test_a_secret_that_can_be_guessed_is_refused(lite: OperationsDatabase, users: Users, secret: str) -> None:
    with pytest.raises(ConfigError, match="openssl rand -hex 32"):
        Sessions(SecretStr(secret), lite, users, https=False)


def test_a_message_is_for_its_session_and_fits_a_cookie(sessions: Sessions) -> None:
    session, other, response = sessions.begin(), sessions.begin(), Response()
    sessions.leave_message(response, session, Message("done", "ö;\r\nSet-Cookie: a=b " * 200))
    header = response.headers["set-cookie"]
    assert len(header) < 4096
    assert "\n" not in header
    cookies = {sessions.message_cookie: header.split("=", 1)[1].split(";")[0]}
    found = sessions.message(cookies, session)
    assert found
    assert found.text.startswith("ö;\r\nSet-Cookie: a=b ")
    assert sessions.message(cookies, other) is None


def test_a_login_gets_a_new_session(visitor: Visitor) -> None:
    token = visitor.token()
    planted = visitor.cookies["desk"]
    assert visitor.log_in().status_code == 303
    assert visitor.cookies["desk"] != planted
    assert visitor.get("/media/x").status_code == 404
    assert visitor.post("/logout", data={"csrf": token}).status_code == 403
    visitor.cookies.clear()
    visitor.cookies.set("desk", planted)
    assert visitor.get("/media/x").status_code == 303  # to the login: the planted session is still nobody's


def test_cookies_are_kept_from_scripts_and_other_sites(visitor: Visitor, tmp_path: Path) -> None:
    plain = visitor.get("/login").headers["set-cookie"]
    assert plain.startswith("desk=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(plain.split("; "))
    assert "Max-Age=43200" in plain
    with serving(new_app(tmp_path / "https", https=True), "127.0.0.1") as url:
        secure = Visitor(url, headers={"X-Forwarded-Proto": "https"}).get("/login").headers["set-cookie"]
    assert secure.startswith("__Host-desk=")
    assert "Secure" in secure.split("; ")
    assert "domain" not in secure.lower()


def test_pages_keep_their_session_alive(visitor: Visitor, machine: Machine) -> None:
    visitor.log_in()
    machine.wait(minutes=50)
    assert "desk=" in visitor.get("/media/x").headers["set-cookie"]
    machine.wait(minutes=50)
    assert visitor.get("/media/x").status_code == 404
    machine.wait(minutes=61)
    assert visitor.get("/media/x").headers["location"] == "/login?next=/media/x"
