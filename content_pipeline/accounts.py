"""Accounts, one YAML file each: who speaks, about what, when, and under which rules the pipeline may act for it.

Wrong input ends in one ``ConfigError`` whose message names file and key. What holds for all accounts is in ``settings``.
"""

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from content_pipeline.settings import SLUG, ConfigError, nearest, parse, read_yaml

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


DISCLOSES = re.compile(
    r"(?:^|[(\[])\s*(?:ad|advert(?:isement)?|anzeige|werbung|publicidad|publicité|pubblicità)\s*(?:[:|.)\]–—-]|$)"
    r"|(?<!\bnot )(?<!\bnever )(?<!n't )(?<!n’t )(?<!\bno )(?<!\bnon-)(?<!\bnot a )"
    r"\b(?:sponsored|paid (?:ad|partnership|promotion)|gifted (?:by|from)|(?:earn|receive|get) (?:a )?(?:small )?commissions?)\b"
    r"|\b(?:bezahlte partnerschaft|gesponsert|colaboración pagada|patrocinado|partenariat rémunéré|sponsorisé)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Words that a viewer understands as a disclosure; "partner", "thanks to" and "collab" are not (FTC, 2017: "Influencers, are your
#materialconnection #disclosures #clearandconspicuous?")."""
BADGES = "\u2713\u2714\u2705\u2611\U0001f535\U0001f4a0"
"""Signs that look like the platform's verified badge beside a name."""


class Partner(BaseModel):
    """Who pays the account, or shares sales with it. What names a partner (``name``, ``handle`` or one of ``words``) is advertising.

    ``disclosure`` is the line that a caption about it opens with; by default one that names the kind.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2, max_length=60)
    words: list[Annotated[str, Field(min_length=2)]] = []
    handle: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._]{1,30}$")
    kind: Literal["sponsored", "affiliate"] = "sponsored"
    disclosure: str = Field(default="", max_length=100)

    @field_validator("disclosure")
    @classmethod
    def _clear(cls, value: str) -> str:
        plain = re.sub(r"#\w+", " ", value)
        if value and not DISCLOSES.search(plain):
            raise ValueError(
                f"{value!r} does not say outside of hashtags that it is advertising: write it with a word such as ad, sponsored, "
                "paid partnership or commission"
            )
        return value

    @property
    def line(self) -> str:
        """Return the line that discloses the partnership."""
        paid = f"Ad: paid partnership with {self.name}."
        shared = f"Ad: we earn a commission on what you buy from {self.name}."
        return self.disclosure or (paid if self.kind == "sponsored" else shared)


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
    banned_words: list[str] = []
    competitors: list[str] = []
    partners: list[Partner] = []
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

    @field_validator("name")
    @classmethod
    def _no_badge(cls, value: str) -> str:
        if set(value) & set(BADGES):
            raise ValueError(f"{value!r} has a sign that looks like a verified badge: leave it out")
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
