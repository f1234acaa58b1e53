"""Sources that are read in parts: what one part's failure means for the others."""

import pytest

from content_pipeline.trends.sources.base import RawItem, Refusal, SourceError
from content_pipeline.trends.sources.parts import PartError, read_parts


def reader(**parts):
    """Return a reader that shows each part's items or raises its error, and the list of parts it was asked for."""
    asked = []

    def read(part):
        asked.append(part)
        if isinstance(parts[part], Exception):
            raise parts[part]
        return iter(parts[part])

    return read, asked


ITEM = RawItem("p", "1", "t")
REFUSAL = Refusal("p", "broken", "")


def test_a_part_that_cannot_be_read_is_refused_and_the_others_are_read():
    read, _ = reader(a=PartError("gone"), b=[ITEM], c=PartError("private"), d=[])
    assert list(read_parts("abcd", read)) == [Refusal("a", "gone", ""), ITEM, Refusal("c", "private", "")]


def test_an_error_of_the_whole_source_ends_the_reading_and_keeps_what_was_read():
    read, asked = reader(a=[ITEM], b=SourceError("the network\nis down"), c=[ITEM])
    found = list(read_parts("abc", read))
    assert found == [ITEM, Refusal("b", "the network is down", ""), Refusal("c", "the network is down", "")]
    assert asked == ["a", "b"]


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"a": SourceError("down"), "b": [ITEM]}, "down"),
        ({"a": PartError("gone"), "b": PartError("private")}, "gone"),
        ({"a": PartError("gone"), "b": SourceError("down")}, "down"),
        ({"a": [REFUSAL], "b": SourceError("down")}, "down"),
    ],
)
def test_where_no_part_could_be_read_the_source_fails(parts, error):
    read, _ = reader(**parts)
    with pytest.raises(SourceError, match=error):
        list(read_parts(parts, read))


def test_parts_that_refuse_by_themselves_are_no_failure():
    read, _ = reader(a=[REFUSAL], b=[])
    assert list(read_parts("ab", read)) == [REFUSAL]
