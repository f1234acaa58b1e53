"""Rights: what may be posted by a business, and what nobody can say where it comes from."""

import pytest

from content_pipeline.renders.records import Provenance
from content_pipeline.review.rules.rights import check_rights, licences

FONT = Provenance(kind="font", name="Inter", source="deckr-fonts, Inter.ttf", licence="OFL-1.1")


def part(kind="sound", name="Rain", source="https://sounds.example/rain", licence="CC0-1.0"):
    return Provenance(kind=kind, name=name, source=source, licence=licence)


def rules(*parts, caption=None):
    found = list(check_rights([FONT, *parts], caption))
    assert all(f.severity == "block" and f.message and f.remedy for f in found)
    return [f.rule_id for f in found]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, None),
        ({"licence": "cc0-1.0"}, None),
        ({"licence": "own work"}, None),
        ({"licence": "MIT"}, None),
        ({"kind": "voice", "licence": "MIT"}, "licence"),
        ({"licence": "OFL-1.1"}, "licence"),
        ({"licence": ""}, "licence"),
        ({"licence": " "}, "licence"),
        ({"licence": "CC-BY-NC-4.0"}, "licence"),
        ({"licence": "CC-BY-ND-4.0"}, "licence"),
        ({"licence": "CC-BY-SA-4.0"}, "licence"),
        ({"licence": "royalty-free"}, "licence"),
        ({"licence": "unknown"}, "licence"),
        ({"source": ""}, "source"),
        ({"source": "  "}, "source"),
    ],
)
def test_a_part_needs_a_source_and_a_licence_for_business(changes, rule):
    assert rules(part(**changes)) == ([f"rights.{rule}"] if rule else [])


@pytest.mark.parametrize(
    ("caption", "expected"),
    [(None, []), ("Sound: Rain (CC-BY-4.0)", []), ("A caption without it", ["rights.credit"])],
)
def test_a_licence_may_ask_for_a_credit(caption, expected):
    assert rules(part(licence="CC-BY-4.0"), caption=caption) == expected


def test_a_file_that_lists_no_font_is_made_of_what_nobody_wrote_down():
    assert [f.rule_id for f in check_rights([])] == ["rights.unlisted"]


def test_every_listed_licence_is_for_known_kinds():
    for licence in licences().values():
        assert set(licence.kinds) <= {"font", "sound", "picture", "voice"}
        assert not {"NC", "ND", "SA"} & set(licence.id.split("-"))
