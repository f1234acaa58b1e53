"""Which signals are about one thing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.trends.clustering import cluster
from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.table import TableAdapter
from content_pipeline_tests.trends.helpers import DAY, STAMP, signal, table_source


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        ("Mission to the Moon: Artemis II Returns", "Artemis II returns: mission to the moon!", True),
        ("Storm Helga floods Lisbon harbour", "BREAKING: storm Helga floods Lisbon harbour overnight", True),
        ("映画『黒牢城』本予告 全国公開", "映画「黒牢城」本予告 全国公開", True),
        ("Землетрясение разрушило мост Хельсинки", "Хельсинки: землетрясение разрушило мост", True),
        ("Morning Joe", "MORNING JOE", True),
        ("Music", "Music that makes everybody dance tonight", False),
        ("Apollo 13", "Apollo 11", False),
        ("Storm Helga floods Lisbon part 3", "Storm Helga floods Lisbon part 4", False),
        ("Grupo Norte - Amigo (Letra)", "Grupo Norte - Perdón (Letra)", False),
        ("🔥🔥🔥", "🎉🎉", False),
    ],
)
def test_titles(a, b, together):
    assert len(cluster([signal(a), signal(b, (10, 1))])) == (1 if together else 2)


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
