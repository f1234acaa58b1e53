"""What people search for now, from the RSS feed of Google Trends; it needs no key and is not documented.

The feed shows the present alone: ten or so searches, each with a rounded number and up to three news articles.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import StringConstraints

from content_pipeline.trends.sources import feeds
from content_pipeline.trends.sources.base import (
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import SourceConfig, WebAddress
from content_pipeline.trends.sources.markup import link, plain, without_names
from content_pipeline.trends.sources.web import Web, bare


class GoogleTrendsSource(SourceConfig):
    """The searches of a country (``US``) or a region (``US-CA``)."""

    type: Literal["google_trends"]
    geo: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] = "US"
    url: WebAddress = "https://trends.google.com/trending/rss"

    def adapter(self, tools: Tools) -> "GoogleTrendsAdapter":
        """Return the adapter that reads these searches."""
        return GoogleTrendsAdapter(self, tools)


class GoogleTrendsAdapter:
    """Reads the searches that are trending now."""

    def __init__(self, config: GoogleTrendsSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._web = Web(tools)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield today's searches, the numbers of searches as views; nothing for another day.

        Raises:
            SourceError: the feed cannot be read or is none.
            Unchanged: the server says that it did not change.
        """
        now = self._tools.now()
        if day != now.date():
            return
        page = self._web.get(self._config.url, {"geo": self._config.geo}, conditional=True)
        for index, item in enumerate(_channel(page.body, bare(self._config.url)).iterfind("{*}item")):
            yield _item(index, item, self._config.geo, now)


def _channel(data: bytes, place: str) -> Element:
    feeds.refuse_entities(data, place)
    try:
        channel = fromstring(without_names(data), forbid_dtd=True).find("{*}channel")
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise SourceError(f"{place} answers with something that is not its feed: {one_line(error)}") from None
    if channel is None:
        raise SourceError(f"{place} answers with something that is not its feed: it has no channel")
    return channel


def _item(index: int, item: Element, geo: str, now: datetime) -> RawItem:
    search = plain(item.findtext("{*}title"))
    # Two namespaces are about (.../trending/rss and .../trends/trendingsearches/daily): the names are the same.
    news = item.findall("{*}news_item")
    headlines = [plain(one.findtext("{*}news_item_title")) for one in news]
    articles = [link(one.findtext("{*}news_item_url")) for one in news]
    related = plain(item.findtext("{*}description"))
    return RawItem(
        position=f"item {index + 1}",
        external_id=search.casefold(),
        title=search,
        # The item's own link is that of the whole list.
        url=next((address for address in articles if address), None) or _explore(search, geo),
        published_at=item.findtext("{*}pubDate"),
        tags=[tag.strip() for tag in related.split(",")],
        caption=" · ".join(headline for headline in headlines if headline),
        observations=[
            RawObservation(observed_at=now, views=item.findtext("{*}approx_traffic"), rank=index + 1)
        ],
    )


def _explore(search: str, geo: str) -> str:
    return f"https://trends.google.com/trends/explore?q={quote(search)}&geo={geo}"
