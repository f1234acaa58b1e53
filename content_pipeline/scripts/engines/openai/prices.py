"""What a model's tokens cost, from ``prices.yaml`` and an operator's own file."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from content_pipeline.scripts.engines.openai.answers import Usage
from content_pipeline.settings import THIS_MACHINE, ConfigError, Settings, parse, read_yaml

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
        """Return the dearest price there is, to count a model on this machine by whose price is unknown."""
        return max(self._models.values(), key=lambda price: (price.output, price.input))


def prices_of(settings: Settings) -> Prices:
    """Return the prices that the settings ask for.

    Raises:
        ConfigError: the prices file is wrong, or a model of another machine has no price: no budget could hold what it costs.
    """
    prices = Prices(settings.openai_prices)
    unknown = [model for model in settings.openai_model_chain if prices.of(model) is None]
    if unknown and urlsplit(settings.openai_base_url).hostname not in THIS_MACHINE:
        raise ConfigError(
            f"CONTENT_PIPELINE_OPENAI_MODELS: the price of {', '.join(unknown)} is not known, so the day's budget could not hold: "
            f"put it into a file like {FILE.name} and name that in CONTENT_PIPELINE_OPENAI_PRICES"
        )
    return prices


@cache
def _shipped() -> _File:
    return parse(_File, read_yaml(FILE), FILE.name)
