"""Trends that break out during a day: news for an account that its plan of the morning could not know.

What the calendar does with one is the calendar's.
"""

from collections.abc import Sequence
from datetime import date

from content_pipeline.accounts import Account
from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.trends.records import Breakout, Trend
from content_pipeline.trends.scoring.niche import suits

BAR = 0.8
"""Score from which a trend breaks out."""
UNUSUAL = 0.8
"""Least burst: a trend that is merely large was there before."""
LEAST_FIT = 1 / 3
"""Least niche fit: a keyword of the account's topics."""
LEAST_NOVELTY = 0.5


def raise_breakouts(
    account: Account, day: date, trends: Sequence[Trend], raised: Sequence[Breakout], stamp: Stamp
) -> list[Breakout]:
    """Return the account's breakouts of a day: those that were raised before, and new ones up to the account's limit, best first."""
    known = {b.trend_id for b in raised}
    found = sorted(
        (t for t in trends if t.trend_id not in known and _breaks_out(t, account)),
        key=lambda t: (-t.score * t.niche_fit.get(account.id, 0.0), t.trend_id),
    )
    free = max(account.breakouts_per_day - len(raised), 0)
    return [*raised, *(_breakout(account, day, trend, stamp) for trend in found[:free])]


def _breaks_out(trend: Trend, account: Account) -> bool:
    yesterday = max((d.score for d in trend.history), default=0.0)
    return (
        trend.score >= BAR
        and yesterday < BAR
        and trend.stage != "fading"
        and trend.components.burst.confidence > 0
        and trend.components.burst.value >= UNUSUAL
        and trend.niche_fit.get(account.id, 0.0) >= LEAST_FIT
        and trend.novelty.get(account.id, 1.0) >= LEAST_NOVELTY
        and suits(trend, account)
    )


def _breakout(account: Account, day: date, trend: Trend, stamp: Stamp) -> Breakout:
    return Breakout(
        **stamp.fields(),
        breakout_id=stable_id("breakout", account.id, day, trend.trend_id),
        account=account.id,
        day=day,
        trend_id=trend.trend_id,
        title=trend.title,
        score=trend.score,
        niche_fit=trend.niche_fit.get(account.id, 0.0),
        novelty=trend.novelty.get(account.id, 1.0),
        raised_at=stamp.created_at,
        evidence=trend.evidence,
        reasons=trend.reasons,
    )
