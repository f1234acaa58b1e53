"""Tables as a source: formats, days, broken rows and files, and how often the file is read."""

import gzip
import json
import os
import tarfile
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import RawItem, Refusal, SourceError
from content_pipeline.trends.sources.catalog import Sources, TrendSources
from content_pipeline.trends.sources.table import TableAdapter
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP, table_source, write_csv

ROWS = [
    ["a", 'Äpfel, "rot"', "2026-04-13T10:00:00Z", "1,200"],
    ["b", "二つ", "2026-04-14 00:30:00+02:00", ""],
    ["c", "C", "2026-04-12", "3"],
]


def as_jsonl(path):
    names = ["id", "title", "at", "views"]
    path.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in ROWS))


def as_parquet(path):
    moments = [datetime.fromisoformat(f"2026-04-{text}") for text in ("13T10:00", "13T22:30", "12T00:00")]
    table = {
        "id": ["a", "b", "c"],
        "title": [r[1] for r in ROWS],
        "at": pa.array(moments, pa.timestamp("ns")),
        "views": [1200.0, None, 3.0],
    }
    pq.write_table(pa.table(table), path)


def as_tsv(path):
    path.write_text(
        "\n".join(
            "\t".join(row)
            for row in [
                ["id", "title", "at", "views"],
                *([r[0], r[1].replace('"', ""), *r[2:]] for r in ROWS),
            ]
        )
    )


WRITERS = {
    "t.csv": lambda p: write_csv(p, ROWS),
    "t.tsv": as_tsv,
    "t.jsonl": as_jsonl,
    "t.parquet": as_parquet,
}


@pytest.mark.parametrize("name", [*WRITERS, "t.csv.gz", "t.jsonl.gz"])
def test_every_format_gives_the_same_day(tmp_path, name):
    plain = tmp_path / name.removesuffix(".gz")
    WRITERS[plain.name](plain)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
    config = table_source(tmp_path / name)
    result = ingest(config, TableAdapter(config), DAY, STAMP)
    assert {s.external_id: s.views for s in result.signals} == {"a": 1200, "b": None}
    assert {s.title.replace('"', "") for s in result.signals} == {"Äpfel, rot", "二つ"}
    assert {s.url for s in result.signals} == {f"{name}#a", f"{name}#b"}
    assert result.dead_letters == []


@pytest.mark.parametrize("value", [DAY, datetime.fromisoformat("2026-04-13T05:00"), "2026-04-13"])
def test_the_partition_is_the_day_and_noon_stands_for_no_time(tmp_path, value):
    pq.write_table(
        pa.table(
            {"id": ["a"], "title": ["A"], "at": pa.array([None], pa.string()), "views": [1], "d": [value]}
        ),
        tmp_path / "t.parquet",
    )
    config = table_source(
        tmp_path / "t.parquet", partition_column="d", url_template="https://x.org/?v={external_id}"
    )
    (signal,) = ingest(config, TableAdapter(config), DAY, STAMP).signals
    assert (signal.observed_at, signal.url) == (NOON, "https://x.org/?v=a")


def test_broken_rows_are_refused_and_the_rest_is_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(
        b"id,title,at,views\na,A,2026-04-13,1\nb,B\nc,C,someday,1\nd,\xff,2026-04-13,1\ne,E,2026-04-13,2\n"
    )
    found = list(TableAdapter(table_source(path)).read(DAY))
    assert [f.external_id for f in found if isinstance(f, RawItem)] == ["a", "e"]
    assert [(f.position, f.reason) for f in found if isinstance(f, Refusal)] == [
        ("line 3", "2 fields where the header has 4"),
        ("line 4", "at 'someday' is not a day"),
        ("line 5", "not UTF-8"),
    ]


def test_a_broken_line_of_json_is_refused(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": 1, "title": "A", "at": "2026-04-13", "views": 1}\n{"id": 2,\n[1]\n'
        '{"id": 3, "title": "B", "at": ["x"], "views": 1}\n'
    )
    found = list(TableAdapter(table_source(path)).read(DAY))
    assert [f.position for f in found if isinstance(f, Refusal)] == ["line 2", "line 3", "line 4"]
    assert [f.external_id for f in found if isinstance(f, RawItem)] == ["1"]


