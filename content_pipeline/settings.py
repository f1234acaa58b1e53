"""Settings from the environment (prefix ``CONTENT_PIPELINE_``) and accounts from YAML files.

Wrong input ends in one ``ConfigError`` whose message says what is wrong, where, and what to do. Keep stage logic out.
"""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

OPENAI_URL = "https://api.openai.com/v1"
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}

M = TypeVar("M", bound=BaseModel)

SLUG = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
"""What may be a partition key and a folder of the lake: ids from outside never are."""


class ConfigError(Exception):
    """A setting or a configuration file is wrong; the message is meant for the person who wrote it."""


class Settings(BaseSettings):
    """What an operator may set. ``describe`` shows it with secrets masked."""

    model_config = SettingsConfigDict(env_prefix="CONTENT_PIPELINE_", extra="ignore", validate_default=True)

    mode: Literal["sandbox", "rehearsal", "live"] = "sandbox"
    home: Path = Path("data/run")
    accounts: Path = Path("data/accounts")
    sources: Path | None = None
    database_url: SecretStr | None = None
    alert_urls: SecretStr | None = None
    lake_url: str | None = None
    media_url: str | None = None
    instagram_url: str | None = None
    instagram_upload_url: str | None = None
    instagram_api_version: str = "v25.0"
    world_seed: int = 7
    trend_clustering: Literal["lexical", "embeddings"] = "lexical"
    engine_fallback: Literal["template", "none"] = "template"
    openai_api_key: SecretStr | None = Field(default_factory=lambda: _secret("OPENAI_API_KEY"))
    openai_base_url: str = OPENAI_URL
    openai_models: str = "gpt-4.1-mini,gpt-4o-mini"
    openai_daily_budget_usd: float = Field(default=5.0, ge=0)
    openai_confidence_floor: float = Field(default=0.7, ge=0, le=1)
    openai_timeout_s: float = Field(default=60.0, gt=0, le=600)
    openai_prices: Path | None = None
    # After what it is checked against.
    engine: Literal["template", "openai"] = "template"

    @field_validator("home", "accounts", "sources", "openai_prices")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                make_url(value.get_secret_value())
        except ArgumentError:
            raise ValueError("not a database URL such as postgresql://user:password@host/name") from None
        return value

    @field_validator("openai_api_key")
    @classmethod
    def _one_line(cls, value: SecretStr | None) -> SecretStr | None:
        secret = value.get_secret_value().strip() if value else ""
        if not (secret.isascii() and secret.isprintable()):
            raise ValueError("not a key: it must be one line of ASCII, as no header can carry anything else")
        return SecretStr(secret) if secret else None

    @field_validator("openai_base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not an address such as https://api.openai.com/v1")
        return value.rstrip("/")

    @field_validator("openai_models")
    @classmethod
    def _some_models(cls, value: str) -> str:
        if not any(name.strip() for name in value.split(",")):
            raise ValueError("names no model: write them with commas, the preferred one first")
        return value

    @field_validator("engine")
    @classmethod
    def _can_write(cls, value: str, info: ValidationInfo) -> str:
        url = info.data.get("openai_base_url")
        if value != "openai" or url is None or "openai_api_key" not in info.data:
            return value
        host = urlsplit(url).hostname or ""
        if host in THIS_MACHINE:
            return value
        if info.data["openai_api_key"] is None:
            raise ValueError("openai needs a key: set OPENAI_API_KEY")
        if info.data.get("mode") == "sandbox":
            raise ValueError(
                f"openai asks {host}, and mode sandbox needs no network: set CONTENT_PIPELINE_MODE to rehearsal or live, "
                "or CONTENT_PIPELINE_OPENAI_BASE_URL to a model server on this machine"
            )
        return value

    @property
    def openai_model_chain(self) -> list[str]:
        """Return the models in the order in which they are asked."""
        return list(dict.fromkeys(name.strip() for name in self.openai_models.split(",") if name.strip()))

    @cached_property
    def effective_database_url(self) -> str:
        """Return the operations database's SQLAlchemy URL; by default SQLite under ``home``."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'operations.db'}"

    def claim_home(self) -> None:
        """Keep the home for one mode: what one mode posted and learned must not steer another.

        Raises:
            ConfigError: the home was used in another mode.
        """
        marker = self.home / "mode"
        self.home.mkdir(parents=True, exist_ok=True)
        if not marker.exists():
            marker.write_text(self.mode)
        used = marker.read_text().strip()
        if used != self.mode:
            raise ConfigError(
                f"{self.home} was used in mode {used}; set CONTENT_PIPELINE_HOME to another folder for mode {self.mode}"
            )

    def describe(self) -> dict[str, str]:
        """Return every setting as text; secrets are masked, and so is the password in a URL."""
        shown = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            masked = "**********" if isinstance(value, SecretStr) else _without_password(str(value))
            shown[name] = "" if value is None else masked
        return shown

    @property
    def lake_base(self) -> str:
        """Return the lake's path or fsspec URL."""
        return self.lake_url or str(self.home / "lake")

    @property
    def media_base(self) -> str:
        """Return the media store's path or fsspec URL."""
        return self.media_url or str(self.home / "media")

    @property
    def marts_path(self) -> Path:
        """Return where the published marts are."""
        return self.home / "marts.duckdb"


