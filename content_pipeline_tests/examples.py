"""Example rows that several stages' tests start from."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import yaml

from content_pipeline.accounts import Account, load_accounts
from content_pipeline.briefs.records import Strategy, Subject, Virality, ViralityFactor
from content_pipeline.scripts.records import Writing
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.records import Component, Components, Evidence, Trend

DAY = date(2026, 1, 5)
START = datetime(2026, 1, 5, tzinfo=UTC)
STAMP = Stamp(trace_id="run", created_at=START)
TITLES = [
    "A ten minute walk after lunch lifts the afternoon",
    "Why deep work fails in open offices",
    "The notes app that went back to plain text",
    "A budget that survives December",
    "How a morning routine sticks on bad days",
    "Digital Circus Ep 9 Finale [TRAILER]",
    "Sunset en la Sanse - MT Manuel Turizo x Dálmata | Video Oficial",
    "LAKERS VS CELTICS!!! FULL GAME HIGHLIGHTS 🔥🔥",
    "今日のニュース",
    "مباراة اليوم",
    "Sleep timers are back in fashion",
    "Apple removes old Pages, Keynote, Numbers apps for macOS",
]


def demo() -> Account:
    return load_accounts(Path(__file__).parent.parent / "data" / "accounts")["demo"]


def demo_folder(folder: Path, **changes: object) -> Path:
    """Write the demo account into ``folder`` and return it; its reels are of the short band, because rendering takes the time."""
    folder.mkdir(parents=True, exist_ok=True)
    account = demo().model_dump(mode="json") | {"duration_bands": ["short"]} | changes
    (folder / "demo.yaml").write_text(yaml.safe_dump(account))
    return folder


JUST_EMERGED: dict[str, object] = {
    "language": "en",
    "days_seen": 1,
    "speed": 0.1,
    "engagement": 1000.0,
    "sparkline": [5.0, 6.9],
    "stage": "emerging",
    "components": Components(
        **{
            name: Component(value=value, confidence=0.5)
            for name, value in {
                "burst": 0.5,
                "velocity": 0.5,
                "acceleration": 0.5,
                "place": 0.5,
                "spread": 0.0,
                "freshness": 1.0,
                "outlook": 0.5,
            }.items()
        }
    ),
    "chance": None,
    "chance_of": None,
    "safety": [],
    "history": [],
    "reasons": ["nothing about it stands out yet"],
}
"""What a trend is that was first seen today, beside its title, evidence and score."""


def trend(title: str, number: int = 0, **changes: object) -> Trend:
    seen = Evidence(
        signal_id=f"signal_{number}",
        source="youtube_us",
        title=title,
        url=f"https://www.youtube.com/watch?v={number}",
        observed_at=START + timedelta(hours=4),
    )
    values: dict[str, object] = {
        "trend_id": f"trend_{number}",
        "day": DAY,
        "title": title,
        "keywords": title.casefold().split()[:4],
        "signal_ids": [seen.signal_id],
        "sources": ["youtube_us"],
        "evidence": [seen],
        "first_seen_at": seen.observed_at,
        "last_seen_at": seen.observed_at,
        "available_at": seen.observed_at,
        "score": 0.9 - number * 0.03,
        "niche_fit": {"demo": 0.5 if number < 5 else 0.0},
        "novelty": {"demo": 1.0},
    }
    values = JUST_EMERGED | values
    return Trend(**(values | changes), **STAMP.fields())


def trends() -> list[Trend]:
    return [trend(title, number) for number, title in enumerate(TITLES)]


SUBJECT = Subject(
    phrase="the afternoon dip",
    short="the afternoon dip",
    plural=False,
    proper=False,
    figure="ten minutes",
    question=None,
    statement=None,
)
WRITING = Writing(
    engine="template",
    model=None,
    prompt_id="prompt_1",
    attempts=1,
    input_tokens=None,
    output_tokens=None,
    cost_usd=None,
    confidence=1.0,
    doubts=[],
    fallback=None,
)


def virality(value: float = 1.0) -> Virality:
    """Return five equal factors."""
    factor = ViralityFactor(value=value, confidence=1.0, fallback=None)
    names = ("novelty", "pattern_strength", "emotional_pull", "platform_bias", "creator_consistency")
    return Virality(**dict.fromkeys(names, factor), product=value**5, confidence=1.0)


def strategy(**changes: object) -> Strategy:
    values: dict[str, object] = {
        "account": "demo",
        "day": DAY,
        "policy_version": None,
        "in_force_at": START,
        "mode": "explore",
        "exploration": 0.4,
        "temperature": 0.3,
        "weights": [],
        "kpi_weights": {"reach": 0.5, "saves": 0.5},
    }
    return Strategy(**(values | changes), **STAMP.fields())
