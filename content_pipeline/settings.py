"""Settings from the environment (prefix ``CONTENT_PIPELINE_``), and how what people wrote is read and refused.

Wrong input ends in one ``ConfigError`` whose message says what is wrong, where, and what to do. Keep stage logic out.
"""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import (
    BaseModel,
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
    desk_secret: SecretStr | None = None
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


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment; ``overrides`` win. An unknown ``CONTENT_PIPELINE_`` variable is an error.

    Raises:
        ConfigError: a value is wrong; one line names the variable.
    """
    known = {f"CONTENT_PIPELINE_{name.upper()}" for name in Settings.model_fields} | {
        "CONTENT_PIPELINE_REAL_DATA",
        "CONTENT_PIPELINE_REQUIRE_BROWSER",
    }
    for name in sorted(os.environ):
        if name.startswith("CONTENT_PIPELINE_") and name not in known:
            raise ConfigError(f"unknown setting {name}{nearest(name, known)}; see docs/setup.md")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigError(_explain("CONTENT_PIPELINE_", error, upper=True)) from error


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
