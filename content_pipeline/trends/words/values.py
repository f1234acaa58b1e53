"""Tolerant readings of foreign values: times, numbers, texts.

What cannot be read is a ``ValueError`` with a short reason. Nothing about sources or signals belongs here.
"""

import json
import math
import re
import unicodedata
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Any

MAX_COUNT = 2**53
"""Above it a count is not exact as a float, and no platform has shown one."""

_EMPTY = {"", "nan", "null", "none", "n/a", "na", "-", "nat"}
_FACTORS = {
    "k": 1e3,
    "m": 1e6,
    "b": 1e9,
    "천": 1e3,
    "千": 1e3,
    "만": 1e4,
    "万": 1e4,
    "萬": 1e4,
    "억": 1e8,
    "億": 1e8,
    "亿": 1e8,
}
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?P<whole>\d{1,3}(?:[,\u066c'’ ]\d{2,3})*[,\u066c'’ ]\d{3}|\d+)"
    r"(?P<rest>\.\d+)?(?:e(?P<exp>[+-]?\d{1,3}))?"
    rf"\s*(?P<unit>[{''.join(_FACTORS)}])?\+?"
)
_TAG = re.compile(r"<([/!?a-zA-Z][^<>]*)>?")
_MILLISECONDS_FROM = 1e11
_BIDI_AND_ZERO_WIDTH = {
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *(0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),
}


def read_time(value: Any) -> datetime | None:
    """Read a time: ISO 8601, RFC 2822, or seconds or milliseconds since 1970; one without a zone is UTC.

    Raises:
        ValueError: it is no time.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        if isinstance(value, datetime):
            return _utc(value)
        if isinstance(value, date):
            return datetime.combine(value, time(), tzinfo=UTC)
        text = str(value).strip()
        if text.lower() in _EMPTY:
            return None
        if isinstance(value, bool):
            raise ValueError
        if re.fullmatch(r"\d{9,16}(\.\d+)?", text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, UTC)
        return _utc(datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        raise ValueError("not a time") from None


def read_number(value: Any) -> float | None:
    """Read a count: ``1,234``, ``12K``, ``200,000+``, ``1천+``; NaN and blanks are None.

    Raises:
        ValueError: it is no number, negative or too large.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        raise ValueError("not a number")
    text = unicodedata.normalize("NFKC", str(value)).strip().lower()
    if text in _EMPTY:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("not a number")
    digits = re.sub(r"\D", "", match["whole"])
    number = float(f"{digits}{match['rest'] or ''}e{match['exp'] or 0}") * _FACTORS.get(
        match["unit"] or "", 1
    )
    if match["sign"] == "-" and number:
        raise ValueError("negative")
    if number > MAX_COUNT:
        raise ValueError("too large")
    return number


def clean_text(value: Any) -> str:
    """Return a text in NFC on one line, without control, bidi or zero-width characters.

    It is empty where nothing of it would show.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    kept = "".join(c for c in str(value) if c.isspace() or not _unwanted(c))
    text = unicodedata.normalize("NFC", " ".join(kept.split()))
    return text if any(unicodedata.category(c)[0] in "LNPS" for c in text) else ""


def disarmed(text: str) -> str:
    """Return a text with other brackets where a page would take what they enclose for a tag; ``I <3 you`` stays."""
    return _TAG.sub(r"‹\1›", text)


def read_tags(value: Any) -> list[str]:
    """Read tags: a list, a JSON list, or a text with commas or bars; each once, in their order."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                value = text.strip("[]")
    if isinstance(value, str):
        value = re.split(r"[,|;]", value)
    if not isinstance(value, (list, tuple)):
        return []
    cleaned = (clean_text(tag).strip("'\"# ") for tag in value if isinstance(tag, (str, int, float)))
    return list(dict.fromkeys(tag for tag in cleaned if tag))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _unwanted(char: str) -> bool:
    # Joiners (Cf) stay: emoji and several scripts are written with them.
    return ord(char) in _BIDI_AND_ZERO_WIDTH or unicodedata.category(char) in ("Cc", "Cs")
