"""Look-alikes: a script that says again what an incident was about, on whichever account, must not go out.

Which incidents count, and for how long, is in ``incidents``; when two texts are the same post is ``similarity``'s part.
"""

from collections.abc import Iterator

from content_pipeline.review.history import PostText
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.similarity import SIMILAR_FROM


def check_incidents(material: Material) -> Iterator[Finding]:
    """Find a caption or a reel that is nearly one of an incident."""
    for text in PostText.of(material.script):
        found = material.context.look_alikes.nearest(text)
        if found is not None and found[1] >= SIMILAR_FROM:
            yield Finding(
                rule_id="incidents.look_alike",
                severity="block",
                message=f"it says nearly what incident {found[0]} was about",
                remedy="choose another angle; if that incident was a false alarm, close it as one",
                excerpt=excerpt(text),
            )
            return
