"""What every source's entry in the sources file has in common. Each adapter's own fields stand beside the adapter."""

from abc import ABC, abstractmethod
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from content_pipeline.accounts import Slug
from content_pipeline.trends.sources.base import SourceAdapter, Tools

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
EnvironmentVariable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
"""The name of an environment variable that holds a secret; the secret itself never stands in a file."""


class SourcePart(BaseModel):
    """A part of the sources file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceConfig(SourcePart, ABC):
    """An entry of the sources file.

    ``every_minutes`` is how often the sensor asks the source.
    """

    type: str
    name: Slug
    every_minutes: int = Field(default=10, ge=1, le=1440)

    @abstractmethod
    def adapter(self, tools: Tools) -> SourceAdapter:
        """Return the adapter that reads this source."""

    def budgets(self) -> dict[str, tuple[int, int]]:
        """Return the budgets that reading this source draws on: name to (limit, days)."""
        return {}