Flag = Literal["nsfw", "tragedy", "politics", "medical", "gambling"]
"""What brands stay away from; an account names those that it avoids."""


class Brand(BaseModel):
    """The look of an account: colours as ``#rrggbb`` and the name of a packaged font family."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    background: str = "#101828"
    surface: str = "#1D2939"
    primary: str = "#F4B740"
    text: str = "#F9FAFB"
    font: Literal["Inter", "Roboto", "DM Sans"] = "Inter"

    @field_validator("background", "surface", "primary", "text")
    @classmethod
    def _hex(cls, value: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError(f"{value!r} is not a colour such as #101828")
        return value


Slug = Annotated[str, Field(pattern=rf"^{SLUG.pattern}$")]

Tone = Literal["plain", "warm", "bold"]
"""How an account speaks: matter-of-fact, encouraging, or blunt."""


class Persona(BaseModel):
    """Who speaks for an account, and to whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    tone: Tone = "plain"
    audience: str = Field(default="people who scroll between two tasks", max_length=200)
    voice: str = Field(default="short sentences, concrete verbs, no hype", max_length=200)


EDITOR = Persona(name="editor")
"""Who speaks for an account that names no persona."""


class Planning(BaseModel):
    """The wishes of an account for its calendar.

    ``quiet_hours`` are local times and may cross midnight; a slot in them is not used. The four ``at most`` numbers are posts about
    the same topic family, and posts of the same archetype (hook family, format and topic family), in a day and in seven days; by
    default half and a third of the posts, and a third and a fifth. Where nothing else is left, a slot is filled beyond
    them (``fill``) or stays empty (``leave_open``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_gap_minutes: int = Field(default=60, ge=0, le=24 * 60)
    quiet_hours: tuple[time, time] | None = None
    topic_per_day: int | None = Field(default=None, ge=1)
    topic_per_week: int | None = Field(default=None, ge=1)
    archetype_per_day: int | None = Field(default=None, ge=1)
    archetype_per_week: int | None = Field(default=None, ge=1)
    when_capped: Literal["fill", "leave_open"] = "fill"

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def _quoted(cls, value: Any) -> Any:
        # YAML reads an unquoted 22:00 as the number 1320, which would be 22 minutes past midnight.
        if isinstance(value, list | tuple) and any(isinstance(part, int) for part in value):
            raise ValueError('put the times in quotes, such as ["22:00", "07:00"]')
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _some_hours(cls, value: tuple[time, time] | None) -> tuple[time, time] | None:
        if value is not None and value[0] == value[1]:
            raise ValueError("they begin and end at the same time: name two times, such as 22:00 and 07:00")
        return value


class Account(BaseModel):
    """An Instagram account and the rules under which the pipeline may act for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    name: str
    handle: str
    ig_user_id: str = Field(pattern=r"^\d{5,20}$")
    niche: str
    language: str = "en"
    languages: list[str] = []
    timezone: str
    posts_per_day: int = Field(ge=1, le=10)
    slots: list[time] = Field(min_length=1)
    planning: Planning = Planning()
    topics: dict[Slug, list[str]] = Field(min_length=1)
    banned_topics: list[str] = []
    avoid: list[Flag] = ["nsfw", "tragedy", "politics"]
    breakouts_per_day: int = Field(default=1, ge=0, le=10)
    personas: list[Persona] = []
    creativity: Literal["safe", "balanced", "full"] = "balanced"
    duration_bands: list[Slug] = []
    max_hashtags: int = Field(default=5, ge=3, le=30)
    ai_disclosure: str = Field(default="Made with AI.", min_length=1, max_length=100)
    governance_phase: Literal["pilot", "stabilization", "mature"] = "pilot"
    lateness_limit_minutes: int = Field(default=60, ge=1)
    allow_autonomous_publish: bool = False
    access_token_env: str | None = None
    brand: Brand = Brand()
    kpi_weights: dict[Literal["reach", "saves", "shares", "watch_through"], float] = {"reach": 1.0}

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not an IANA time zone such as America/New_York") from error
        return value

    @field_validator("slots")
    @classmethod
    def _sorted_slots(cls, value: list[time]) -> list[time]:
        if len(set(value)) != len(value):
            raise ValueError("a slot is named twice")
        return sorted(value)

    @property
    def voices(self) -> list[Persona]:
        """Return who speaks for the account: its personas, or the plain editor where it names none."""
        return self.personas or [EDITOR]

    def takes(self, language: str | None) -> bool:
        """Tell whether the account takes what is in a language (ISO 639-1); what is in none that is known is taken."""
        return language is None or language in (self.languages or [self.language])

    @property
    def zone(self) -> ZoneInfo:
        """Return the account's time zone."""
        return ZoneInfo(self.timezone)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment; ``overrides`` win. An unknown ``CONTENT_PIPELINE_`` variable is an error.

    Raises:
        ConfigError: a value is wrong; one line names the variable.
    """
    known = {f"CONTENT_PIPELINE_{name.upper()}" for name in Settings.model_fields} | {
        "CONTENT_PIPELINE_REAL_DATA"
    }
    for name in sorted(os.environ):
        if name.startswith("CONTENT_PIPELINE_") and name not in known:
            raise ConfigError(f"unknown setting {name}{nearest(name, known)}; see docs/setup.md")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigError(_explain("CONTENT_PIPELINE_", error, upper=True)) from error


def load_accounts(folder: Path) -> dict[str, Account]:
    """Read every ``*.yaml`` of ``folder``; return accounts by id, in order of their ids.

    Raises:
        ConfigError: the folder is missing or empty, or a file is not a valid account; the line names file and key.
    """
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not files:
        raise ConfigError(f"no account in {folder}: put one YAML file per account there (see docs/setup.md)")
    accounts: dict[str, Account] = {}
    for file in files:
        account = parse(Account, read_yaml(file), str(file))
        if account.id in accounts:
            raise ConfigError(f"{file}: the account id {account.id!r} is taken by another file")
        accounts[account.id] = account
    return dict(sorted(accounts.items()))


def pick_account(accounts: Mapping[str, Account], name: str) -> Account:
    """Return the account called ``name``.

    Raises:
        ConfigError: there is none; the line names the nearest known one.
    """
    if name in accounts:
        return accounts[name]
    raise ConfigError(f"unknown account {name!r}{nearest(name, accounts)}; known: {', '.join(accounts)}")


def read_day(text: str) -> date:
    """Read a day that somebody typed.

    Raises:
        ConfigError: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar label has no zone
    except ValueError:
        raise ConfigError(
            f"--date {text!r} is not a day: write it as YYYY-MM-DD, such as 2026-01-05"
        ) from None


def read_yaml(file: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises:
        ConfigError: the file cannot be read or is not a mapping.
    """
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{file}:{where} is not valid YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{file}: expected keys and values, found {type(data).__name__}")
    return data


def parse(model: type[M], data: Mapping[str, Any], where: str) -> M:
    """Validate ``data``; an unknown key is named with the nearest known one.

    Raises:
        ConfigError: one line with every problem.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_explain('', error, known=model.model_fields)}") from error


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``, did you mean 'x'?`` for the known name nearest to ``name``, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""


def _secret(name: str) -> SecretStr | None:
    """Return a secret that other tools find in the environment under the same name."""
    value = os.environ.get(name)
    return SecretStr(value) if value else None


def _without_password(text: str) -> str:
    """Mask the user part of a URL."""
    return re.sub(r"(?<=://)[^/@\s]+@", "**********@", text)


def _explain(prefix: str, error: ValidationError, known: Iterable[str] = (), upper: bool = False) -> str:
    lines = []
    for problem in error.errors():
        path = ".".join(str(part) for part in problem["loc"])
        name = prefix + (path.upper() if upper else path)
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown key {name!r}{nearest(path, known)}")
        else:
            lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "; ".join(lines)
