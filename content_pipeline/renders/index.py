"""Which renders are finished already: a JSON file per render id beside the media, so that none is made twice.

It is written when both files are in the store, and believed only as long as they are.
"""

from pydantic import ValidationError

from content_pipeline.renders.records import Render
from content_pipeline.storage.media import MediaStore


class RenderIndex:
    """Notes and finds finished renders in a media store."""

    def __init__(self, media: MediaStore) -> None:
        self._media = media

    def find(self, render_id: str) -> Render | None:
        """Return the finished render, or None where there is none, it cannot be read, or one of its files is
        gone.
        """
        text = self._media.note(self._name(render_id))
        if text is None:
            return None
        try:
            render = Render.model_validate_json(text)
        except ValidationError:
            return None
        whole = render.render_id == render_id and all(
            self._media.exists(key) for key in (render.reel_key, render.cover_key)
        )
        return render if whole else None

    def add(self, render: Render) -> None:
        """Note a render whose files are in the store."""
        self._media.put_note(self._name(render.render_id), render.model_dump_json())

    @staticmethod
    def _name(render_id: str) -> str:
        return f"renders/{render_id}.json"
