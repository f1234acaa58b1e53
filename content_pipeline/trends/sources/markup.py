"""Foreign texts without markup: HTML as plain text, plain text that no page takes for HTML, web addresses, names of characters.

Which field holds which is the adapters' part.
"""

import html
import re
from html.entities import html5

from content_pipeline.trends.words.values import clean_text, disarmed

MAX_TEXT = 10_000

_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"</?(?:br|p|div|li|td|tr|h\d)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-z][^>]*(?:>|$)", re.IGNORECASE)
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}


def without_names(data: bytes) -> bytes:
    """Return an XML document with HTML's names of characters as numbers: feeds use them, and XML knows none but five."""
    return _NAMED.sub(_numbered, data)


def plain(text: object) -> str:
    """Return a text without tags, scripts and character references, however often they were escaped.

    Of more than 10,000 characters the rest is left out.
    """
    kept = clean_text(str(text or "")[:MAX_TEXT])
    for _ in range(5):
        # Cleaned each time: a zero-width character in a tag hides it until it is taken out.
        stripped = clean_text(html.unescape(_TAG.sub("", _BREAK.sub(" ", _CODE.sub(" ", kept)))))
        if stripped == kept:
            return kept
        kept = stripped
    return clean_text(html.unescape(kept).replace("<", " "))


def literal(text: object) -> str:
    """Return a text whose angle brackets are meant as such, with other brackets where they would look like a tag."""
    return disarmed(clean_text(html.unescape(str(text or ""))))


def link(value: object) -> str | None:
    """Return a web address with what could be markup escaped; None where it is no web address."""
    address = str(value or "").strip()
    if not _WEB.fullmatch(address):
        return None
    return address.replace("<", "%3C").replace(">", "%3E").replace('"', "%22")


def _numbered(named: re.Match[bytes]) -> bytes:
    name = named[1].decode()
    if name in _XML_OWN:
        return named[0]
    return "".join(f"&#{ord(char)};" for char in html5.get(f"{name};", "")).encode() or named[0]
