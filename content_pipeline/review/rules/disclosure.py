"""Sponsored and affiliate content: said in clear words where a viewer reads it without a tap, and looked at by people, in every phase.

Partners are the account's (``accounts.Partner``). That a model wrote a script is disclosed by ``writing``.
"""

import re
from collections.abc import Iterator

from content_pipeline.accounts import DISCLOSES, Partner
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt, finding
from content_pipeline.review.rules.patterns import patterns
from content_pipeline.trends.words.phrases import mentioned

FOLD = 125
"""Characters of a caption that feeds show before "... more" (Meta Business Help Center, ad specifications: primary text of 125)."""
FOLD_LINES = 3
"""Lines that they show at most (FTC, letters to influencers of April 2017: "typically see only the first three lines")."""
BURIED_HASHTAGS = 3
"""So many hashtags before a disclosure bury it."""


def check_disclosure(material: Material) -> Iterator[Finding]:
    """Find partners and deals that the caption does not disclose before its fold (blocked), and all that it does (people look)."""
    partners = [
        partner
        for partner in material.account.partners
        if any(_speaks_of(partner, form) for form in material.readings)
    ]
    for partner in partners:
        yield _judged(material, partner)
    own = material.own_text.casefold().replace("’", "'")
    deal, affiliate = (patterns("disclosure", name).search(own) for name in ("sponsored", "affiliate"))
    if affiliate and not any(partner.kind == "affiliate" for partner in partners):
        yield finding(
            "disclosure",
            "affiliate_undeclared",
            "block",
            "the text offers a code, a discount or a link that pays the account, and no affiliate partner of the account is named",
            "name the partner, and list it in the account's file under partners with kind: affiliate",
            excerpt(own, affiliate.start()),
        )
    if deal and not partners:
        yield _unnamed(material, excerpt(own, deal.start()))


def before_the_fold(caption: str) -> str:
    """Return what feeds show of a caption before "... more", without hashtags: its first 125 characters in three lines at most."""
    shown = "\n".join(caption.strip().splitlines()[:FOLD_LINES])[:FOLD]
    tags = [match.start() for match in re.finditer(r"#\w+", shown)]
    if len(tags) >= BURIED_HASHTAGS:
        shown = shown[: tags[BURIED_HASHTAGS - 1]]
    return re.sub(r"#\w+", " ", shown)


def _judged(material: Material, partner: Partner) -> Finding:
    caption = material.script.caption
    shown = before_the_fold(caption).casefold()
    if partner.line.casefold() in shown or (DISCLOSES.search(shown) and partner.name.casefold() in shown):
        return finding(
            "disclosure",
            partner.kind,
            "warning",
            f"the script is about {partner.name}, an {partner.kind} partner, and says so"
            if partner.kind == "affiliate"
            else f"the script is about {partner.name}, a sponsor, and says so",
            "check it against the agreement; sponsored and affiliate content is always approved by hand",
            excerpt(caption),
            asks=["compliance", "brand"],
        )
    where = (
        "only after the fold or among hashtags"
        if partner.line.casefold() in caption.casefold()
        else "nowhere"
    )
    return finding(
        "disclosure",
        "missing",
        "block",
        f"the script speaks of {partner.name} ({partner.kind}) and the caption discloses it {where}",
        f"open the caption with the line: {partner.line}",
        excerpt(caption),
    )


def _unnamed(material: Material, place: str) -> Finding:
    shown = before_the_fold(material.script.caption)
    if DISCLOSES.search(shown):
        return finding(
            "disclosure",
            "unlisted",
            "warning",
            "the caption discloses a deal with somebody who is not among the account's partners",
            "check who pays, and list them in the account's file under partners",
            place,
            asks=["compliance", "brand"],
        )
    return finding(
        "disclosure",
        "missing",
        "block",
        "the text reveals a deal, and the caption does not say in clear words before its fold that it is advertising",
        "open the caption with a line such as: Ad: paid partnership with NAME. A hashtag alone is not enough",
        place,
    )


def _speaks_of(partner: Partner, text: str) -> bool:
    handle = [partner.handle] if partner.handle else []
    return mentioned([partner.name, *partner.words, *handle], text) is not None
