"""Scores from small lakes: what is known follows the items, what is unknown stays unknown, and both show in the confidence."""

import pyarrow.parquet as pq
import pytest

from content_pipeline.errors import UserError
from content_pipeline.niches.items import read_items
from content_pipeline.niches.matching import BUYING, SPONSORED, Texts
from content_pipeline.niches.records import WEIGHTS
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import TrendSignal
from content_pipeline_tests.niches.lakes import SEEDS, lake_of, plain, scores, told
from content_pipeline_tests.trends.helpers import DAY, signal

TITLES = {
    "productivity": "A focus habit",
    "personal_finance": "A household budget",
    "study": "The exam",
}


def about(niche, count, engagement=100):
    """Return items about a niche, each by its own author."""
    return [
        told(f"{TITLES[niche]}, part {n}", engagement + n, f"{niche} {n}", author=f"{niche} author {n}")
        for n in range(count)
    ]


def test_the_weights_are_those_of_the_domain():
    assert WEIGHTS == {
        "demand": 0.25,
        "low_saturation": 0.20,
        "feasibility": 0.20,
        "differentiation": 0.15,
        "monetization": 0.20,
    }


def test_the_total_is_the_weighted_mean_of_what_is_known(tmp_path):
    found = scores(tmp_path, *plain(), *about("productivity", 12), *about("study", 3))
    for score in found.values():
        parts = {name: part for name, part in score.components.items() if part.value is not None}
        weight = sum(WEIGHTS[name] for name in parts)
        expected = sum(WEIGHTS[name] * part.value for name, part in parts.items()) / weight
        assert score.total == pytest.approx(expected, abs=1e-3)
        assert 0 <= score.low <= score.total <= score.high <= 1
        confidence = sum(WEIGHTS[name] * part.confidence for name, part in score.components.items())
        assert score.confidence == pytest.approx(confidence, abs=1e-3)


def test_what_no_item_is_about_is_unknown_not_zero(tmp_path):
    score = scores(tmp_path, *plain(), *about("productivity", 12))["skincare/labels"]
    assert score.evidence == "none"
    for name in ("demand", "low_saturation", "differentiation", "monetization"):
        assert score.components[name].value is None
        assert score.components[name].confidence == 0
    assert score.components["feasibility"].value is not None
    assert score.confidence < 0.2
    assert "the sources may not cover it" in score.components["demand"].rests_on


def test_unknowns_are_ranked_after_all_that_was_measured_whatever_their_total(tmp_path):
    found = scores(tmp_path, *plain(), *about("productivity", 12, engagement=1), *about("study", 3))
    tiers = [score.evidence for score in sorted(found.values(), key=lambda score: score.rank)]
    assert tiers == sorted(tiers, key=["enough", "thin", "none"].index)
    assert set(tiers) == {"enough", "thin", "none"}
    within = [s.total for s in sorted(found.values(), key=lambda s: s.rank) if s.evidence == "none"]
    assert within == sorted(within, reverse=True)


def test_more_items_with_more_engagement_are_more_demand(tmp_path):
    found = scores(
        tmp_path,
        *plain(),
        *about("productivity", 30, engagement=500),
        *about("personal_finance", 12, engagement=2),
    )
    loved, ignored = found["productivity/evidence"], found["personal_finance/debt_free"]
    assert loved.components["demand"].value > 0.6 > 0.4 > ignored.components["demand"].value
    assert "30 items in 1 days" in loved.components["demand"].rests_on


def test_engagement_counts_relative_to_its_source(tmp_path):
    """A million views where everything has ten million are less than a hundred points where the rest has ten."""
    big = [told(f"Film {n}", 10_000_000 + n, f"film {n}", "videos") for n in range(40)]
    videos = [told(f"The exam, part {n}", 1_000_000, f"v{n}", "videos") for n in range(12)]
    posts = [told(f"A focus habit, part {n}", 100, f"p{n}", "posts") for n in range(12)]
    small = [told(f"Note {n}", 10, f"note {n}", "posts") for n in range(40)]
    found = scores(tmp_path, *big, *videos, *posts, *small)
    assert (
        found["productivity/evidence"].components["demand"].value
        > found["study/memory"].components["demand"].value
    )


def test_one_hit_does_not_make_a_market(tmp_path):
    hit = told("The exam, part x", 1e9, "hit", author="the hit")
    without = scores(tmp_path / "a", *plain(), *about("study", 12), *about("productivity", 12))
    with_hit = scores(tmp_path / "b", *plain(), *about("study", 12), hit, *about("productivity", 12))
    gain = (
        with_hit["study/memory"].components["demand"].value
        - without["study/memory"].components["demand"].value
    )
    assert gain < 0.35


