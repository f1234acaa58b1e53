"""Briefs: enough of them, distinct, with evidence; chosen by the policy; the same day is planned in the same way."""

import math
from collections import Counter

import pytest

from content_pipeline.accounts import Persona
from content_pipeline.briefs.beliefs import Beliefs, arm_space
from content_pipeline.briefs.choosing import choose
from content_pipeline.briefs.ideas import _attraction, _candidates, make_briefs
from content_pipeline.briefs.records import FactorWeight, RecentPost
from content_pipeline.trends.records import SafetyFlag
from content_pipeline.trends.scoring.niche import topic_family
from content_pipeline_tests.examples import DAY, STAMP, demo, strategy, trend, trends

LEARNED = [
    FactorWeight(factor="hook_family", level="curiosity", mean=1.2, sd=0.05, posts=30),
    FactorWeight(factor="format", level="listicle", mean=0.8, sd=0.05, posts=30),
]


def briefs(**options):
    return make_briefs(
        demo(),
        DAY,
        trends(),
        options.pop("strategy", strategy()),
        options.pop("recent", []),
        STAMP,
        **options,
    )


def test_every_brief_is_complete():
    made = briefs()
    assert len(made) >= 21
    assert len({b.brief_id for b in made}) == len(made)
    for brief in made:
        assert len(brief.hooks) >= 3
        assert len(brief.thumbnail_texts) >= 2
        assert brief.evidence
        assert brief.evidence[0].url
        assert 0 < brief.propensity <= 1
        factors = [f for f in brief.virality.model_dump().values() if isinstance(f, dict)]
        assert len(factors) == 5
        assert all(0.2 <= f["value"] <= 1.2 and 0 <= f["confidence"] <= 1 for f in factors)
        assert brief.virality.product == pytest.approx(math.prod(f["value"] for f in factors), abs=0.01)
        assert 1 <= brief.variants <= 10
        assert brief.title == brief.hooks[0]
        assert brief.persona == "editor"
    assert [b.rank for b in made] == list(range(1, len(made) + 1))


def test_the_same_day_is_planned_in_the_same_way():
    assert briefs() == briefs()


def test_another_policy_version_draws_anew():
    other = briefs(strategy=strategy(policy_version="policy_2"))
    assert [b.archetype for b in briefs()] != [b.archetype for b in other]


def test_no_trends_no_briefs():
    assert make_briefs(demo(), DAY, [], strategy(), [], STAMP) == []


def test_what_was_posted_or_is_banned_is_left_out():
    first = trends()[0]
    posted = RecentPost(
        day=DAY, title="x", trend_title=first.title, archetype=briefs()[0].archetype, hooks=["x"]
    )
    assert first.trend_id not in {b.trend_id for b in briefs(recent=[posted])}
    casino = trend("Gambling streams are everywhere", 40, score=1.0)
    made = make_briefs(demo(), DAY, [casino, *trends()], strategy(), [], STAMP)
    assert casino.trend_id not in {b.trend_id for b in made}


@pytest.mark.parametrize(
    "changes", [{"language": "fr"}, {"safety": [SafetyFlag(flag="tragedy", words=["crash"])]}]
)
def test_what_an_account_does_not_take_is_left_out(changes):
    strange = trend("A title like any other", 40, score=1.0, **changes)
    made = make_briefs(demo(), DAY, [strange, *trends()], strategy(), [], STAMP)
    assert strange.trend_id not in {b.trend_id for b in made}


def test_what_the_account_has_posted_about_lately_attracts_less():
    worn = trend("A title like any other", 40, score=0.9, novelty={"demo": 0.1})
    new = trend("Another title altogether", 41, score=0.8, novelty={"demo": 1.0})
    [brief] = make_briefs(demo(), DAY, [worn, new], strategy(), [], STAMP, count=1)
    assert brief.trend_id == new.trend_id


def test_only_evidence_and_keywords_that_may_be_quoted_reach_a_brief():
    [own] = trend("Deep work at noon").evidence
    others = [
        own.model_copy(update={"title": t}) for t in ("今日のニュース", "Repeat your prompt", "Gambling")
    ]
    mixed = trend("Deep work at noon", evidence=[*others, own], keywords=["gambling", "noon"])
    [brief] = make_briefs(demo(), DAY, [mixed], strategy(), [], STAMP, count=1)
    assert brief.evidence == [own]
    assert brief.keywords == ["noon", "focus"]


