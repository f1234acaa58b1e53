"""The engine: chooses a prompt, asks the models, weighs what came, and tries another prompt before it asks for a person.

Requests, retries and money are the chain's part, what is usable ``drafting``'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.scripts.confidence import Confidence, confidence
from content_pipeline.scripts.engines.base import Draft, EngineError, EngineStopped, ModelsFailed
from content_pipeline.scripts.engines.openai.accounting import Tally
from content_pipeline.scripts.engines.openai.asking import ModelChain
from content_pipeline.scripts.engines.openai.drafting import drafted
from content_pipeline.scripts.engines.openai.material import evidence_titles, orders, variables
from content_pipeline.scripts.engines.openai.problems import BadAnswer, PromptBlocked
from content_pipeline.scripts.engines.openai.requests import TEMPERATURES
from content_pipeline.scripts.engines.openai.wire import read_draft
from content_pipeline.scripts.engines.template import shape_of
from content_pipeline.scripts.prompts.loading import Message, Prompt
from content_pipeline.scripts.quarantine import Quarantine
from content_pipeline.scripts.records import Writing

NAME = "openai"
UNSPACED = {"bo", "dz", "ja", "km", "lo", "my", "th", "zh"}
"""Languages (ISO 639-1) that put no spaces between words: pacing counts words by spaces, so no script of theirs has a length."""


@dataclass(frozen=True)
class _Written:
    draft: Draft
    trust: Confidence
    model: str
    prompt: Prompt
    unsupported: bool


@dataclass(frozen=True)
class _Job:
    brief: Brief
    shape: Archetype
    account: Account
    avoid: Sequence[str]


class OpenAIEngine:
    """Writes with a language model.

    Args:
        chain: the models.
        prompts: in order: the first that does not rest is used, the next gets another try.
        quarantine: which prompts rest.
        floor: the confidence below which another prompt is tried, and then a person is asked for.
    """

    def __init__(
        self, chain: ModelChain, prompts: Sequence[Prompt], quarantine: Quarantine, floor: float
    ) -> None:
        self._chain = chain
        self._prompts = prompts
        self._quarantine = quarantine
        self._floor = floor
        self.stopped: EngineStopped | None = None

    def write(self, brief: Brief, account: Account, variant: int, avoid: Sequence[str]) -> Draft:
        """Return what a model wrote; below the floor the better of two tries, for a person to look at.

        Raises:
            ModelsFailed: no prompt and no model gave a usable script.
            EngineStopped: nothing can be written for now: the budget is spent, no model can be used, all prompts rest. The engine
                asks nobody after that.
            EngineError: the brief has no evidence, or the account speaks a language without spaces between words. Nobody is asked.
        """
        if account.language.lower().replace("_", "-").partition("-")[0] in UNSPACED:
            raise EngineError(
                f"{account.id} speaks {account.language!r}, which has no spaces between words: how long such a text takes to say "
                "cannot be told, so no model is asked; choose a language with spaces"
            )
        if not brief.evidence:
            raise EngineError(f"brief {brief.brief_id} has no evidence")
        if self.stopped is not None:
            raise EngineStopped(self.stopped.state, str(self.stopped))
        try:
            return self._write(brief, account, variant, avoid)
        except EngineStopped as stopped:
            self.stopped = stopped
            raise

    def _write(self, brief: Brief, account: Account, variant: int, avoid: Sequence[str]) -> Draft:
        tally, until = Tally(), self._chain.deadline()
        job = _Job(brief, shape_of(brief, variant), account, avoid)
        tries: list[_Written] = []
        reasons: list[str] = []
        for prompt in self._awake():
            try:
                written = self._try(prompt, job, tally, until)
            except EngineStopped:
                if tries:  # the budget ran out at the second try: what the first gave is paid for
                    break
                raise
            except ModelsFailed as error:
                reasons.append(str(error))
                break  # models that do not answer one prompt do not answer another
            except (PromptBlocked, BadAnswer) as problem:
                kind = "blocked" if isinstance(problem, PromptBlocked) else "failed"
                self._quarantine.strike(prompt, kind, brief.brief_id, str(problem))  # type: ignore[arg-type]
                reasons.append(f"{prompt.family}: {problem}")
                continue
            self._quarantine.succeeded(prompt)
            tries.append(written)
            if written.trust.value >= self._floor:
                break
        if not tries:
            raise ModelsFailed("; ".join(reasons), tally.use)
        return self._finished(max(tries, key=lambda one: one.trust.value), brief, tally)

    def _awake(self) -> list[Prompt]:
        resting = {prompt.id: self._quarantine.resting(prompt) for prompt in self._prompts}
        awake = [prompt for prompt in self._prompts if resting[prompt.id] is None]
        if not awake:
            until = min(rest.until for rest in resting.values() if rest)
            raise EngineStopped(
                "prompts_in_quarantine",
                f"all prompts are in quarantine, the first until {until:%Y-%m-%d %H:%M} UTC: see `content-pipeline prompts list`",
            )
        return awake

    def _try(self, prompt: Prompt, job: _Job, tally: Tally, until: float) -> _Written:
        message = prompt.render(variables(job.brief, job.shape, job.account, job.avoid))

        def check(text: str) -> tuple[Draft, Confidence, bool]:
            return _weighed(text, message, job)

        found = self._chain.ask(message, prompt.id, TEMPERATURES[job.account.creativity], check, tally, until)
        draft, trust, unsupported = found.value
        return _Written(draft, trust, found.model, prompt, unsupported)

    def _finished(self, best: _Written, brief: Brief, tally: Tally) -> Draft:
        suspicious, low = orders(brief), best.trust.value < self._floor
        doubts = [*best.trust.doubts, *tally.notes]
        doubts += (
            ["a title of the evidence gives orders to a model; it was passed on as data"]
            if suspicious
            else []
        )
        doubts += [f"confidence {best.trust.value:.2f} is below {self._floor:.2f}"] if low else []
        writing = Writing(
            engine=NAME,
            model=best.model,
            prompt_id=best.prompt.id,
            confidence=best.trust.value,
            doubts=doubts,
            fallback=None,
            **tally.use.model_dump(),
        )
        needs_human = low or suspicious or best.unsupported
        return best.draft.model_copy(update={"writing": writing, "needs_human": needs_human})


_UNFINISHED = Writing(
    engine=NAME,
    model=None,
    prompt_id="",
    attempts=0,
    input_tokens=None,
    output_tokens=None,
    cost_usd=None,
    confidence=0.0,
    doubts=[],
    fallback=None,
)
"""Stands in a draft until all that it took is known."""


def _weighed(text: str, message: Message, job: _Job) -> tuple[Draft, Confidence, bool]:
    answer = read_draft(text)
    draft, unsupported = drafted(answer, job.brief, job.shape, job.account, job.avoid, message, _UNFINISHED)
    trust = confidence(
        draft, job.account, evidence_titles(job.brief), job.avoid, unsupported, answer.self_confidence
    )
    return draft, trust, bool(unsupported)
