"""Niches from recorded lists of the real world: what they show is ranked, what they do not show stays unknown."""

from datetime import date

import pytest

from content_pipeline.niches.report import find_niches
from content_pipeline.storage.lake import Lake
from content_pipeline_tests.niches.lakes import SEEDS
from content_pipeline_tests.niches.real import ingest, listing, stories, videos

APRIL = date(2026, 4, 13)
JUNE = date(2021, 6, 28)


@pytest.fixture(scope="module")
def trending(tmp_path_factory, real_data):
    """Four weeks of a video site's trending list and one listing of Reddit: games, music, films, and little else."""
    lake = Lake(str(tmp_path_factory.mktemp("trending") / "lake"))
    assert ingest(lake, videos(real_data), APRIL, 28) > 1000
    assert ingest(lake, listing(real_data), APRIL, 1) == 100
    return find_niches(lake, SEEDS, APRIL, 28, 3)


@pytest.fixture(scope="module")
def front_page(tmp_path_factory, real_data):
    """Four weeks of Hacker News: no authors, no lengths, next to no play."""
    folder = tmp_path_factory.mktemp("stories")
    lake = Lake(str(folder / "lake"))
    assert ingest(lake, stories(real_data, folder, JUNE, 28), JUNE, 28) > 1000
    return find_niches(lake, SEEDS, JUNE, 28, 3)


def of(report, category):
    return [score for score in report.scores if score.category == category]


def test_a_trending_list_knows_games_and_music_and_nothing_of_the_launch_niches(trending):
    assert trending.scores[0].category == "gaming"
    assert of(trending, "gaming")[0].items > 300
    assert of(trending, "culture")[0].items > 300
    for category in ("productivity", "fitness", "personal_finance"):
        for score in of(trending, category):
            assert score.evidence == "none"
            assert score.components["demand"].value is None
            assert score.confidence < 0.25


def test_gaming_is_busy_hard_to_make_here_and_told_so(trending):
    best = trending.scores[0]
    assert best.components["demand"].value > 0.8
    assert best.components["feasibility"].value < 0.4
    assert any("licensed_footage" in risk.text for risk in best.risks)
    assert "authors in 2 sources" in best.components["low_saturation"].rests_on
    assert best.confidence > 0.8
    assert best.low < best.total < best.high
    assert all(best.examples)


def test_the_portfolio_takes_only_what_was_measured(trending, front_page):
    for report in (trending, front_page):
        evidence = {score.niche: score.evidence for score in report.scores}
        assert report.pilots
        assert {evidence[pilot.niche] for pilot in report.pilots} == {"enough"}
        assert all(len(pilot.posts) == 12 for pilot in report.pilots)


def test_a_front_page_knows_the_launch_niches_but_no_authors(front_page):
    for category in ("productivity", "personal_finance", "science", "small_business"):
        score = of(front_page, category)[0]
        assert score.evidence == "enough"
        assert score.components["demand"].value is not None
        assert score.components["low_saturation"].value is None
        assert "0 known authors" in score.components["low_saturation"].rests_on
    assert of(front_page, "fitness")[0].evidence == "thin"


def test_all_numbers_are_in_range_and_say_what_they_rest_on(trending, front_page):
    for report in (trending, front_page):
        assert [score.rank for score in report.scores] == list(range(1, len(SEEDS.candidates) + 1))
        for score in report.scores:
            assert 0 <= score.low <= score.total <= score.high <= 1
            for part in score.components.values():
                assert part.rests_on
                assert (part.value is None) == (part.confidence == 0)
                assert part.value is None or 0 <= part.value <= 1
