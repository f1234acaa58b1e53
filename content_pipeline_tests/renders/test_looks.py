import numpy as np
import pytest

from content_pipeline.accounts import Brand
from content_pipeline.boxes import split_point
from content_pipeline.renders.palette import palette
from content_pipeline.renders.scenes import build_scenes
from content_pipeline.typography import SAFE_LEFT, SAFE_RIGHT
from content_pipeline_tests.renders.rows import script

BRAND = Brand()
CONTEXT = ("context", "A study of 1,200 office workers", "A study of office workers.")
HOOK = ("hook", "Rest", "Rest.")
BADGE = 150


def pictures(*parts, language="en"):
    """Return the pictures of the last part's text, from the top of the reel down; without handle and captions."""
    scene = build_scenes(script(parts, 14.0, language=language), BRAND, "clear.hours")[-1]
    return [e.picture for e in scene.elements if e.picture.box[1] > 390 and e.picture.box[3] < 1300]


def share(picture, colour, box=None):
    """Return the share of a picture's visible pixels that have a colour."""
    pixels = np.asarray(picture.image.crop(box) if box else picture.image)
    seen = pixels[pixels[..., 3] > 200][:, :3].astype(int)
    return float((np.abs(seen - colour).max(axis=1) < 12).mean()) if len(seen) else 0.0


def test_a_context_is_a_calm_text_beside_a_rule_and_has_no_badge():
    colours = palette(BRAND, 1)
    label, rule, *lines = pictures(HOOK, CONTEXT)
    assert label.box[3] < rule.box[1]
    assert rule.image.width == 10
    assert all(line.box[0] > rule.box[2] and line.box[2] <= SAFE_RIGHT for line in lines)
    assert rule.box[1] <= lines[0].box[1]
    assert rule.box[3] >= lines[-1].box[3] - 12
    (hook, *_) = [picture for picture in pictures(HOOK) if picture.image.height > 60]
    assert max(line.image.height for line in lines) < hook.image.height
    # The number takes the accent, other long words do not.
    assert sum(share(line, colours.accent) > 0.1 for line in lines) == 1
    assert share(lines[-1], colours.ink) > 0


def test_a_context_has_its_label_in_english_reels_alone():
    assert len(pictures(HOOK, CONTEXT, language="de")) == len(pictures(HOOK, CONTEXT)) - 1


def test_points_count_from_1_after_a_context():
    after = build_scenes(script((HOOK, CONTEXT, ("body", "Walk", "Walk.")), 14.0), BRAND, "clear.hours")[-1]
    named = build_scenes(script((HOOK, CONTEXT, ("body", "1. Walk", "Walk.")), 14.0), BRAND, "clear.hours")[
        -1
    ]
    second = build_scenes(script((HOOK, CONTEXT, ("body", "2. Walk", "Walk.")), 14.0), BRAND, "clear.hours")[
        -1
    ]
    badges = [scene.elements[1].picture.image.tobytes() for scene in (after, named, second)]
    assert badges[0] == badges[1] != badges[2]


@pytest.mark.parametrize(
    ("text", "filled"),
    [("☐ Desk clear", False), ("[ ] Desk clear", False), ("☑ Desk clear", True), ("[x] Desk clear", True)],
)
def test_an_item_of_a_checklist_has_a_box_instead_of_a_number(text, filled):
    colours = palette(BRAND, 1)
    box, _rule, *lines = pictures(HOOK, ("body", text, "Desk clear."))
    assert (box.left, *box.image.size) == (SAFE_LEFT, BADGE, BADGE)
    alpha = np.asarray(box.image.getchannel("A"))
    assert alpha[BADGE // 2, 5] == 255
    assert alpha[BADGE // 4, BADGE // 2] == (255 if filled else 0)
    assert (share(box, colours.on_primary) > 0.02) == filled
    assert len(lines) == 1


def test_a_myth_is_struck_through_and_its_claim_is_the_message():
    colours = palette(BRAND, 1)
    _badge, _rule, myth, *claim = pictures(HOOK, ("body", "Myth: willpower runs out by noon", "They say so."))
    *_, so, _first, _second = pictures(HOOK, ("body", "So: willpower runs out by noon", "They say so."))
    assert share(myth, colours.accent) > 0.3
    assert share(myth, colours.ink) > 0.1
    assert share(so, colours.ink) == 0
    assert len(claim) == 2
    # As large as the heading, or nearly.
    assert claim[0].image.height > 0.8 * so.image.height


@pytest.mark.parametrize(
    ("text", "number", "ticked", "heading", "rest"),
    [
        ("Walk first", None, None, "Walk first", ""),
        ("Step 2: Walk first", "2", None, "Walk first", ""),
        ("3. Write it: by hand", "3", None, "Write it", "by hand"),
        ("Myth: rest is lazy", None, None, "Myth", "rest is lazy"),
        ("☐ Desk clear", None, False, "Desk clear", ""),
        ("☐\ufe0f Phone: away", None, False, "Phone", "away"),
        ("[] 2. Desk", None, False, "2. Desk", ""),
        ("✅ Desk clear", None, True, "Desk clear", ""),
        ("[X] Desk", None, True, "Desk", ""),
        ("[draft] Desk", None, None, "[draft] Desk", ""),
    ],
)
def test_a_point_is_split_at_its_mark_and_its_colon(text, number, ticked, heading, rest):
    found = split_point(text, "Inter")
    assert (found.number, found.ticked, found.heading, found.rest) == (number, ticked, heading, rest)


def test_a_handle_without_room_beside_the_pill_is_left_out():
    call = (("cta", "Comment below", "Comment below."),)
    short, long = (
        build_scenes(script(call, 3.0), BRAND, handle)[0].elements for handle in ("clear.hours", "m" * 30)
    )
    assert len(long) == len(short) - 1
