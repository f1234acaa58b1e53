"""What `content-pipeline dead-letters replay` does: tries refused rows again with today's code.

What can be read now is landed like a poll and merged by a run of ``trend_signals``, the only writer of its partitions: Dagster's pool
lets one such run at a time, so a replay and the sensor's runs never lose each other's rows. A replay that dies in between loses
nothing: what has landed is merged by the next run, and trying the letters again changes nothing.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape

from content_pipeline.definitions import build_defs
from content_pipeline.instance import RunFailed, Runner, open_instance
from content_pipeline.partitions import partition_key
from content_pipeline.resources import clock_of
from content_pipeline.settings import ConfigError, Settings
from content_pipeline.storage.dead_letters import DeadLetters, KeptLetter
from content_pipeline.storage.landing import Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp, content_hash
from content_pipeline.trends.assets import POLLS_TAG
from content_pipeline.trends.normalize import replay
from content_pipeline.trends.sources.catalog import Sources, load_sources

STAGE = "trends"


@dataclass
class Replayed:
    """What came of letters: those resolved, and for the others why they stay, by id."""

    resolved: list[str] = field(default_factory=list)
    stay: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def show(self, console: Console) -> None:
        """Print it for people."""
        for letter_id, reason in self.stay.items():
            console.print(f"{letter_id} stays: {escape(reason)}", highlight=False, soft_wrap=True)
        console.print(f"{len(self.resolved)} resolved, {len(self.stay)} stay", highlight=False)


def replay_letters(settings: Settings, source: str | None, letter_id: str | None) -> Replayed:
    """Try again the letters of a source, the one with an id, or all that wait.

    Raises:
        ConfigError: there is no letter with this id that waits, or the sources file is wrong.
    """
    configured = load_sources(settings.sources)
    with OperationsDatabase(settings.effective_database_url) as database:
        letters = DeadLetters(database)
        waiting = letters.waiting(source, letter_id)
        if letter_id is not None and not waiting:
            raise ConfigError(
                f"no dead letter {letter_id!r} waits: `content-pipeline dead-letters list` shows those that do"
            )
        stamp = Stamp(trace_id="replay", created_at=clock_of(settings).now())
        done = Replayed()
        readable = _readable(waiting, configured, letters, stamp, done)
        _merge(settings, configured, readable, letters, stamp, done)
        return done


Partition = tuple[str, date]


def _readable(
    waiting: list[KeptLetter], configured: Sources, letters: DeadLetters, stamp: Stamp, done: Replayed
) -> dict[Partition, list[KeptLetter]]:
    """Return the letters that can be read now, by source and day; note why the others stay."""
    found: dict[Partition, list[KeptLetter]] = defaultdict(list)
    for kept in waiting:
        letter, config = kept.letter, configured.configs.get(kept.letter.source)
        if letter.payload is None or letter.stage != STAGE:
            done.stay[kept.id] = f"{letter.reason} (the row was not kept whole, so it cannot be tried again)"
        elif config is None:
            done.stay[kept.id] = f"source {letter.source!r} is not in the sources file"
        else:
            try:
                replay(config, letter.payload, letter.day, stamp)
            except ValueError as error:
                done.stay[kept.id] = str(error)
                letters.refuse_again(kept.id, str(error))
            else:
                found[letter.source, letter.day].append(kept)
    return found


def _merge(
    settings: Settings,
    configured: Sources,
    readable: dict[Partition, list[KeptLetter]],
    letters: DeadLetters,
    stamp: Stamp,
    done: Replayed,
) -> None:
    if not readable:
        return
    landing = Landing(settings.lake_base)
    with open_instance(settings) as instance:
        runner = Runner(instance, build_defs(settings))
        runner.register({}, configured.configs)
        for (source, day), kept in readable.items():
            ids = [one.id for one in kept]
            lines = [f'{{"item": {one.letter.payload}}}' for one in kept]
            landing.land(source, day, stamp.created_at, content_hash(ids)[:16], lines)
            try:
                runner.run("ingest_trends", partition_key(source=source, day=day), tags={POLLS_TAG: "replay"})
            except RunFailed as error:
                done.stay |= dict.fromkeys(ids, str(error))
            else:
                letters.resolve(ids, stamp.created_at)
                done.resolved += ids
