"""The commands about prompts, and the settings of the engine that writes with models."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from content_pipeline.cli import app
from content_pipeline.scripts.prompts.loading import FAMILIES, load_prompts
from content_pipeline.scripts.quarantine import BLOCKED_BRIEFS, Quarantine
from content_pipeline.settings import ConfigError, load_settings
from content_pipeline.storage.operations import OperationsDatabase


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path


def test_a_prompt_in_quarantine_is_shown_with_its_reason_and_can_be_released(home: Path) -> None:
    from content_pipeline.resources import clock_of

    settings = load_settings()
    prompt = load_prompts(FAMILIES)[0]
    with OperationsDatabase(settings.effective_database_url) as database:
        quarantine = Quarantine(database, clock_of(settings).now)
        for number in range(BLOCKED_BRIEFS):
            quarantine.strike(prompt, "blocked", f"brief_{number}", "content_policy: [no]")
    run = CliRunner()
    shown = run.invoke(app, ["prompts", "list"]).output
    assert "in quarantine until" in shown
    assert "refused for 3 briefs in a row; the last: content_policy: [no]" in re.sub(r"\s+", " ", shown)
    listed = json.loads(run.invoke(app, ["prompts", "list", "--json"]).output)
    assert [bool(p["quarantine"]) for p in listed["prompts"]] == [True, False]
    assert listed["today"]["limit_usd"] == 5.0
    assert "released by ana" in run.invoke(app, ["prompts", "release", "script", "--by", "ana"]).output
    assert "is not in quarantine" in run.invoke(app, ["prompts", "release", "script"]).output
    assert "in quarantine" not in run.invoke(app, ["prompts", "list"]).output
    wrong = run.invoke(app, ["prompts", "release", "scrip"])
    assert "did you mean 'script'?" in str(wrong.exception)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            {"ENGINE": "openai", "MODE": "live"},
            "CONTENT_PIPELINE_ENGINE: openai needs a key: set OPENAI_API_KEY",
        ),
        (
            {"ENGINE": "openai", "OPENAI_API_KEY": "k"},
            "CONTENT_PIPELINE_ENGINE: openai asks api.openai.com, and mode sandbox",
        ),
        ({"ENGINE": "gpt"}, "CONTENT_PIPELINE_ENGINE: Input should be 'template' or 'openai'"),
        ({"OPENAI_API_KEY": "hidden\nlines"}, "CONTENT_PIPELINE_OPENAI_API_KEY: not a key"),
        ({"OPENAI_BASE_URL": "api.openai.com"}, "CONTENT_PIPELINE_OPENAI_BASE_URL: not an address"),
        ({"OPENAI_MODELS": " , "}, "CONTENT_PIPELINE_OPENAI_MODELS: names no model"),
        ({"OPENAI_DAILY_BUDGET_USD": "-1"}, "CONTENT_PIPELINE_OPENAI_DAILY_BUDGET_USD"),
    ],
)
def test_wrong_settings_are_one_clear_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], message: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"CONTENT_PIPELINE_{name}", value)
    with pytest.raises(ConfigError) as wrong:
        load_settings()
    assert str(wrong.value).startswith(message)
    assert "\n" not in str(wrong.value)
    assert "hidden" not in str(wrong.value)


@pytest.mark.parametrize(
    "environment",
    [
        {"CONTENT_PIPELINE_MODE": "live", "OPENAI_API_KEY": "secret-key"},
        {
            "CONTENT_PIPELINE_MODE": "rehearsal",
            "CONTENT_PIPELINE_OPENAI_API_KEY": "secret-key",
            "OPENAI_API_KEY": "other",
        },
        {"CONTENT_PIPELINE_OPENAI_BASE_URL": "http://127.0.0.1:11434/v1/"},
    ],
)
def test_the_engine_may_be_used_with_a_key_or_with_a_server_on_this_machine(
    home: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in ({"CONTENT_PIPELINE_ENGINE": "openai"} | environment).items():
        monkeypatch.setenv(name, value)
    settings = load_settings(openai_models=" a, b ,a")
    assert settings.openai_model_chain == ["a", "b"]
    assert "secret-key" not in repr(settings) + str(settings.describe())
    if settings.openai_api_key:
        assert settings.openai_api_key.get_secret_value() == "secret-key"
