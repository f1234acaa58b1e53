"""Sources that are read in parts (subreddits, hashtags, posts): one that cannot be read does not stop the others.

What a part is and how it is read is the adapters' part.
"""

from collections.abc import Callable, Iterable, Iterator

from content_pipeline.trends.sources.base import RawItem, Refusal, SourceError, one_line

ReadPart = Callable[[str], Iterable[RawItem | Refusal]]


class PartError(SourceError):
    """One part of a source cannot be read; others may be. Any other ``SourceError`` is about the source as a whole."""


def read_parts(parts: Iterable[str], read: ReadPart) -> Iterator[RawItem | Refusal]:
    """Yield what each part shows; for one that cannot be read, a refusal with the reason.

    An error of the source as a whole, such as a rate limit, ends the reading: what was read before it is kept, and the
    remaining parts are refused for that reason.

    Raises:
        SourceError: no part could be read; of several errors, that of the source as a whole, else the first.
    """
    first: SourceError | None = None
    ending: SourceError | None = None
    shown = False
    for part in parts:
        found, error = ([], ending) if ending else _attempt(part, read)
        if error is None:
            shown = shown or not found or any(isinstance(one, RawItem) for one in found)
            yield from found
            continue
        first = first or error
        if not isinstance(error, PartError):
            if not shown:
                raise error
            ending = error
        yield Refusal(part, one_line(error), "")
    if first is not None and not shown:
        raise first


def _attempt(part: str, read: ReadPart) -> tuple[list[RawItem | Refusal], SourceError | None]:
    try:
        return list(read(part)), None
    except SourceError as error:
        return [], error
