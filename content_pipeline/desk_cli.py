"""The commands of the review desk: running it, and who may use it. Errors are one line (``cli.main``).

Passwords come from the terminal or standard input, never from arguments, which other programs can see.
"""

import getpass
import ipaddress
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from content_pipeline.settings import THIS_MACHINE, ConfigError, load_settings

if TYPE_CHECKING:
    from content_pipeline.desk.users import User, Users

out = Console()
progress = Console(stderr=True)
users_app = typer.Typer(no_args_is_help=True)

ADD_USER = "content-pipeline desk-user add NAME --role editorial"
Name = Annotated[str, typer.Argument(help="Lower-case letters, digits and . _ @ + -, such as ana.ruiz.")]
Role = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="editorial, compliance, rights, legal or brand: approvals that they may give; admin: sees the audit. "
        "May be repeated. Without any they only look.",
    ),
]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it."),
]


def desk(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8600,
    behind_proxy: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="A proxy with TLS stands in front and comes from this address or network (several with commas): its "
            "X-Forwarded-For and X-Forwarded-Proto are believed, and browsers must use https. See docs/desk.md.",
        ),
    ] = None,
) -> None:
    """Open the review desk, on which people approve, reject and change what is to be posted. Stop it with Ctrl-C.

    It needs a secret in CONTENT_PIPELINE_DESK_SECRET (make one with `openssl rand -hex 32`) and a user
    (`content-pipeline desk-user add NAME --role editorial`).
    """
    from pydantic import SecretStr

    from content_pipeline.desk.app import create_app
    from content_pipeline.desk.running import serve
    from content_pipeline.resources import clock_of

    settings = load_settings()
    proxy = _proxy(behind_proxy)
    if proxy is None and host not in THIS_MACHINE:
        raise ConfigError(
            f"--host {host} would send passwords over the network in the clear: put a proxy with TLS in front and name its "
            "address with --behind-proxy, or keep to 127.0.0.1 (see docs/desk.md)"
        )
    app = create_app(
        settings, settings.desk_secret or SecretStr(""), clock_of(settings).now, https=proxy is not None
    )
    if not any(user.disabled_at is None for user in app.state.desk.users.everyone()):
        raise ConfigError(f"nobody may use the desk yet: add somebody with `{ADD_USER}`")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    shown = f"[{host}]" if ":" in host else host
    told = "https, through the proxy" if proxy else f"http://{shown}:{port}"
    progress.print(f"review desk on {told}", highlight=False, markup=False, soft_wrap=True)
    serve(app, host, port, proxy)


@users_app.command("add")
def add(name: Name, role: Role = None, password_stdin: FromStdin = False) -> None:
    """Add somebody; their password is asked for twice. At least 12 characters that are not easy to guess."""
    with _users() as users:
        _told(users.add(name, _password(password_stdin), role or []), "added")


@users_app.command("set-roles")
def set_roles(name: Name, role: Role = None) -> None:
    """Give somebody these roles and no others. It counts at once."""
    with _users() as users:
        _told(users.set_roles(name, role or []), "changed")


@users_app.command("set-password")
def set_password(name: Name, password_stdin: FromStdin = False) -> None:
    """Give somebody another password; they are logged out everywhere."""
    with _users() as users:
        _told(users.set_password(name, _password(password_stdin)), "has a new password")


@users_app.command("disable")
def disable(name: Name) -> None:
    """Keep somebody out, at once. What they decided stays."""
    with _users() as users:
        _told(users.disable(name), "disabled")


@users_app.command("enable")
def enable(name: Name) -> None:
    """Let somebody in again who was disabled, with the password they had."""
    with _users() as users:
        _told(users.enable(name), "enabled")


@users_app.command("list")
def list_users(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show who may use the desk, and what they may approve."""
    with _users() as users:
        found = users.everyone()
    if as_json:
        print(json.dumps([_row(user) for user in found], indent=2, default=str))
        return
    if not found:
        out.print(f"nobody yet: add somebody with `{ADD_USER}`", highlight=False)
        return
    table = Table("name", "roles", "since", "state")
    for user in found:
        state = f"disabled {user.disabled_at:%Y-%m-%d}" if user.disabled_at else "may log in"
        table.add_row(user.name, ", ".join(user.roles) or "looks only", f"{user.created_at:%Y-%m-%d}", state)
    out.print(table)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("desk")(desk)
    app.add_typer(
        users_app, name="desk-user", help="Who may use the review desk: add, roles, password, disable."
    )


@contextmanager
def _users() -> Iterator["Users"]:
    from content_pipeline.desk.users import Users
    from content_pipeline.storage.operations import OperationsDatabase

    with OperationsDatabase(load_settings().effective_database_url) as database:
        yield Users(database)


def _told(user: "User", what: str) -> None:
    out.print(f"{user.name} {what}: {', '.join(user.roles) or 'looks only'}", highlight=False)


def _row(user: "User") -> dict[str, object]:
    return {
        "name": user.name,
        "roles": user.roles,
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
    }


def _password(from_stdin: bool) -> str:
    """Return the password that somebody types, twice and unseen, or that standard input holds on one line."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise ConfigError("there is no terminal to ask for the password: give it with --password-stdin")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise ConfigError("the two passwords differ, so nothing was changed: try again")
    return password


def _proxy(text: str | None) -> str | None:
    """Return the addresses of the proxy, as the server takes them.

    Raises:
        ConfigError: one is no address or network, or stands for everybody.
    """
    if text is None:
        return None
    for part in text.split(","):
        try:
            network = ipaddress.ip_network(part.strip())
        except ValueError as error:
            raise ConfigError(
                f"--behind-proxy {text}: {error}; name it like 127.0.0.1 or 10.0.0.0/24"
            ) from None
        if network.prefixlen == 0:
            raise ConfigError(
                f"--behind-proxy {text}: everybody could claim any address; name the proxy's alone, such as 127.0.0.1"
            )
    return ",".join(part.strip() for part in text.split(","))
