"""How long a server asks its readers to wait, by its headers.

What is done about it is the web client's part.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_ASKED_SECONDS = 24 * 3600.0
"""A longer wait is taken for a mistake: a source is tried once a day at least."""
_REMAINING_HEADERS = ("x-ratelimit-remaining", "ratelimit-remaining")
_RESET_HEADERS = ("x-ratelimit-reset", "ratelimit-reset")
_MOMENT_FROM = 1e9
_MILLISECONDS_FROM = 1e11


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a server asks to wait, at most a day; None where it does not say.

    ``Retry-After`` wins (RFC 9110, 10.2.3: seconds or a date), else the reset of a rate limit that is spent.

    Args:
        headers: an answer's, with names in lower case or case-insensitive.
        now: what dates are compared with.
    """
    after = headers.get("retry-after", "").strip()
    seconds = _seconds_or_date(after, now) if after else spent_limit(headers, now)
    return None if seconds is None else _bounded(seconds)


def spent_limit(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds until a spent rate limit is reset, at most a day; None where something is left or the server does not say.

    The reset is seconds to go (Reddit, and the IETF's draft of ``RateLimit-Reset``) or a moment since 1970 (GitHub and others).
    """
    remaining, reset = _first(headers, _REMAINING_HEADERS), _first(headers, _RESET_HEADERS)
    if remaining is None or reset is None or remaining >= 1:
        return None
    if reset < _MOMENT_FROM:
        return _bounded(reset)
    moment = reset / 1000 if reset >= _MILLISECONDS_FROM else reset
    return _bounded(moment - now.timestamp())


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_ASKED_SECONDS)


def _seconds_or_date(text: str, now: datetime) -> float | None:
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    try:
        number = next((float(headers[name]) for name in names if name in headers), None)
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None
