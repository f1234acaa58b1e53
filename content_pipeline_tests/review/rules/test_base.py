import pytest

from content_pipeline.review.rules.base import EXCERPT, excerpt

LONG = "One small walk instead of the third coffee, and the evening is yours " * 3


@pytest.mark.parametrize(
    ("text", "start", "begins", "ends"),
    [
        ("Short and whole", 6, "Short", "whole"),
        (LONG, 0, "One small", "is yours One small"),
        (LONG, LONG.index("instead", 80), "One small walk instead", "One small walk instead of"),
        ("x" * 300, 100, "xxx", "xxx"),
        ("two\nlines  here", 4, "two lines here", "here"),
        ("", 0, "", ""),
    ],
)
def test_an_excerpt_is_whole_words_around_its_place(text: str, start: int, begins: str, ends: str) -> None:
    found = excerpt(text, start)
    assert found.startswith(begins)
    assert found.endswith(ends)
    assert len(found) <= EXCERPT + 20
