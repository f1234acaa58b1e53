"""An account in its pilot phase: nothing leaves without a person's word, and that word is enough."""

from content_pipeline_tests.examples import demo_folder
from content_pipeline_tests.loop.produce import call, ledger, live_media, produce


def test_a_pilots_posts_wait_for_approval(tmp_path):
    accounts = demo_folder(tmp_path / "accounts", governance_phase="pilot", posts_per_day=1, slots=["09:00"])
    home = tmp_path / "home"
    summary = produce(home, "2026-01-05", accounts=accounts)
    assert live_media(home) == []
    assert [row["state"] for row in ledger(home)] == ["awaiting_approval"]
    assert [day["other_states"] for day in summary["days"]] == [{"awaiting_approval": 1}]
    waiting = ledger(home)[0]["post_id"]
    assert call(home, "approve", "post_unknown", "--by", "Ada").returncode == 2
    done = call(home, "approve", waiting, "--by", "Ada", accounts=accounts)
    assert done.returncode == 0, done.stderr
    assert "editorial, compliance approved by Ada" in done.stdout
