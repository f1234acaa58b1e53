"""Reads prompts: ``<family>.md`` beside this module, Jinja templates of a system and a user message.

A prompt's id is the hash of its content, so a changed file is another prompt. What is put into them is the engine's part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError, meta

from content_pipeline.settings import ConfigError, nearest
from content_pipeline.storage.records import stable_id

FOLDER = Path(__file__).parent
FAMILIES = ("script", "script_alternate")
"""The prompt that scripts are written with, and the one that gets another try."""
BREAK = "=== user ==="
"""The line between the system message and the user's."""

_ENVIRONMENT = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701 - no HTML


class PromptError(ConfigError):
    """A prompt file is wrong, or something that it asks for is not given; the message names both."""


@dataclass(frozen=True)
class Message:
    """A rendered prompt: what the system says, and what the user asks."""

    system: str
    user: str


@dataclass(frozen=True)
class Prompt:
    """A prompt of a family. ``asks_for`` are the variables in its text."""

    family: str
    id: str
    system: str
    user: str
    asks_for: frozenset[str]

    def render(self, variables: Mapping[str, object]) -> Message:
        """Fill in the variables.

        Raises:
            PromptError: one that the prompt asks for is not given.
        """
        missing = sorted(self.asks_for - set(variables))
        if missing:
            names = ", ".join(f"{name!r}{nearest(name, variables)}" for name in missing)
            raise PromptError(f"prompt {self.family!r} asks for {names}, which is not given")
        try:
            parts = [
                _ENVIRONMENT.from_string(text).render(variables).strip() for text in (self.system, self.user)
            ]
        except TemplateError as error:
            raise PromptError(f"prompt {self.family!r} cannot be filled in: {error}") from None
        return Message(*parts)


def load_prompts(families: Iterable[str], folder: Path = FOLDER) -> list[Prompt]:
    """Read the prompts of ``families``, in their order.

    Raises:
        PromptError: there is no such file, or it is no valid template.
    """
    return [load_prompt(family, folder) for family in families]


def load_prompt(family: str, folder: Path = FOLDER) -> Prompt:
    """Read the prompt of a family.

    Raises:
        PromptError: there is no such file, or it is no valid template.
    """
    known = sorted(path.stem for path in folder.glob("*.md"))
    if family not in known:
        raise PromptError(
            f"unknown prompt family {family!r}{nearest(family, known)}; known: {', '.join(known)}"
        )
    text = (folder / f"{family}.md").read_text(encoding="utf-8")
    system, line, user = text.partition(f"\n{BREAK}\n")
    if not line or not system.strip() or not user.strip():
        raise PromptError(f"prompt {family!r}: it needs a system part, a line {BREAK!r} and a user part")
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        raise PromptError(f"prompt {family!r}, line {error.lineno}: {error.message}") from None
    asks_for = frozenset(meta.find_undeclared_variables(tree))
    return Prompt(family, stable_id("prompt", family, text), system, user, asks_for)
