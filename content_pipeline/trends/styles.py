"""How an observed reel or video is made, as far as its words, length and sound tell: hook, caption, duration, audio.

The names of hook styles and of the first three duration bands are those that ideas are made of. What a style is worth is
measured in ``patterns``.
"""

import re

from content_pipeline.trends.records import PatternDimension, TrendSignal

PLAIN = "plain"
"""The level of a hook or caption that has none of the known styles."""
SHORT_CAPTION = 40
"""Characters up to which a caption without another style is short."""

# English first, then Spanish, Portuguese, German and French; the first that fits counts. A year is no number of things.
_COUNT = r"^(top )?(?!(19|20)\d\d\b)\d+ "
_SOMEONE = r"^(how )?(i|i'?m|i'?ve|we|my|our|yo|mi|mis|eu|meu|minha|ich|mein|meine|wir|je|j'ai|mon|ma|on a)\b"
HOOK_STYLES = {
    "contrarian": r"^(stop|don'?t|do not|never|quit|forget|unpopular opinion|no more|"
    r"deja de|nunca|no hagas|pare de|não|hör auf|nie wieder|arrête)\b",
    "challenge": r"^(try this|can (you|i|we)|i dare)\b|\b(challenge|desafio|desafío|reto|défi)\b|"
    r"\b\d+ (days?|hours?|días|horas|dias|tage|stunden|jours|heures)\b",
    "news": r"^(everyone is talking about|breaking|just in|update|news)\b|"
    r"\b(just (announced|dropped|released)|revealed|leaked|noticias|notícias|nachrichten)\b",
    "story": _SOMEONE,
    "number": _COUNT,
    "curiosity": r"\b(nobody|no one|nadie|ninguém|niemand|personne|secrets?|secretos?|segredos?|geheimnis\w*|hidden|"
    r"you won'?t believe|the truth about|this is why|here'?s why)\b",
    "mistake": r"\b(mistakes?|wrong|fails?|failed|regret|worst|peor|pior|errors?|errores|erros?|fehler|erreurs?)\b",
    "question": r"[?？][^\w]*$",
}
CAPTION_STYLES = {
    "call_to_action": r"\b(link in bio|comment (below|\w+ (for|and))|(save|share) this|send this to|"
    r"tag (a|your|someone)|follow (for|me|us|@)|subscribe|sign up|link en (la )?bio|link na bio|comenta|comente|"
    r"guarda este|salve este|compartilhe|suscríbete|inscreva|abonne|abonnier\w*|kommentier\w*)\b",
    "list": rf"(^|\s)(1[.)]|1️⃣|[•▪✅]) ?\w.*\s(2[.)]|2️⃣|[•▪✅])|{_COUNT}",
    "question": r"[?？]",
    "story": _SOMEONE,
}
DURATION_BANDS = (
    ("short", 21.0),
    ("medium", 37.0),
    ("long", 60.0),
    ("to_90_seconds", 90.0),
    ("to_10_minutes", 600.0),
    ("over_10_minutes", float("inf")),
)
"""Bands and their ends in seconds (exclusive). Ideas are made for 15, 30 and 45 s: the first three; ends between
them lie at the geometric means."""

_HOOKS = {style: re.compile(pattern, re.IGNORECASE) for style, pattern in HOOK_STYLES.items()}
_CAPTIONS = {style: re.compile(pattern, re.IGNORECASE) for style, pattern in CAPTION_STYLES.items()}
# What stands before the first word: emoji, brackets, quotes; Spanish opens a question there.
_BEFORE = re.compile(r"^[^\w¿]+|¿")


def styles(signal: TrendSignal) -> dict[PatternDimension, str]:
    """Return the level of each dimension that can be told of a signal; no length, no duration band."""
    caption = signal.caption or signal.title
    found: dict[PatternDimension, str] = {
        "hook_style": hook_style(signal.title),
        "caption_style": caption_style(caption),
        "audio": audio_kind(signal.audio),
    }
    band = duration_band(signal.duration_s)
    return found | {"duration_band": band} if band else found


def hook_style(text: str) -> str:
    """Return the style of a hook (a title, or the first line of a caption); ``plain`` for none of them."""
    return _first(_HOOKS, text) or PLAIN


def caption_style(text: str) -> str:
    """Return the style of a caption: call to action, list, question, story, else short (40 characters) or plain."""
    return _first(_CAPTIONS, text) or ("short" if len(text) <= SHORT_CAPTION else PLAIN)


def audio_kind(audio: str | None) -> str:
    """Return ``original`` for a sound of the author's own, ``named`` for another, ``none`` where the source names none."""
    if not audio:
        return "none"
    return (
        "original" if audio.casefold().startswith(("original", "audio original", "son original")) else "named"
    )


def duration_band(seconds: float | None) -> str | None:
    """Return the band of a length in seconds; None for an unknown one and for 0, which live broadcasts have."""
    return next((name for name, end in DURATION_BANDS if seconds < end), None) if seconds else None


def _first(known: dict[str, re.Pattern[str]], text: str) -> str | None:
    begun = _BEFORE.sub("", text.replace("’", "'"), count=2)
    return next((style for style, pattern in known.items() if pattern.search(begun)), None)
