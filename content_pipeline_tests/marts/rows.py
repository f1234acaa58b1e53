"""Synthetic rows of the lake for the tests of marts, optimizer and reports.

A few posts with everything that they link to; ``write_day`` puts a day of them into a lake.
"""

from datetime import UTC, date, datetime, timedelta

from content_pipeline.briefs.records import Archetype, Brief, CalendarSlot
from content_pipeline.metrics.records import AccountMetrics, PostMetrics
from content_pipeline.posts.records import Post
from content_pipeline.renders.records import Render
from content_pipeline.review.records import Finding, Review
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.records import Evidence, Trend, TrendSignal
from content_pipeline_tests.examples import JUST_EMERGED, SUBJECT, WRITING, virality

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
STAMP = Stamp(trace_id="run-1", created_at=NOON)
ARCHETYPE = Archetype(
    hook_family="question", format="listicle", duration_band="short", cta="save", topic_family="focus"
)
HARD_TITLE = "🔥 عنوان <b>طويل</b> & more 👩‍💻"


def post(
    n: int = 1, *, day: date = DAY, state: str = "published", created_at: datetime = NOON, **changes
) -> Post:
    at = datetime(day.year, day.month, day.day, 14, tzinfo=UTC) + timedelta(minutes=n)
    live = state == "published"
    fields = {
        "post_id": f"post_{n}",
        "account": "demo",
        "day": day,
        "slot_id": f"slot_{n}",
        "slot_at": at,
        "render_id": f"render_{n}",
        "script_id": f"script_{n}",
        "brief_id": f"brief_{n}",
        "content_hash": f"hash_{n}",
        "state": state,
        "attempts": 1,
        "media_id": str(n) if live else None,
        "permalink": f"https://example.test/reel/{n}/" if live else None,
        "published_at": at if live else None,
        "reason": None if live else f"because {n}",
    }
    return Post(trace_id="run-1", created_at=created_at, **{**fields, **changes})


def brief(
    n: int = 1, day: date = DAY, trend_title: str = "Deep work", archetype: Archetype = ARCHETYPE
) -> Brief:
    return Brief(
        **STAMP.fields(),
        brief_id=f"brief_{n}",
        account="demo",
        day=day,
        rank=n,
        trend_id="trend_1",
        trend_title=trend_title,
        subject=SUBJECT,
        title=f"Idea {n}",
        premise="p",
        pain_point="p",
        angle="a",
        persona="editor",
        archetype=archetype,
        hooks=["a", "b", "c"],
        thumbnail_texts=["a", "b"],
        caption_direction="c",
        keywords=["k"],
        evidence=[
            Evidence(signal_id="sig", source="s", title="t", url="https://example.test/1", observed_at=NOON)
        ],
        available_at=NOON,
        virality=virality(),
        variants=1,
        shadow_test=False,
        predicted_reward=0.25,
        predicted_sd=0.5,
        sampled_reward=0.3,
        propensity=0.2,
        choice="explore",
        policy_version="policy_1",
    )


def script(
    n: int = 1, day: date = DAY, archetype: Archetype = ARCHETYPE, slot_label: str = "morning"
) -> Script:
    return Script(
        **STAMP.fields(),
        script_id=f"script_{n}",
        brief_id=f"brief_{n}",
        trend_id="trend_1",
        slot_id=f"slot_{n}",
        slot_at=NOON,
        slot_label=slot_label,
        account="demo",
        day=day,
        variant=1,
        preference=1,
        archetype=archetype,
        language="en",
        segments=[],
        duration_s=9.5,
        cover_text="c",
        caption_short="c",
        caption_long="c",
        hashtags=[],
        alt_text="a",
        claims=[],
        writing=WRITING,
        disclosure=None,
        is_ai_generated=False,
        needs_human=False,
        content_hash=f"hash_{n}",
    )


def render(n: int = 1, day: date = DAY) -> Render:
    return Render(
        **STAMP.fields(),
        render_id=f"render_{n}",
        script_id=f"script_{n}",
        brief_id=f"brief_{n}",
        slot_id=f"slot_{n}",
        slot_at=NOON,
        account="demo",
        day=day,
        content_hash=f"hash_{n}",
        reel_key="k",
        reel_sha256="x",
        reel_bytes=1,
        cover_key="k",
        cover_sha256="x",
        width=1080,
        height=1920,
        fps=30,
        duration_s=10.0,
        video_codec="h264",
        audio_codec="aac",
        checks=[],
        provenance=[],
        renderer="r",
    )