def test_one_author_with_all_the_attention_is_saturation_and_few_authors_are_unknown(tmp_path):
    many = about("productivity", 12)
    one = [told(f"The exam, part {n}", 9000, f"x{n}", author="the one") for n in range(10)]
    others = [told(f"The exam, other {n}", 1, f"o{n}", author=f"other {n}") for n in range(11)]
    two = [told(f"A household budget {n}", 50, f"b{n}", author=f"author {n % 2}") for n in range(12)]
    none = [told(f"The career {n}", 50, f"c{n}") for n in range(12)]
    found = scores(tmp_path, *plain(), *many, *one, *others, *two, *none)
    spread, held = found["productivity/evidence"], found["study/memory"]
    assert spread.components["low_saturation"].value > held.components["low_saturation"].value + 0.3
    assert "the top three have" in held.components["low_saturation"].rests_on
    assert "12 authors in 1 sources" in held.components["low_saturation"].rests_on
    assert found["personal_finance/debt_free"].components["low_saturation"].value is None
    unknown = found["career/pay"].components["low_saturation"]
    assert (unknown.value, unknown.confidence) == (None, 0)
    assert unknown.rests_on.startswith("0 known authors in 12 items")


def test_an_angle_that_everybody_takes_does_not_differ(tmp_path):
    taken = [told(f"What a study says on focus {n}", 50, f"t{n}") for n in range(12)]
    found = scores(tmp_path, *plain(), *taken)
    same, rare = found["productivity/evidence"], found["productivity/remote_work"]
    assert same.components["differentiation"].value < 0.1
    assert rare.components["differentiation"].value > 0.9
    assert same.components["differentiation"].rests_on == "12 of 12 items take the angle already"
    assert (same.angle_items, rare.angle_items) == (12, 0)


def test_an_angle_that_does_better_than_its_category_has_more_demand(tmp_path):
    strong = [told(f"What a study says on focus {n}", 900 + n, f"t{n}") for n in range(12)]
    weak = [told(f"Focus at the office {n}", 2, f"w{n}") for n in range(12)]
    found = scores(tmp_path, *plain(), *strong, *weak)
    demand = {a: found[f"productivity/{a}"].components["demand"].value for a in ("evidence", "remote_work")}
    assert demand["evidence"] > demand["remote_work"]


def test_buying_words_are_monetization_and_without_any_in_the_lake_it_is_unknown(tmp_path):
    asked = [told(f"Which budget app is worth it, and its price {n}", 50, f"a{n}") for n in range(12)]
    found = scores(tmp_path / "a", *plain(), *asked, *about("productivity", 12))
    paying, silent = found["personal_finance/debt_free"], found["productivity/evidence"]
    assert paying.components["monetization"].value > 0.7
    assert silent.components["monetization"].value < 0.5
    assert paying.components["monetization"].rests_on.startswith(
        "12 of 12 items speak of buying, 0 of sponsoring"
    )
    found = scores(tmp_path / "b", *plain(), *about("productivity", 12))
    unknown = found["productivity/evidence"].components["monetization"]
    assert (unknown.value, unknown.confidence) == (None, 0)
    assert "nothing to compare" in unknown.rests_on


def test_what_cannot_be_made_here_is_less_feasible_and_named_as_a_risk(tmp_path):
    found = scores(tmp_path, *plain())
    text, film = found["productivity/evidence"], found["culture/behind"]
    assert text.components["feasibility"].value > film.components["feasibility"].value
    assert "cannot make licensed_footage, licensed_music" in film.components["feasibility"].rests_on
    assert [risk.kind for risk in film.risks] == ["production"]
    assert text.risks == []


def test_long_items_make_a_niche_less_feasible(tmp_path):
    def of(folder, seconds):
        items = [told(f"A focus habit {n}", 9, f"p{n}", duration_s=seconds) for n in range(12)]
        return scores(folder, *plain(), *items)["productivity/evidence"].components["feasibility"]

    short, long = of(tmp_path / "a", 30.0), of(tmp_path / "b", 1200.0)
    assert short.value == pytest.approx(long.value + 0.25, abs=1e-3)
    assert "0 of 12 items with a known length" in long.rests_on
    assert (
        short.confidence
        > scores(tmp_path / "c", *plain())["productivity/evidence"].components["feasibility"].confidence
    )


def test_risks_are_named_claims_and_what_safety_flags(tmp_path):
    deadly = [told(f"Worker dies after exercise {n}", 50, f"d{n}") for n in range(3)]
    calm = [told(f"An exercise for the back {n}", 50, f"c{n}") for n in range(9)]
    score = scores(tmp_path, *plain(), *deadly, *calm)["fitness/at_home"]
    told_risks = {risk.kind: risk.text for risk in score.risks}
    assert "medical claims" in told_risks["claims"]
    assert told_risks["safety"] == "tragedy: 3 of 12 items are flagged"


