"""The sources file: what is accepted, and the one line that says what is wrong with it."""

from pathlib import Path

import pytest
import yaml

from content_pipeline.settings import ConfigError
from content_pipeline.trends.sources.catalog import TYPES, Sources, TrendSources, load_sources
from content_pipeline.trends.sources.sandbox import SandboxSource
from content_pipeline_tests.trends.helpers import NOON, SANDBOX

TABLE = {
    "name": "t",
    "type": "table",
    "path": "t.csv",
    "columns": {"external_id": "id", "title": "title", "observed_at": "at"},
}
GRAPH = {"ig_user_id": 17841400000000000, "access_token_env": "TOKEN"}


def write(folder: Path, data: object) -> Path:
    (folder / "t.csv").write_text("id,title,at\n")
    file = folder / "sources.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_without_a_file_there_is_the_sandbox():
    assert load_sources(None).configs == {"sandbox": SandboxSource(type="sandbox", name="sandbox")}


def test_every_type_is_read(tmp_path):
    sources = [
        TABLE,
        {"name": "r", "type": "reddit_listing", "path": "t.csv", "observed_at": "2026-04-13T10:00:00Z"},
        {"name": "feed", "type": "rss", "url": "https://example.org/feed"},
        {"name": "searches", "type": "google_trends", "geo": "US-CA"},
        {"name": "articles", "type": "wikimedia", "project": "de.wikipedia", "skip": ["Cookie"]},
        {"name": "hn", "type": "hacker_news", "api": "algolia", "every_minutes": 5},
        {"name": "reddit", "type": "reddit", "subreddits": ["popular"]},
        {"name": "videos", "type": "youtube", "api_key_env": "KEY"},
        GRAPH | {"name": "tags", "type": "instagram_hashtags", "hashtags": ["tea"]},
        GRAPH | {"name": "sounds", "type": "instagram_audio"},
        GRAPH | {"name": "questions", "type": "instagram_comments"},
        {"name": "s", "type": "sandbox"},
    ]
    found = load_sources(write(tmp_path, {"sources": sources, "contact": " me@example.org "}))
    assert {name: config.type for name, config in found.configs.items()} == {
        source["name"]: source["type"] for source in sources
    }
    assert found.contact == "me@example.org"
    assert {source["type"] for source in sources} == set(TYPES)


def test_a_path_is_looked_up_from_the_working_directory_then_from_the_files_folder(tmp_path, monkeypatch):
    file = write(tmp_path, {"sources": [TABLE]})
    (here := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(here)
    assert load_sources(file).configs["t"].path == tmp_path / "t.csv"
    (here / "t.csv").write_text("id,title,at\n")
    assert load_sources(file).configs["t"].path == here / "t.csv"


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
        ({"sources": [{"name": "g", "type": "google_trends", "geo": "usa"}]}, ["source 'g'", "geo"]),
        ({"sources": [{"name": "w", "type": "wikimedia", "project": "../x"}]}, ["source 'w'", "project"]),
        ({"sources": [{"name": "h", "type": "hacker_news", "limit": 0}]}, ["source 'h'", "limit"]),
        (
            {"sources": [{"name": "s", "type": "sandbox", "every_minutes": 0}]},
            ["source 's'", "every_minutes"],
        ),
        ({"sources": [{"name": "s", "type": "sandbox"}], "contact": ""}, ["contact"]),
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


def test_the_catalog_makes_an_adapter_once_and_knows_its_names():
    sources = TrendSources(Sources([SANDBOX, SandboxSource(type="sandbox", name="b")]), None, lambda: NOON)
    assert sources.names == ["world", "b"]
    assert sources.adapter("b") is sources.adapter("b")
    assert sources.memory("b") is not sources.memory("world")
    for ask in (sources.config, sources.adapter):
        with pytest.raises(ConfigError, match=r"'wrld'.*did you mean 'world'"):
            ask("wrld")
