"""Posts to be published, and everything around them, for the tests of posts and metrics."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from content_pipeline.accounts import Account
from content_pipeline.posts.publications import Payload, PostIntent
from content_pipeline.storage.media import MediaStore, sha256_of
from content_pipeline.storage.records import Stamp

DAY = date(2026, 1, 5)
SLOT = datetime(2026, 1, 5, 14, tzinfo=UTC)
USER = "17841400000000001"


def at(minutes: float = 0, run: str = "run-1") -> Stamp:
    """Return the stamp of a run so many minutes after the first slot."""
    return Stamp(trace_id=run, created_at=SLOT + timedelta(minutes=minutes))


def account(name: str = "demo", **changes) -> Account:
    fields = {
        "id": name,
        "name": "Demo",
        "handle": "demo",
        "ig_user_id": USER,
        "niche": "productivity",
        "timezone": "America/New_York",
        "posts_per_day": 3,
        "slots": [time(9)],
        "topics": {"focus": ["focus"]},
        "lateness_limit_minutes": 60,
    }
    return Account(**(fields | changes))


def payload(reel: Path | None = None, media: MediaStore | None = None, **changes) -> Payload:
    fields = {
        "caption": "Three habits\n\n#focus #habits",
        "reel_key": media.put(reel) if reel and media else "aa/aa.mp4",
        "reel_sha256": sha256_of(reel) if reel else "aa",
        "reel_bytes": reel.stat().st_size if reel else 4,
        "cover_key": "bb/bb.jpg",
        "duration_s": 12.0,
        "is_ai_generated": False,
        "approvals": [],
    }
    return Payload(**(fields | changes))


def intent(n: int = 0, name: str = "demo", **changes) -> PostIntent:
    """Return the intent of slot ``n``; slots are an hour apart."""
    fields = {
        "account": name,
        "day": DAY,
        "slot_id": f"slot_{n}",
        "slot_at": SLOT + timedelta(hours=n),
        "render_id": f"render_{n}",
        "script_id": f"script_{n}",
        "brief_id": f"brief_{n}",
        "content_hash": f"hash_{n}",
        "payload": payload(),
        "state": "planned",
    }
    return PostIntent(**(fields | changes))
