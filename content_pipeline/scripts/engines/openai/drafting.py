"""From a model's answer to a draft: refuses what cannot be used, cleans the rest, and ties every claim to its evidence.

How far the draft is to be believed is said by ``scripts.confidence``.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.accounts import Account
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.scripts.confidence import supported
from content_pipeline.scripts.engines.base import Draft, EngineError, Line
from content_pipeline.scripts.engines.openai.material import evidence_titles, orders
from content_pipeline.scripts.engines.openai.problems import BadAnswer
from content_pipeline.scripts.engines.openai.wire import ModelClaim, ModelDraft, ModelLine
from content_pipeline.scripts.fitting import misfits
from content_pipeline.scripts.pacing import timed
from content_pipeline.scripts.prompts.loading import Message
from content_pipeline.scripts.records import Claim, Writing
from content_pipeline.trends.words.values import clean_text

LONGEST_CAPTION = 1900
"""Instagram takes 2,200 characters; call, disclosure and hashtags are added."""
LONGEST_ALT_TEXT = 1000
MOST_BEATS = 8
FEWEST_HASHTAGS = 3
MOST_FAULTS = 3
USED = 90.0
"""Token-set similarity at which a hook is one that was used."""
ECHO_WORDS = 8
"""So many words in a row are no chance: the model repeats its instructions."""
ORDER_WORDS = 5
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_EMPTY_SLOT = re.compile(
    r"\{\{?\s*\w+\s*\}?\}|\[(?:your|insert|name|topic|brand|link)[^\]]*\]|<<<|>>>|lorem ipsum", re.IGNORECASE
)


def drafted(
    answer: ModelDraft,
    brief: Brief,
    shape: Archetype,
    account: Account,
    avoid: Sequence[str],
    message: Message,
    writing: Writing,
) -> tuple[Draft, list[str]]:
    """Return the draft and the statements that were meant as evidence and rest on nothing; those become opinions.

    Raises:
        BadAnswer: it cannot be used; the reason is one that a second try can mend.
    """
    claims, unsupported = _claims(answer.claims, brief)
    draft = Draft(
        archetype=shape,
        hook=_line(answer.hook, "hook"),
        context=_line(answer.context, "context") if answer.context else None,
        beats=[_line(beat, f"beat {number}") for number, beat in enumerate(answer.beats, 1)],
        cta=_line(answer.cta, "cta"),
        cover_text=_needed(answer.cover_text, "cover_text"),
        caption_short=_needed(answer.caption_short, "caption_short"),
        caption_long=_paragraphs(answer.caption_long),
        hashtags=_hashtags(answer.hashtags, account),
        alt_text=_needed(answer.alt_text, "alt_text"),
        claims=claims,
        writing=writing,
    )
    if faults := list(islice(_faults(draft, brief, account, avoid, message), MOST_FAULTS)):
        raise BadAnswer("unusable", "; ".join(faults))
    return draft, unsupported


def _faults(
    draft: Draft, brief: Brief, account: Account, avoid: Sequence[str], message: Message
) -> Iterator[str]:
    """Yield why a draft cannot be used, the gravest first."""
    said = _texts(draft)
    if _shared(said, [message.system, message.user.partition("<<<DATA")[0]], ECHO_WORDS):
        yield "it repeats the instructions"
    if orders(brief) and _shared(said, evidence_titles(brief), ORDER_WORDS):
        yield "it repeats a text of the data that gives orders"
    for text in said:
        if _LINK.search(text):
            yield "it holds a link"
        if slot := _EMPTY_SLOT.search(text):
            yield f"it holds a placeholder: {slot[0]}"
    if not 1 <= len(draft.beats) <= MOST_BEATS:
        yield f"it has {len(draft.beats)} beats, and 1 to {MOST_BEATS} can be shown"
    if len(draft.caption_long) > LONGEST_CAPTION:
        yield f"caption_long has {len(draft.caption_long)} characters, {LONGEST_CAPTION} are allowed"
    if len(draft.alt_text) > LONGEST_ALT_TEXT:
        yield f"alt_text has {len(draft.alt_text)} characters, {LONGEST_ALT_TEXT} are allowed"
    hook = draft.hook.on_screen_text.casefold()
    if used := next((text for text in avoid if token_set_ratio(hook, text.casefold()) >= USED), None):
        yield f"the hook was used before: {used}"
    try:
        timed(draft, archetypes().duration_bands[draft.archetype.duration_band].seconds)
    except EngineError as error:
        yield str(error)
    yield from misfits(draft, draft.cover_text, account.brand.font)[:1]


def _texts(draft: Draft) -> list[str]:
    """Return all that a viewer would see, hear or read; quotes of claims are not among it."""
    lines = [text for line in draft.lines for text in (line.on_screen_text, line.voice_text)]
    claims = [claim.text for claim in draft.claims]
    return [*lines, draft.cover_text, draft.caption_short, draft.caption_long, draft.alt_text, *claims]


def _shared(said: Sequence[str], sources: Sequence[str], length: int) -> bool:
    """Tell whether a text repeats ``length`` words in a row of one of the sources."""
    own = {run for source in sources for run in _runs(source, length)}
    return any(run in own for text in said for run in _runs(text, length))


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return zip(*(words[start:] for start in range(length)), strict=False)


def _claims(answer: Sequence[ModelClaim], brief: Brief) -> tuple[list[Claim], list[str]]:
    titles = evidence_titles(brief)
    claims: list[Claim] = []
    unsupported: list[str] = []
    for claim in answer:
        text = _needed(claim.text, "claims.text")
        number = claim.evidence or 0
        known = 1 <= number <= len(titles)
        if claim.kind == "evidence" and known and supported(claim.quote, titles[number - 1]):
            seen = brief.evidence[number - 1]
            quote = _as_written(claim.quote or "", titles[number - 1])
            claims.append(
                Claim(text=text, kind="evidence", signal_id=seen.signal_id, url=seen.url, quote=quote)
            )
            continue
        if claim.kind == "evidence":
            unsupported.append(text)
        claims.append(Claim(text=text, kind="opinion", signal_id=None, url=None, quote=None))
    return claims, unsupported


def _as_written(quote: str, title: str) -> str:
    """Return the words as the title has them; the whole title where the quote differs from it in a letter."""
    start = title.casefold().find(quote.strip().casefold())
    return title[start : start + len(quote.strip())] if start >= 0 else title


def _line(line: ModelLine, name: str) -> Line:
    return Line(
        on_screen_text=_needed(line.on_screen_text, f"{name}.on_screen_text"),
        voice_text=_needed(line.voice_text, f"{name}.voice_text"),
    )


def _needed(text: str, name: str) -> str:
    plain = clean_text(text)
    if not plain:
        raise BadAnswer("unusable", f"{name} is empty")
    return plain


def _paragraphs(text: str) -> str:
    lines = [clean_text(line) for line in text.strip().splitlines()]
    if not any(lines):
        raise BadAnswer("unusable", "caption_long is empty")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _hashtags(tags: Sequence[str], account: Account) -> list[str]:
    plain = ["#" + "".join(c for c in clean_text(tag) if c.isalnum() or c == "_") for tag in tags]
    once = {tag.casefold(): tag for tag in reversed(plain) if 3 <= len(tag) <= 30}
    kept = list(reversed(once.values()))[: account.max_hashtags]
    if len(kept) < FEWEST_HASHTAGS:
        raise BadAnswer("unusable", f"{len(kept)} usable hashtags, at least {FEWEST_HASHTAGS} are needed")
    return kept
