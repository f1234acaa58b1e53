"""The text families of the gate on any text: a caption that somebody pastes, a file of titles, what an editor typed.

No script is needed; what is about a whole reel (its time, its pictures, its sources) is not asked. Reading files and printing are not
done here.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Archetype
from content_pipeline.review.records import Finding, Verdict
from content_pipeline.review.rules.bait import check_bait
from content_pipeline.review.rules.base import Material, Rule
from content_pipeline.review.rules.brand import check_brand
from content_pipeline.review.rules.claims import check_claims
from content_pipeline.review.rules.disclosure import check_disclosure
from content_pipeline.review.rules.hate import check_hate
from content_pipeline.review.rules.impersonation import check_impersonation
from content_pipeline.review.rules.misinformation import check_misinformation
from content_pipeline.review.rules.sensitive import check_sensitive
from content_pipeline.review.rules.sexual import check_sexual
from content_pipeline.review.rules.spam import check_spam
from content_pipeline.review.rules.untrusted import check_untrusted
from content_pipeline.review.rules.violence import check_violence
from content_pipeline.scripts.records import Script, Writing

TEXT_RULES: tuple[Rule, ...] = (
    check_hate,
    check_violence,
    check_sexual,
    check_claims,
    check_misinformation,
    check_bait,
    check_spam,
    check_sensitive,
    check_untrusted,
    check_disclosure,
    check_brand,
    check_impersonation,
)
"""The families that a text alone is judged by; the gate runs them on scripts, with the families that need a whole script."""
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


def judge(text: str, account: Account) -> list[Finding]:
    """Return what the text families find in a text, as if it were a caption of the account; each rule once, in their order."""
    material = Material(caption_only(text, account), account)
    found = [finding for rule in TEXT_RULES for finding in rule(material)]
    return list({finding.rule_id: finding for finding in reversed(found)}.values())[::-1]


def verdict(findings: Sequence[Finding]) -> Verdict:
    """Return what findings mean for a text, whatever the account's phase: blocked, looked at by people, or released."""
    if any(finding.severity == "block" for finding in findings):
        return "blocked"
    return "needs_approval" if any(finding.asks for finding in findings) else "released"


def caption_only(text: str, account: Account) -> Script:
    """Return a script that is nothing but a caption: no segments, no claims, nothing that was written by a model."""
    return _blank(account.id, account.language).model_copy(update={"caption_long": text})


@lru_cache(maxsize=64)
def _blank(account: str, language: str) -> Script:
    none = "none"
    return Script(
        trace_id=none,
        created_at=_ALWAYS,
        script_id=none,
        brief_id=none,
        trend_id=none,
        slot_id=none,
        slot_at=_ALWAYS,
        slot_label="morning",
        account=account,
        day=_ALWAYS.date(),
        variant=0,
        preference=1,
        archetype=Archetype(hook_family=none, format=none, duration_band=none, cta=none, topic_family=none),
        language=language,
        segments=[],
        duration_s=0.0,
        cover_text="",
        caption_short="",
        caption_long="",
        hashtags=[],
        alt_text="",
        claims=[],
        writing=Writing(
            engine=none,
            model=None,
            prompt_id=none,
            attempts=0,
            input_tokens=None,
            output_tokens=None,
            cost_usd=None,
            confidence=1.0,
            doubts=[],
            fallback=None,
        ),
        disclosure=None,
        is_ai_generated=False,
        needs_human=False,
        content_hash=none,
    )
