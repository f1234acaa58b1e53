"""What an operator may get wrong at the command line: one clear line and an exit code, never a traceback."""

import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import yaml

from content_pipeline.cli import main
from content_pipeline.sandbox.running import sandbox_clock


@pytest.fixture
def call(monkeypatch, capfd):
    """Run the command line in this process, to its exit."""

    def run(home, *words, **settings):
        monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(home))
        for name, value in settings.items():
            monkeypatch.setenv(f"CONTENT_PIPELINE_{name.upper()}", str(value))
        monkeypatch.setattr(sys, "argv", ["content-pipeline", *words])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return SimpleNamespace(returncode=end.value.code or 0, stdout=out, stderr=err)

    return run


CASES = [
    (("produce", "--account", "dmeo"), {}, "unknown account 'dmeo', did you mean 'demo'?"),
    (("produce", "--date", "13.04.2026"), {}, "--date '13.04.2026' is not a day: write it as YYYY-MM-DD"),
    (("produce", "--date", "2026-02-30"), {}, "--date '2026-02-30' is not a day"),
    (("produce", "--date", "2019-01-01"), {}, "2019-01-01 is before the first day that can be produced"),
    (("produce", "--date", "2099-01-01"), {}, "2099-01-01 has not come yet"),
    (("produce", "--days", "0"), {}, "Invalid value for '--days'"),
    (("produce",), {"mode": "prod"}, "CONTENT_PIPELINE_MODE"),
    (("produce",), {"sources": "nowhere.yaml"}, "nowhere.yaml"),
    (
        ("config",),
        {"sorces": "x"},
        "unknown setting CONTENT_PIPELINE_SORCES, did you mean 'CONTENT_PIPELINE_SOURCES'?",
    ),
    (("marts",), {"accounts": "nowhere", "mode": "prod"}, "CONTENT_PIPELINE_MODE"),
]


@pytest.mark.parametrize(("words", "settings", "message"), CASES)
def test_a_mistake_is_one_clear_line(call, tmp_path, words, settings, message):
    done = call(tmp_path, *words, **settings)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"sources": [{"name": "a", "type": "tabel", "path": "x.csv"}]}, "table"),
        (
            {
                "sources": [
                    {
                        "name": "a",
                        "type": "table",
                        "path": "gone.csv",
                        "columns": {"external_id": "a", "title": "b"},
                    }
                ]
            },
            "gone.csv",
        ),
        ({"sources": [{"name": "a", "type": "sandbox", "ptah": "x"}]}, "ptah"),
        ({"sorces": []}, "did you mean 'sources'"),
        ([], "expected keys and values"),
    ],
)
def test_a_wrong_sources_file_is_one_clear_line(call, tmp_path, sources, message):
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump(sources))
    done = call(tmp_path / "home", "produce", "--date", "2026-01-05", sources=file)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3


def test_help_suffices(call, tmp_path):
    done = call(tmp_path, "produce", "--help")
    assert all(option in done.stdout for option in ("--date", "--days", "--account", "--json"))


def test_a_home_belongs_to_one_mode(call, tmp_path):
    (tmp_path / "mode").write_text("live")
    done = call(tmp_path, "produce", "--date", "2026-01-05")
    assert done.returncode == 2
    assert "was used in mode live" in done.stderr


def test_a_day_that_the_sandboxs_clock_has_passed_is_refused(call, tmp_path):
    sandbox_clock(tmp_path).advance_to(datetime(2026, 6, 1, tzinfo=UTC))
    done = call(tmp_path, "produce", "--date", "2026-01-05")
    assert done.returncode == 2
    assert "clock stands at 2026-06-01" in done.stderr
    assert "CONTENT_PIPELINE_HOME" in done.stderr
