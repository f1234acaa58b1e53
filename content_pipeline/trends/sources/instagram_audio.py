"""The sounds that trend on Instagram, as its Audio API lists them for reels.

The catalogue holds only what is licensed to third parties; business accounts get less of it than creators (Meta, "Audio API").
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, Tools
from content_pipeline.trends.sources.instagram import Graph, InstagramSource

_MILLISECONDS = 1000


class InstagramAudioSource(InstagramSource):
    """The trending list of licensed music or of original sounds."""

    type: Literal["instagram_audio"]
    audio_type: Literal["music", "original_sound"] = "music"
    pages: int = Field(default=1, ge=1, le=5)
    every_minutes: int = Field(default=60, ge=1, le=1440)

    def adapter(self, tools: Tools) -> "InstagramAudioAdapter":
        """Return the adapter that reads this list.

        Raises:
            MissingSecret: the token is not in the environment.
        """
        return InstagramAudioAdapter(self, tools)


class InstagramAudioAdapter:
    """Reads the list; a sound's rank is its place in it, for the API gives no counts."""

    def __init__(self, config: InstagramAudioSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._graph = Graph(config, tools)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the sounds that trend now, if ``day`` is today.

        Raises:
            SourceError: the list cannot be read.
            RateLimited: a limit of calls is reached.
        """
        if day != self._tools.now().date():
            return
        # Without a search query the API answers with what trends.
        params = {"audio_type": self._config.audio_type, "user_id": self._config.ig_user_id}
        rows = self._graph.rows("ig_audio", params, key="audio", pages=self._config.pages)
        for rank, row in enumerate(rows, start=1):
            yield row if isinstance(row, Refusal) else self._item(row[0], row[1], rank)

    def _item(self, position: str, row: Mapping[str, Any], rank: int) -> RawItem:
        name, artist, length = row.get("title"), row.get("display_artist"), row.get("duration_in_ms")
        title = f"{name} – {artist}" if name and artist else name
        return RawItem(
            position=position,
            external_id=row.get("audio_id"),
            title=title,
            url=row.get("on_platform_audio_preview_link"),
            category=self._config.audio_type.replace("_", " "),
            author=artist,
            duration_s=length / _MILLISECONDS if isinstance(length, (int, float)) else None,
            audio=title,
            observations=[RawObservation(observed_at=self._tools.now(), rank=rank)],
        )
