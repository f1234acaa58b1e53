"""The advice bank and the topics' words: their form, their grammar in every sentence they are used in, and the review gate's lists."""

import re
from collections import Counter
from functools import cache
from importlib.resources import files

import harper
import pytest
import yaml

from content_pipeline.briefs.wording import topic
from content_pipeline.review.rules.base import Material
from content_pipeline.review.texts import TEXT_RULES
from content_pipeline.sandbox.perception import CTAS, FORMATS, HOOKS
from content_pipeline.scripts.advice import Advice, advice_for
from content_pipeline_tests.examples import demo
from content_pipeline_tests.renders.rows import script


def _loaded(package: str, name: str) -> dict:
    return yaml.safe_load(files(package).joinpath(name).read_text(encoding="utf-8"))


FAMILIES = list(_loaded("content_pipeline.scripts", "advice.yaml"))
TOPICS = list(_loaded("content_pipeline.briefs", "topics.yaml"))
LARGE = {"focus", "habits", "tools", "energy", "money", "trending", "general"}
WORDS = {"do": (3, 7), "why": (4, 8), "how": (7, 12), "avoid": (2, 6), "myth": (4, 8)}
TOPIC_WORDS = {"matter": (2, 3), "goal": (2, 5), "pain": (3, 8), "desire": (3, 7)}
DO_LENGTH = 44

# Ways of speaking that a viewer has heard too often, or that promise too much.
WORN = re.compile(
    r"\b(simply|just|game[ -]changer|level up|hacks?|unlock|journey|mindset|supercharge|ultimate|secrets?|amazing"
    r"|hustle|crush|effortless(ly)?|guaranteed?|studies show|experts? say|proven)\b"
)
BRANDS = re.compile(
    r"\b(google|apple|iphone|instagram|tiktok|youtube|netflix|spotify|notion|chatgpt|openai|amazon|uber|facebook|whatsapp|zoom|steam"
    r"|nintendo|ikea|linkedin|excel)\b"
)
# A comma before the "and" of a list is a matter of taste, and the house writes none.
TASTE = {"OxfordComma": False}


# Words of so many titles that advice matched by them would seldom speak of the trend.
TOO_COMMON = re.compile(
    r"why|no|down|full|live|short|new|time|first|world|show|day|old|work|talk|super|help|change|bad|top|going|wrong|simple|problem|hard"
    r"|minutes|fight|place|mind|play|call|less|watch|week|future|video|finish|good|start|hot|up|stay|step|small|project|begin"
)


def entries(family: str) -> list[Advice]:
    return advice_for(family)


def lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def compositions(piece: Advice) -> list[str]:
    """Every sentence in which a piece of advice is said or shown."""
    return [
        f"1. {piece.do}",
        f"☐ {piece.do}",
        f"{piece.do}: {piece.why}. {piece.how}",
        f"{piece.do}, because {piece.why}.",
        f"Instead of {piece.avoid}, {lowered(piece.do)}.",
        f"Myth: {piece.myth}. {piece.do}: {piece.why}.",
    ]


def told(family: str) -> str:
    return "\n".join(text for piece in entries(family) for text in compositions(piece)).casefold()


@cache
def linter() -> harper.Linter:
    made = harper.Linter(dialect=harper.Dialect.BRITISH)
    made.set_lint_config(made.get_lint_config() | TASTE)
    return made


