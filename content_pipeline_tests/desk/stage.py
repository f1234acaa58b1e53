"""A day of posts as the desk finds it: scripts, their reviews by the real gate, films, ideas, and the ledger's rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from PIL import Image
from starlette.applications import Starlette

from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.desk.judging import review_now
from content_pipeline.desk.web import Desk
from content_pipeline.posts.intents import post_intents
from content_pipeline.posts.ledger import Ledger
from content_pipeline.renders.records import MediaCheck, Provenance, Render
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.changes import Changes
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script, seen_hash
from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.trends.records import Evidence
from content_pipeline_tests.briefs.calendar.rows import brief as idea
from content_pipeline_tests.examples import DAY, STAMP, START
from content_pipeline_tests.renders import rows
from content_pipeline_tests.sandbox.videos import make_video

DIMS = {"account": "demo", "day": str(DAY)}
HOURS = (14, 18, 24.5)
"""The demo account's slots of the day, in UTC: 09:00, 13:00 and 19:30 in New York."""
CAPTIONS = [
    "Three small moves for a calmer hour\n\nClose every tab you can name, then write the next step by hand.",
    "Why your inbox eats the morning\n\nAnswer at eleven and at four. People learn your hours faster than you think.",
    "A walk beats the third coffee\n\nTwo minutes outside wake you up, and you sleep well in the evening.",
]
CAPTION = CAPTIONS[0]
OPENINGS = [
    "3 small moves for a calmer hour",
    "Why your inbox eats the morning",
    "A walk beats the third coffee",
]
SPOKEN = [
    "Close every tab you can name. You will find it again.",
    "Answer mail at eleven and at four, and tell your team that you do.",
    "Leave the desk, walk around the block once, and begin again with water.",
]
PROMISE = f"{CAPTION}\n\nIt is clinically proven to work."
"""A caption that the gate blocks."""
REELS = 'https://www.youtube.com/watch?v=1"><script>alert(1)</script>'


def pilot(app: Starlette) -> Desk:
    """Put the desk's account into the phase in which everything is approved by hand, and return the desk."""
    desk: Desk = app.state.desk
    account = desk.accounts["demo"].model_copy(update={"governance_phase": "pilot"})
    app.state.desk = replace(desk, accounts={"demo": account})
    return app.state.desk


def script(number: int, caption: str | None = None, day: date = DAY, **changes: object) -> Script:
    """Return script ``number`` (1 to 3) of a day, for its slot of that number; the three are about different things."""
    slot_at = START + (day - DAY) + timedelta(hours=HOURS[number - 1])
    opening, spoken = OPENINGS[number - 1], SPOKEN[number - 1]
    made = rows.script(
        parts=(
            ("hook", opening, f"{opening}."),
            ("body", spoken.split(",")[0].split(".")[0], spoken),
            ("cta", "Save this for later", "Save this for later."),
        ),
        script_id=f"script_{day:%m%d}_{number}",
        brief_id=f"brief_{number:03}",
        slot_id=stable_id("slot", "demo", slot_at),
        slot_at=slot_at,
        day=day,
        cover_text=opening,
        caption_long=CAPTIONS[number - 1] if caption is None else caption,
        hashtags=["#focus", "#calm"],
        alt_text=f"A dark sheet with the words {opening}, and then: {spoken}",
    ).model_copy(update=changes)
    seen = seen_hash(made.segments, made.cover_text, made.caption_long, made.hashtags, made.alt_text)
    return made.model_copy(update={"content_hash": seen})


