"""Words of a title in any script, and which of them say little.

Clustering, keywords and niche fit share them; measures over words belong there.
"""

import re
import unicodedata
from pathlib import Path

_WORD = re.compile(r"\w+(?:['’]\w+)*")
# Scripts that are written without spaces: kana, Han, Thai, Lao, Myanmar, Khmer.
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)

STOP_WORDS = frozenset(Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").split())
"""Words that say little: particles of the commonest languages, and labels of media formats."""


def words(text: str) -> list[str]:
    """Return a text's words in order, case-folded; of scripts without spaces, pairs of characters."""
    found: list[str] = []
    for match in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        word = match.replace("’", "'")
        at = 0
        for run in _UNSPACED.finditer(word):
            found += [word[at : run.start()]] if run.start() > at else []
            found += _pairs(run.group())
            at = run.end()
        found += [word[at:]] if at < len(word) else []
    return found


def telling_words(text: str) -> list[str]:
    """Return the words that are no stop words, no single characters and no bare numbers, in order."""
    return [w for w in words(text) if len(w) > 1 and w not in STOP_WORDS and not w.isnumeric()]


def _pairs(run: str) -> list[str]:
    return [run] if len(run) < 3 else [run[i : i + 2] for i in range(len(run) - 1)]
