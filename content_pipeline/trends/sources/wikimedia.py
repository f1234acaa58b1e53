"""What people read on a Wikimedia project: its most viewed articles of a day, and how often they were viewed before.

The counts are of whole days (UTC) and come out in the morning after. Which pages are no articles is in ``wikimedia_pages``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field, StringConstraints

from content_pipeline.trends.sources.base import (
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import SourceConfig, Text, WebAddress
from content_pipeline.trends.sources.web import MissingPage, Page, Web, bare
from content_pipeline.trends.sources.wikimedia_pages import is_article

OUT_BY = time(12, tzinfo=UTC)
"""By when the counts of a day are out on the next: the moment of a past day's sightings."""


class WikimediaSource(SourceConfig):
    """The ``limit`` most viewed articles of a project such as ``en.wikipedia``.

    ``series_days``: how many days back a reading of a past day also gives the articles that are on the newest list and were not yet
    on that day's, so that newcomers have a baseline. Their choice is made by hindsight, which a replay must not have: 0 turns it off.
    """

    type: Literal["wikimedia"]
    project: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z]+$")] = "en.wikipedia"
    limit: int = Field(default=100, ge=1, le=1000)
    skip: tuple[Text, ...] = ()
    series_days: int = Field(default=0, ge=0, le=60)
    every_minutes: int = Field(default=60, ge=1, le=1440)
    url: WebAddress = "https://wikimedia.org/api/rest_v1/metrics/pageviews"

    def adapter(self, tools: Tools) -> "WikimediaAdapter":
        """Return the adapter that reads this project."""
        return WikimediaAdapter(self, tools)


@dataclass(frozen=True)
class _Listed:
    """An article of a list: where it stood, its name in addresses, its views of the day, its rank among articles."""

    position: str
    article: str
    views: Any
    rank: int | None


class WikimediaAdapter:
    """Reads a project's lists. The list of a day is the one that came out on it: it counts the views of the day before.

    A view count is of one day and not a total; ranks are those among articles.
    """

    def __init__(self, config: WikimediaSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._web = Web(tools)
        self._series: tuple[date, list[tuple[str, Page | SourceError]]] | None = None

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the list that came out on ``day``, or the last one before it; nothing for days to come.

        Raises:
            SourceError: the list cannot be read.
            Unchanged: today's list is the one that the last reading got.
        """
        now = self._tools.now()
        today = now.date()
        if day > today:
            return
        seen_at = now if day == today else datetime.combine(day, OUT_BY)
        found = list(self._list(day, conditional=day == today))
        if day < today <= day + timedelta(days=self._config.series_days):
            listed = {one.article for one in found if isinstance(one, _Listed)}
            found += self._history(day, today, without=listed)
        for one in found:
            yield one if isinstance(one, Refusal) else self._item(one, seen_at)

    def _list(self, day: date, *, conditional: bool) -> Iterator[_Listed | Refusal]:
        rank = 0
        for index, entry in enumerate(self._entries(day, conditional=conditional)):
            position = f"articles[{index}]"
            article = entry.get("article") if isinstance(entry, dict) else None
            if not isinstance(article, str):
                yield Refusal(position, "not an article", one_line(entry))
            elif is_article(article) and _title(article) not in self._config.skip:
                rank += 1
                yield _Listed(position, article, entry.get("views"), rank)
            if rank == self._config.limit:
                return

    def _entries(self, day: date, *, conditional: bool) -> list[Any]:
        page = self._newest_before(day, conditional=conditional)
        match page.json():
            case {"items": [{"articles": list(entries)}]}:
                return entries
        raise SourceError(f"{bare(page.url)} answers without a list of articles")

    def _newest_before(self, day: date, *, conditional: bool) -> Page:
        # A list comes out some hours after midnight, and now and then a day late.
        last, before = day - timedelta(days=1), day - timedelta(days=2)
        for counted in (last, before):
            place = f"top/{self._config.project}/all-access/{counted:%Y/%m/%d}"
            try:
                return self._web.get(f"{self._config.url}/{place}", conditional=conditional)
            except MissingPage:
                continue
        raise SourceError(
            f"{self._config.project} has no list of {last} and none of {before}",
            "check the project's name, such as en.wikipedia; lists begin in July 2015",
        )

    def _history(self, day: date, today: date, without: set[str]) -> Iterator[_Listed | Refusal]:
        """Yield what the articles of today's list had on the day before ``day``, where they are not on that day's own list."""
        if self._series is None or self._series[0] != today:
            newest = [one.article for one in self._list(today, conditional=False) if isinstance(one, _Listed)]
            pages = self._web.get_many([self._series_address(article, today) for article in newest])
            self._series = today, list(zip(newest, pages, strict=True))
        for article, page in self._series[1]:
            position = f"series of {article[:100]}"
            if article in without:
                continue
            try:
                views = _views_on(page, day - timedelta(days=1))
            except SourceError as error:
                yield Refusal(position, one_line(error), "")
                continue
            if views is not None:
                yield _Listed(position, article, views, None)

    def _series_address(self, article: str, today: date) -> str:
        first, last = today - timedelta(days=self._config.series_days + 1), today - timedelta(days=1)
        place = f"per-article/{self._config.project}/all-access/user/{quote(article, safe='')}"
        return f"{self._config.url}/{place}/daily/{first:%Y%m%d}/{last:%Y%m%d}"

    def _item(self, listed: _Listed, seen_at: datetime) -> RawItem:
        project, language = self._config.project, self._config.project.partition(".")[0]
        return RawItem(
            position=listed.position,
            # The same name is another thing in another language.
            external_id=f"{project}/{listed.article}",
            title=_title(listed.article),
            url=f"https://{project}.org/wiki/{quote(listed.article)}",
            language=language if len(language) == 2 else None,
            observations=[RawObservation(observed_at=seen_at, views=listed.views, rank=listed.rank)],
        )


def _title(article: str) -> str:
    return article.replace("_", " ")


def _views_on(page: Page | SourceError, day: date) -> Any:
    """Return an article's views of a day; None where there are none.

    Raises:
        SourceError: its series cannot be read.
    """
    if isinstance(page, MissingPage):  # an article that is younger than the first day
        return None
    if isinstance(page, SourceError):
        raise page
    match page.json():
        case {"items": list(counts)}:
            by_day = {one.get("timestamp"): one.get("views") for one in counts if isinstance(one, dict)}
            return by_day.get(f"{day:%Y%m%d}00")
    raise SourceError(f"{bare(page.url)} answers without a list of counts")
