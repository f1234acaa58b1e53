"""The portfolio: the best that differ, with a reason for each, and the pilots and accounts made from it."""

from datetime import date

import pytest

from content_pipeline.accounts import load_accounts
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.wording import topic_families
from content_pipeline.niches.pilots import plan_pilot, starter_account, write_accounts
from content_pipeline.niches.report import find_niches
from content_pipeline.scripts.advice import GENERAL, advice_for
from content_pipeline.settings import ConfigError
from content_pipeline.trends.scoring.niche import niche_fit, topic_family
from content_pipeline_tests.examples import trend
from content_pipeline_tests.niches.lakes import SEEDS, lake_of, plain, told
from content_pipeline_tests.trends.helpers import DAY

CANDIDATES = {candidate.id: candidate for candidate in SEEDS.candidates}
TITLES = {
    "productivity": "A focus habit",
    "personal_finance": "A household budget",
    "study": "The exam",
    "wellbeing": "A nap against stress",
}


def market(count=15, niches=tuple(TITLES)):
    """Return items about some niches, the first named with the most engagement."""
    return [
        told(f"{TITLES[name]} {n}", 1000 - 200 * place + n, f"{name} {n}", author=f"{name} {n % 7}")
        for place, name in enumerate(niches)
        for n in range(count)
    ]


def report(folder, *signals, size=3, only=()):
    return find_niches(lake_of(folder, *signals), SEEDS, DAY, 1, size, only)


def taken(found):
    return [choice.niche for choice in found.choices if choice.taken]


def test_a_portfolio_spreads_over_categories_and_says_why(tmp_path):
    found = report(tmp_path, *plain(), *market())
    categories = {niche.split("/")[0] for niche in taken(found)}
    assert len(categories) == len(taken(found)) == 3
    assert [pilot.niche for pilot in found.pilots] != []
    assert {pilot.niche for pilot in found.pilots} == set(taken(found))
    assert found.scores[0].niche in taken(found)
    reasons = {choice.niche: choice.reason for choice in found.choices}
    assert len(reasons) == len(SEEDS.candidates)
    twin = next(n for n in reasons if n.split("/")[0] in categories and n not in taken(found))
    assert reasons[twin].startswith("left: shares 100% of its items, authors or terms with")
    assert reasons["skincare/labels"].startswith("left: no item of the window is about it")
    assert "strongest in" in reasons[taken(found)[0]]


def test_niches_that_share_their_authors_are_not_taken_together(tmp_path):
    def signals(same):
        for place, name in enumerate(("productivity", "study", "wellbeing")):
            for n in range(15):
                author = f"author {n}" if same and name != "wellbeing" else f"{name} {n}"
                yield told(f"{TITLES[name]} {n}", 1000 - 300 * place + n, f"{name} {n}", author=author)

    apart = report(tmp_path / "a", *plain(), *signals(same=False), size=2)
    shared = report(tmp_path / "b", *plain(), *signals(same=True), size=2)
    assert {n.split("/")[0] for n in taken(apart)} == {"productivity", "study"}
    assert {n.split("/")[0] for n in taken(shared)} == {"productivity", "wellbeing"}


@pytest.mark.parametrize("size", [2, 6])
def test_a_portfolio_has_the_size_that_was_asked_for(tmp_path, size):
    assert len(taken(report(tmp_path, *plain(), *market(), size=size))) == size


def test_with_too_few_items_there_is_no_portfolio_and_a_line_says_what_to_do(tmp_path):
    found = report(tmp_path, *plain(), told("A focus habit"), told("The exam"))
    assert (found.pilots, taken(found)) == ([], [])
    assert (
        "no portfolio: 0 candidates have enough items in the window; ingest more sources or days"
        in found.note
    )
    assert {choice.reason for choice in found.choices if choice.niche.startswith("study/")} == {
        "left: 1 of the 10 items that it takes to tell"
    }


def test_a_portfolio_that_cannot_be_filled_says_so(tmp_path):
    found = report(tmp_path, *plain(), *market(niches=("study",)), size=6)
    assert len(taken(found)) == 3
    assert found.note == "only 3 candidates have enough items in the window: 3 of 6 taken"


