"""The commands about niches as a person meets them."""

import json
import sys
from types import SimpleNamespace

import pytest

from content_pipeline.accounts import load_accounts
from content_pipeline.cli import main
from content_pipeline_tests.niches.lakes import lake_of, plain
from content_pipeline_tests.niches.test_portfolio import market
from content_pipeline_tests.trends.helpers import DAY

WHEN = ("--date", str(DAY), "--days", "1")


@pytest.fixture
def call(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["content-pipeline", "niches", *words])
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = capfd.readouterr()
        return SimpleNamespace(code=code, out=out, err=err)

    return run


def test_niches_are_shown_with_what_is_unknown_and_a_plan(call, tmp_path):
    lake_of(tmp_path, *plain(), *market())
    done = call(*WHEN)
    assert (done.code, done.err) == (0, "")
    for text in (
        "100 items of s",
        "taken as number 1",
        "unknown, no item is about them:",
        "skincare",
        "demand: 15 items",
        "contrarian",
    ):
        assert text in done.out


def test_niches_as_json_hold_the_whole_answer(call, tmp_path):
    lake_of(tmp_path, *plain(), *market())
    told = json.loads(
        call(*WHEN, "--json", "--portfolio", "2", "--niche", "study", "--niche", "wellbeing").out
    )
    assert {score["category"] for score in told["scores"]} == {"study", "wellbeing"}
    assert len(told["pilots"]) == 2
    assert len(told["pilots"][0]["posts"]) == 12


def test_starter_accounts_are_written_where_asked(call, tmp_path):
    lake_of(tmp_path, *plain(), *market())
    done = call(*WHEN, "--portfolio", "2", "--accounts", str(tmp_path / "new"))
    assert done.err.count("wrote ") == 2
    assert len(load_accounts(tmp_path / "new")) == 2
    again = call(*WHEN, "--portfolio", "2", "--accounts", str(tmp_path / "new"))
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (WHEN, 1, "the lake has no signals yet: run `content-pipeline produce`"),
        ((*WHEN, "--niche", "fitnes"), 2, "unknown niche 'fitnes', did you mean 'fitness'"),
        (("--date", "yesterday"), 2, "--date 'yesterday' is not a day"),
        (("--seeds", "nowhere.yaml"), 2, "nowhere.yaml: cannot be read"),
        (("--portfolio", "7"), 2, "--portfolio"),
        (("review", "--account", "dmeo"), 2, "unknown account 'dmeo', did you mean 'demo'"),
    ],
)
def test_what_goes_wrong_is_one_clear_line(call, words, code, told):
    done = call(*words)
    assert done.code == code
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_review_before_any_post_is_not_yet(call):
    done = call("review")
    assert done.code == 0
    assert "not yet; 0 of 12 posts are measured" in done.out
    assert json.loads(call("review", "--json", "--posts", "5").out)[0]["planned"] == 5
