"""A ledger, a media store, a platform, and workers that come and go: what publishing is tested with."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.publications import Publication
from content_pipeline.posts.publisher import Publisher, PublishReport
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.posts.rows import DAY, account, at, intent, payload

TOKEN = "very-secret-token"


@cache
def _migrated() -> Path:
    """Return a database that was migrated once, to be copied: migrating takes longer than most tests."""
    file = Path(tempfile.mkdtemp(prefix="content-pipeline-studio-")) / "operations.db"
    OperationsDatabase(f"sqlite:///{file}").dispose()
    return file


class Studio:
    """``tell_time`` moves the platform's clock; ``patience_s`` is how long a worker waits for an answer."""

    def __init__(
        self,
        folder: Path,
        url: str,
        reel: bytes,
        tell_time: Callable[[datetime], object] = lambda now: None,
        patience_s: float = 20,
    ) -> None:
        self.folder = folder
        self.url = url
        self.media = MediaStore(str(folder / "media"))
        self.reel = folder / "reel.mp4"
        self.reel.write_bytes(reel)
        if not (folder / "operations.db").exists():
            shutil.copy(_migrated(), folder / "operations.db")
        self.database = OperationsDatabase(f"sqlite:///{folder / 'operations.db'}")
        self.client = InstagramClient(url, TOKEN, answer_timeout_s=patience_s)
        self.ledger = Ledger(self.database)
        self.slept: list[float] = []
        self._tell_time = tell_time

    def close(self) -> None:
        self.client.close()
        self.database.dispose()

    def plan(self, *numbers: int, **changes) -> None:
        numbers = numbers or (0,)
        film = payload(self.reel, self.media, **changes)
        self.ledger.plan("demo", DAY, [intent(n, payload=film) for n in numbers], at(-60))

    def publish(self, minutes: float = 0, *, mode: str = "sandbox", **of_account) -> PublishReport:
        """Run one tick with a worker that has just started."""
        self._tell_time(at(minutes).created_at)
        worker = Ledger(self.database)
        publisher = Publisher(worker, self.client, self.media, mode=mode, sleep=self.slept.append)
        return publisher.publish_due(account(**of_account), at(minutes, run=f"run-{minutes}"))

    def publish_until_quiet(self, ticks: int = 20) -> None:
        """Run ticks at the moments that the ledger asks for, until nothing is left to be done."""
        minutes = 0.0
        for _ in range(ticks):
            due = self.publish(minutes).next_due
            if due is None:
                return
            minutes = max(minutes, (due - at().created_at) / timedelta(minutes=1))

    def post(self, n: int = 0) -> Publication:
        return self.ledger.publications("demo")[n]

    def events(self, n: int = 0) -> list[str]:
        return [event.event for event in self.ledger.events(self.post(n).post_id)]
