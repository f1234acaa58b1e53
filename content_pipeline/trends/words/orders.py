"""Texts that speak to a language model instead of to people: what a title must not bring into a prompt, a brief or a post.

Patterns of English phrasings, no model: whoever reads the title can see why. They are a sieve, not a proof: what prompts are filled
with stays data, whatever it says.
"""

import re
import unicodedata

_DROP = r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass)"
_EARLIER = r"(?:previous|prior|preceding|above|earlier|all|any|your|these|system)"
_ORDERS = r"(?:instruction|prompt|rule|message|direction|directive|guideline|command)s?|context"
_NOTHING_NAMED = r"(?! (?!(?:and|then|or|but|text|words?|content|input|conversation|tasks?)\b)\w)"
"""No noun follows that says what else is meant: "the previous advice", "everything before noon"."""
_PROMPT = r"(?:prompts?|instructions?)"

_TO_A_MODEL = re.compile(
    "|".join(
        (
            # to leave what it was told: "ignore all previous instructions", "ignore the rules above"
            rf"\b{_DROP}\b[^.!?]{{0,40}}\b{_EARLIER}\b[^.!?]{{0,30}}\b(?:{_ORDERS})\b",
            rf"\b{_DROP}\b[^.!?]{{0,30}}\b(?:{_ORDERS})\b[^.!?]{{0,15}}\b(?:above|before|earlier|so far|you (?:were|have been|got))\b",
            rf"\b{_DROP} (?:all|everything|anything|the|what(?:ever)? \w+) (?:that \w+ |of the )?"
            rf"(?:previous|above|before)\b{_NOTHING_NAMED}",
            rf"\b{_DROP} what(?:ever)? (?:you|was|is|it|they)\b[^.!?]{{0,30}}\b(?:above|so far)\b",
            # to tell what it was told; a diary has prompts too, so "repeat the prompt" alone says nothing
            rf"\breveal\b[^.!?]{{0,20}}\b{_PROMPT}\b",
            rf"\b(?:print|repeat)\b[^.!?]{{0,20}}\b(?:your|these|those|system|previous|initial|original|hidden|secret)\b"
            rf"[^.!?]{{0,20}}\b{_PROMPT}\b",
            rf"\b(?:print|repeat)\b[^.!?]{{0,20}}\b{_PROMPT}\b[^.!?]{{0,15}}\b(?:verbatim|above|exactly|word for word)\b",
            rf"\b(?:(?:show|tell|give) (?:me|us)|output|recite|leak|what (?:is|are|were))\b[^.!?]{{0,15}}"
            rf"\byour (?:(?:system|initial|original|hidden|own|exact|full) )*{_PROMPT}\b",
            r"\b(?:system|developer) (?:prompt|message)s?\b",
            # to be another
            r"\byou are now\b",
            r"\bact as (?:an?|the) (?:ai|assistant|model)\b",
            # to take the text for another's turn: "Assistant: ...", "<|im_end|>", "[INST]"
            r"(?:^|[.!?]\s+)\W{0,3}(?:assistant|system|developer) ?:",
            r"<\|?[a-z_]+\|>",
            r"[<‹]/?\|? ?(?:system|assistant|user|developer|im_start|im_end)\b",
            r"\[/?inst\]|<<sys>>",
            r"#{2,} ?(?:system|instruction|assistant|user|response)s?\b",
        )
    ),
    re.IGNORECASE,
)


def gives_instructions(text: str) -> bool:
    """Tell whether a text gives orders to a language model ("ignore previous instructions") or poses as a turn of its talk."""
    # Letters of other widths are read as the plain ones: a model does.
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return _TO_A_MODEL.search(plain) is not None
