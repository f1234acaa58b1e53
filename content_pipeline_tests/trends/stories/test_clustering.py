"""Which signals are about one thing."""

import random
import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.settings import ConfigError
from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.table import TableAdapter
from content_pipeline.trends.stories import embeddings
from content_pipeline.trends.stories.clustering import cluster
from content_pipeline.trends.stories.likeness import Likeness
from content_pipeline.trends.stories.matching import MOST_COMPARED
from content_pipeline_tests.trends.helpers import DAY, STAMP, signal, table_source


def together(a: str, b: str, **changes) -> bool:
    return len(cluster([signal(a, **changes), signal(b, (10, 1))])) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mission to the Moon: Artemis II Returns", "Artemis II returns: mission to the moon!"),
        ("Storm Helga floods Lisbon harbour", "BREAKING: storm Helga floods Lisbon harbour overnight"),
        ("Storm Helga floods Lisbon harbour", "Storm Helga floods Lisbon harbour - Reuters"),
        ("Storm Helga floods Lisbon harbour", "Storm Helga floods Lisbon harbour (via harbournews.org)"),
        ("Storm Helga floods Lisbon harbour", "🚨 Storm 🌊 Helga floods LISBON harbour!!"),
        ("Storm Helga floods Lisbon harbour", "Strom Helga floods Lisbn harbour"),
        ("Storm Helga floods Lisbon harbour", "Storm Helga floods Lis…"),
        (
            "Storm Helga floods Lisbon harbour",
            "Ｓｔｏｒｍ Ｈｅｌｇａ ｆｌｏｏｄｓ Ｌｉｓｂｏｎ ｈａｒｂｏｕｒ",
        ),
        ("Storm Helga floods Lisbon harbour", "#Storm_Helga floods #Lisbon harbour"),
        ("Helga's floods: 3,000 homes dark", "Helga&#39;s floods: 3000 homes dark"),
        ("La Niña vuelve al Pacífico", "LA NINA VUELVE AL PACIFICO"),
        ("映画『黒牢城』本予告 全国公開", "映画「黒牢城」本予告 全国公開"),
        ("動物に変身している『バケモノ』を狩れ", "動物に変身しいてる『バケモノ』を狩れ"),
        ("Землетрясение разрушило мост Хельсинки", "Хельсинки: землетрясение разрушило мост"),
        ("Morning Joe", "MORNING JOE"),
        ("Morning Joe", "Mornign Joe"),
        ("Mortal Kombat II | Trailer", "Mortal Kombat 2 - Official Trailer"),
        ("Helga", "Helga | CNN"),
    ],
)
def test_titles_of_one_story_are_together(a, b):
    assert together(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Music", "Music that makes everybody dance tonight"),
        ("Apollo 13", "Apollo 11"),
        ("Storm Helga floods Lisbon part 3", "Storm Helga floods Lisbon part 4"),
        ("Storm Helga floods Lisbon", "Storm Helga floods Lisbon part 2"),
        ("Booman I | Casino documentary film", "Booman II | Casino documentary film"),
        ("シナリオクリア編 第三話 ゆっくり実況", "シナリオクリア編 第四話 ゆっくり実況"),
        ("Daily discussion thread - April 13, 2026", "Daily discussion thread - April 14, 2026"),
        ("Daily discussion thread for Monday", "Daily discussion thread for Tuesday"),
        ("Honest Trailers | The Lighthouse Keeper", "Honest Trailers | The Glass Mountain"),
        ("Glass Mountain trailer by North Studios", "Glass Mountain trailer by North Studios reaction"),
        ("Grupo Norte - Amigo (Letra)", "Grupo Norte - Perdón (Letra)"),
        ("Internet of Harbours", "Get your harbours off the internet"),
        ("🔥🔥🔥", "🎉🎉"),
    ],
)
def test_titles_of_different_stories_are_apart(a, b):
    assert not together(a, b)


def test_whoever_published_a_title_may_stand_at_its_end():
    name = "Canal do Porto"
    assert together("Harbour reopens", f"Harbour reopens | {name}") is False
    assert len(cluster([signal("Harbour reopens"), signal(f"Harbour reopens | {name}", author=name)])) == 1


