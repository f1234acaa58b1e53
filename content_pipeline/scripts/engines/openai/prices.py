"""What a model's tokens cost, from ``prices.yaml`` and an operator's own file."""

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from content_pipeline.scripts.engines.openai.answers import Usage
from content_pipeline.settings import parse, read_yaml

FILE = Path(__file__).with_name("prices.yaml")
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4})$")


class Price(BaseModel):
    """USD for a million tokens: read, read from the provider's cache, written (reasoning counts as written)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    cached_input: float = Field(ge=0)
    output: float = Field(ge=0)

    def cost(self, usage: Usage) -> float:
        """Return what a request cost, in USD."""
        fresh = usage.read - usage.cached
        return (fresh * self.input + usage.cached * self.cached_input + usage.written * self.output) / 1e6

    def most(self, read: int, written: int) -> float:
        """Return the most that a request can cost, in USD."""
        return (read * max(self.input, self.cached_input) + written * self.output) / 1e6


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: str
    models: dict[str, Price] = Field(min_length=1)


class Prices:
    """Prices by model.

    Args:
        own: an operator's file of the same shape; its prices win.

    Raises:
        ConfigError: a file is not such a table.
    """

    def __init__(self, own: Path | None = None) -> None:
        self._models = dict(_shipped().models)
        if own is not None:
            self._models |= parse(_File, read_yaml(own), str(own)).models

    def of(self, model: str) -> Price | None:
        """Return a model's price, a snapshot's (``-2024-07-18``) by its model; None where it is unknown."""
        return self._models.get(model) or self._models.get(_SNAPSHOT.sub("", model))

    def highest(self) -> Price:
        """Return the dearest price there is, to count a model by whose price is unknown."""
        return max(self._models.values(), key=lambda price: (price.output, price.input))


@cache
def _shipped() -> _File:
    return parse(_File, read_yaml(FILE), FILE.name)
