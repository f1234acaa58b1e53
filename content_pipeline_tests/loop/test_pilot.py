"""An account in its pilot phase: nothing leaves without a person's word, and that word is enough."""

import yaml

from content_pipeline_tests.examples import demo
from content_pipeline_tests.loop.produce import call, ledger, live_media, produce


def test_a_pilots_posts_wait_for_approval(tmp_path):
    account = demo().model_dump(mode="json") | {
        "governance_phase": "pilot",
        "posts_per_day": 1,
        "slots": ["09:00"],
    }
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "demo.yaml").write_text(yaml.safe_dump(account))
    home = tmp_path / "home"
    summary = produce(home, "2026-01-05", accounts=tmp_path / "accounts")
    assert live_media(home) == []
    assert [row["state"] for row in ledger(home)] == ["awaiting_approval"]
    assert [day["other_states"] for day in summary["days"]] == [{"awaiting_approval": 1}]
    waiting = ledger(home)[0]["post_id"]
    assert call(home, "approve", "post_unknown", "--by", "Ada").returncode == 2
    done = call(home, "approve", waiting, "--by", "Ada", accounts=tmp_path / "accounts")
    assert done.returncode == 0, done.stderr
    assert "editorial, compliance approved by Ada" in done.stdout