def test_a_beginning_that_fits_two_stories_joins_neither():
    whole = ["Harbour masters explain the tides of March", "Harbour masters explain the tides of glass"]
    groups = cluster(
        [signal(title, (n, 1)) for n, title in enumerate(["Harbour masters explain the tides…", *whole])]
    )
    assert sorted(map(len, groups)) == [1, 1, 1]


def test_a_short_first_title_does_not_draw_a_series_together():
    titles = [
        "Harbour masters explain",
        "Harbour masters explain moon tides",
        "Harbour masters explain glass bells",
    ]
    groups = cluster([signal(title, (n, 1)) for n, title in enumerate(titles)])
    assert not any({titles[1], titles[2]} <= {s.title for s in group} for group in groups)


def test_likeness_does_not_chain():
    titles = [
        "red green blue violet",
        "green blue violet orange",
        "blue violet orange silver",
        "violet orange silver golden",
    ]
    groups = cluster([signal(t, (n, 1)) for n, t in enumerate(titles)])
    assert not any({titles[0], titles[3]} <= {s.title for s in group} for group in groups)


def test_the_same_item_is_together_whatever_its_title_and_source():
    one, two = signal("Before", key="x", source="a"), signal("Renamed wholly", key="x", source="b")
    other = signal("Third thing", key="x", source_type="rss")
    assert sorted(len(group) for group in cluster([one, two, other])) == [1, 2]


@given(
    st.lists(st.tuples(st.text(max_size=12), st.integers(0, 5), st.integers(0, 20)), max_size=12),
    st.randoms(),
)
def test_every_signal_is_in_one_group_and_the_order_of_rows_is_nothing(rows, random):
    signals = list(
        {s.signal_id: s for s in (signal(t or "x", (h, 1), key=str(k)) for t, k, h in rows)}.values()
    )
    groups = cluster(signals)
    assert sorted(s.signal_id for g in groups for s in g) == sorted(s.signal_id for s in signals)
    random.shuffle(signals)
    assert cluster(signals) == groups


def test_a_title_is_compared_with_few_groups_however_many_there_are(monkeypatch):
    compared = []
    monkeypatch.setattr(Likeness, "of", lambda self, a, b: compared.append((a, b)) or 0.0)
    rng = random.Random(1)
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    signals = [signal(" ".join(rng.sample(words, 6)), (n / 100, 1)) for n in range(600)]
    assert len(cluster(signals)) == 600
    assert len(compared) <= MOST_COMPARED * 600


def test_embeddings_bring_other_words_for_one_story_together():
    pytest.importorskip("wordllama")
    pytest.importorskip("usearch")
    titles = [
        "Apple asks staff to return to office 3 days a week starting in early September",
        "Apple: employees asked to return to offices 3 days a week starting in September",
        "Falsehoods programmers believe about phone numbers",
        "ポケモンチャンピオンズ最速攻略でランク1位を獲る",
        "メガカメックスが初代御三家最強格になっていました",
    ]
    groups = cluster([signal(title, (n, 1)) for n, title in enumerate(titles)], "embeddings")
    assert [len(group) for group in groups] == [2, 1, 1, 1]
    assert cluster([], "embeddings") == []


def test_embeddings_without_their_packages_are_a_clear_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "wordllama", None)
    embeddings._model.cache_clear()
    with pytest.raises(ConfigError, match="pip install"):
        cluster([signal("A title")], "embeddings")


def test_recorded_lists_of_seven_countries_form_groups(real_data):
    path = real_data / "youtube_trending" / "yt_trending_daily_BR_DE_JP_MX_CA_AU_FR_slim.parquet"
    columns = {"external_id": "video_id", "title": "title", "observed_at": "fetched_at", "views": "views"}
    config = table_source(path, columns=columns, partition_column="partition_date")
    adapter = TableAdapter(config)
    signals = [s for n in range(7) for s in ingest(config, adapter, DAY - timedelta(days=n), STAMP).signals]
    groups = cluster(signals)
    assert sum(map(len, groups)) == len(signals)
    items = {s.external_id for s in signals}
    assert 0.9 * len(items) < len(groups) < len(items)