def test_every_topic_has_advice_of_its_own():
    assert set(FAMILIES) == set(TOPICS)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_enough_advice(family):
    assert len(entries(family)) >= (18 if family in LARGE else 14)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_line_keeps_to_its_length(family):
    wrong = [
        (name, text)
        for piece in entries(family)
        for name, (least, most) in WORDS.items()
        if not least <= len((text := getattr(piece, name)).split()) <= most
    ]
    wrong += [("do", piece.do) for piece in entries(family) if len(piece.do) > DO_LENGTH]
    wrong += [("keywords", piece.do) for piece in entries(family) if not 3 <= len(piece.keywords) <= 6]
    assert wrong == []


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("do", r"[A-Z][a-z]+ [\w' -]+"),
        ("why", r"[a-z][\w,' -]*\w"),
        ("how", r"[A-Z][\w,' -]*\w\."),
        ("avoid", r"(\w+ )?\w+ing( [\w'-]+)+"),
        ("myth", r"[A-Z][\w,' -]*\w"),
    ],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_line_has_its_form(family, field, form):
    texts = [getattr(piece, field) for piece in entries(family)]
    assert [text for text in texts if not re.fullmatch(form, text)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_keywords_are_telling_single_words_in_lower_case(family):
    found = [word for piece in entries(family) for word in piece.keywords]
    assert [word for word in found if not re.fullmatch(r"[a-z0-9]+", word)] == []
    assert [word for word in found if TOO_COMMON.fullmatch(word)] == []
    assert all(len(piece.keywords) == len(set(piece.keywords)) for piece in entries(family))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_does_not_always_begin_with_the_same_verb(family):
    verbs = Counter(piece.do.split()[0] for piece in entries(family))
    assert {verb: count for verb, count in verbs.items() if count > 3} == {}


@pytest.mark.parametrize("field", WORDS)
def test_nothing_is_said_twice(field):
    seen = Counter(getattr(piece, field).casefold() for family in FAMILIES for piece in entries(family))
    assert [text for text, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_advice_never_opens_with_the_cue_of_another_format_hook_or_call(family):
    openings = [
        line
        for piece in entries(family)
        for line in (piece.do, piece.why, piece.how, piece.avoid, piece.myth)
    ]
    cues = [
        pattern
        for name, pattern in (*HOOKS, *FORMATS, *CTAS)
        if name not in ("curiosity", "mistake", "question")
    ]
    assert [line for line in openings if any(cue.search(line) for cue in cues)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_compositions_are_punctuated_once(family):
    slips = re.compile(r"[.,:;!?]\s*[.,:;!?]|\s[.,:;!?]|\s{2}|[!;—–{}\"]")
    assert [text for piece in entries(family) for text in compositions(piece) if slips.search(text)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_compositions_are_grammatical(family):
    found = [
        (text, lint.lint_kind, lint.message)
        for piece in entries(family)
        for text in compositions(piece)[2:]
        for lint in linter().lint(text)
    ]
    assert found == []


@pytest.mark.parametrize("family", FAMILIES)
def test_the_review_gate_lets_every_line_pass(family):
    said = script(caption_long=told(family))
    material = Material(said, demo())
    findings = [finding for rule in TEXT_RULES for finding in rule(material)]
    assert [(finding.rule_id, finding.excerpt) for finding in findings] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_no_brand_no_worn_phrase(family):
    assert [match.group() for match in WORN.finditer(told(family))] == []
    assert [match.group() for match in BRANDS.finditer(told(family))] == []


@pytest.mark.parametrize("family", TOPICS)
def test_a_topic_has_its_words(family):
    own = topic(family)
    assert "{" not in str(own)
    assert own.matter.startswith(("your ", "what you "))
    assert [
        name
        for name, (least, most) in TOPIC_WORDS.items()
        if not least <= len(getattr(own, name).split()) <= most
    ] == []
    assert re.search(r"\byou(r)?\b", f"{own.pain} {own.matter}")
    # A desire is said of the viewer and of people alike.
    assert not re.search(r"^to |\byour?\b", own.desire)
    assert len(set(own.hashtags)) >= 5
    assert [tag for tag in own.hashtags if not re.fullmatch(r"[A-Za-z0-9]+", tag)] == []


@pytest.mark.parametrize("family", TOPICS)
def test_a_topics_words_are_grammatical(family):
    own = topic(family)
    text = (
        f"It is hard when {own.pain}. You want to {own.desire}. "
        f"You want {own.goal}. It is about {own.matter}, because {own.why}."
    )
    assert [(lint.lint_kind, lint.problem_text, lint.message) for lint in linter().lint(text)] == []
