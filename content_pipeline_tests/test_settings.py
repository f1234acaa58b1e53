"""Settings and accounts: wrong input is one clear line that names the thing and what to do."""

from pathlib import Path

import pytest
import yaml

from content_pipeline.accounts import load_accounts, pick_account
from content_pipeline.settings import ConfigError, load_settings

DEMO = yaml.safe_load((Path(__file__).parent.parent / "data" / "accounts" / "demo.yaml").read_text())


def test_defaults_need_nothing():
    settings = load_settings()
    assert settings.mode == "sandbox"
    assert settings.home == Path.cwd() / "data" / "run"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "CONTENT_PIPELINE_MODE",
            "prod",
            "CONTENT_PIPELINE_MODE: Input should be 'sandbox', 'rehearsal' or 'live'",
        ),
        ("CONTENT_PIPELINE_WORLD_SEED", "x", "CONTENT_PIPELINE_WORLD_SEED: Input should be a valid integer"),
        ("CONTENT_PIPELINE_DATABASE_URL", "foo", "not a database URL such as postgresql://"),
        (
            "CONTENT_PIPELINE_MOD",
            "live",
            "unknown setting CONTENT_PIPELINE_MOD, did you mean 'CONTENT_PIPELINE_MODE'?",
        ),
    ],
)
def test_a_wrong_setting_is_one_clear_line(monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as error:
        load_settings()
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_secrets_are_masked(monkeypatch):
    monkeypatch.setenv("CONTENT_PIPELINE_LAKE_URL", "s3://key:topsecret@bucket/lake")
    assert load_settings().describe()["lake_url"] == "s3://**********@bucket/lake"
    monkeypatch.setenv("CONTENT_PIPELINE_DATABASE_URL", "postgresql://me:hunter2@db/ops")
    assert "hunter2" not in str(load_settings().describe())
    assert "hunter2" not in repr(load_settings())


def account(tmp_path: Path, name: str = "demo", **changes: object) -> Path:
    (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(DEMO | changes))
    return tmp_path


def test_the_shipped_account_is_valid():
    assert load_accounts(Path("data/accounts"))["demo"].zone.key == "America/New_York"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timezon": "UTC"}, "unknown key 'timezon', did you mean 'timezone'?"),
        ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is not an IANA time zone"),
        ({"timezone": "../etc/passwd"}, "is not an IANA time zone"),
        ({"slots": []}, "slots"),
        ({"slots": ["25:00"]}, "slots.0"),
        ({"slots": ["09:00", "09:00"]}, "a slot is named twice"),
        ({"posts_per_day": 0}, "posts_per_day"),
        ({"id": "Demo Account"}, "id: String should match pattern"),
        ({"id": "../x"}, "id: String should match pattern"),
        ({"brand": {"primary": "yellow"}}, "'yellow' is not a colour such as #101828"),
        ({"governance_phase": "wild"}, "governance_phase"),
    ],
)
def test_a_malformed_account_names_file_and_key(tmp_path, changes, message):
    with pytest.raises(ConfigError) as error:
        load_accounts(account(tmp_path, **changes))
    assert message in str(error.value)
    assert "demo.yaml" in str(error.value)


@pytest.mark.parametrize("text", ["a: [1,", "- just\n- a list\n", "\x00", ""])
def test_a_file_that_is_not_an_account_names_itself(tmp_path, text):
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        load_accounts(tmp_path)


def test_a_file_that_is_not_text_names_itself(tmp_path):
    (tmp_path / "broken.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        load_accounts(tmp_path)


def test_two_files_cannot_share_an_id(tmp_path):
    account(tmp_path, "a")
    account(tmp_path, "b")
    with pytest.raises(ConfigError, match="is taken by another file"):
        load_accounts(tmp_path)


def test_no_accounts_says_where_they_belong(tmp_path):
    with pytest.raises(ConfigError, match="put one YAML file per account there"):
        load_accounts(tmp_path / "nowhere")


def test_an_unknown_account_names_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match="unknown account 'dmeo', did you mean 'demo'"):
        pick_account(load_accounts(account(tmp_path)), "dmeo")