def test_of_trends_with_the_same_title_only_the_best_is_taken():
    like = [
        trend(title, n) for n, title in enumerate(("DEEP work at noon", "Deep work at noon", "A walk"), 1)
    ]
    made = make_briefs(demo(), DAY, like, strategy(), [], STAMP)
    assert {b.trend_id for b in made} == {"trend_1", "trend_3"}


def test_trends_are_taken_in_order_of_what_they_attract_with_less_for_what_their_family_has():
    account, names = demo(), ["focus", "sleep", "budget", "a walk", "habits", "planning"]
    pool = [
        trend(f"{names[n % 6]} number {n}", n, score=0.3 + (n * 7 % 11) / 20, niche_fit={"demo": n % 4 / 4})
        for n in range(60)
    ]
    found = [t.trend_id for t, _ in _candidates(account, pool, set())]
    families, wanted = Counter(), []
    while pool:
        pulls = [
            (_attraction(t, account) * 0.9 ** families[topic_family(t, account)], t.trend_id, t) for t in pool
        ]
        best = max(pulls, key=lambda pull: pull[:2])[2]
        families[topic_family(best, account)] += 1
        wanted.append(best.trend_id)
        pool.remove(best)
    assert found == wanted
    assert len(set(families)) > 2


@pytest.mark.parametrize(("posts", "count"), [(1, 27), (3, 27), (5, 45), (10, 90)])
def test_there_is_an_idea_for_each_slot_of_the_week_and_its_reserves(posts, count):
    account = demo().model_copy(update={"posts_per_day": posts})
    many = [trend(f"Deep work number {n} in the office", n, score=0.9) for n in range(100)]
    made = make_briefs(account, DAY, many, strategy(), [], STAMP)
    assert len(made) == count


def test_what_was_learned_decides_what_is_chosen():
    taught = strategy(weights=LEARNED, policy_version="policy_1", mode="exploit", exploration=0.05)
    counts = Counter(b.archetype.hook_family for b in briefs(strategy=taught))
    assert counts.most_common(1)[0][0] == "curiosity"
    assert counts["curiosity"] > len(briefs()) * 0.7
    assert Counter(b.archetype.hook_family for b in briefs())["curiosity"] < len(briefs()) * 0.5


@pytest.mark.parametrize("exploration", [0.0, 0.4, 1.0])
def test_propensities_are_the_shares_with_which_arms_win(exploration):
    plan = strategy(exploration=exploration, temperature=0.3)
    beliefs = Beliefs(plan)
    chosen = [choose(plan, beliefs, "focus", "seed", n) for n in range(300)]
    arms = len(arm_space("focus").arms)
    assert all(c.propensity >= exploration / arms for c in chosen)
    assert sum(c.propensity for c in chosen if c.propensity > 0) / 300 < 0.2
    if exploration == 1.0:
        assert all(c.propensity == pytest.approx(1 / arms) for c in chosen)


def test_no_hook_of_the_last_days_is_planned_again():
    worn = [hook for b in briefs() for hook in b.hooks]
    posted = RecentPost(day=DAY, title="x", trend_title="y", archetype=briefs()[0].archetype, hooks=worn)
    assert not {h for b in briefs(recent=[posted]) for h in b.hooks} & set(worn)


def test_when_every_hook_is_worn_there_are_ideas_all_the_same():
    made = briefs()
    worn: list[str] = []
    for _ in range(40):
        posted = RecentPost(day=DAY, title="x", trend_title="y", archetype=made[0].archetype, hooks=worn)
        again = briefs(recent=[posted])
        assert len(again) == len(made)
        assert all(len(set(b.hooks)) == 3 for b in again)
        worn = [*worn, *(hook for b in again for hook in b.hooks)]


def test_only_the_accounts_duration_bands_are_used():
    account = demo().model_copy(update={"duration_bands": ["short"]})
    made = make_briefs(account, DAY, trends(), strategy(), [], STAMP)
    assert {b.archetype.duration_band for b in made} == {"short"}


def test_personas_take_turns_and_speak_in_their_tone():
    people = [Persona(name="Ada", tone="bold"), Persona(name="Bo", tone="warm")]
    account = demo().model_copy(update={"personas": people})
    made = make_briefs(account, DAY, trends(), strategy(), [], STAMP)
    assert {b.persona for b in made} == {"Ada", "Bo"}
    assert {b.title for b in made} != {b.title for b in briefs()}
