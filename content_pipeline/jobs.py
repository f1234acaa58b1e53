"""The jobs of production: which assets run together. What runs when is in ``schedules.py``."""

import dagster as dg

PLANNED = ["strategy", "briefs", "calendar", "scripts", "reviews", "renders", "posts"]
LEARNED = ["reward_model", "experiment_decisions", "mode_decision", "monetization_plan"]

ingest_trends = dg.define_asset_job(
    "ingest_trends", selection=["trend_signals"], description="Read one source for a day or a range of days."
)
score_trends = dg.define_asset_job(
    "score_trends", selection=["trends"], description="Cluster and score a day's signals."
)
find_patterns = dg.define_asset_job(
    "find_patterns",
    selection=["trend_patterns"],
    description="Measure what ways to make a reel were worth in the four weeks up to a day.",
)
watch_breakouts = dg.define_asset_job(
    "watch_breakouts",
    selection=["breakouts"],
    description="Raise an account's breakouts from the day's trends.",
)
daily_production = dg.define_asset_job(
    "daily_production",
    selection=PLANNED,
    description="Plan, write, review and render an account's day, and queue its posts.",
)
react = dg.define_asset_job(
    "react",
    selection=PLANNED,
    description="Plan a day again because of a breakout. What a worker has begun to publish is left alone.",
)
review_again = dg.define_asset_job(
    "review_again",
    selection=["reviews", "renders", "posts"],
    description="Take in what people edited, moved, approved or rejected: review a day's scripts again and queue its posts.",
)
publish_due = dg.define_asset_job(
    "publish_due", selection=["posts"], description="Publish what is due. Always safe to run again."
)
collect_metrics = dg.define_asset_job(
    "collect_metrics",
    selection=["post_metrics", "account_metrics"],
    description="Measure posts at their ages.",
)
refresh_marts = dg.define_asset_job(
    "refresh_marts",
    selection=dg.AssetSelection.groups("marts"),
    description="Rebuild marts.duckdb beside it and rename it over.",
)
learn = dg.define_asset_job(
    "learn", selection=LEARNED, description="Learn from all that was seen up to the end of a day."
)
weekly_report = dg.define_asset_job(
    "weekly_report", selection=["reports/weekly_report"], description="Write a week's report."
)

JOBS = [
    ingest_trends,
    score_trends,
    find_patterns,
    watch_breakouts,
    daily_production,
    react,
    review_again,
    publish_due,
    collect_metrics,
    refresh_marts,
    learn,
    weekly_report,
]
