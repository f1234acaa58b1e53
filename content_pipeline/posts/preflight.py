"""What is checked in a post just before anything is sent, with a sentence that says what to do.

Sources: Meta's content publishing page (September 2026): caption of 2,200 characters, 30 hashtags, 20
    mentions; reels of
300 MB at most. Checks of the film itself (codec, size, length) come as a probe from the renders stage.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from content_pipeline.posts.publications import Payload
from content_pipeline.renders.records import MediaCheck
from content_pipeline.storage.media import MediaStore, sha256_of

MAX_VIDEO_BYTES = 300_000_000
MAX_CAPTION_CHARACTERS = 2200
MAX_HASHTAGS = 30
MAX_MENTIONS = 20
HASHTAG = re.compile(r"(?<![\w#])#\w+")
MENTION = re.compile(r"(?<![\w@])@\w[\w.]*")

Probe = Callable[[Path], Sequence[MediaCheck]]


def problems(payload: Payload, media: MediaStore, probe: Probe | None = None) -> list[str]:
    """Return what is wrong with a post, as sentences that a person can act on; empty if it may be sent."""
    return [*_caption_problems(payload.caption), *_file_problems(payload, media, probe)]


def _caption_problems(caption: str) -> list[str]:
    counted = (
        (len(caption), MAX_CAPTION_CHARACTERS, "characters", "Shorten the caption"),
        (len(HASHTAG.findall(caption)), MAX_HASHTAGS, "hashtags", "Remove hashtags from the caption"),
        (len(MENTION.findall(caption)), MAX_MENTIONS, "mentions", "Remove mentions from the caption"),
    )
    return [
        f"{remedy}: it has {count} {what}, and Instagram takes {limit}."
        for count, limit, what, remedy in counted
        if count > limit
    ]


def _file_problems(payload: Payload, media: MediaStore, probe: Probe | None) -> list[str]:
    if not media.exists(payload.reel_key):
        return [f"Render the reel again: its file {payload.reel_key} is not in the media store."]
    size = media.size(payload.reel_key)
    if size > MAX_VIDEO_BYTES:
        return [f"Render the reel smaller: it has {size / 1e6:.0f} MB, and Instagram takes 300 MB."]
    with media.local(payload.reel_key) as file:
        if sha256_of(file) != payload.reel_sha256:
            return [
                f"Render the reel again: its file {payload.reel_key} was changed or cut since it was made."
            ]
        checks = probe(file) if probe else ()
    return [f"Render the reel again: {check.name}: {check.detail}." for check in checks if not check.passed]
