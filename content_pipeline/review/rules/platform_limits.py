"""Instagram's limits on captions, hashtags, mentions and reels.

Sources: Meta, Content Publishing and IG User Media (2026): 2,200 characters, 30 hashtags, 20 mentions, alt text of 1,000, reels
of 3 s to 15 min. Since December 2025 the app shows five hashtags of a post (Instagram's announcement), which is the account's
``max_hashtags``. Reels beyond 90 s were not shown in the Reels tab (IG User Media, until 2025), and nothing says that they are now.
"""

import re
from collections.abc import Iterator

from content_pipeline.review.records import Finding, Severity
from content_pipeline.review.rules.base import Material, excerpt

CAPTION = 2200
HASHTAGS = 30
MENTIONS = 20
ALT_TEXT = 1000
SECONDS = (3, 900)
REELS_TAB_S = 90
HASHTAG = re.compile(r"[#＃](\w+)")
WHOLE_HASHTAG = re.compile(r"#(?=\w*[^\W\d_])\w{1,99}")
"""Letters, digits and underscores, not digits alone: anything else ends a hashtag or makes none."""
MENTION = re.compile(r"(?<![\w@])@\w[\w.]*")


def check_platform_limits(material: Material) -> Iterator[Finding]:
    """Find captions, hashtags, mentions and lengths that the platform refuses (blocked), cuts or does not show (a warning)."""
    script = material.script
    yield from _caption(material)
    yield from _hashtags(material)
    if not SECONDS[0] <= script.duration_s <= SECONDS[1]:
        yield _finding("duration", f"the reel lasts {script.duration_s:.0f} s", "make it 3 s to 15 min", "")
    elif script.duration_s > REELS_TAB_S:
        yield _finding(
            "reels_tab",
            f"the reel lasts {script.duration_s:.0f} s, and the Reels tab may not show it",
            f"make it {REELS_TAB_S} s at most",
            "",
            "warning",
        )
    if len(script.alt_text) > ALT_TEXT:
        yield _finding(
            "alt_text",
            f"the alt text has {len(script.alt_text)} characters",
            f"shorten it to {ALT_TEXT}",
            script.alt_text,
        )
    if any(not segment.on_screen_text.strip() for segment in script.segments):
        yield _finding("empty", "a text on screen is empty", "write it", "")


def _caption(material: Material) -> Iterator[Finding]:
    caption = material.script.caption
    mentions = MENTION.findall(caption)
    if not material.script.caption_long.strip():
        yield _finding("empty", "the caption is empty", "write it", "")
    if len(caption) > CAPTION:
        yield _finding(
            "caption_length",
            f"the caption has {len(caption)} characters with its hashtags",
            f"shorten it to {CAPTION}",
            caption,
        )
    if len(mentions) > MENTIONS:
        yield _finding(
            "mentions",
            f"the caption mentions {len(mentions)} accounts",
            f"keep at most {MENTIONS}",
            " ".join(mentions),
        )


def _hashtags(material: Material) -> Iterator[Finding]:
    tags = HASHTAG.findall(material.script.caption)
    listed, most = " ".join(f"#{tag}" for tag in tags), material.account.max_hashtags
    if len(tags) > HASHTAGS:
        yield _finding(
            "hashtags", f"the caption has {len(tags)} hashtags", f"keep at most {HASHTAGS}", listed
        )
    elif len(tags) > most:
        yield _finding(
            "hashtags_shown",
            f"the caption has {len(tags)} hashtags, more than the {most} that the account allows",
            f"keep the best {most}",
            listed,
            "warning",
        )
    if len({tag.casefold() for tag in tags}) < len(tags):
        yield _finding("hashtags_twice", "a hashtag stands twice", "remove the second one", listed, "warning")
    broken = [tag for tag in material.script.hashtags if not WHOLE_HASHTAG.fullmatch(tag)]
    if broken:
        yield _finding(
            "hashtag",
            f"{broken[0]!r} is no hashtag that can be followed",
            "write # and letters or digits without spaces, with a letter at least",
            " ".join(broken),
            "warning",
        )


def _finding(name: str, message: str, remedy: str, text: str, severity: Severity = "block") -> Finding:
    return Finding(
        rule_id=f"platform.{name}",
        severity=severity,
        message=message,
        remedy=remedy,
        excerpt=excerpt(text),
    )
