"""How well hate and abuse are told, against each library alone, and what disguises, harmless headlines and time cost.

Davidson (hate or offensive), Surge (toxic) and TweetEval (hateful) are the positives. The half of each that the weights were fitted
on (by hash of the text) is left out. The
lexicon was chosen with all of them in view. better-profanity is slow and runs on samples. Skips where the data are absent.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from better_profanity import profanity
from numpy.typing import NDArray
from profanity_check import predict_prob
from sklearn.metrics import precision_recall_curve, roc_auc_score

from content_pipeline.review.abuse.lexicon import lexicon, tokens
from content_pipeline.review.abuse.score import abuse_score, scored
from content_pipeline.review.rules.hate import BLOCKED_FROM, LOOKED_AT_FROM
from content_pipeline.review.spellings import readings

DATA = Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data"))
CASES = Path(__file__).parent.parent / "content_pipeline_tests" / "review" / "hate_cases.yaml"
RECALL = 0.80
SLOW_SAMPLE, HEADLINES, DISGUISED = 1000, 5000, 1500
SEED = 7
_HALVES = ("first round, seen", "first round, kept aside at first")
LEET = str.maketrans("aeiost", "4310$7")
HOMOGLYPHS = str.maketrans("aeiocpxy", "аеіосрху")

Floats = NDArray[np.float64]


def labelled() -> pd.DataFrame:
    """Return the three sets as one: text, positive, hate (Davidson's hate class alone counts there), set, half (0 was fitted on)."""
    folder = DATA / "policy"
    davidson = pd.read_parquet(folder / "davidson_hate_offensive_24783.parquet")
    surge = pd.read_parquet(folder / "surge_toxicity_1000.parquet")
    tweets = pd.read_parquet(folder / "tweeteval_hate.parquet")
    toxic, hateful = surge["is_toxic"].str.casefold() == "toxic", tweets["label"] == 1
    parts = {
        "Davidson": (davidson["tweet"], davidson["class"] < 2, davidson["class"] == 0),
        "Surge": (surge["text"], toxic, toxic),
        "TweetEval": (tweets["text"], hateful, hateful),
    }
    rows = [
        pd.DataFrame({"text": text, "positive": positive, "hate": hate, "set": name})
        for name, (text, positive, hate) in parts.items()
    ]
    found = pd.concat(rows, ignore_index=True)
    found["half"] = [int(hashlib.md5(text.encode()).hexdigest(), 16) % 2 for text in found["text"]]
    return found


def headlines(number: int) -> list[str]:
    """Return real titles, half of YouTube's US trending lists and half of Hacker News, drawn with a seed."""
    videos = pd.read_parquet(next((DATA / "youtube_trending").glob("yt_trending_daily_US_*.parquet")))[
        "title"
    ]
    stories = pd.read_parquet(DATA / "hackernews" / "items.parquet")["title"]
    drawn = [
        titles.dropna().drop_duplicates().sample(number // 2, random_state=SEED)
        for titles in (videos, stories)
    ]
    return list(pd.concat(drawn))


def precision_at(positive: Floats, score: Floats, recall: float) -> float:
    """Return the best precision of any threshold that reaches a recall."""
    precisions, recalls, _ = precision_recall_curve(positive, score)
    return float(precisions[recalls >= recall].max())


def disguises() -> dict[str, Callable[[str], str]]:
    """Return the disguises of a word by name."""
    return {
        "leetspeak": lambda word: word.translate(LEET),
        "spaced out": " ".join,
        "dotted": ".".join,
        "homoglyphs": lambda word: word.translate(HOMOGLYPHS),
        "zero-width": "\u200b".join,
        "full-width": lambda word: "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in word),
        "one asterisk": lambda word: word[0] + "*" + word[2:] if len(word) > 3 else word,
        "drawn out": lambda word: word[:1] + word[1:2] * 4 + word[2:],
    }


def disguised(text: str, change: Callable[[str], str], keys: str = "SsbpFnKGUADCVvXxHE!Z") -> str:
    """Return a text with those words changed that the lexicon has in telling classes."""
    book = lexicon()
    telling = {
        phrase[0]
        for phrase, letter in book.letters.items()
        if letter in keys and len(phrase) == 1 and len(phrase[0]) > 2
    }
    out = text.casefold()
    for word in sorted({w for w in tokens(text) if w in telling and w.isascii()}, key=len, reverse=True):
        out = " ".join(
            part.replace(word, change(word)) if word in tokens(part) else part for part in out.split(" ")
        )
    return out


def compare(rows: pd.DataFrame) -> None:
    """Print precision at recall 0.80 and AUC of each side, by set and together."""
    print(f"\nprecision at recall {RECALL:.2f} (AUC), texts not fitted on")
    print(f"{'':28s}{'ours':>18s}{'alt-profanity-check':>22s}")
    groups = [("together", rows), *rows.groupby("set")]
    for name, part in groups:
        line = "".join(
            f"{precision_at(part['positive'], part[side], RECALL):>12.3f} ({roc_auc_score(part['positive'], part[side]):.3f})"
            for side in ("ours", "model")
        )
        print(f"{name} ({len(part)})".ljust(28) + line)
    for name, part in (
        ("hate alone: together", rows),
        ("hate alone: Davidson", rows[rows["set"] == "Davidson"]),
    ):
        line = "".join(
            f"{precision_at(part['hate'], part[side], RECALL):>12.3f} ({roc_auc_score(part['hate'], part[side]):.3f})"
            for side in ("ours", "model")
        )
        print(name.ljust(28) + line)
    part = rows.sample(SLOW_SAMPLE, random_state=SEED)
    flagged = np.array([profanity.contains_profanity(text) for text in part["text"]])
    recall, precision = flagged[part["positive"]].mean(), part["positive"][flagged].mean()
    ours = precision_at(part["positive"], part["ours"], recall)
    print(
        f"better-profanity ({len(part)} texts): precision {precision:.3f} at its recall {recall:.3f}; ours there {ours:.3f}"
    )
    for name, threshold in (("looked at from", LOOKED_AT_FROM), ("scores from", BLOCKED_FROM)):
        told = rows["ours"] >= threshold
        print(
            f"{name} {threshold}: recall {told[rows['positive']].mean():.3f}, precision {rows['positive'][told].mean():.3f}"
        )


def cases() -> None:
    """Print how well hate is told from what is none in the functional cases, seen and kept aside."""
    rows = pd.DataFrame(
        [
            {
                "text": text,
                "label": group["label"],
                "part": "second round" if group.get("fresh") else _HALVES[n % 2],
            }
            for group in yaml.safe_load(CASES.read_text(encoding="utf-8"))
            for n, text in enumerate(group["texts"])
        ]
    )
    rows["ours"], rows["model"] = list(map(abuse_score, rows["text"])), predict_prob(rows["text"])
    print("\nfunctional cases: AUC of hate against strong language and harmless texts")
    for name, part in rows[rows["label"] != "abuse"].groupby("part"):
        hate = part["label"] == "hate"
        blocked = [_blocked(text) for text in part["text"]]
        print(
            f"  {name} ({len(part)}): ours {roc_auc_score(hate, part['ours']):.3f}, "
            f"alt-profanity-check {roc_auc_score(hate, part['model']):.3f}; blocked {np.mean(np.array(blocked)[hate]):.2f} of hate, "
            f"{np.mean(np.array(blocked)[~hate]):.2f} of the rest"
        )


def _blocked(text: str) -> bool:
    return any(p.hateful and p.score >= BLOCKED_FROM for p in scored([text]))


def harmless() -> None:
    """Print how many of the headlines each side would block."""
    titles = headlines(HEADLINES)
    found = [scored([title]) for title in titles]
    blocked = np.mean([any(p.hateful and p.score >= BLOCKED_FROM for p in ps) for ps in found])
    asked = np.mean([any(p.score >= LOOKED_AT_FROM for p in ps) for ps in found])
    few = titles[:: HEADLINES // 500]
    slow = np.mean([profanity.contains_profanity(title) for title in few])
    print(
        f"\n{HEADLINES} headlines: blocked {blocked:.2%}, looked at or blocked {asked:.2%}; alt-profanity-check from 0.5 ",
        end="",
    )
    print(f"{np.mean(predict_prob(titles) >= 0.5):.2%}; better-profanity {slow:.2%} ({len(few)} of them)")


def adversarial(rows: pd.DataFrame) -> None:
    """Print the recall that each disguise of the telling words costs, of detected positives."""
    told = rows[rows["positive"] & (rows["ours"] >= LOOKED_AT_FROM)].sample(DISGUISED, random_state=SEED)[
        "text"
    ]
    print(f"\n{DISGUISED} detected positives with their telling words disguised: recall lost")
    for name, change in disguises().items():
        texts = [disguised(text, change) for text in told]
        changed = np.array([a != b.casefold() for a, b in zip(texts, told, strict=True)])
        ours = np.array([abuse_score(text) >= LOOKED_AT_FROM for text in texts])[changed]
        before, after = (
            predict_prob(list(told[changed])) >= 0.5,
            predict_prob(list(np.array(texts)[changed])) >= 0.5,
        )
        lost = 1 - after.sum() / before.sum()
        print(
            f"  {name:14s}{1 - ours.mean():7.2%}   alt-profanity-check {lost:7.2%}   ({changed.sum()} texts changed)"
        )


def speed() -> None:
    """Print the CPU seconds that 200 scripts of some 1,500 characters take."""
    titles = headlines(200 * 50)
    scripts = ["\n".join(titles[n * 25 : (n + 1) * 25])[:1500] for n in range(200)]
    start = time.process_time()
    for script in scripts:
        readings(script)
    middle = time.process_time()
    for script in scripts:
        scored([script])
    print(
        f"\n200 scripts: spellings {middle - start:.2f} s, hate and abuse {time.process_time() - middle:.2f} s of CPU time"
    )


def main() -> None:
    if not (DATA / "policy").is_dir():
        sys.exit(f"skipped: no labelled sets in {DATA / 'policy'}: set CONTENT_PIPELINE_REAL_DATA")
    profanity.load_censor_words()
    rows = labelled()
    rows = rows[rows["half"] == 1].reset_index(drop=True)
    rows["ours"], rows["model"] = list(map(abuse_score, rows["text"])), predict_prob(list(rows["text"]))
    compare(rows)
    cases()
    harmless()
    adversarial(rows)
    speed()


if __name__ == "__main__":
    main()
