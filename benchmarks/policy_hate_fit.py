"""Fits the weights of ``content_pipeline/review/abuse/score.py`` and prints them as it has them.

Logistic regression with a normal prior about weights set by hand, whose signs are kept, on half of Davidson, Surge and TweetEval (by
hash of the text) and on the functional cases that were seen, which get a tenth of the weight. ``policy_hate.py`` measures on the rest.
"""

import numpy as np
import yaml
from policy_hate import CASES, labelled
from scipy.optimize import minimize

from content_pipeline.review.abuse.lexicon import parted
from content_pipeline.review.abuse.linear import offensive_probability
from content_pipeline.review.abuse.score import WEIGHTS, features
from content_pipeline.review.abuse.sentences import found_in
from content_pipeline.review.spellings import readings

PRIOR = {
    "hated": 3.5, "insulted": 3, "excluded": 3.5, "dehumanised": 4, "threatened": 3.5, "cursed": 2.5, "slogans": 1.5, "extremist": 4.5,
    "border_talk": 1, "accusing": 0.3, "slurs": 3, "slur_aimed": 1, "soft_slurs": 0, "soft_slur_model": 0.2, "ingroup": 1.5,
    "gendered": 2, "gendered_plural": 1, "gendered_aimed": 0.5, "gendered_self": -0.5, "gendered_model": 0, "insults": 0.3,
    "person_insulted": 1.2, "person_threatened": 2.5, "silenced": 0.7, "strong_only": -0.5, "things_insulted": -0.5,
    "countered": -2.5, "countering": -0.4, "warm": -0.5, "model": 0.4,
}  # fmt: skip
PRECISION = 100.0
CONSTANT = -0.7
CASES_SHARE = 0.1
WEIGHT_OF_SET = {"Davidson": 1.0, "Surge": 2.0, "TweetEval": 1.0}


def main() -> None:
    rows = labelled()
    rows = rows[rows["half"] == 0]
    seen = [
        (
            max(readings(text), key=lambda form: sum(found_in(form).values())),
            group["label"] in ("hate", "abuse"),
        )
        for group in yaml.safe_load(CASES.read_text(encoding="utf-8"))
        if not group.get("fresh")
        for text in group["texts"][::2]
    ]
    texts = [parted(text.casefold()) for text in rows["text"]] + [parted(text) for text, _ in seen]
    found = [features(found_in(text), offensive_probability(text)) for text in texts]
    design = np.array([[values[name] for name in WEIGHTS] + [1.0] for values in found])
    answer = np.array([*rows["positive"], *(hateful for _, hateful in seen)], dtype=float)
    weight = rows["set"].map(WEIGHT_OF_SET).to_numpy()
    weight = np.append(weight, np.full(len(seen), CASES_SHARE * weight.sum() / len(seen)))
    prior = np.array([PRIOR[name] for name in WEIGHTS] + [CONSTANT])

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        logit, away = design @ at, at - prior
        chance = 1 / (1 + np.exp(-logit))
        value = (weight * (np.logaddexp(0, logit) - answer * logit)).sum() + PRECISION / 2 * (away**2).sum()
        return value, design.T @ (weight * (chance - answer)) + PRECISION * away

    signs = [(0, None) if value > 0 else (None, 0) if value < 0 else (None, None) for value in prior[:-1]]
    fitted = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=[*signs, (None, None)]).x
    print(f"CONSTANT = {fitted[-1]:.2f}")
    for name, value in zip(WEIGHTS, fitted, strict=False):
        print(f'    "{name}": {value:.2f},')


if __name__ == "__main__":
    main()