def review(n: int = 1, day: date = DAY, verdict: str = "released") -> Review:
    finding = Finding(
        rule_id="claims.medical",
        severity="block",
        message="promises a cure",
        remedy="say less",
        excerpt="<i>",
    )
    return Review(
        **STAMP.fields(),
        review_id=f"review_{n}",
        script_id=f"script_{n}",
        slot_id=f"slot_{n}",
        account="demo",
        day=day,
        content_hash=f"hash_{n}",
        verdict=verdict,
        risk_tier="high" if verdict == "blocked" else "low",
        findings=[finding] if verdict == "blocked" else [],
        approvals_needed=[],
    )


def slot(n: int = 1, day: date = DAY, status: str = "committed", objective: str = "saves") -> CalendarSlot:
    return CalendarSlot(
        **STAMP.fields(),
        slot_id=f"slot_{n}",
        account="demo",
        day=day,
        slot_date=DAY,
        slot_at=NOON,
        slot_local="2026-01-05T09:00:00-05:00",
        slot_label="morning",
        kpi_objective=objective,
        status=status,
        brief_id=f"brief_{n}",
        reserves=[],
        predicted_reward=0.1,
        reason="r",
    )


def metrics(
    n: int, target_age_h: int, views: int | None, *, late: float = 0.0, published: datetime | None = None
) -> PostMetrics:
    """Return a snapshot ``late`` hours after the scheduled age; other counts are fixed shares of views."""
    published = published or post(n).published_at
    observed = published + timedelta(hours=target_age_h + late)
    counts = {name: None if views is None else views // k for name, k in COUNTS.items()}
    return PostMetrics(
        **STAMP.fields(),
        snapshot_id=f"snap_{n}_{target_age_h}_{late}",
        account="demo",
        day=observed.date(),
        post_id=f"post_{n}",
        media_id=str(n),
        observed_at=observed,
        age_hours=target_age_h + late,
        target_age_h=target_age_h,
        views=views,
        total_interactions=None,
        avg_watch_ms=8000,
        total_watch_ms=None,
        missing=[],
        **counts,
    )


COUNTS = {"reach": 1, "likes": 10, "comments": 100, "saves": 50, "shares": 25}


def account_metrics(day: date = DAY, followers: int = 1000) -> AccountMetrics:
    return AccountMetrics(
        **STAMP.fields(),
        account="demo",
        day=day,
        observed_at=datetime(day.year, day.month, day.day, 23, tzinfo=UTC),
        followers=followers,
        media_count=1,
        views=5000,
        reach=4000,
        accounts_engaged=300,
        missing=[],
    )


def trend(day: date = DAY, title: str = "Deep work") -> Trend:
    return Trend(
        **STAMP.fields(),
        trend_id="trend_1",
        day=day,
        title=title,
        keywords=["focus"],
        signal_ids=["sig"],
        sources=["s"],
        evidence=[],
        first_seen_at=NOON,
        last_seen_at=NOON,
        available_at=NOON,
        score=1,
        niche_fit={"demo": 0.5},
        novelty={"demo": 1.0},
        **JUST_EMERGED,
    )


def signal(n: int = 1, day: date = DAY) -> TrendSignal:
    return TrendSignal(
        **STAMP.fields(),
        signal_id=f"sig_{n}",
        source="s",
        source_type="table",
        day=day,
        external_id=str(n),
        title="t",
        url=None,
        observed_at=NOON,
        published_at=None,
        rank=n,
        views=None,
        likes=None,
        comments=None,
        score=None,
        engagement=None,
        category=None,
        tags=[],
        nsfw=False,
        observations=[],
    )


def write(base, asset: str, rows: list, **dims: str) -> None:
    """Write rows as the partition of ``dims``; by default account ``demo`` and the rows' day."""
    Lake(str(base)).write(asset, dims or {"account": "demo", "day": str(rows[0].day)}, type(rows[0]), rows)


def write_day(
    base, posts: list[Post], snapshots: list[PostMetrics], *, trend_title: str = "Deep work"
) -> None:
    """Write all that the marts read for one day of posts, and the snapshots on their own days."""
    day = posts[0].day
    numbers = [int(p.post_id.removeprefix("post_")) for p in posts]
    write(base, "posts", posts)
    for asset, make in (("scripts", script), ("renders", render), ("reviews", review)):
        write(base, asset, [make(n, day) for n in numbers])
    write(base, "briefs", [brief(n, day, trend_title) for n in numbers])
    write(base, "calendar", [slot(n, day) for n in numbers])
    write(base, "trends", [trend(day, trend_title)], day=str(day))
    write(base, "trend_signals", [signal(n, day) for n in (1, 2)], day=str(day), source="s")
    write(base, "account_metrics", [account_metrics(day)])
    for observed in {s.day for s in snapshots}:
        write(base, "post_metrics", [s for s in snapshots if s.day == observed])
