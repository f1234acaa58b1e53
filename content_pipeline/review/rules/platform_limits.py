"""Instagram's limits on captions and reels. Source: Meta's content publishing and IG user media pages, 2026."""

import re
from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt

CAPTION = 2200
HASHTAGS = 30
MENTIONS = 20
ALT_TEXT = 1000
SECONDS = (3, 900)


def check_platform_limits(material: Material) -> Iterator[Finding]:
    """Find captions, hashtags, mentions and lengths that the platform refuses or does not show."""
    script = material.script
    caption = script.caption
    tags = re.findall(r"#\w+", caption)
    mentions = re.findall(r"(?<!\w)@[\w.]+", caption)
    if len(caption) > CAPTION:
        yield _finding(
            "caption_length",
            f"the caption has {len(caption)} characters",
            f"shorten it to {CAPTION}",
            caption,
        )
    if len(tags) > HASHTAGS:
        yield _finding(
            "hashtags", f"the caption has {len(tags)} hashtags", f"keep at most {HASHTAGS}", " ".join(tags)
        )
    elif len(tags) > material.account.max_hashtags:
        message = f"the caption has {len(tags)} hashtags, more than the {material.account.max_hashtags} that the account allows"
        yield _finding(
            "hashtags_shown",
            message,
            f"keep the best {material.account.max_hashtags}",
            " ".join(tags),
            "warning",
        )
    if len({tag.casefold() for tag in tags}) < len(tags):
        yield _finding(
            "hashtags_twice", "a hashtag stands twice", "remove the second one", " ".join(tags), "warning"
        )
    if len(mentions) > MENTIONS:
        yield _finding(
            "mentions",
            f"the caption mentions {len(mentions)} accounts",
            f"keep at most {MENTIONS}",
            " ".join(mentions),
        )
    if not SECONDS[0] <= script.duration_s <= SECONDS[1]:
        yield _finding("duration", f"the reel lasts {script.duration_s:.0f} s", "make it 3 s to 15 min", "")
    if len(script.alt_text) > ALT_TEXT:
        yield _finding(
            "alt_text",
            f"the alt text has {len(script.alt_text)} characters",
            f"shorten it to {ALT_TEXT}",
            script.alt_text,
        )
    if not script.caption_long.strip() or any(not s.on_screen_text.strip() for s in script.segments):
        yield _finding("empty", "the caption or an on-screen text is empty", "write it", "")


def _finding(name: str, message: str, remedy: str, text: str, severity: str = "block") -> Finding:
    return Finding(
        rule_id=f"platform.{name}",
        severity=severity,
        message=message,
        remedy=remedy,
        excerpt=excerpt(text),
    )
