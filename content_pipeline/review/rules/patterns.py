"""Lists of regular expressions that are data: one YAML file a family, one expression a line, each compiled list used as one.

Phrases with exceptions and endings are ``lexicon``'s; what an expression means is the family's.
"""

import re
from functools import cache
from importlib.resources import files

import yaml


@cache
def patterns(family: str, name: str) -> re.Pattern[str]:
    """Return a list of ``<family>.yaml`` as one expression; a name in braces stands for another list of the file."""
    text = files("content_pipeline.review.rules").joinpath(f"{family}.yaml").read_text(encoding="utf-8")
    lists: dict[str, list[str]] = yaml.safe_load(text)

    def joined(which: str) -> str:
        whole = "|".join(lists[which])
        return re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{joined(match[1])})", whole)

    return re.compile(joined(name), re.MULTILINE)
