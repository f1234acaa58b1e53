"""docs/marts.md says of every table, macro and column what the SQL files say."""

from pathlib import Path

from content_pipeline.marts.describe import describe_marts


def test_the_reference_is_complete_and_true():
    reference = describe_marts()
    assert "| None |" not in reference
    assert (Path(__file__).parents[2] / "docs" / "marts.md").read_text().endswith(reference)
