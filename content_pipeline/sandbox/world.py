"""The invented world of the sandbox: what is talked about on a day, and how that rises and falls.

A story is born on a day, lives one to six, and keeps its id; a day shows the stories that are alive.
Everything follows from the seed and the day. The words are in ``titles.yaml``.
"""

import math
import random
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from content_pipeline.storage.records import content_hash, stable_id

BIRTHS_A_DAY = 8
OTHER_TELLINGS_A_DAY = 1
MAX_LIFE_DAYS = 6
HOURS = (2, 5, 8, 12)
NICHE = ("focus", "habits", "tools", "energy", "money")
OUTLETS = ("Daybreak Ledger", "Northline", "The Slow Hour", "Field & Desk", "Harbor Post", "Quiet Signal")
SENTENCE = re.compile(r"^\w|(?<=[?:] )\w")
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Story:
    """A story that people talk about.

    Args:
        external_id: stable over the story's life.
        born: its first day.
        published_at: when it appeared, on its first day.
        life_days: on how many days it is seen, 1 to 6.
        peak: its views a day at the height.
        rise_days: after how many days the height is reached.
    """

    external_id: str
    title: str
    category: str
    tags: tuple[str, ...]
    outlet: str
    born: date
    published_at: datetime
    life_days: int
    peak: float
    rise_days: float

    def views_at(self, moment: datetime) -> float:
        """Return all views up to a moment: they come faster until the height, then ever slower."""
        age = max((moment - self.published_at) / timedelta(days=1), 0.0)
        pace = age / self.rise_days
        return self.peak * self.rise_days * math.e * (1.0 - math.exp(-pace) * (1.0 + pace))


class World:
    """Tells what is seen on any day.

    Args:
        seed: of the world; another seed has other stories.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def items(self, day: date) -> list[dict[str, Any]]:
        """Return the stories of a day, the most seen first, each with up to four observations (UTC)."""
        alive = [
            story
            for age in range(MAX_LIFE_DAYS)
            for story in _born(self._seed, day - timedelta(days=age))
            if age < story.life_days
        ]
        moments = [datetime.combine(day, time(hour, 0), tzinfo=UTC) for hour in HOURS]
        seen: dict[str, list[dict[str, Any]]] = {story.external_id: [] for story in alive}
        for moment in moments:
            out = [story for story in alive if story.published_at < moment]
            for rank, story in enumerate(
                sorted(out, key=lambda s: (-_heat(s, moment), s.external_id)), start=1
            ):
                seen[story.external_id].append(_observation(self._seed, story, moment, rank))
        shown = [story for story in alive if seen[story.external_id]]
        shown.sort(key=lambda story: seen[story.external_id][-1]["rank"])
        return [_item(story, seen[story.external_id]) for story in shown]


def _heat(story: Story, moment: datetime) -> float:
    return story.views_at(moment) - story.views_at(moment - timedelta(hours=6))


def _observation(seed: int, story: Story, moment: datetime, rank: int) -> dict[str, Any]:
    jitter = timedelta(minutes=_random(seed, "seen", moment).randint(0, 9))
    views = story.views_at(moment + jitter)
    liking = _random(seed, "liking", story.external_id)
    return {
        "observed_at": (moment + jitter).isoformat(),
        "views": int(views),
        "likes": int(views * liking.uniform(0.02, 0.09)),
        "comments": int(views * liking.uniform(0.001, 0.012)),
        "rank": rank,
    }


def _item(story: Story, observations: list[dict[str, Any]]) -> dict[str, Any]:
    slug = re.sub(r"[^a-z0-9]+", "-", story.title.lower()).strip("-")
    return {
        "external_id": story.external_id,
        "title": story.title,
        "url": f"https://sandbox.example/{story.category}/{slug}-{story.external_id[-4:]}",
        "published_at": story.published_at.isoformat(),
        "category": story.category,
        "tags": [*story.tags, story.outlet],
        "observations": observations,
    }


@lru_cache(maxsize=512)
def _born(seed: int, day: date) -> tuple[Story, ...]:
    """Return the stories that begin on a day; the last are other outlets' tellings of one of them."""
    chance = _random(seed, "births", day)
    stories = [_story(seed, day, number) for number in range(BIRTHS_A_DAY)]
    retold = chance.sample(stories, OTHER_TELLINGS_A_DAY)
    return (*stories, *(_other_telling(seed, story) for story in retold))


def _story(seed: int, day: date, number: int) -> Story:
    chance = _random(seed, "story", day, number)
    grammar = _grammar()
    general = sorted(set(grammar["categories"]) - set(NICHE))
    category = chance.choice(NICHE if number % 2 == 0 else general)
    words = grammar["categories"][category]
    born_at = datetime.combine(day, time(), tzinfo=UTC) + timedelta(minutes=chance.randint(0, 11 * 60))
    return Story(
        external_id=stable_id("story", seed, day, number),
        title=_fill(chance, chance.choice(words["titles"]), words),
        category=category,
        tags=tuple(sorted(chance.sample(words["tags"], 2))),
        outlet=chance.choice(OUTLETS),
        born=day,
        published_at=born_at,
        life_days=chance.choices(range(1, MAX_LIFE_DAYS + 1), weights=(2, 4, 5, 4, 3, 2))[0],
        peak=math.exp(chance.gauss(math.log(40_000), 1.0)),
        rise_days=chance.uniform(0.3, 1.6),
    )


def _other_telling(seed: int, story: Story) -> Story:
    chance = _random(seed, "telling", story.external_id)
    title = story.title
    for word, other in _grammar()["rewordings"].items():
        title = title.replace(word, other)
    return Story(
        **{
            **vars(story),
            "external_id": stable_id("story", seed, story.external_id, "other"),
            "title": chance.choice(_grammar()["tellings"]).replace("{title}", title),
            "outlet": chance.choice([outlet for outlet in OUTLETS if outlet != story.outlet]),
            "published_at": story.published_at + timedelta(minutes=chance.randint(10, 50)),
            "peak": story.peak * chance.uniform(0.2, 0.8),
        }
    )


def _fill(chance: random.Random, pattern: str, words: dict[str, list[str]]) -> str:
    """Put a word in each slot of a pattern and begin each sentence with a capital."""
    text = SLOT.sub(lambda slot: chance.choice(words[slot.group(1)]), pattern)
    return SENTENCE.sub(lambda start: start.group().upper(), text)


@lru_cache(maxsize=1)
def _grammar() -> dict[str, Any]:
    text = files("content_pipeline.sandbox").joinpath("titles.yaml").read_text(encoding="utf-8")
    grammar: dict[str, Any] = yaml.safe_load(text)
    return grammar


def _random(*parts: object) -> random.Random:
    return random.Random(content_hash(*parts))  # noqa: S311 - a world, not a secret
