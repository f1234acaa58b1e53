"""Example rows that several stages' tests start from."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from content_pipeline.briefs.records import Strategy
from content_pipeline.settings import Account, load_accounts
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.records import Evidence, Trend

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
        "rank_score": 0.5,
        "velocity": 0.1,
        "velocity_score": 0.5,
        "recurrence": 1,
        "novelty": 1.0,
        "burst": 0.5,
        "score": 0.9 - number * 0.03,
        "stage": "rising",
        "niche_fit": {"demo": 0.5 if number < 5 else 0.0},
    }
    return Trend(**(values | changes), **STAMP.fields())


def trends() -> list[Trend]:
    return [trend(title, number) for number, title in enumerate(TITLES)]


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