def test_a_cut_off_archive_gives_what_is_whole(tmp_path):
    plain = write_csv(
        tmp_path / "t.csv", [[str(n), f"Title {n * 7919}", "2026-04-13", str(n)] for n in range(20_000)]
    )
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(plain.read_bytes())[:40_000])
    found = list(TableAdapter(table_source(tmp_path / "t.csv.gz")).read(DAY))
    assert len([f for f in found if isinstance(f, RawItem)]) > 1000
    assert len([f for f in found if isinstance(f, Refusal)]) == 1


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("t.csv", b"", "no column 'id'"),
        ("t.csv", b"id,titel,at,views\n", "no column 'title', did you mean 'titel'"),
        ("t.csv", b"id,title,at,views\nx\n", "no readable row"),
        ("t.jsonl", b'{"id": 1, "at": "2026-04-13", "views": 1, "titles": ""}', "did you mean 'titles'"),
        ("t.parquet", b"not parquet", "cannot be read"),
        ("t.csv.gz", b"not gzip", "cannot be read"),
    ],
)
def test_an_unreadable_file_is_one_line(tmp_path, name, data, part):
    (tmp_path / name).write_bytes(data)
    adapter = TableAdapter(table_source(tmp_path / name))
    with pytest.raises(SourceError, match=part) as error:
        list(adapter.read(DAY))
    assert len(str(error.value).splitlines()) == 1


def test_a_file_is_read_again_when_it_has_changed(tmp_path):
    path = write_csv(tmp_path / "t.csv", ROWS[:1])
    adapter = TableAdapter(table_source(path))
    assert [len(list(adapter.read(day))) for day in (DAY, DAY, DAY + timedelta(days=1))] == [1, 1, 0]
    assert adapter.loads == 1
    write_csv(path, [ROWS[0], ["z", "Z", "2026-04-13", "1"]])
    os.utime(path, ns=(1, 1))
    assert [item.external_id for item in adapter.read(DAY) if isinstance(item, RawItem)] == ["a", "z"]
    assert adapter.loads == 2


def youtube(real_data, **changes):
    columns = {
        "external_id": "video_id",
        "title": "title",
        "observed_at": "fetched_at",
        "published_at": "published_at",
        "views": "views",
        "tags": "tags",
    }
    path = real_data / "youtube_trending" / "yt_trending_daily_US_20251210_20260822.parquet"
    return table_source(path, **({"columns": columns, "partition_column": "partition_date"} | changes))


def test_thirty_recorded_days_are_one_read_of_the_file(real_data):
    config = youtube(real_data)
    sources = TrendSources(Sources([config]), sandbox_url=None, now=lambda: datetime.now(UTC))
    results = [ingest(config, sources.adapter("t"), DAY + timedelta(days=n), STAMP) for n in range(30)]
    assert all(48 <= len(result.signals) <= 50 and not result.dead_letters for result in results)
    adapter = sources.adapter("t")
    assert isinstance(adapter, TableAdapter)
    assert adapter.loads == 1


def test_a_column_that_the_recorded_table_lacks_is_named(real_data):
    config = youtube(
        real_data, columns={"external_id": "video_id", "title": "titel", "observed_at": "fetched_at"}
    )
    with pytest.raises(SourceError, match="no column 'titel', did you mean 'title'"):
        list(TableAdapter(config).read(DAY))


def test_recorded_csv_files_are_read(real_data, tmp_path):
    (archive,) = (real_data / "youtube_trending").glob("raw_csv_US_*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    files = sorted(tmp_path.rglob("*.csv"))
    assert len(files) == 14
    for file in files:
        columns = {"external_id": "video_id", "title": "title", "observed_at": "fetched_at", "views": "views"}
        config = table_source(file, columns=columns)
        result = ingest(config, TableAdapter(config), date.fromisoformat(file.stem[-10:]), STAMP)
        assert len(result.signals) >= 40, file.name
        # One of the recorded titles is nothing but a zero-width space.
        assert {letter.reason for letter in result.dead_letters} <= {"no title"}
