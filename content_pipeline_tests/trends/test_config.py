"""The sources file: what is accepted, and the one line that says what is wrong with it."""

from pathlib import Path

import pytest
import yaml

from content_pipeline.settings import ConfigError
from content_pipeline.trends.sources.config import SandboxSource, load_sources

TABLE = {
    "name": "t",
    "type": "table",
    "path": "t.csv",
    "columns": {"external_id": "id", "title": "title", "observed_at": "at"},
}


def write(folder: Path, data: object) -> Path:
    (folder / "t.csv").write_text("id,title,at\n")
    file = folder / "sources.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_without_a_file_there_is_the_sandbox():
    assert load_sources(None) == [SandboxSource(type="sandbox", name="sandbox")]


def test_every_type_is_read(tmp_path):
    sources = [
        TABLE,
        {"name": "r", "type": "reddit_listing", "path": "t.csv", "observed_at": "2026-04-13T10:00:00Z"},
        {"name": "feed", "type": "rss", "url": "https://example.org/feed"},
        {"name": "s", "type": "sandbox"},
    ]
    configs = load_sources(write(tmp_path, {"sources": sources}))
    assert [config.type for config in configs] == ["table", "reddit_listing", "rss", "sandbox"]


def test_a_path_is_looked_up_from_the_working_directory_then_from_the_files_folder(tmp_path, monkeypatch):
    file = write(tmp_path, {"sources": [TABLE]})
    (here := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(here)
    assert load_sources(file)[0].path == tmp_path / "t.csv"
    (here / "t.csv").write_text("id,title,at\n")
    assert load_sources(file)[0].path == here / "t.csv"


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ({"sorces": []}, ["'sorces'", "did you mean 'sources'"]),
        ({"feeds": []}, ["'feeds'", "'sources'"]),
        ({}, ["'sources'"]),
        ({"sources": []}, ["sources"]),
        ({"sources": {"name": "a"}}, ["'sources' must be a list"]),
        ({"sources": ["a"]}, ["sources"]),
        ({"sources": [{"name": "a"}]}, ["source 'a'", "unknown type None"]),
        ({"sources": [{"name": "a", "type": "tabel"}]}, ["source 'a'", "did you mean 'table'"]),
        ({"sources": [{"type": "sandbox"}]}, ["number 1", "name"]),
        ({"sources": [{"name": "A b", "type": "sandbox"}]}, ["'A b'", "name"]),
        ({"sources": [{"name": "a", "type": "sandbox", "nmae": 1}]}, ["'nmae'", "did you mean 'name'"]),
        ({"sources": [TABLE, TABLE]}, ["two sources are named 't'"]),
        ({"sources": [TABLE | {"path": "gone.csv"}]}, ["source 't'", "there is no file gone.csv"]),
        ({"sources": [TABLE | {"path": "x" * 5000 + ".csv"}]}, ["source 't'", "there is no file"]),
        ({"sources": [TABLE | {"path": "sources.yaml"}]}, ["sources.yaml", ".parquet"]),
        (
            {"sources": [TABLE | {"columns": TABLE["columns"] | {"titel": "x"}}]},
            ["'titel'", "did you mean 'title'"],
        ),
        ({"sources": [TABLE | {"columns": {"title": "x", "observed_at": "y"}}]}, ["columns", "external_id"]),
        ({"sources": [TABLE | {"columns": {"title": "x", "external_id": "y"}}]}, ["partition_column"]),
        ({"sources": [TABLE | {"partition_colum": "d"}]}, ["did you mean 'partition_column'"]),
        ({"sources": [TABLE | {"url_template": "https://x.org/"}]}, ["{external_id}"]),
        ({"sources": [{"name": "f", "type": "rss"}]}, ["source 'f'", "either path or url"]),
        ({"sources": [{"name": "f", "type": "rss", "url": "ftp://x"}]}, ["source 'f'", "url"]),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, data, parts):
    file = write(tmp_path, data)
    with pytest.raises(ConfigError) as error:
        load_sources(file)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert str(file) in message
    for part in parts:
        assert part in message
