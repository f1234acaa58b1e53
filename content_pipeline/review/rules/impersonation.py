"""Impersonation: speaking as another person, company, authority or the platform, borrowed badges, look-alike handles.

That an account may speak for itself and under its personas' names is taken into account. Scams and false claims are other families'.
"""

import re
from collections.abc import Iterator

from rapidfuzz.distance import DamerauLevenshtein

from content_pipeline.accounts import BADGES, Account
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt, finding
from content_pipeline.review.rules.patterns import patterns
from content_pipeline.trends.words.phrases import mentioned

MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9._]{3,30})")
LOOKS_LIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "3": "e", "4": "a", "8": "b"})
KNOWN = ("instagram", "meta", "facebook", "whatsapp", "threads")
"""Handles of the platform itself."""


def check_impersonation(material: Material) -> Iterator[Finding]:
    """Find claims to be somebody else and look-alike handles (blocked), and borrowed authority (a warning that asks compliance)."""
    own, account = material.own_text, material.account
    plain = own.casefold().replace("’", "'")
    if match := patterns("impersonation", "official_body").search(plain):
        yield finding(
            "impersonation",
            "official_body",
            "block",
            "the text speaks as a platform, a company or an authority",
            "say who speaks: the account itself",
            excerpt(own, match.start()),
        )
    claimed = patterns("impersonation", "official_account").finditer(plain)
    official = next((match for match in claimed if not _about_itself(plain, match, account)), None)
    if official:
        yield finding(
            "impersonation",
            "official_account",
            "block",
            "the text says that this is somebody's official account",
            f"leave it out, or name {account.name}, whose account it is",
            excerpt(own, official.start()),
        )
    if (person := _person(own, account)) is not None:
        yield finding(
            "impersonation",
            "person",
            "block",
            f"the text says that its speaker is {person[0]}",
            "say who really speaks, or list the name under personas in the account's file",
            excerpt(own, person[1]),
        )
    if badge := _badge(own, account):
        yield finding(
            "impersonation",
            "badge",
            "block",
            "a sign that looks like a verified badge stands beside a name",
            "remove the sign",
            excerpt(own, badge.start()),
        )
    yield from _handles(own, account)
    yield from _borrowed(own, plain)


def _about_itself(plain: str, match: re.Match[str], account: Account) -> bool:
    around = plain[max(0, match.start() - 10) : match.end() + 50]
    return mentioned([account.name, account.handle], around) is not None


def _person(own: str, account: Account) -> tuple[str, int] | None:
    speakers = {account.name.casefold(), *(persona.name.casefold() for persona in account.voices)}
    for match in patterns("impersonation", "person").finditer(own):
        name = match["name"] or match["other"]
        line = own[own.rfind("\n", 0, match.start()) + 1 :].split("\n", 1)[0]
        telling = re.findall(r"[^\W\d_]{3,}", line.replace(name, ""))
        titled = len(telling) > 1 and all(word[:1].isupper() for word in telling)
        if (
            name.casefold() not in speakers
            and not patterns("impersonation", "no_names").search(name.casefold())
            and not titled
        ):
            return name, match.start()
    return None


def _badge(own: str, account: Account) -> re.Match[str] | None:
    names = "|".join(map(re.escape, [account.name, account.handle, *(p.name for p in account.partners)]))
    return re.search(rf"(?:@[\w.]+|\b(?:{names}))[ \ufe0f]?[{BADGES}]", own, re.IGNORECASE)


def _handles(own: str, account: Account) -> Iterator[Finding]:
    known = [account.handle, *(p.handle for p in account.partners if p.handle), *KNOWN]
    for handle in dict.fromkeys(MENTION.findall(own)):
        lower = handle.casefold().rstrip(".")
        if lower in (name.casefold() for name in known):
            continue
        for name in known:
            if _looks_like(lower, name.casefold()):
                yield finding(
                    "impersonation",
                    "handle",
                    "block",
                    f"@{handle} looks like @{name} and is another account",
                    f"write @{name}, or leave the mention out",
                    f"@{handle}",
                )
                break


def _looks_like(handle: str, name: str) -> bool:
    """Tell whether two handles read the same, or differ in one stroke (in two of a long one)."""
    one, other = (_skeleton(h) for h in (handle, name))
    allowed = 0 if len(other) < 6 else 1 if len(other) < 12 else 2
    # A distance of nothing is a different spelling of the same letters: dots, underscores, digits for letters.
    return bool(DamerauLevenshtein.distance(one, other, score_cutoff=allowed) <= allowed)


def _skeleton(handle: str) -> str:
    plain = re.sub(r"[._]", "", handle)
    bare = re.sub(r"^(?:the|real|its)(?=\w{4})|(?<=\w{4})(?:official|real|hq|team|support)$", "", plain)
    return bare.replace("rn", "m").replace("vv", "w").translate(LOOKS_LIKE)


def _borrowed(own: str, plain: str) -> Iterator[Finding]:
    for name, message in (
        ("verified", "the text says that somebody official verified or endorses it"),
        ("as_seen", "the text borrows a medium's authority"),
    ):
        if match := patterns("impersonation", name).search(plain):
            yield finding(
                "impersonation",
                name,
                "warning",
                message,
                "show the proof to compliance, or leave it out",
                excerpt(own, match.start()),
                asks=["compliance"],
            )
