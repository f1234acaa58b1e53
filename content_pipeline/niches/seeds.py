"""The seed categories and their angles, as data (``seeds.yaml``). A candidate is a category seen from one angle.

What a candidate is worth does not belong here: the file holds facts, the lake the numbers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from content_pipeline.accounts import Persona, Slug
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.wording import topic_families
from content_pipeline.niches.capabilities import Need
from content_pipeline.settings import SLUG, ConfigError, nearest, parse, read_yaml
from content_pipeline.trends.scoring.niche import TRENDING

SEEDS = Path(__file__).with_name("seeds.yaml")

Words = list[str]


class Angle(BaseModel):
    """A way to look at a category; ``words`` mark what takes it already, ``needs`` adds to the category's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=120)
    words: Words = Field(min_length=1)
    needs: list[Need] = []


class Category(BaseModel):
    """Facts about a category of content; ``seeds.yaml`` says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=120)
    audience: str
    language: str = "en"
    terms: Words = Field(min_length=1)
    families: dict[str, Words] = {}
    sections: list[str] = []
    formats: list[str] = Field(min_length=2)
    needs: list[Need] = Field(min_length=1)
    better_with: list[Need] = []
    claims: list[Literal["medical", "financial", "legal"]] = []
    monetization: list[str] = []
    persona: Persona
    angles: dict[Slug, Angle] = Field(min_length=1)

    @field_validator("formats")
    @classmethod
    def _known_formats(cls, value: list[str]) -> list[str]:
        known = archetypes().formats
        for name in value:
            if name not in known:
                raise ValueError(f"unknown format {name!r}{nearest(name, known)}; known: {', '.join(known)}")
        return value

    @field_validator("families")
    @classmethod
    def _known_families(cls, value: dict[str, Words], info: ValidationInfo) -> dict[str, Words]:
        known = [name for name in topic_families() if name != TRENDING]
        for name, marks in value.items():
            if name not in known:
                raise ValueError(
                    f"unknown topic family {name!r}{nearest(name, known)}; known: {', '.join(known)}"
                )
            if strange := [term for term in marks if term not in info.data.get("terms", marks)]:
                raise ValueError(f"{name}: {strange[0]!r} is none of the terms")
        return value


def topics_of(category_id: str, category: Category) -> dict[str, Words]:
    """Return the topics of an account for a category: its families, each with its terms, the first with those of no other.

    A category without a family is a topic by its own id, with the general words and advice.
    """
    first, *others = category.families or {category_id: []}
    taken = {name: category.families[name] for name in others}
    marked = {term for terms in taken.values() for term in terms}
    return {first: [term for term in category.terms if term not in marked]} | taken


@dataclass(frozen=True)
class Candidate:
    """A category and one of its angles."""

    category_id: str
    angle_id: str
    category: Category
    angle: Angle

    @property
    def id(self) -> str:
        """Return ``category/angle``."""
        return f"{self.category_id}/{self.angle_id}"

    @property
    def needs(self) -> list[Need]:
        """Return what it cannot be made without, each once."""
        return list(dict.fromkeys([*self.category.needs, *self.angle.needs]))


@dataclass(frozen=True)
class Seeds:
    """All categories by their id, and the sections of sources in which titles are songs, films and games."""

    categories: dict[str, Category]
    fiction: frozenset[str]

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Return every category seen from each of its angles, in the file's order."""
        return [
            Candidate(category_id, angle_id, category, angle)
            for category_id, category in self.categories.items()
            for angle_id, angle in category.angles.items()
        ]

    def checked(self, wanted: Iterable[str]) -> list[str]:
        """Return the ids of categories that somebody asked for, each once.

        Raises:
            ConfigError: there is no such category; the line names the nearest.
        """
        names = list(dict.fromkeys(wanted))
        for name in names:
            if name not in self.categories:
                known = ", ".join(self.categories)
                raise ConfigError(f"unknown niche {name!r}{nearest(name, self.categories)}; known: {known}")
        return names


def load_seeds(file: Path = SEEDS) -> Seeds:
    """Read a seeds file.

    Raises:
        ConfigError: a key or a value is wrong; one line names the file, the category and the key.
    """
    data = read_yaml(file)
    _only(data, {"fiction", "categories"}, str(file))
    entries = data.get("categories")
    if not isinstance(entries, dict) or not entries:
        raise ConfigError(f"{file}: categories: expected at least one category by its id")
    fiction = data.get("fiction") or []
    if not isinstance(fiction, list):
        raise ConfigError(f"{file}: fiction: expected a list of sections of sources")
    categories = {str(name): _category(str(name), entry, file) for name, entry in entries.items()}
    return Seeds(categories, frozenset(str(name).casefold() for name in fiction))


def _category(name: str, entry: Any, file: Path) -> Category:
    where = f"{file}: {name}"
    if not SLUG.fullmatch(name):
        raise ConfigError(f"{where}: an id has lower-case letters, digits and _ only, at most 40")
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: expected keys and values, found {type(entry).__name__}")
    angles = entry.get("angles")
    if isinstance(angles, dict):
        # Apart, so that a wrong key is compared with an angle's keys.
        for angle, value in angles.items():
            _only(value, Angle.model_fields, f"{where}: angle {angle}")
    return parse(Category, entry, where)


def _only(entry: Any, known: Collection[str], where: str) -> None:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: expected keys and values, found {type(entry).__name__}")
    for key in entry:
        if key not in known:
            raise ConfigError(f"{where}: unknown key {str(key)!r}{nearest(str(key), known)}")
