"""What stands against a finished file: rights, contrast, cover; and that the studio's own files stand the test."""

from dataclasses import replace

import pytest
from PIL import Image

from content_pipeline.accounts import Brand
from content_pipeline.renders.judging import judge_parts, judge_pictures
from content_pipeline.renders.palette import palette
from content_pipeline.renders.provenance import provenance
from content_pipeline.renders.studio import RENDERER
from content_pipeline.typography import FONT_FILES, HEIGHT, WIDTH

PALETTE = palette(Brand(), 0)
BRANDS = [
    Brand(),
    Brand(background="#ffffff", surface="#ffffff", primary="#ffff00", text="#ffffff"),
    Brand(background="#000000", surface="#ffffff", primary="#777777", text="#777777"),
]


@pytest.fixture
def cover(tmp_path):
    path = tmp_path / "cover.jpg"
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#101828")
    picture.paste("#ffffff", (200, 600, 800, 900))
    picture.save(path, "JPEG")
    return path


def rules(palettes, path):
    return [finding.rule_id for finding in judge_pictures(palettes, path)]


@pytest.mark.parametrize("brand", BRANDS, ids=str)
def test_the_studios_colours_can_be_read(brand, cover):
    assert rules([palette(brand, n) for n in range(8)], cover) == []


@pytest.mark.parametrize("field", ["ink", "accent", "on_primary"])
def test_colours_that_cannot_be_read_are_blocked(field, cover):
    bad = replace(PALETTE, **{field: PALETTE.primary if field == "on_primary" else PALETTE.top})
    [finding] = judge_pictures([PALETTE, bad], cover)
    assert (finding.rule_id, finding.severity) == ("accessibility.contrast", "block")
    assert "scene 2" in finding.message
    assert "1.0 to 1" in finding.message


@pytest.mark.parametrize(
    ("form", "size", "colour", "expected"),
    [
        ("PNG", (WIDTH, HEIGHT), None, "is a PNG"),
        ("JPEG", (WIDTH, WIDTH), None, "1080x1080"),
        ("JPEG", (WIDTH, HEIGHT), "#101828", "shows nothing"),
    ],
)
def test_a_cover_that_cannot_be_used_is_blocked(tmp_path, form, size, colour, expected):
    picture = Image.new("RGB", size, "#101828")
    if colour is None:
        picture.paste("#ffffff", (0, 0, 500, 500))
    picture.save(tmp_path / "cover", form)
    [finding] = judge_pictures([PALETTE], tmp_path / "cover")
    assert (finding.rule_id, finding.severity) == ("platform.cover", "block")
    assert expected in finding.message


def test_a_cover_that_is_no_picture_is_blocked(tmp_path):
    (tmp_path / "cover").write_bytes(b"no picture")
    assert rules([PALETTE], tmp_path / "cover") == ["platform.cover"]
    assert rules([PALETTE], tmp_path / "missing") == ["platform.cover"]


@pytest.mark.parametrize("family", FONT_FILES)
def test_every_part_that_the_studio_draws_with_may_be_used(family):
    parts = provenance(Brand(font=family), RENDERER)
    assert {part.kind for part in parts} == {"font", "sound", "picture"}
    assert parts[0].licence == "OFL-1.1"
    assert judge_parts(parts, "A caption") == []
