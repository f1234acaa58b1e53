"""Everything that `produce` needs, opened together and closed together: instance, stores, and in sandbox mode the local Instagram."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta

from content_pipeline.accounts import Account
from content_pipeline.clock import SandboxClock, end_of
from content_pipeline.definitions import build_defs
from content_pipeline.instance import Runner, open_instance
from content_pipeline.partitions import FIRST_DAY
from content_pipeline.posts.ledger import Ledger
from content_pipeline.production import Production, Stores
from content_pipeline.renders.records import Render
from content_pipeline.reports.weekly import report_path
from content_pipeline.resources import clock_of
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline.settings import ConfigError, Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.summary import Summary, read_summary
from content_pipeline.trends.sources.catalog import load_sources

Announce = Callable[[str], AbstractContextManager[object]]


class Session:
    """Produces days and reads back what came of them."""

    def __init__(
        self, settings: Settings, accounts: Mapping[str, Account], stores: Stores, production: Production
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._stores = stores
        self._production = production

    def produce(self, first: date | None, days: int) -> Summary:
        """Produce ``days`` days from ``first`` (default: today by the clock) and return what came of them.

        Raises:
            ConfigError: a day is outside what can be produced.
            RunFailed: a step failed that the rest needs.
        """
        todays = {
            account.id: self._stores.clock.now().astimezone(account.zone).date()
            for account in self._accounts.values()
        }
        if self._settings.mode != "sandbox" and len(set(todays.values())) > 1:
            told = ", ".join(f"{name} {day}" for name, day in todays.items())
            raise ConfigError(
                f"it is not the same day for every account ({told}): produce them one by one with --account"
            )
        today = min(todays.values())
        first = first or today
        wanted = [first + timedelta(days=n) for n in range(days)]
        self._refuse_impossible(wanted, today)
        self._production.produce(first, days)
        return self._summary(wanted)

    def _refuse_impossible(self, wanted: list[date], today: date) -> None:
        if wanted[0] < FIRST_DAY:
            raise ConfigError(f"{wanted[0]} is before the first day that can be produced, {FIRST_DAY}")
        if wanted[-1] > datetime.now(UTC).date() + timedelta(
            days=1
        ):  # it may be tomorrow already in the east
            raise ConfigError(f"{wanted[-1]} has not come yet: the last day that can be produced is today")
        if self._settings.mode != "sandbox" and wanted != [today]:
            raise ConfigError(
                f"in mode {self._settings.mode} only today ({today}) can be produced: past slots are never published late"
            )
        self._refuse_the_past(wanted)

    def _refuse_the_past(self, wanted: list[date]) -> None:
        """Refuse days that the sandbox's clock has passed, unless they were produced: their slots could only be missed."""
        clock = self._stores.clock
        if not (isinstance(clock, SandboxClock) and clock.is_set()):
            return
        now = clock.now()
        for account in self._accounts.values():
            for day in wanted:
                passed = end_of(day, account.zone) <= now
                if passed and not self._stores.lake.exists(
                    "strategy", {"account": account.id, "day": str(day)}
                ):
                    raise ConfigError(
                        f"the sandbox's clock stands at {now:%Y-%m-%d %H:%M} UTC, after {day}, and never goes back: "
                        "set CONTENT_PIPELINE_HOME to a new folder to produce earlier days"
                    )

    def _summary(self, days: list[date]) -> Summary:
        media = MediaStore(self._settings.media_base)
        dims = [{"account": name, "day": str(day)} for name in self._accounts for day in days]
        reels = {
            r.render_id: media.url(r.reel_key)
            for r in self._stores.lake.read_existing("renders", Render, dims)
        }
        monday = days[-1] - timedelta(days=days[-1].weekday())
        report = report_path(self._settings.home, next(iter(self._accounts)), monday)
        return read_summary(
            self._settings.marts_path,
            list(self._accounts),
            days,
            reels,
            str(report) if report.exists() else None,
            self._production.warnings,
        )


@contextmanager
def open_session(
    settings: Settings, accounts: Mapping[str, Account], announce: Announce
) -> Iterator[Session]:
    """Open a session; the sandbox, where one is used, lives as long as it does."""
    sources = load_sources(settings.sources).configs
    with ExitStack() as stack:
        if settings.mode != "live" and settings.instagram_url is None:
            url = stack.enter_context(running_sandbox(settings.home, seed=settings.world_seed))
            settings = settings.model_copy(update={"instagram_url": url})
        instance = stack.enter_context(open_instance(settings))
        operations = OperationsDatabase(settings.effective_database_url)
        stack.callback(operations.dispose)
        runner = Runner(instance, build_defs(settings))
        runner.register(accounts, sources)
        stores = Stores(Lake(settings.lake_base), operations, Ledger(operations), clock_of(settings))
        production = Production(
            runner,
            stores,
            accounts,
            list(sources),
            simulated_time=settings.mode == "sandbox",
            announce=announce,
        )
        yield Session(settings, accounts, stores, production)
