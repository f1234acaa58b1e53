"""`content-pipeline gate`: texts and files of texts are judged, bad rows are told and the rest goes on; errors say what to do."""

import json

import pytest
from typer.testing import CliRunner

from content_pipeline.cli import app
from content_pipeline.settings import ConfigError


def gate(*words):
    result = CliRunner().invoke(app, ["gate", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def lines(result):
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_texts_get_their_verdict_and_what_to_do():
    result = gate("A calm desk", "tag 3 friends", "lose 10 kg in 2 weeks")
    assert result.exit_code == 0
    told = result.stdout
    assert [word for word in told.split() if word in ("released", "needs_approval", "blocked")] == [
        "released",
        "needs_approval",
        "blocked",
    ]
    assert "claims.results_guarantee" in told
    assert "say what was observed" in told
    assert "asks editorial" in told
    assert "3 texts" in result.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("texts.csv", b'\xef\xbb\xbfid,Text\n1,"A calm\ndesk"\n2,\n3,read it on example.com\n4,\xff\n'),
        (
            "texts.jsonl",
            b'{"text": "A calm desk"}\nnot json\n{"text": "read it on example.com"}\n{"text": 4}\n["text"]\n',
        ),
        ("texts.txt", b"A calm desk\n\nread it on example.com\r\n\xff\n"),
    ],
)
def test_a_file_is_judged_row_by_row_and_bad_rows_stop_nothing(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    rows = lines(gate("--file", file, "--json"))
    assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
    assert (rows[0]["verdict"], rows[2]["verdict"]) == ("released", "blocked")
    assert rows[0]["findings"] == []
    [link] = rows[2]["findings"]
    assert (link["rule_id"], link["severity"]) == ("text.link", "block")
    assert link["remedy"]
    bad = [rows[1], *rows[3:]]
    assert all(set(row) == {"row", "rejected"} and row["rejected"] for row in bad)


def test_a_text_that_is_too_long_is_rejected():
    [row] = lines(gate("--json", "a" * 20_001))
    assert "more than 20,000" in row["rejected"]


@pytest.mark.parametrize(
    ("words", "content", "message"),
    [
        ([], None, "nothing to judge"),
        (["--file", "missing.csv"], None, "cannot be read"),
        (["--file", "texts.csv"], "id,caption\n1,x\n", "no column `text`; it has: id, caption"),
        (["--file", "texts.csv"], "", "no header"),
        (["--account", "nobody", "hello"], None, "unknown account 'nobody'"),
    ],
)
def test_wrong_use_says_what_to_do(tmp_path, monkeypatch, words, content, message):
    if content is not None:
        (tmp_path / "texts.csv").write_text(content)
    words = [str(tmp_path / word) if word.endswith(".csv") else word for word in words]
    with pytest.raises(ConfigError, match=message):
        gate(*words)
