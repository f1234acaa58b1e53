"""Rows that the briefs stage makes: the strategy of a day, the ideas, and the calendar of the next seven days."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from content_pipeline.storage.records import Part, Record
from content_pipeline.trends.records import Evidence

Mode = Literal["exploit", "explore", "mutation", "chaos"]
KpiObjective = Literal["reach", "saves", "shares", "watch_through"]
SlotLabel = Literal["morning", "afternoon", "evening"]

FACTORS = ("hook_family", "format", "duration_band", "cta", "topic_family", "slot_label")


class Archetype(Part):
    """The factors of an idea that the optimizer learns on. The slot, the sixth factor, is set by the calendar.

    Levels of ``hook_family``, ``format``, ``duration_band`` and ``cta`` are those of ``archetypes.yaml``;
    ``topic_family`` is one of the account's topics, or ``trending`` for what is outside them.
    """

    hook_family: str
    format: str
    duration_band: str
    cta: str
    topic_family: str

    @property
    def key(self) -> str:
        """Return the archetype as one readable string."""
        return "/".join((self.hook_family, self.format, self.duration_band, self.cta, self.topic_family))


class FactorWeight(Part):
    """What is believed of one level of one factor: its effect on log views (mean, sd) and the posts behind it.

    ``factor`` is one of ``FACTORS`` or ``level`` (the account's own level, with level ``account``).
    """

    factor: str
    level: str
    mean: float
    sd: float
    posts: int


class Strategy(Record):
    """What the policy in force asks of a day. Before anything was learned ``policy_version`` is null and weights are empty."""

    account: str
    day: date
    policy_version: str | None
    in_force_at: datetime
    mode: Mode
    exploration: float
    temperature: float
    weights: list[FactorWeight]
    kpi_weights: dict[str, float]


class ViralityFactor(Part):
    """A factor in [0.2, 1.2], the confidence in [0, 1] that its data carry, and what stood in where there were too few."""

    value: float
    confidence: float
    fallback: str | None


class Virality(Part):
    """The five factors, their product, and the least of their confidences."""

    novelty: ViralityFactor
    pattern_strength: ViralityFactor
    emotional_pull: ViralityFactor
    platform_bias: ViralityFactor
    creator_consistency: ViralityFactor
    product: float
    confidence: float


class RecentPost(Part):
    """A post of the last 90 days, as far as new ideas must differ from it. ``hooks`` are all openings that its idea had."""

    day: date
    title: str
    trend_title: str
    archetype: Archetype
    hooks: list[str]


class Subject(Part):
    """What a trend's evidence says, in parts that a sentence can be built around.

    ``phrase`` is a noun phrase as it stands inside a sentence (``the 3 p.m. energy dip``, ``Inkwell Notes``), ``plural`` its number;
    ``short`` the same in at most four words, null where it has none that reads well; ``proper`` tells that it is a name;
    ``figure`` is a quantity of the title with its unit (``40 minutes``), ``question`` the title where it asks one, ``statement``
    where it is a whole sentence.
    """

    phrase: str
    short: str | None
    plural: bool
    proper: bool
    figure: str | None
    question: str | None
    statement: str | None


class Brief(Record):
    """An idea for a post: what to say about a trend, to whom it matters and in which shape.

    ``predicted_reward`` and ``predicted_sd`` are in log views relative to the account's level; ``sampled_reward`` is the
    draw by which it was chosen and ``propensity`` the probability with which this archetype wins such draws for its trend.
    ``variants`` is how many scripts it deserves by its virality; with ``shadow_test`` they are to be compared before one leads.
    """

    brief_id: str
    account: str
    day: date
    rank: int
    trend_id: str
    trend_title: str
    subject: Subject
    title: str
    premise: str
    pain_point: str
    angle: str
    persona: str
    archetype: Archetype
    hooks: list[str]
    thumbnail_texts: list[str]
    caption_direction: str
    keywords: list[str]
    evidence: list[Evidence]
    available_at: datetime
    virality: Virality
    variants: int
    shadow_test: bool
    predicted_reward: float
    predicted_sd: float
    sampled_reward: float
    propensity: float
    choice: Literal["exploit", "explore", "mutation", "chaos"]
    policy_version: str | None


class CalendarSlot(Record):
    """A slot of the next seven days. Slots of ``day`` itself are ``committed``; later ones are ``tentative``; ``open`` has no brief.

    ``slot_at`` is UTC; ``slot_local`` is the same moment as ISO-8601 with the account's offset. ``reserves`` are briefs that
    may take the slot if review blocks the first choice, best first. ``reactive`` is the slot of its day that a breakout may take.
    ``reason`` says why it has this brief, or which rule leaves it open; ``notes`` what the plan of the whole week could not keep,
    the same on every row of a plan.
    """

    slot_id: str
    account: str
    day: date
    slot_date: date
    slot_at: datetime
    slot_local: str
    slot_label: SlotLabel
    kpi_objective: KpiObjective
    status: Literal["committed", "tentative", "open"]
    brief_id: str | None
    reserves: list[str]
    predicted_reward: float | None
    reason: str
    reactive: bool = False
    notes: list[str] = Field(default_factory=list)