def stage(desk: Desk, scripts: Sequence[Script], filmed: bool = True, day: date = DAY) -> list[str]:
    """Write a day as its assets do, films of one shade included, and return the posts' ids in the order of the scripts."""
    dims = DIMS | {"day": str(day)}
    desk.lake.write("scripts", dims, Script, scripts)
    ideas = [_idea(s, day) for s in scripts]
    desk.lake.write("briefs", dims, Brief, ideas)
    desk.lake.write(
        "calendar", dims, CalendarSlot, [_slot(s, b) for s, b in zip(scripts, ideas, strict=True)]
    )
    reel, cover = (desk.media.put(file) for file in files())
    desk.lake.write("renders", dims, Render, [_render(s, reel, cover) for s in scripts] if filmed else [])
    again(desk, day)
    return [stable_id("post", "demo", s.slot_id) for s in scripts]


def again(desk: Desk, day: date = DAY, at: datetime = START) -> None:
    """Review a day's scripts as people left them and plan its posts, as the job `review_again` does."""
    dims = DIMS | {"day": str(day)}
    scripts = Changes(desk.operations).apply(desk.lake.read("scripts", Script, dims))
    reviews = review_now(desk, desk.accounts["demo"], scripts, scripts)
    desk.lake.write("reviews", dims, Review, reviews)
    approvals, contents = Approvals(desk.operations), {s.content_hash for s in scripts}
    wanted = [s for s in scripts if s.content_hash not in approvals.rejected(contents)]
    edited = {edit.script_id for edit in Changes(desk.operations).edits("demo", day)}
    films = desk.lake.read("renders", Render, dims)
    given = approvals.granted(contents)
    intents = post_intents(desk.accounts["demo"], films, wanted, reviews, given, edited)
    Ledger(desk.operations).plan("demo", day, intents, Stamp(trace_id="run", created_at=at))


@cache
def files() -> tuple[Path, Path]:
    """Return a reel of two seconds and a cover."""
    folder = Path(mkdtemp(prefix="content-pipeline-reel-"))
    Image.new("RGB", (54, 96), "#264653").save(folder / "cover.jpg")
    return make_video(folder / "reel.mp4", seconds=2.0), folder / "cover.jpg"


def _idea(of: Script, day: date) -> Brief:
    number = int(of.script_id.rpartition("_")[2])
    seen = [
        Evidence(signal_id=f"signal_{n}", source="youtube_us", title=title, url=url, observed_at=START)
        for n, (title, url) in enumerate(
            [
                ("Tabs & calm <script>alert(1)</script>", "https://example.com/tabs"),
                ("Where to read on", "javascript:alert(1)"),
                ("A quoted address", REELS),
            ]
        )
    ]
    title = "A quiet hour <img src=x onerror=alert(1)>"
    return idea(
        number, day, brief_id=of.brief_id, trend_title=title, evidence=seen, premise="Help people focus."
    )


def _slot(of: Script, brief: Brief) -> CalendarSlot:
    return CalendarSlot(
        slot_id=of.slot_id,
        account="demo",
        day=of.day,
        slot_date=of.day,
        slot_at=of.slot_at,
        slot_local=of.slot_at.isoformat(),
        slot_label="morning",
        kpi_objective="reach",
        status="committed",
        brief_id=brief.brief_id,
        reserves=[],
        predicted_reward=0.0,
        reason=f"explore: {brief.title}",
        **STAMP.fields(),
    )


def _render(of: Script, reel: str, cover: str) -> Render:
    return Render(
        render_id=f"render_{of.script_id}",
        script_id=of.script_id,
        brief_id=of.brief_id,
        slot_id=of.slot_id,
        slot_at=of.slot_at,
        account="demo",
        day=of.day,
        content_hash=of.content_hash,
        reel_key=reel,
        reel_sha256=Path(reel).stem,
        reel_bytes=1000,
        cover_key=cover,
        cover_sha256=Path(cover).stem,
        width=1080,
        height=1920,
        fps=30.0,
        duration_s=14.0,
        video_codec="h264",
        audio_codec="aac",
        checks=[MediaCheck(name="readable", passed=True, detail="")],
        provenance=[Provenance(kind="font", name="Inter", source="deckr-fonts", licence="OFL-1.1")],
        renderer="studio",
        **STAMP.fields(),
    )