def test_restricting_the_niches_changes_no_score(tmp_path):
    signals = [*plain(), *market()]
    whole, some = report(tmp_path, *signals), report(tmp_path, *signals, only=["study", "wellbeing"])
    assert {score.category for score in some.scores} == {"study", "wellbeing"}
    before = {score.niche: score.total for score in whole.scores}
    assert all(score.total == before[score.niche] for score in some.scores)
    assert {niche.split("/")[0] for niche in taken(some)} == {"study", "wellbeing"}


def test_a_pilot_is_twelve_posts_five_a_week_on_weekdays():
    pilot = plan_pilot(CANDIDATES["productivity/evidence"], date(2026, 1, 9))  # a Friday
    days = [post.date for post in pilot.posts]
    assert len(days) == len(set(days)) == 12
    assert days[:3] == [date(2026, 1, 9), date(2026, 1, 12), date(2026, 1, 13)]
    assert all(day.weekday() < 5 for day in days)
    weeks = [sum(day.isocalendar().week == week for day in days) for week in (2, 3, 4)]
    assert weeks == [1, 5, 5]
    assert plan_pilot(CANDIDATES["productivity/evidence"], date(2026, 1, 10)).posts[0].date == date(
        2026, 1, 12
    )


@pytest.mark.parametrize("candidate", SEEDS.candidates, ids=lambda candidate: candidate.id)
def test_a_pilot_varies_what_it_is_to_learn_about(candidate):
    posts = plan_pilot(candidate, DAY).posts
    pairs = {(post.hook_family, post.format) for post in posts}
    assert len(pairs) == len(posts)
    levels = archetypes()
    assert {post.hook_family for post in posts} == set(levels.hook_families)
    assert {post.format for post in posts} == set(candidate.category.formats)
    assert {post.duration_band for post in posts} == set(levels.duration_bands)
    assert {post.cta for post in posts} == set(levels.ctas)


@pytest.mark.parametrize("candidate", SEEDS.candidates, ids=lambda candidate: candidate.id)
def test_every_candidate_makes_an_account_that_fits_its_own_terms(candidate):
    account = starter_account(candidate, 1)
    assert niche_fit(f"News about {candidate.category.terms[0]}", [], account) >= 0.5
    assert niche_fit("Five easy minutes in the old town", [], account) == 0
    assert (account.governance_phase, account.allow_autonomous_publish) == ("pilot", False)
    assert account.personas[0].name == candidate.category.persona.name


def test_the_topics_of_a_starter_account_have_words_and_advice_of_their_own():
    topics = {c.category_id: starter_account(c, 1).topics for c in SEEDS.candidates}
    for name, own in topics.items():
        assert sorted(term for terms in own.values() for term in terms) == sorted(
            SEEDS.categories[name].terms
        )
        assert all(own.values())
    without = {name for name, own in topics.items() if not own.keys() <= set(topic_families())}
    assert without == {"skincare"}  # no family suits it: the general words, under its own name
    assert all(
        advice_for(family) != advice_for(GENERAL)
        for own in topics.values()
        for family in own
        if family != "skincare"
    )
    assert list(topics["cooking"]) == ["food"]


def test_a_trend_is_told_to_the_family_that_its_terms_mark():
    account = starter_account(CANDIDATES["productivity/evidence"], 1)
    found = {
        title: topic_family(trend(title), account)
        for title in ("A morning routine", "Deep work at home", "The tide")
    }
    assert found == {"A morning routine": "habits", "Deep work at home": "focus", "The tide": "trending"}


def test_starter_accounts_load_and_are_never_written_over(tmp_path):
    found = report(tmp_path, *plain(), *market(), size=2)
    folder = tmp_path / "accounts" / "new"
    files = write_accounts(found, SEEDS, folder)
    accounts = load_accounts(folder)
    assert {f"{name}.yaml" for name in accounts} == {file.name for file in files}
    assert len({account.ig_user_id for account in accounts.values()}) == 2
    assert files[0].read_text().startswith("# A starter account for the niche ")
    files[0].unlink()
    kept = files[1].read_text()
    with pytest.raises(ConfigError, match="is there already"):
        write_accounts(found, SEEDS, folder)
    assert (files[0].exists(), files[1].read_text()) == (False, kept)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    found = report(tmp_path, *plain(), *market(), size=2)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_accounts(found, SEEDS, tmp_path / "file" / "folder")
