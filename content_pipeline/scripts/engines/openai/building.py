"""Puts the engine together from the settings and the operations database."""

from collections.abc import Callable
from datetime import datetime

from content_pipeline.scripts.engines.base import CreativeEngine
from content_pipeline.scripts.engines.chain import FallbackEngine
from content_pipeline.scripts.engines.openai.accounting import Accounts
from content_pipeline.scripts.engines.openai.asking import Limits, ModelChain
from content_pipeline.scripts.engines.openai.client import ChatClient
from content_pipeline.scripts.engines.openai.engine import OpenAIEngine
from content_pipeline.scripts.engines.openai.prices import prices_of
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.scripts.prompts.loading import FAMILIES, load_prompts
from content_pipeline.scripts.quarantine import Quarantine
from content_pipeline.scripts.spending import ModelSpending
from content_pipeline.settings import Settings
from content_pipeline.storage.operations import OperationsDatabase

LOCAL_KEY = "none"
"""Sent to a model server on this machine, which asks for no key but may want the header."""


def build_openai_engine(
    settings: Settings,
    database: OperationsDatabase,
    now: Callable[[], datetime],
    limits: Limits | None = None,
) -> CreativeEngine:
    """Return the engine that the settings ask for, with the template engine behind it unless they say ``none``.

    Raises:
        ConfigError: the prices file or a prompt is wrong, or a model of another machine has no price.
    """
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else LOCAL_KEY
    limits = limits or Limits(answer_s=settings.openai_timeout_s)
    chain = ModelChain(
        ChatClient(settings.openai_base_url, key, limits.answer_s),
        settings.openai_model_chain,
        Accounts(ModelSpending(database, now, settings.openai_daily_budget_usd), prices_of(settings)),
        limits,
    )
    engine = OpenAIEngine(
        chain, load_prompts(FAMILIES), Quarantine(database, now), settings.openai_confidence_floor
    )
    return engine if settings.engine_fallback == "none" else FallbackEngine(engine, TemplateEngine())
