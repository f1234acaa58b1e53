"""One reading of one source, whatever its adapter does, and what was read as JSON, for landed polls.

What is made of it is the part of ``normalize``.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any

from content_pipeline.trends.sources.base import (
    MissingSecret,
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Unchanged,
)
from content_pipeline.trends.sources.catalog import TrendSources

Found = RawItem | Refusal


class Shown:
    """What was found, as an adapter."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._found = found

    def read(self, day: date) -> Iterator[Found]:  # noqa: ARG002
        """Yield it, whatever the day."""
        yield from self._found


def read_source(sources: TrendSources, name: str, day: date) -> list[Found]:
    """Return what a source shows for a day.

    Raises:
        ConfigError: there is no such source.
        SourceError: it cannot be read; a fault of its adapter is one too, and says where it is.
        Unchanged: nothing changed since the pages that the source's memory knows.
    """
    kind = sources.config(name).type
    try:
        return list(sources.adapter(name).read(day))
    except (SourceError, Unchanged):
        raise
    except Exception as error:
        place = extract_tb(error.__traceback__)[-1]
        # Its text may quote anything, a secret too.
        raise SourceError(
            f"fault in the reader of {kind} sources: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}",
            "report it; the other sources go on",
        ) from None


def why_off(sources: TrendSources, name: str) -> str | None:
    """Return why a source is off (which secret is missing), or None where it can be asked."""
    try:
        sources.adapter(name)
    except MissingSecret as error:
        return str(error)
    except Exception:  # its reading says it again
        return None
    return None


def watched(sources: TrendSources) -> list[str]:
    """Return the names of the sources that can be asked: all that are not off."""
    return [name for name in sources.names if why_off(sources, name) is None]


def as_line(found: Found) -> str:
    """Return what was found as a line of JSON, without what is missing; what cannot be one becomes a refusal that says so."""
    if isinstance(found, Refusal):
        return json.dumps({"refusal": vars(found)})
    item = _present(found) | {"observations": [_present(seen) for seen in found.observations]}
    try:
        return json.dumps({"item": item}, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        return as_line(Refusal(found.position, f"cannot be kept as JSON: {type(error).__name__}", ""))


def from_line(line: str) -> Found:
    """Return what ``as_line`` was given; times come back as texts, which are read alike.

    Raises:
        ValueError: it is no such line.
    """
    match json.loads(line):
        case {"refusal": {"position": str(position), "reason": str(reason), "excerpt": str(excerpt)}}:
            return Refusal(position, reason, excerpt)
        case {"item": {"position": str(position), "observations": list(seen), **rest}}:
            values = {"external_id": None, "title": None} | _known(RawItem, rest)
            sightings = [
                RawObservation(**_known(RawObservation, one)) for one in seen if isinstance(one, dict)
            ]
            return RawItem(position=position, observations=sightings, **values)
    raise ValueError("not a line of a landed poll")


def fingerprint(found: Iterable[Found], since: datetime, until: datetime) -> str:
    """Return a hash of ids, titles, numbers and refusals, whatever their order.

    A sighting's moment between ``since`` and ``until`` is that of the reading itself and says nothing new.
    """
    texts = sorted(repr(_told(one, since, until)) for one in found)
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _told(found: Found, since: datetime, until: datetime) -> tuple[Any, ...]:
    if isinstance(found, Refusal):
        return found.position, found.reason, found.excerpt
    sightings = []
    for seen in found.observations:
        moment = seen.observed_at
        own = isinstance(moment, datetime) and moment.tzinfo is not None and since <= moment <= until
        sightings.append(_present(seen) | {"observed_at": None if own else moment})
    return found.external_id, found.title, sightings


def _present(part: RawItem | RawObservation) -> dict[str, Any]:
    return {name: value for name, value in vars(part).items() if value is not None}


def _known(kind: type[RawItem | RawObservation], values: Mapping[Any, Any]) -> dict[str, Any]:
    # A newer version may have landed fields that this one does not have.
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
