"""Takes secrets out of what a server says, before any of it is kept: the key that was sent, and what looks like a key.

Where texts of servers are kept, and how long they may be, is not decided here.
"""

import re
from typing import Any

SHORTEST_KEY = 8
"""A key that is shorter (``none``, ``ollama``) is a stand-in for servers that want none, and may be a word of a script."""
MARK = "[key]"
_SHAPES = re.compile(
    r"""\bBearer\s+\S+
    | (?<![a-z0-9])(?:sk|sess|key|pk|rk)-[\w*.-]{4,}
    | (?<![a-z0-9])AIza[\w-]{8,}        # Google
    | (?<![a-z0-9])eyJ[\w-]{4,}(?:\.[\w-]*)*  # a JSON web token
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
_ONE_RUN = re.compile(r"[A-Za-z0-9+=]{24,}")
_HEX = re.compile(r"[0-9A-Fa-f-]+")
_MIXED = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))


def redacted(text: str) -> str:
    """Return a text without what looks like a key: known beginnings, bearer tokens, 24 and more characters of hex or Base64.

    Names of models, codes of errors and paths are left as they are: they are small letters in pieces.
    """
    return _LONG.sub(_if_no_name, _SHAPES.sub(MARK, text))


def _if_no_name(match: re.Match[str]) -> str:
    text = match[0]
    secret = _ONE_RUN.search(text) or _HEX.fullmatch(text) or all(kind.search(text) for kind in _MIXED)
    return MARK if secret else text


def without_key(value: Any, key: str) -> Any:
    """Return a JSON value whose texts, names of fields included, do not hold the key, in whatever case they repeat it."""
    if len(key) < SHORTEST_KEY:
        return value
    if isinstance(value, str):
        return re.sub(re.escape(key), MARK, value, flags=re.IGNORECASE)
    if isinstance(value, list):
        return [without_key(part, key) for part in value]
    if isinstance(value, dict):
        return {without_key(name, key): without_key(part, key) for name, part in value.items()}
    return value
