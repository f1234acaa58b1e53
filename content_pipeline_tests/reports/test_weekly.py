"""The weekly report stands alone, says what happened, and survives empty weeks and hard titles."""

import base64
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import duckdb
import pytest

from content_pipeline.accounts import Account, Brand
from content_pipeline.marts.build import build_marts
from content_pipeline.optimizer.experiments import decide_experiments
from content_pipeline.optimizer.modes import decide_mode
from content_pipeline.optimizer.outcomes import read_outcomes
from content_pipeline.optimizer.reward import RewardConfig, fit_reward
from content_pipeline.optimizer.versions import reward_model_row
from content_pipeline.reports.plots import growth_plot, levels_plot
from content_pipeline.reports.weekly import Decisions, read_decisions, report_path, weekly_report
from content_pipeline.storage.lake import Lake
from content_pipeline_tests.marts import rows

WEEK = rows.DAY
HOOKS = ("question", "number", "story")
FRACTIONS = {1: 0.08, 6: 0.3, 24: 0.6, 72: 0.85}


@pytest.fixture(scope="module")
def account() -> Account:
    return Account(
        id="demo", name="Clear <Hours> ساعات", handle="clear.hours", ig_user_id="17841400000000001",
        niche="n", timezone="America/New_York", posts_per_day=3, slots=["09:00"], topics={"focus": ["focus"]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Four days with three posts each; on the second one post failed and one script was blocked."""
    home = tmp_path_factory.mktemp("home")
    lake = home / "lake"
    snapshots = []
    for offset in range(4):
        day = WEEK + timedelta(days=offset)
        numbers = [3 * offset + i for i in (1, 2, 3)]
        state = {5: "failed"}
        posts = [rows.post(n, day=day, state=state.get(n, "published")) for n in numbers]
        for n, made in zip(numbers, posts, strict=True):
            if made.published_at:
                final = 1000 * n * (1 + n % 3)
                snapshots += [
                    rows.metrics(n, age, round(final * share), published=made.published_at)
                    for age, share in FRACTIONS.items()
                ]
        rows.write_day(lake, posts, [], trend_title=rows.HARD_TITLE)
        kinds = [rows.ARCHETYPE.model_copy(update={"hook_family": HOOKS[n % 3]}) for n in numbers]
        rows.write(
            lake, "scripts", [rows.script(n, day, kind) for n, kind in zip(numbers, kinds, strict=True)]
        )
    day = WEEK + timedelta(days=1)
    rows.write(lake, "reviews", [rows.review(4, day), rows.review(99, day, "blocked")])
    for day in {s.day for s in snapshots}:
        rows.write(lake, "post_metrics", [s for s in snapshots if s.day == day])
    build_marts(str(lake), home / "marts.duckdb")
    learn(home, lake)
    return home


def learn(home, lake) -> None:
    as_of = rows.NOON + timedelta(days=6)
    outcomes = read_outcomes(home / "marts.duckdb", "demo", as_of)
    levels = {factor: ["a", "b", "c", "d"] for factor in ("hook_family", "format", "topic_family")}
    model = fit_reward(outcomes, as_of, RewardConfig(levels=levels))
    day = WEEK + timedelta(days=5)
    rows.write(lake, "reward_model", [reward_model_row(model, "demo", day, rows.STAMP)])
    rows.write(lake, "mode_decision", [decide_mode(model, "demo", day, rows.STAMP)])
    rows.write(lake, "experiment_decisions", decide_experiments(outcomes, "demo", day, as_of, rows.STAMP))


@pytest.fixture(scope="module")
def html(home, account) -> str:
    decisions = read_decisions(Lake(str(home / "lake")), "demo", WEEK)
    return weekly_report(home / "marts.duckdb", account, WEEK, decisions)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.S).split())


class Addresses(HTMLParser):
    """Collects what a browser would load, and links; complains about tags that do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        if "src" in values or tag in ("link", "script"):
            self.loaded.append(values.get("src") or values.get("href") or tag)
        elif "href" in values:
            self.links.append(values["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(html: str) -> Addresses:
    parser = Addresses()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_the_page_needs_nothing_else(html):
    page = parsed(html)
    assert len(page.loaded) == 2
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.loaded)
    assert "@import" not in html
    assert "url(" not in html


def test_posts_are_listed_with_link_trend_archetype_and_views_best_first(html):
    page = parsed(html)
    assert [link for link in page.links if "/reel/" in link][:2] == [
        "https://example.test/reel/11/",
        "https://example.test/reel/8/",
    ]
    words = text_of(html)
    assert "Mon 09:01" in words  # 14:01 UTC in New York
    for part in ("Idea 11", "listicle", "28,050", "19,800"):
        assert part in words


def test_text_from_outside_is_text(html):
    assert "&lt;b&gt;طويل&lt;/b&gt; &amp; more 👩‍💻" in html
    assert "<b>طويل" not in html
    assert "Clear &lt;Hours&gt;" in html
    assert "&lt;i&gt;" in html  # the excerpt of the finding


def test_what_was_learned_and_what_went_wrong_is_said(html):
    words = text_of(html)
    assert "11 posts with 41 snapshots" in words  # three were read later than the model was fitted
    assert "mutation, " in words
    assert "question" in words
    assert "because 5" in words
    assert "claims.medical promises a cure" in words
    assert "11 of 12 in the ledger" in words


def test_the_same_week_gives_the_same_page_whatever_came_later(home, account, html, tmp_path):
    lake = tmp_path / "lake"
    Lake(str(lake))
    for file in (home / "lake").rglob("*.parquet"):
        copy = lake / file.relative_to(home / "lake")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    later = rows.metrics(1, 168, 10**7, late=30)
    rows.write(lake, "post_metrics", [later])
    build_marts(str(lake), tmp_path / "marts.duckdb")
    again = weekly_report(
        tmp_path / "marts.duckdb", account, WEEK, read_decisions(Lake(str(lake)), "demo", WEEK)
    )
    assert again == html


def test_a_week_without_posts_says_so(home, account):
    words = text_of(weekly_report(home / "marts.duckdb", account, WEEK - timedelta(days=7)))
    for sentence in (
        "No post was published this week.",
        "No post has been measured yet.",
        "Nothing was produced this week.",
        "Nothing was learned this week",
        "Nothing: no post failed",
    ):
        assert sentence in words


def test_the_week_after_compares_with_the_week_before(tmp_path, account):
    lake = tmp_path / "lake"
    for n, day, views in ((1, WEEK, 100), (2, WEEK + timedelta(days=7), 150)):
        made = rows.post(n, day=day)
        rows.write_day(lake, [made], [rows.metrics(n, 24, views, published=made.published_at)])
    build_marts(str(lake), tmp_path / "m.duckdb")
    words = text_of(weekly_report(tmp_path / "m.duckdb", account, WEEK + timedelta(days=7)))
    assert "median views at 24 h 150 +50% on the week before" in words


def test_a_link_that_is_not_of_the_web_is_not_a_link(tmp_path, account):
    rows.write_day(tmp_path / "lake", [rows.post(1, permalink="javascript:alert(1)")], [])
    build_marts(str(tmp_path / "lake"), tmp_path / "m.duckdb")
    page = weekly_report(tmp_path / "m.duckdb", account, WEEK)
    assert "javascript:" not in page
    assert "Idea 1" in page


def test_wrong_calls_are_refused(tmp_path, account):
    with pytest.raises(ValueError, match="a Tuesday"):
        weekly_report(tmp_path / "m.duckdb", account, WEEK + timedelta(days=1))
    with pytest.raises(duckdb.Error):
        weekly_report(tmp_path / "none.duckdb", account, WEEK)


def test_where_a_report_is_kept(tmp_path):
    assert (
        report_path(tmp_path, "demo", date(2026, 1, 5)) == tmp_path / "reports" / "demo" / "2026-01-05.html"
    )


def test_no_decisions_is_the_default(home, account):
    assert "Nothing was learned this week" in weekly_report(home / "marts.duckdb", account, WEEK, Decisions())


PLOTS = [
    pytest.param(growth_plot, [{1.0: 10.0, 24.0: 100.0}, {24.0: 90.0, 168.0: 0.0}], id="growth"),
    pytest.param(growth_plot, [{24.0: 5.0}], id="one point"),
    pytest.param(levels_plot, {"question": [0.0, 5.0, 1e7], "story": [3.0]}, id="levels"),
    pytest.param(levels_plot, {"question": [7.0]}, id="one post"),
    pytest.param(levels_plot, {f"h{n}": [100.0 + n] for n in range(12)}, id="many levels, no spread known"),
]


@pytest.mark.parametrize(("plot", "values"), PLOTS)
@pytest.mark.filterwarnings("error")
def test_plots_are_svg_and_deterministic(plot, values):
    address = plot(values, Brand())
    assert address == plot(values, Brand())
    svg = ElementTree.fromstring(base64.b64decode(address.split(",")[1]))
    assert svg.tag.endswith("svg")
