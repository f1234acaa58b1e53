"""What assets are given: plain domain objects (a lake, a ledger's database, a clock), made here from the settings.

They are not Dagster configuration on purpose: configuration is shown in the UI, and a database URL may hold a password.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dagster as dg

from content_pipeline.accounts import Account, load_accounts
from content_pipeline.alerts import Alerts
from content_pipeline.clock import Clock, SandboxClock, SystemClock
from content_pipeline.instance import NOW_TAG
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.sandbox.running import running_sandbox, sandbox_clock
from content_pipeline.scripts.engines.base import CreativeEngine
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.settings import ConfigError, Settings
from content_pipeline.storage.io_manager import LakeIOManager
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.landing import Landing
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Record
from content_pipeline.trends.sources.catalog import TrendSources, load_sources
from content_pipeline.trends.watching.budgets import StoredBudget
from content_pipeline.trends.watching.polling import Watch

LIVE_URL = "https://graph.facebook.com"


@dataclass(frozen=True)
class Platform:
    """Where Instagram is in this mode: the local sandbox, or Meta's servers in live mode."""

    settings: Settings
    url: str

    def client(self, account: Account) -> InstagramClient:
        """Return a client that acts for ``account``.

        Raises:
            ConfigError: live mode, and the account's token is not in the environment.
        """
        settings = self.settings
        return InstagramClient(
            self.url,
            token=self._token(account),
            version=settings.instagram_api_version,
            upload_url=settings.instagram_upload_url,
        )

    def _token(self, account: Account) -> str:
        if self.settings.mode != "live":
            return f"sandbox-{account.id}"
        token = os.environ.get(account.access_token_env or "")
        if not token:
            name = account.access_token_env or "(access_token_env is not set in its file)"
            raise ConfigError(
                f"account {account.id} has no access token: put it into the environment as {name}"
            )
        return token


def build_resources(settings: Settings, records: Mapping[str, type[Record]]) -> dict[str, Any]:
    """Return the resources of the code location.

    Raises:
        ConfigError: an account or the sources file is wrong.
    """
    lake = Lake(settings.lake_base)
    return {
        "lake_io": LakeIOManager(lake, records),
        "lake": lake,
        "landing": Landing(settings.lake_base),
        "media": MediaStore(settings.media_base),
        "settings": settings,
        "accounts": load_accounts(settings.accounts),
        "engine": _engine(settings),
        "moderator": _moderator(settings),
        "operations": dg.ResourceDefinition(_operations(settings)),
        "clock": dg.ResourceDefinition(_clock(settings)),
        "platform": dg.ResourceDefinition(_platform(settings)),
        "alerts": dg.ResourceDefinition(_alerts(settings), required_resource_keys={"operations"}),
        "sources": dg.ResourceDefinition(
            _sources(settings), required_resource_keys={"platform", "clock", "operations"}
        ),
        "watch": dg.ResourceDefinition(
            _watch, required_resource_keys={"sources", "landing", "operations", "clock"}
        ),
    }


def clock_of(settings: Settings) -> Clock:
    """Return the clock of the settings' mode: only the sandbox's can be moved."""
    return sandbox_clock(settings.home) if settings.mode == "sandbox" else SystemClock()


def _operations(settings: Settings) -> Callable[[dg.InitResourceContext], Iterator[OperationsDatabase]]:
    def open_database(_: dg.InitResourceContext) -> Iterator[OperationsDatabase]:
        settings.claim_home()
        with OperationsDatabase(settings.effective_database_url) as database:
            yield database

    return open_database


def _engine(settings: Settings) -> CreativeEngine | dg.ResourceDefinition:
    if settings.engine == "template":
        return TemplateEngine()
    # Only who writes with a model pays for loading its client.
    from content_pipeline.scripts.engines.openai.building import build_openai_engine
    from content_pipeline.scripts.engines.openai.prices import prices_of

    prices_of(settings)  # a model without a price is told before a run begins

    def open_engine(context: dg.InitResourceContext) -> CreativeEngine:
        return build_openai_engine(settings, context.resources.operations, context.resources.clock.now)

    return dg.ResourceDefinition(open_engine, required_resource_keys={"operations", "clock"})


def _moderator(settings: Settings) -> dg.ResourceDefinition:
    if settings.openai_api_key is None:
        return dg.ResourceDefinition(lambda _: None)
    # Only who has a key pays for loading its client.
    from content_pipeline.review.moderator import build_moderator

    return dg.ResourceDefinition(lambda _: build_moderator(settings))


def _clock(settings: Settings) -> Callable[[dg.InitResourceContext], Clock]:
    def set_clock(context: dg.InitResourceContext) -> Clock:
        """Move the sandbox's clock to the moment that the run's tag names, as a schedule or the command line asked."""
        clock = clock_of(settings)
        moment = context.run.tags.get(NOW_TAG) if context.run else None
        if moment and isinstance(clock, SandboxClock):
            clock.advance_to(datetime.fromisoformat(moment))
        return clock

    return set_clock


@contextmanager
def platform_of(settings: Settings) -> Iterator[Platform]:
    """Give the platform of the settings' mode; a local sandbox runs as long as the block lasts, unless another one is named."""
    if settings.instagram_url:
        yield Platform(settings, settings.instagram_url)
    elif settings.mode == "live":
        yield Platform(settings, LIVE_URL)
    else:
        with running_sandbox(settings.home, seed=settings.world_seed) as url:
            yield Platform(settings, url)


def _platform(settings: Settings) -> Callable[[dg.InitResourceContext], Iterator[Platform]]:
    def find_platform(_: dg.InitResourceContext) -> Iterator[Platform]:
        with platform_of(settings) as platform:
            yield platform

    return find_platform


def _sources(settings: Settings) -> Callable[[dg.InitResourceContext], TrendSources]:
    def open_sources(context: dg.InitResourceContext) -> TrendSources:
        given = context.resources
        url = None if settings.mode == "live" else given.platform.url
        budget = StoredBudget(given.operations, given.clock.now)
        return TrendSources(load_sources(settings.sources), url, given.clock.now, budget)

    return open_sources


def _alerts(settings: Settings) -> Callable[[dg.InitResourceContext], Alerts]:
    return lambda context: Alerts(context.resources.operations, settings.alert_urls)


def _watch(context: dg.InitResourceContext) -> Watch:
    given = context.resources
    return Watch(given.sources, given.landing, given.operations, given.clock.now)
