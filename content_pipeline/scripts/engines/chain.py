"""Two engines as one: what the first cannot write, the second does, and every such script says so.

What makes an engine fail is its own part.
"""

from collections.abc import Sequence

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Brief
from content_pipeline.scripts.engines.base import (
    CreativeEngine,
    Draft,
    EngineError,
    EngineStopped,
    ModelsFailed,
    ModelUse,
)

LONGEST_REASON = 200


class FallbackEngine:
    """Asks ``primary`` until it stops, and ``fallback`` for what that could not write."""

    def __init__(self, primary: CreativeEngine, fallback: CreativeEngine) -> None:
        self.stopped: EngineStopped | None = None
        self._primary = primary
        self._fallback = fallback

    def write(self, brief: Brief, account: Account, variant: int, avoid: Sequence[str]) -> Draft:
        """Return the primary's words, else the fallback's with ``writing.fallback`` naming it and the reason.

        Raises:
            EngineError: neither could write it.
        """
        if self.stopped is not None:
            return self._stand_in(brief, account, variant, avoid, self.stopped, None)
        try:
            return self._primary.write(brief, account, variant, avoid)
        except EngineStopped as error:
            self.stopped = error
            return self._stand_in(brief, account, variant, avoid, error, error.use)
        except ModelsFailed as error:
            return self._stand_in(brief, account, variant, avoid, error, error.use)
        except EngineError as error:
            return self._stand_in(brief, account, variant, avoid, error, None)

    def _stand_in(
        self,
        brief: Brief,
        account: Account,
        variant: int,
        avoid: Sequence[str],
        reason: EngineError,
        use: ModelUse | None,
    ) -> Draft:
        try:
            draft = self._fallback.write(brief, account, variant, avoid)
        except EngineError as error:
            raise ModelsFailed(f"{reason}; and its fallback: {error}", use) from None
        writing = draft.writing
        changes: dict[str, object] = {"fallback": f"{writing.engine}: {reason}"[:LONGEST_REASON]}
        if use is not None and use.attempts:
            changes |= use.model_dump() | {"attempts": writing.attempts + use.attempts}
        return draft.model_copy(update={"writing": writing.model_copy(update=changes)})
