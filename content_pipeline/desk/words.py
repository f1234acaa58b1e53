"""Plain words of the desk: what states, kinds of approval, findings, ideas and times are called for people who are not engineers.

Nothing is read or decided here; what happened to a post is told in ``trail.py``.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.scripts.records import Script

KINDS = {
    "editorial": "Editorial",
    "compliance": "Compliance",
    "rights": "Rights",
    "legal": "Legal",
    "brand": "Brand",
}
QUESTIONS = {
    "editorial": "Is it good, true and in this account’s voice?",
    "compliance": "Does it keep the rules of the platform and of the account?",
    "rights": "May we use every picture, sound and font in it?",
    "legal": "Are its claims lawful, with the disclaimers they need?",
    "brand": "Does it fit the brand and its partners?",
}
RISKS = {"low": "Low risk", "medium": "Medium risk", "high": "High risk"}
SEVERITIES = {"block": "Must be fixed", "warning": "Needs a look", "info": "Good to know"}
STATES = {
    "planned": "Planned",
    "awaiting_approval": "Waiting for approval",
    "publishing": "Being posted",
    "unknown": "Being checked with Instagram",
    "published": "Posted",
    "failed": "Failed",
    "missed": "Missed its time",
    "simulated": "Not posted: live publishing is off",
    "taken_down": "Taken down",
}
CHOICES = {
    "exploit": "a kind of post that has worked for this account",
    "explore": "a kind of post that is not known well yet",
    "mutation": "a small change to a kind of post that has worked",
    "chaos": "a deliberate surprise, to learn from",
}
PLAIN_REASONS = (
    (r"\bhigh risk: [^;)]*", "high risk, because of what the rules found"),
    (r"^blocked by .*", "the rules stop it"),
    (r"\bpilot: everything by hand", "in the pilot phase of an account people look at everything"),
    (r"(^|[(;] ?)(stabilization|mature): ", r"\1"),
    (r"\bincident_[0-9a-z]+ ?", ""),
    (r"\bsev1 incident", "a critical incident"),
    (r"\bsev2 incident", "an incident"),
    (r"everything by hand", "people look at everything"),
    (r"not drawn into the sample", "not drawn by lot"),
    (r"drawn into the sample \(1 in (\d+)\)", r"drawn by lot: one in \1 is looked at"),
    (r"^no high risk", "nothing in it is of high risk"),
)
"""What the reasons of a review say to engineers (see ``review.phases``), and how people read it here."""
PARTS = {"hook": "Opening", "context": "Context", "body": "Body", "cta": "Call to action"}
SOURCES = {"font": "Font", "sound": "Sound", "picture": "Picture", "voice": "Voice"}


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence: ``editorial, rights and legal``."""
    found = list(words)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def kinds(names: Iterable[str]) -> str:
    """Return kinds of approval inside a sentence."""
    return listed(KINDS.get(name, name.replace("_", " ")).lower() for name in names)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: ``1 finding``, ``2 findings``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def local(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment in a zone as people say it: ``Today 09:00``, ``Wed 7 Jan 13:00``, with the year where it is another."""
    at, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (at.date() - today).days
    if days in (-1, 0, 1):
        return f"{('Yesterday', 'Today', 'Tomorrow')[days + 1]} {at:%H:%M}"
    year = f" {at.year}" if at.year != today.year else ""
    return f"{at:%a} {at.day} {at:%b}{year} {at:%H:%M}"


def at(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment as ``local`` does, inside a sentence: ``today 09:00``."""
    said = local(moment, now, zone)
    return _small(said) if said.startswith(("Today", "Tomorrow", "Yesterday")) else said


def sentence(text: str) -> str:
    """Return a text as a sentence: with a capital and one full stop."""
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def reason(text: str) -> str:
    """Return why people are asked, or are not, without the names that engineers have for it."""
    for pattern, plain in PLAIN_REASONS:
        text = re.sub(pattern, plain, text)
    return sentence(" ".join(text.split()))


def day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment's day in a zone: ``Today, Monday 5 January``; a day of another year has its year."""
    at, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    near = {-1: "Yesterday, ", 0: "Today, ", 1: "Tomorrow, "}.get((at - today).days, "")
    year = f" {at.year}" if at.year != today.year else ""
    return f"{near}{at:%A} {at.day} {at:%B}{year}"


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units: ``2 h 10 min``, ``3 days 4 h``; less than a minute is ``under a minute``."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return counted(days, "day") + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min" if rest else "under a minute"


def shape(archetype: Archetype) -> list[str]:
    """Return what an idea is built of, in words; a level that is no longer known is called by its name."""
    known, plain = archetypes(), archetype.model_dump()
    names = {name: str(level).replace("_", " ") for name, level in plain.items()}
    hook = known.hook_families.get(archetype.hook_family)
    form = known.formats.get(archetype.format)
    band = known.duration_bands.get(archetype.duration_band)
    return [
        f"Opening: {names['hook_family']}" + (f" ({_small(hook.description)})" if hook else ""),
        f"Format: {names['format']}" + (f" ({_small(form.description)})" if form else ""),
        f"Length: {names['duration_band']}" + (f", about {band.seconds} s" if band else ""),
        f"Asks viewers to: {names['cta']}",
        f"Topic: {names['topic_family']}",
    ]


def writer(script: Script) -> str:
    """Return who wrote a script, in words."""
    writing = script.writing
    who = "a language model" if writing.model else "house templates, without a language model"
    name = f" ({writing.model})" if writing.model else ""
    stood_in = f"; stood in because {writing.fallback}" if writing.fallback else ""
    return f"Written by {who}{name}{stood_in}"


def chosen_because(brief: Brief) -> str:
    """Return why an idea was chosen, in words."""
    return f"It was chosen as {CHOICES[brief.choice]}."


def web_address(url: str | None) -> str | None:
    """Return an address that a browser may open, or none: only http and https, whatever a source sent."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def title(caption: str) -> str:
    """Return what a post is called: the first line of its caption, cut at a word."""
    return beginning(next((line for line in caption.splitlines() if line.strip()), ""), 90)


def teaser(caption: str) -> str:
    """Return how a caption goes on after its first line, cut at a word."""
    return beginning("\n".join([line for line in caption.splitlines() if line.strip()][1:]), 110)


def fold(caption: str, length: int = 125) -> int:
    """Return where Instagram folds a caption: at ``length`` characters, or the end of the word before."""
    if len(caption) <= length or caption[length].isspace():
        return min(length, len(caption))
    return max(caption.rfind(" ", 0, length), caption.rfind("\n", 0, length)) + 1 or length


def beginning(text: str, length: int = 125) -> str:
    """Return how a text begins, on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def pieces(text: str, marks: Sequence[str], fold: int | None = None) -> list[tuple[str, bool, bool]]:
    """Return a text in pieces (text, marked, behind the fold): what the excerpts ``marks`` show is marked.

    Excerpts have their white space collapsed and may reach beyond this text, so the longest run of their words is looked for.
    """
    spans = [found for mark in marks if (found := _find(text, mark))]
    edges = {0, len(text), *(edge for found in spans for edge in found)}
    if fold is not None and len(text) > fold:
        edges.add(fold)
    cuts = sorted(edges)
    return [
        (text[a:b], any(s <= a and b <= e for s, e in spans), fold is not None and a >= fold)
        for a, b in pairwise(cuts)
    ]


def _find(text: str, mark: str) -> tuple[int, int] | None:
    """Return where the longest run of a mark’s words stands in a text: at least half of them, and two where there are two."""
    words, folded, places = mark.lower().split(), "", []
    for place, character in enumerate(text):
        if character.isspace():
            if folded.endswith(" "):
                continue
            character = " "
        for lower in character.lower():
            folded += lower
            places.append(place)
    least = max(1, min(2, len(words)), len(words) // 2)
    for length in range(len(words), least - 1, -1):
        for start in range(len(words) - length + 1):
            found = folded.find(" ".join(words[start : start + length]))
            if found >= 0:
                end = found + len(" ".join(words[start : start + length]))
                return places[found], places[end - 1] + 1
    return None


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
