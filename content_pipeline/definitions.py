"""The code location, put together: every asset of the flow, its jobs, schedules, sensors and resources.

``build_defs`` is the one place where this happens; production, the command line and the tests call it.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from content_pipeline.briefs import assets as briefs
from content_pipeline.jobs import JOBS
from content_pipeline.lake_assets import records_of
from content_pipeline.marts import assets as marts
from content_pipeline.metrics import assets as metrics
from content_pipeline.optimizer import assets as optimizer
from content_pipeline.posts import assets as posts
from content_pipeline.renders import assets as renders
from content_pipeline.reports import assets as reports
from content_pipeline.resources import build_resources
from content_pipeline.review import assets as review
from content_pipeline.review.sensors import desk_changes
from content_pipeline.schedules import SCHEDULES
from content_pipeline.scripts import assets as scripts
from content_pipeline.settings import Settings, load_settings
from content_pipeline.trends import assets as trends
from content_pipeline.trends.sensors import new_trends

STAGES = (trends, briefs, scripts, review, renders, posts, metrics, marts, optimizer, reports)


def build_defs(settings: Settings, resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Return the code location for ``settings``.

    Raises:
        ConfigError: an account or the sources file is wrong.
    """
    assets = [
        asset for asset in dg.load_assets_from_modules(STAGES) if isinstance(asset, dg.AssetsDefinition)
    ]
    return dg.Definitions(
        assets=assets,
        asset_checks=dg.load_asset_checks_from_modules(STAGES),
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[new_trends, desk_changes],
        resources=build_resources(settings, records_of(assets)) | dict(resource_overrides or {}),
        # A step in a process of its own costs 3 CPU seconds, in this process 0.1; rendering starts processes of its own.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the code location for the settings of the environment."""
    return build_defs(load_settings())
