"""Asks a chain of models, one after the other, until one gives an answer that passes: waits, retries, second tries, failover.

This is the only layer that retries. What passes is said by the caller's ``check``.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import stamina

from content_pipeline.scripts.engines.base import EngineStopped, ModelsFailed
from content_pipeline.scripts.engines.openai.accounting import Accounts, Tally
from content_pipeline.scripts.engines.openai.answers import text_of
from content_pipeline.scripts.engines.openai.client import ChatClient
from content_pipeline.scripts.engines.openai.problems import (
    Adjust,
    BadAnswer,
    ModelUnavailable,
    ModelUnusable,
    Problem,
    PromptBlocked,
    Truncated,
)
from content_pipeline.scripts.engines.openai.requests import Form, build, form_of
from content_pipeline.scripts.prompts.loading import Message

T = TypeVar("T")

LONGEST_REPLAY = 12_000
"""Characters of a bad answer that its second try is shown."""


@dataclass(frozen=True)
class Limits:
    """How long is waited for what, in seconds.

    ``whole_s``: for one script, all models and tries together; ``answer_s``: for one answer; ``wait_s``: the longest wait that
    a rate limit may ask for, else the next model is asked; ``first_wait_s``: before the first retry of a server's error;
    ``attempts``: requests that meet a rate limit or an error, for one model; ``silent``: scripts in a row for which no model could
    be reached, after which the engine stops.
    """

    answer_s: float = 60.0
    whole_s: float = 240.0
    wait_s: float = 20.0
    first_wait_s: float = 1.0
    attempts: int = 2
    silent: int = 3


@dataclass(frozen=True)
class Answered(Generic[T]):
    """What passed, and the model that gave it."""

    value: T
    model: str


@dataclass
class _Try(Generic[T]):
    """One script's question: what is asked, how an answer is read, and what it took."""

    message: Message
    prompt_id: str
    temperature: float
    check: Callable[[str], T]
    tally: Tally
    until: float

    @property
    def left_s(self) -> float:
        return self.until - time.monotonic()


class ModelChain:
    """Models in the order of preference. What a model cannot do for a whole run is remembered for as long as the chain lives.

    Args:
        client: the server.
        models: their names.
        accounts: the day's budget.
        limits: of time and tries.
    """

    def __init__(self, client: ChatClient, models: Sequence[str], accounts: Accounts, limits: Limits) -> None:
        self._client = client
        self._models = models
        self._accounts = accounts
        self._limits = limits
        self._forms = {model: form_of(model) for model in models}
        self._unusable: dict[str, ModelUnusable] = {}
        self._silent = 0

    def deadline(self) -> float:
        """Return until when (``time.monotonic``) a script that begins now may take."""
        return time.monotonic() + self._limits.whole_s

    def ask(
        self,
        message: Message,
        prompt_id: str,
        temperature: float,
        check: Callable[[str], T],
        tally: Tally,
        until: float,
    ) -> Answered[T]:
        """Return the first answer that passes ``check``.

        Raises:
            PromptBlocked: a model refused.
            BadAnswer: models answered, and none of the answers passed.
            ModelsFailed: no model answered.
            EngineStopped: the budget is spent, no model can be used, or none has been reached for several scripts.
        """
        question = _Try(message, prompt_id, temperature, check, tally, until)
        problems: list[Problem] = []
        told: list[str] = []
        for model in self._models:
            if model in self._unusable:
                continue
            try:
                value = self._ask_model(model, question)
            except PromptBlocked:
                self._silent = 0
                raise
            except ModelUnusable as problem:
                self._unusable[model] = problem
            except (ModelUnavailable, BadAnswer) as problem:
                problems.append(problem)
                told.append(f"{model}: {problem}")
            else:
                self._silent = 0
                return Answered(value, model)
        raise self._failure(problems, "; ".join(told), tally)

    def _failure(self, problems: Sequence[Problem], told: str, tally: Tally) -> Exception:
        if len(self._unusable) == len(self._models):
            state = next(iter(self._unusable.values())).state
            why = "; ".join(f"{model}: {problem}" for model, problem in self._unusable.items())
            return EngineStopped(state, f"no model can be used: {why}", tally.use)
        bad = next((p for p in problems if isinstance(p, BadAnswer)), None)
        if bad is not None:
            self._silent = 0
            return BadAnswer(bad.state, told)
        self._silent += 1
        if self._silent >= self._limits.silent:
            message = f"no model has answered for {self._silent} scripts in a row: {told}"
            return EngineStopped("no_answers", message, tally.use)
        return ModelsFailed(f"no model answered: {told}", tally.use)

    def _ask_model(self, model: str, question: _Try[T]) -> T:
        """Ask one model: once more where an answer was cut off, and once more where it did not pass."""
        more: list[dict[str, str]] = []
        form = self._forms[model]
        second: set[type[BadAnswer]] = set()
        while True:
            text = ""
            try:
                text = self._request(model, form, question, more)
                return question.check(text)
            except Truncated as problem:
                if Truncated in second:
                    raise
                second.add(type(problem))
                form = replace(form, tokens=2 * form.tokens)
            except BadAnswer as problem:
                if BadAnswer in second:
                    raise
                second.add(BadAnswer)
                more = _second_try(text, problem)
            # What the server refused in between holds for the second try too.
            form = replace(self._forms[model], tokens=form.tokens)

    def _request(self, model: str, form: Form, question: _Try[T], more: list[dict[str, str]]) -> str:
        """Send one request, in another form where the server does not take this one."""
        while True:
            try:
                return self._patiently(model, form, question, more)
            except Adjust as problem:
                changed = form.without(problem.parameter)
                if changed is None:
                    raise ModelUnavailable("request_refused", str(problem)) from None
                form = changed
                self._forms[model] = replace(changed, tokens=self._forms[model].tokens)

    def _patiently(self, model: str, form: Form, question: _Try[T], more: list[dict[str, str]]) -> str:
        limits = self._limits

        def again(error: Exception) -> bool | float:
            if not isinstance(error, ModelUnavailable) or not error.again:
                return False
            wait = error.wait_s
            if wait is None:
                return question.left_s > limits.first_wait_s
            return wait if wait <= min(limits.wait_s, question.left_s) else False

        for attempt in stamina.retry_context(
            on=again,
            attempts=limits.attempts,
            timeout=max(question.left_s, 0.01),
            wait_initial=limits.first_wait_s,
            wait_max=limits.wait_s,
            wait_jitter=limits.first_wait_s,
        ):
            with attempt:
                return self._send(model, form, question, more)
        raise AssertionError("a retry context ends in a return or an error")

    def _send(self, model: str, form: Form, question: _Try[T], more: list[dict[str, str]]) -> str:
        if question.left_s <= 0:
            raise ModelUnavailable("timed_out", "no time is left for this script")
        body = build(model, form, question.message, question.temperature, more)
        with self._accounts.paid(model, question.prompt_id, body, form.tokens, question.tally) as exchange:
            answer = self._client.complete(body, question.left_s)
            exchange.answered(answer)
            return text_of(answer)


def _second_try(text: str, problem: BadAnswer) -> list[dict[str, str]]:
    wish = f"That answer cannot be used ({problem}). Answer again, whole and in the same form, without this fault."
    said = [{"role": "assistant", "content": text[:LONGEST_REPLAY]}] if text else []
    return [*said, {"role": "user", "content": wish}]