def test_more_items_are_more_confidence_and_a_narrower_interval(tmp_path):
    few = scores(tmp_path / "a", *plain(), *about("productivity", 12), *about("study", 20))[
        "productivity/evidence"
    ]
    many = scores(tmp_path / "b", *plain(), *about("productivity", 120), *about("study", 20))[
        "productivity/evidence"
    ]
    assert many.confidence > few.confidence
    assert many.high - many.low <= few.high - few.low


def test_the_same_lake_gives_the_same_scores(tmp_path):
    signals = [*plain(), *about("productivity", 12), *about("study", 12)]
    assert scores(tmp_path / "a", *signals) == scores(tmp_path / "b", *reversed(signals))


def test_an_item_counts_once_as_last_seen_however_often_it_was_seen(tmp_path):
    lake = lake_of(tmp_path, told("A focus habit", 90, "k"), *plain())
    earlier = signal("A focus habit", (-16, 40), key="k")
    lake.write("trend_signals", {"source": "s", "day": str(earlier.day)}, TrendSignal, [earlier])
    items = read_items(lake, DAY, 2)
    assert len(items) == 41
    assert items.set_index("external_id").loc["k", "engagement"] == 90


def test_a_lake_with_one_signal_is_ranked_and_believed_in_little(tmp_path):
    found = scores(tmp_path, told("A focus habit", 10, author="a"))
    score = found["productivity/small_steps"]
    assert (score.items, score.evidence, score.rank <= 3) == (1, "thin", True)
    assert score.confidence < 0.3
    assert score.components["demand"].value == pytest.approx(0.5)
    assert score.components["low_saturation"].value is None
    assert score.chance_top == 0


def test_signals_without_any_count_leave_engagement_unknown(tmp_path):
    items = [told(f"A focus habit {n}", None, f"p{n}", author=f"a{n}") for n in range(12)]
    counted = [told(f"A focus habit {n}", 10 + n, f"p{n}", author=f"a{n}") for n in range(12)]
    bare = scores(tmp_path / "a", *items)["productivity/evidence"]
    full = scores(tmp_path / "b", *counted)["productivity/evidence"]
    assert bare.components["demand"].confidence < full.components["demand"].confidence
    assert bare.components["low_saturation"].value is None


@pytest.mark.parametrize(
    ("signals", "told_line"),
    [
        ([], "the lake has no signals yet: run `content-pipeline produce`"),
        (["x"], "the lake has no signals of"),
    ],
)
def test_a_window_without_signals_says_what_to_do(tmp_path, signals, told_line):
    lake = lake_of(tmp_path, *(told(title) for title in signals))
    last = DAY.replace(year=2020)
    with pytest.raises(UserError) as error:
        read_items(lake, last, 7)
    assert told_line in str(error.value)
    if signals:
        assert f"it has {DAY} to {DAY}; choose with --date and --days" in str(error.value)


def test_a_damaged_lake_of_an_older_version_is_read_as_far_as_it_goes(tmp_path):
    """Columns that an older version did not write are null, so authors are unknown."""
    lake = lake_of(tmp_path, *about("productivity", 12))
    path = lake.path("trend_signals", {"source": "s", "day": str(DAY)})
    table = pq.read_table(str(path)).drop_columns(["author", "duration_s"])
    pq.write_table(table, str(path))
    items = read_items(Lake(str(tmp_path / "lake")), DAY, 1)
    assert items["author"].isna().all()


@pytest.mark.parametrize(
    ("title", "category", "belongs"),
    [
        ("Two habits for the morning", None, True),
        ("TIME-MANAGEMENT for nurses", None, True),
        ("Procrastinated again", None, False),
        ("Focused work in a noisy room", None, True),
        ("A rehabilitation centre opens", None, False),
        ("Prosper in silence", "productivity", True),
        ("Focus (Official Video)", "Music", False),
        ("Nothing", None, False),
    ],
)
def test_items_belong_to_a_category_by_whole_words_or_its_section(tmp_path, title, category, belongs):
    items = read_items(lake_of(tmp_path, told(title, 5, category=category)), DAY, 1)
    assert Texts(items, SEEDS.fiction).about(SEEDS.categories["productivity"]).tolist() == [belongs]


@pytest.mark.parametrize(
    ("title", "buying", "sponsored"),
    [
        ("Where can I get this lamp?", True, False),
        ("Before you buy a bicycle", True, False),
        ("How do I deal with it", False, False),
        ("A column store for logs", False, False),
        ("Morning light #ad", False, True),
        ("Use code CALM at the checkout", False, True),
        ("#adventure in the hills", False, False),
    ],
)
def test_buying_and_sponsoring_are_told_from_everyday_words(tmp_path, title, buying, sponsored):
    texts = Texts(read_items(lake_of(tmp_path, told(title)), DAY, 1), SEEDS.fiction)
    assert (texts.say(BUYING)[0], texts.say(SPONSORED)[0]) == (buying, sponsored)
