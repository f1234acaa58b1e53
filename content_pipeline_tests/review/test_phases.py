"""Who must look at a script: by phase, standing and findings, as of a moment."""

from datetime import datetime, timedelta

import pytest

from content_pipeline.review.phases import BY_HAND, Critical, Standing, looks_needed, risk_tier
from content_pipeline.review.records import Finding
from content_pipeline_tests.examples import START

NEVER = None
DAYS = timedelta(days=1)
NOT_DRAWN, DRAWN = "a", "o"


def finding(rule_id="text.bait", severity="warning", asks=()) -> Finding:
    return Finding(rule_id=rule_id, severity=severity, message="m", remedy="r", excerpt="e", asks=list(asks))


def standing(posts_since_days=None, critical_days=None, open_incidents=()) -> Standing:
    """Return a standing at START: so many days after the first post, and after the last sev1 incident."""

    def ago(days: float | None) -> datetime | None:
        return None if days is None else START - days * DAYS

    opened = ago(critical_days)
    return Standing(
        at=START,
        first_post_at=ago(posts_since_days),
        last_critical=Critical("incident_1", opened) if opened else None,
        open_incidents=open_incidents,
    )


def test_the_lots_of_the_cases_below():
    calm = standing(posts_since_days=100)
    drawn = {name: bool(looks_needed("stabilization", calm, [], name).kinds) for name in (NOT_DRAWN, DRAWN)}
    assert drawn == {NOT_DRAWN: False, DRAWN: True}
    assert not looks_needed("mature", calm, [], DRAWN).kinds


@pytest.mark.parametrize(
    ("phase", "past", "content", "looked_at", "reason"),
    [
        ("pilot", standing(100), NOT_DRAWN, True, "pilot: everything by hand"),
        ("mature", standing(), NOT_DRAWN, False, "mature: no high risk"),
        ("stabilization", standing(), NOT_DRAWN, True, "until four weeks after the first post"),
        ("stabilization", standing(27.9), NOT_DRAWN, True, "first post on 2025-12-08: everything by hand"),
        ("stabilization", standing(28), NOT_DRAWN, False, "not drawn into the sample"),
        ("stabilization", standing(28), DRAWN, True, "drawn into the sample (1 in 10)"),
        ("stabilization", standing(100, 27.9), NOT_DRAWN, True, "sev1 incident incident_1 on 2025-12-08"),
        ("stabilization", standing(100, 28), NOT_DRAWN, False, "not drawn into the sample"),
        ("stabilization", standing(27.9, 100), NOT_DRAWN, True, "first post on 2025-12-08"),
        ("mature", standing(100, 1.9), NOT_DRAWN, True, "everything by hand until 2026-01-05"),
        ("mature", standing(100, 2), NOT_DRAWN, False, "mature: no high risk"),
        (
            "mature",
            standing(100, 9, [("sev1", "incident_1")]),
            NOT_DRAWN,
            True,
            "sev1 incident incident_1 is open",
        ),
        (
            "mature",
            standing(100, None, [("sev2", "incident_2")]),
            NOT_DRAWN,
            True,
            "sev2 incident incident_2 is open",
        ),
        ("pilot", standing(100, 1), NOT_DRAWN, True, "everything by hand until 2026-01-06"),
    ],
)
def test_who_looks_by_phase_and_standing(phase, past, content, looked_at, reason):
    looks = looks_needed(phase, past, [finding()], content)
    assert looks.kinds == (list(BY_HAND) if looked_at else [])
    assert any(reason in told for told in looks.reasons), looks.reasons


@pytest.mark.parametrize("phase", ["stabilization", "mature"])
@pytest.mark.parametrize(
    ("found", "kinds", "tier"),
    [
        ([], [], "low"),
        ([finding(severity="info")], [], "low"),
        ([finding()], [], "medium"),
        ([finding("claims.disclaimer", asks=["legal"])], [*BY_HAND, "legal"], "high"),
        ([finding(asks=["brand"]), finding(asks=["legal", "brand"])], [*BY_HAND, "brand", "legal"], "high"),
        ([finding(asks=["editorial"])], list(BY_HAND), "high"),
        ([finding("disclosure.sponsored", "info")], list(BY_HAND), "high"),
    ],
)
def test_what_rules_ask_for_is_asked_in_every_phase(phase, found, kinds, tier):
    looks = looks_needed(phase, standing(100), found, NOT_DRAWN)
    assert (looks.kinds, risk_tier(found)) == (kinds, tier)
    assert len(looks.reasons) == 1
    assert not kinds or found[0].rule_id in looks.reasons[0]


def test_one_in_ten_is_drawn():
    drawn = sum(bool(looks_needed("stabilization", standing(100), [], str(n)).kinds) for n in range(2000))
    assert 160 < drawn < 240
