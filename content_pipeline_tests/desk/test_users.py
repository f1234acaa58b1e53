"""Users: what they may be called, which passwords they may have, what they may do, and how a login finds them."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from content_pipeline.desk.users import Users
from content_pipeline.settings import ConfigError
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import DeskUserRow
from content_pipeline_tests.desk.serving import PASSWORD, QUICK


@pytest.fixture
def users(lite: OperationsDatabase) -> Users:
    return Users(lite, QUICK)


def hash_of(database: OperationsDatabase, name: str) -> str:
    with database.transaction() as session:
        return session.scalars(select(DeskUserRow.password_hash).where(DeskUserRow.name == name)).one()


def test_a_user_is_kept_without_their_password(database: OperationsDatabase) -> None:
    users = Users(database, QUICK)
    added = users.add("ana.ruiz", PASSWORD, ["admin", "rights", "editorial"])
    assert added.kinds == ["editorial", "rights"]
    assert users.everyone() == [added]
    assert users.check("ana.ruiz", PASSWORD) == added
    stored = hash_of(database, "ana.ruiz")
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


@pytest.mark.parametrize("roles", [["admin"], []])
def test_admins_and_viewers_give_no_approval(users: Users, roles: list[str]) -> None:
    assert users.add("bo", PASSWORD, roles).kinds == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Ana",
        "ana ruiz",
        "<b>ana",
        "ana\n",
        "аna",
        ".ana",
        "a" * 81,
        "ana\0",
        "ana'--",
        "ana\r\nSet-Cookie: a=b",
    ],
)
def test_names_that_could_pass_for_others_are_refused(users: Users, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a user's name"):
        users.add(name, PASSWORD, [])
    assert users.check(name, PASSWORD) is None


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short-otter", "at least 12 characters"),
        ("x" * 201, "at most 200"),
        ("plum-otter-\0vivid", "at most 200"),
        ("password1234", "very common"),
        ("qwertyuiop12", "commonly used"),
        ("aaaaaaaaaaaa", "Repeats"),
        ("123456789012", "easy to guess"),
        ("contentpipeline", "easy to guess"),
        ("plum-Ana.Ruiz-vivid", "user's name"),
        ("plum-otter-RUIZ-vivid", "user's name"),
    ],
)
def test_passwords_that_others_would_try_are_refused(users: Users, password: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as error:
        users.add("ana.ruiz", password, [])
    assert password not in str(error.value)
    assert users.everyone() == []


def test_mistakes_are_told_with_what_was_meant(users: Users) -> None:
    users.add("ana", PASSWORD, [])
    for change, told in [
        (lambda: users.add("ana", PASSWORD, []), "there is a user 'ana' already"),
        (lambda: users.add("bo", PASSWORD, ["editor"]), "did you mean 'editorial'"),
        (lambda: users.set_roles("anna", []), "did you mean 'ana'"),
        (lambda: users.set_password("x", PASSWORD), "there is no user 'x'"),
        (lambda: users.disable("x"), "there is no user 'x'"),
    ]:
        with pytest.raises(ConfigError, match=told):
            change()
    assert [user.name for user in users.everyone()] == ["ana"]


def test_only_the_right_password_of_a_user_who_is_not_disabled_is_right(users: Users) -> None:
    users.add("ana", PASSWORD, [])
    for name, password in [
        ("ana", PASSWORD + " "),
        ("ana", ""),
        ("bo", PASSWORD),
        ("", ""),
        ("ana", "nobody"),
    ]:
        assert users.check(name, password) is None
    assert users.check("bo", "nobody") is None
    users.disable("ana")
    assert users.check("ana", PASSWORD) is None
    users.enable("ana")
    assert users.check("ana", PASSWORD)


def test_unknown_names_cost_a_hash_too(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("ana", PASSWORD, [])
    verified: list[str] = []
    real = PasswordHasher.verify

    def counting(self: PasswordHasher, known: str, password: str) -> bool:
        verified.append(known)
        return real(self, known, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    users.check("ana", "wrong")
    users.check("bo", "wrong")
    assert len(verified) == 2
    assert [len(part) for part in verified[0].split("$")] == [len(part) for part in verified[1].split("$")]
    assert (
        verified[0].rsplit("$", 2)[0] == verified[1].rsplit("$", 2)[0]
    )  # the same parameters, so the same time


def test_a_login_brings_an_old_hash_up_to_date_and_keeps_sessions(
    users: Users, lite: OperationsDatabase
) -> None:
    before = users.add("ana", PASSWORD, [])
    newer = Users(lite, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert newer.check("ana", PASSWORD) == before
    assert "m=16,t=2" in hash_of(lite, "ana")
    assert newer.check("ana", PASSWORD) == before
