"""Momentum: bursts against the item's and the source's baseline, gaps, counters that fall, ranks without counts."""

import numpy as np
import pandas as pd
import pytest

from content_pipeline.trends.scoring.momentum import PARTS, momentum
from content_pipeline.trends.scoring.sightings import measured, sightings_of
from content_pipeline_tests.trends.helpers import signal


def moved(*signals):
    return momentum(measured(sightings_of(signals)))


def crowd(count=30, source="s"):
    """Return items that gain about a hundred an hour."""
    return [
        signal(f"Usual {n}", (1, 100 + n), (2, 200 + 3 * n), (3, 300 + 5 * n), source=source)
        for n in range(count)
    ]


def test_a_burst_is_a_gain_that_neither_the_item_nor_its_source_is_used_to():
    usual, sudden = (
        signal("Same", (1, 100), (2, 200), (3, 300)),
        signal("Sudden", (1, 100), (2, 200), (3, 3000)),
    )
    found = moved(*crowd(), usual, sudden)
    assert found.loc[("s", "Sudden"), "burst"] > 0.95
    assert 0.2 < found.loc[("s", "Same"), "burst"] < 0.8


def test_a_gap_is_no_burst():
    """Ten times the gain in ten times the hours is the usual pace."""
    found = moved(*crowd(), signal("Gap", (1, 100), (2, 200), (12, 1200)))
    assert 0.2 < found.loc[("s", "Gap"), "burst"] < 0.8


def test_a_counter_that_falls_gained_nothing():
    found = moved(*crowd(), signal("Fell", (1, 100), (2, 200), (3, 150)))
    assert found.loc[("s", "Fell"), "burst"] < 0.05
    assert found.loc[("s", "Fell"), "speed"] > 0  # over all its sightings it grew


def test_what_is_seen_once_is_compared_with_other_first_sightings_and_believed_less():
    found = moved(
        *crowd(), signal("Large", (3, 10**6)), signal("Small", (3, 1)), signal("No count", (3, None))
    )
    assert found.loc[("s", "Large"), "burst"] > 0.95
    assert found.loc[("s", "Small"), "burst"] < 0.05
    assert found.loc[("s", "Large"), "burst_confidence"] == 0.5
    assert (found.loc[("s", "No count"), "burst"], found.loc[("s", "No count"), "burst_confidence"]) == (
        0.5,
        0,
    )


def test_acceleration_is_the_recent_pace_against_the_one_before():
    found = moved(
        signal("Steady", (1, 0), (2, 100), (3, 200)),
        signal("Faster", (1, 0), (2, 100), (3, 500)),
        signal("Twice", (1, 0), (2, 100)),
    )
    assert found.loc[("s", "Steady"), "acceleration"] == pytest.approx(0.5)
    assert found.loc[("s", "Faster"), "acceleration"] == pytest.approx(0.8, abs=0.01)
    assert found.loc[("s", "Twice"), "acceleration_confidence"] == 0


def test_ranks_stand_in_where_a_source_gives_no_counts():
    climbing = signal("Climbs", (1, None), (3, None))
    seen = [
        o.model_copy(update={"rank": rank}) for o, rank in zip(climbing.observations, (8, 2), strict=True)
    ]
    found = moved(climbing.model_copy(update={"observations": seen}))
    row = found.loc[("s", "Climbs")]
    assert row["speed"] == pytest.approx(np.log(4) / 2)
    assert (row["place"], row["place_confidence"]) == (pytest.approx(1 / np.log2(3)), 1.0)


def test_a_place_is_derived_from_counts_and_believed_less():
    found = moved(
        signal("First", (1, 50)), signal("Second", (1, 20)), signal("Elsewhere", (1, 10), source="b")
    )
    assert found.loc[("s", "First"), "place"] == 1
    assert found.loc[("s", "Second"), "place"] == pytest.approx(1 / np.log2(3))
    assert found.loc[("b", "Elsewhere"), "place"] == 1
    assert set(found["place_confidence"]) == {0.7}


def test_everything_stays_in_range_whatever_is_seen():
    wild = [
        signal(f"W{n}", *pairs, key=str(n))
        for n, pairs in enumerate(
            [[(1, 0), (1.01, 10**15)], [(1, None)], [(2, 5), (2, 5)], [(0, 0), (9, 0), (10, 0)]]
        )
    ]
    found = moved(*wild)
    for part in PARTS:
        assert found[part].between(0, 1).all()
        assert found[f"{part}_confidence"].between(0, 1).all()
    assert not found[list(PARTS)].isna().any().any()


def test_a_baseline_is_calibrated_on_its_own_source():
    """Of items that all gain in the same random way, the bursts spread evenly over [0, 1]."""
    rng = np.random.default_rng(7)
    signals = []
    for n in range(400):
        total, seen = 0, []
        for hour in range(1, 8):
            total += int(rng.negative_binomial(4, 4 / (4 + 200)))
            seen.append((hour, total))
        signals.append(signal(f"R{n}", *seen))
    bursts = moved(*signals)["burst"]
    shares = pd.cut(bursts, [0, 0.2, 0.4, 0.6, 0.8, 1.0], include_lowest=True).value_counts(normalize=True)
    assert shares.between(0.1, 0.32).all()


def test_polls_five_minutes_apart_tell_the_pace():
    steps = [n / 12 for n in range(6)]
    rising = [signal(f"R{n}", *((1 + h, int(100 + 600 * h)) for h in steps)) for n in range(12)]
    found = moved(
        *rising, signal("Sudden", *((1 + h, int(100 + 600 * h)) for h in steps[:-1]), (1 + steps[-1], 5000))
    )
    assert found.loc[("s", "Sudden"), "burst"] > 0.95
    assert found.loc[("s", "Sudden"), "acceleration"] > 0.9
    assert found.loc[("s", "R0"), "burst_confidence"] > 0.8
    assert found.loc[("s", "R0"), "acceleration_confidence"] > 0.5
