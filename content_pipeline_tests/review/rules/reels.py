"""Reels to judge: what the template engine writes for the demo account, changed in the place that a rule looks at."""

from collections.abc import Callable, Iterable
from functools import cache

from content_pipeline.accounts import Account, Partner
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Context, Material
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.scripts.records import Script
from content_pipeline.scripts.writing import write_scripts
from content_pipeline_tests.examples import DAY, STAMP, demo, strategy, trends

ACME = Partner(name="Acme Notes", words=["acme"], handle="acme.notes")
BEAN = Partner(name="Bean Club", kind="affiliate", disclosure="Ad: we earn a commission on Bean Club.")


@cache
def reels() -> tuple[Script, ...]:
    """Return a day's scripts."""
    briefs = make_briefs(demo(), DAY, trends()[:5], strategy(), [], STAMP)
    slots = plan_calendar(demo(), DAY, briefs, strategy(), STAMP)
    return tuple(write_scripts(demo(), DAY, briefs, slots, TemplateEngine(), STAMP)[0])


def reel(**changes: object) -> Script:
    return reels()[0].model_copy(update=changes)


def saying(text: str, first: str = "") -> Script:
    """Return a reel whose caption ends with a text, and begins with another."""
    caption = reel().caption_long
    return reel(caption_long="\n".join(filter(None, [first, caption, text])))


def findings(
    rule: Callable[[Material], Iterable[Finding]],
    script: Script,
    context: Context | None = None,
    **changes: object,
) -> list[Finding]:
    """Return what a rule finds, for the demo account with changes."""
    account: Account = demo().model_copy(update=changes)
    found = list(rule(Material(script, account, context or Context())))
    assert all(f.message and f.remedy for f in found)
    return found


def ids(*args: object, **changes: object) -> list[str]:
    return [finding.rule_id for finding in findings(*args, **changes)]  # type: ignore[arg-type]
