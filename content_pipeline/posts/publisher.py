"""Publishes what is due for an account: what a tick of publishing does, and in which order.

The ledger is the only retry layer: an error ends in a pause or an end that is written down, and the next call
goes on from there. Calling it again, at any time and from any process, is safe. The exchange for one post is
in ``exchange``.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from content_pipeline.accounts import Account
from content_pipeline.posts.exchange import Exchange
from content_pipeline.posts.holds import Holds
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.instagram.errors import DeliveryUnknown, GraphError
from content_pipeline.posts.ledger import ClaimLost, Ledger
from content_pipeline.posts.preflight import Probe
from content_pipeline.posts.publications import Publication
from content_pipeline.posts.records import PostState
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.records import Part, Stamp

PAGE_READS_FOR = timedelta(days=2)
"""From a post's slot on, because the API may not know a new post's address at once."""


class PublishReport(Part):
    """What a call did: each touched post's state, and when the next can be worked on (null: none is left)."""

    states: dict[str, PostState]
    next_due: datetime | None


class Publisher:
    """Publishes for one account.

    Args:
        ledger: the publishing ledger.
        client: the platform, with the account's token.
        media: where the reels are.
        mode: ``sandbox``, ``rehearsal`` or ``live``; only ``live`` obeys the account's switches.
        probe: checks of a film (renders), run once more before it is sent.
        now: the present moment, asked again for each step; by default that of the call.
        sleep: waits between status reads.
    """

    def __init__(
        self,
        ledger: Ledger,
        client: InstagramClient,
        media: MediaStore,
        *,
        mode: str,
        probe: Probe | None = None,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._holds = Holds(ledger.database)
        self._client = client
        self._media = media
        self._mode = mode
        self._probe = probe
        self._now = now
        self._sleep = sleep

    def publish_due(self, account: Account, stamp: Stamp) -> PublishReport:
        """Publish the posts whose slot has come at ``stamp.created_at``, and resume what was interrupted.

        While the account's queue is paused nothing new is begun; what may be live is looked up all the same.
        """
        paused = self._holds.mark(account.id, stamp) is not None
        limit = timedelta(minutes=account.lateness_limit_minutes)
        states: dict[str, PostState] = dict.fromkeys(
            self._ledger.expire_late(account.id, limit, stamp), "missed"
        )
        tried: set[str] = set()
        while (post := self._ledger.claim(account.id, stamp, tried, only_begun=paused)) is not None:
            tried.add(post.post_id)
            exchange = self._exchange(post, account, stamp)
            try:
                states[post.post_id] = exchange.run().state
            except ClaimLost:
                continue
            finally:
                # After an unforeseen error the post can be resumed at once, not after its lease.
                self._ledger.drop_claim(post, stamp)
            if exchange.halt_account:
                break
        self._read_pages(account, stamp)
        return PublishReport(states=states, next_due=self._ledger.next_due(account.id))

    def _exchange(self, post: Publication, account: Account, stamp: Stamp) -> Exchange:
        return Exchange(
            post,
            ledger=self._ledger,
            holds=self._holds,
            client=self._client,
            media=self._media,
            account=account,
            mode=self._mode,
            stamp=lambda: (
                stamp if self._now is None else stamp.model_copy(update={"created_at": self._now()})
            ),
            sleep=self._sleep,
            probe=self._probe,
        )

    def _read_pages(self, account: Account, stamp: Stamp) -> None:
        """Read address and time of live posts that lack them; after a failure the next call reads again."""
        since = stamp.created_at - PAGE_READS_FOR
        for post in self._ledger.publications(account.id, states=["published"], since=since):
            if post.permalink is None and post.media_id is not None:
                try:
                    page = self._client.page(post.media_id)
                except (GraphError, DeliveryUnknown):
                    return
                self._ledger.note_page(post, stamp, page.permalink, page.posted_at)
