"""Hate and abuse: what is blocked, looked at, and left alone; and no worse than a library alone on labelled texts."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml
from profanity_check import predict_prob
from sklearn.metrics import precision_recall_curve, roc_auc_score

from content_pipeline.review.abuse.lexicon import lexicon
from content_pipeline.review.abuse.linear import offensive_probability
from content_pipeline.review.abuse.score import abuse_score, passages
from content_pipeline.review.texts import judge
from content_pipeline_tests.examples import demo

CASES = yaml.safe_load(Path(__file__).with_name("hate_cases.yaml").read_text(encoding="utf-8"))
FIRST = [(group["label"], text) for group in CASES if not group.get("fresh") for text in group["texts"]]
BORDERLINE = {"No more refugees, send them all back."}
"""Hate that is looked at, not blocked."""


def found(text):
    return {f.rule_id.removeprefix("hate."): f for f in judge(text, demo()) if f.rule_id.startswith("hate.")}


@pytest.mark.parametrize("text", [text for label, text in FIRST if label == "hate"])
def test_hate_is_blocked(text):
    [finding] = found(text).values()
    assert finding.severity == "block" or text in BORDERLINE
    assert finding.excerpt
    assert finding.remedy


@pytest.mark.parametrize("text", [text for label, text in FIRST if label == "clean"])
def test_harmless_texts_pass(text):
    assert not {"hateful", "abusive"} & found(text).keys()


@pytest.mark.parametrize("text", [text for label, text in FIRST if label == "profanity"])
def test_strong_language_alone_is_a_warning(text):
    [finding] = found(text).values()
    assert (finding.rule_id, finding.severity, finding.asks) == ("hate.profanity", "warning", [])


def test_most_abuse_of_persons_is_looked_at():
    texts = [text for label, text in FIRST if label == "abuse"]
    told = [text for text in texts if found(text).keys() & {"hateful", "abusive"}]
    assert len(told) >= 0.75 * len(texts)
    [finding] = found("She is a lying bitch.").values()
    assert (finding.rule_id, finding.asks) == ("hate.abusive", ["compliance"])


def test_texts_not_seen_are_told_apart_far_better_than_by_the_library():
    rows = [
        (group["label"] == "hate", text) for group in CASES if group.get("fresh") for text in group["texts"]
    ]
    hate, texts = zip(*rows, strict=True)
    ours, library = [abuse_score(text) for text in texts], predict_prob(list(texts))
    assert roc_auc_score(hate, ours) > roc_auc_score(hate, library) + 0.1


def test_a_long_script_hides_nothing():
    harmless = "Walk ten minutes after lunch and write one line about it. " * 20
    hidden = f"{harmless}\n{harmless} Immigrants are vermin. {harmless}"
    [finding] = found(hidden).values()
    assert finding.rule_id == "hate.hateful"
    assert "vermin" in finding.excerpt
    assert all(len(passage) <= 280 for passage in passages(hidden))


@pytest.mark.parametrize("text", ["", " ", "\n", "🔥🔥", "今日のニュース", "...", "#"])
def test_texts_without_words_are_harmless(text):
    assert 0 <= abuse_score(text) < 0.5


def test_the_linear_model_is_the_librarys():
    texts = ["", "a", "you stupid idiot", "What a fucking day, what a day!", "the garden in May"]
    assert [offensive_probability(text) for text in texts] == pytest.approx(list(predict_prob(texts)))


def test_every_class_of_the_lexicon_is_reached():
    assert Counter(lexicon().letters.values()).keys() >= set("GSksnbpHEDdCAaUFVvwXxKZNLMmPOhTIqBYWJc!.-")


def test_no_worse_than_the_library_alone_on_labelled_texts(real_data):
    folder = real_data / "policy"
    davidson = pd.read_parquet(folder / "davidson_hate_offensive_24783.parquet").sample(1900, random_state=1)
    surge = pd.read_parquet(folder / "surge_toxicity_1000.parquet").sample(80, random_state=1)
    tweets = pd.read_parquet(folder / "tweeteval_hate.parquet").sample(1000, random_state=1)
    texts = [*davidson["tweet"], *surge["text"], *tweets["text"]]
    positive = [*(davidson["class"] < 2), *(surge["is_toxic"] == "Toxic"), *(tweets["label"] == 1)]
    ours, library = [abuse_score(text) for text in texts], predict_prob(texts)
    assert precision_at(positive, ours) >= precision_at(positive, library)
    assert roc_auc_score(positive, ours) > roc_auc_score(positive, library) + 0.02


def precision_at(positive, scores, recall=0.80):
    precisions, recalls, _ = precision_recall_curve(positive, scores)
    return precisions[recalls >= recall].max()
