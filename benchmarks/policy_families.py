"""The gate's text families on labelled texts, each against a simple list of key words, and on texts that are harmless.

Precision and recall of a family: a text counts as found if the family says anything about it; in brackets, only what it blocks.
Sets: messages (SMS spam) and tweets on covid (CONSTRAINT), of which the half and the `train` part that rules were tuned on are left
out, and cases written by hand (content_pipeline_tests/review/rules/cases). False blocks: 5,000 real headlines, clickbait, true tweets
on covid, without hate and abuse, which has a benchmark of its own. Last, 200 scripts through the whole gate.

No library for these families is well kept and works offline: the other side is a list of key words, and for spam also a Bayes
classifier that is trained on the first half of the messages, which shows what learning from the very set would give.

    python benchmarks/policy_families.py [--show]

Data: CONTENT_PIPELINE_REAL_DATA (../shared/data). --show prints the headlines that are blocked, to be looked through.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import yaml
from script_variants import STAMP, briefs_of
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from content_pipeline.accounts import Account, load_accounts
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.records import Strategy
from content_pipeline.review.gate import review_scripts
from content_pipeline.review.rules.bait import check_bait
from content_pipeline.review.rules.base import Context, Material, Rule
from content_pipeline.review.rules.claims import check_claims
from content_pipeline.review.rules.misinformation import check_misinformation
from content_pipeline.review.rules.sensitive import check_sensitive
from content_pipeline.review.rules.sexual import check_sexual
from content_pipeline.review.rules.spam import check_spam
from content_pipeline.review.rules.untrusted import check_untrusted
from content_pipeline.review.rules.violence import check_violence
from content_pipeline.review.texts import caption_only
from content_pipeline.scripts.engines.template import TemplateEngine
from content_pipeline.scripts.records import Script
from content_pipeline.scripts.writing import write_scripts

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data"))
CASES = ROOT / "content_pipeline_tests/review/rules/cases/families.yaml"
FAMILIES: dict[str, Rule] = {
    "violence": check_violence,
    "sexual": check_sexual,
    "claims": check_claims,
    "misinformation": check_misinformation,
    "bait": check_bait,
    "spam": check_spam,
    "sensitive": check_sensitive,
    "untrusted": check_untrusted,
}
KEY_WORDS = {
    "violence": r"kill|murder|dead|dies|died|death|shoot|shot|bomb|gun|stab|suicid|terror|attack|drug|cocaine|weed",
    "sexual": r"sex|porn|nude|naked|xxx|escort|breast|onlyfans|teen|minor|child",
    "claims": r"cure|guarantee|risk.free|lose \d+|doctor|heal|invest|stocks|crypto|profit|studies|%",
    "misinformation": r"cure|hoax|hiding|secret|truth|5g|vaccine|chip|bleach|conspiracy|miracle|don.t want you",
    "bait": r"tag|like|share|comment|follow|double tap",
    "spam": r"free|win|won|prize|claim|urgent|txt|call|cash|click|offer",
}
"""What one would write down first, by family: the simple side."""
SEED, HEADLINES, SCRIPTS, LIMIT_S = 5, 5000, 200, 5.0

Judge = Callable[[str], tuple[bool, bool]]


def ours(rule: Rule, account: Account) -> Judge:
    """Return whether a family finds anything in a text, and whether it blocks it."""

    def judge(text: str) -> tuple[bool, bool]:
        findings = list(rule(Material(caption_only(text, account), account)))
        return bool(findings), any(finding.severity == "block" for finding in findings)

    return judge


def key_words(family: str) -> Judge:
    pattern = re.compile(rf"\b(?:{KEY_WORDS[family]})", re.IGNORECASE)
    return lambda text: (pattern.search(text) is not None,) * 2


def compare(name: str, side: str, texts: Sequence[str], truth: Sequence[bool], judge: Judge) -> None:
    answers = [judge(text) for text in texts]
    cells = []
    for kind in (0, 1):
        found = [answer[kind] for answer in answers]
        right = sum(t and f for t, f in zip(truth, found, strict=True))
        cells.append(f"{right / max(1, sum(found)):.3f} {right / sum(truth):.3f}")
    print(f"{name:34} {side:28} {cells[0]}  ({cells[1]})  n={len(texts)}, {sum(truth)} positive")


def labelled(account: Account) -> None:
    print(f"{'set':34} {'side':28} precision recall, in brackets what is blocked")
    messages = pd.read_parquet(DATA / "policy/sms_spam_5572.parquet").drop_duplicates("text")
    half = len(messages) // 2
    learned, rest = messages.iloc[:half], messages.iloc[half:]
    texts, truth = rest["text"].to_list(), (rest["label"] == "spam").to_list()
    bayes = make_pipeline(TfidfVectorizer(), MultinomialNB(alpha=0.1)).fit(learned["text"], learned["label"])
    guessed = dict(zip(texts, bayes.predict(texts) == "spam", strict=True))
    compare("spam: messages, second half", "ours", texts, truth, ours(check_spam, account))
    compare("", "key words", texts, truth, key_words("spam"))
    compare("", "Bayes, trained on the set", texts, truth, lambda text: (guessed[text],) * 2)

    tweets = pd.read_parquet(DATA / "policy/constraint_covid_fake_real.parquet")
    tweets = tweets[tweets["split"] != "train"]
    texts, truth = tweets["tweet"].to_list(), (tweets["label"] == "fake").to_list()
    compare("misinformation: covid, val and test", "ours", texts, truth, ours(check_misinformation, account))
    compare("", "key words", texts, truth, key_words("misinformation"))

    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    for half_name in ("seen", "held_out"):
        for family, halves in cases.items():
            own = [(text, wanted != "pass") for wanted, many in halves[half_name].items() for text in many]
            texts, truth = [text for text, _ in own], [wrong for _, wrong in own]
            compare(f"{family}: by hand, {half_name}", "ours", texts, truth, ours(FAMILIES[family], account))
            compare("", "key words", texts, truth, key_words(family))


def headlines() -> list[str]:
    """Return 5,000 titles: half of YouTube's US trending list, half of Hacker News, drawn by a seed."""
    [youtube] = (DATA / "youtube_trending").glob("yt_trending_daily_US_*.parquet")
    drawn: list[str] = []
    for file in (youtube, DATA / "hackernews/items.parquet"):
        titles = pd.read_parquet(file, columns=["title"])["title"].dropna().drop_duplicates()
        drawn += titles.sample(HEADLINES // 2, random_state=SEED).to_list()
    return drawn


def false_blocks(account: Account, show: bool) -> None:
    clickbait = pd.read_parquet(DATA / "policy/clickbait_headlines_32000.parquet")
    tweets = pd.read_parquet(DATA / "policy/constraint_covid_fake_real.parquet")
    bait = clickbait[clickbait["clickbait"].astype(int) == 1]["headline"]
    real = tweets[(tweets["label"] == "real") & (tweets["split"] != "train")]["tweet"]
    # Links are no part of what a tweet says.
    real = real.str.replace(r"https?://\S+", "", regex=True)
    sets = {
        "headlines (YouTube, Hacker News)": headlines(),
        "clickbait headlines": bait.sample(5000, random_state=SEED).to_list(),
        "true tweets on covid": real.to_list(),
    }
    print(f"\n{'harmless texts':34} {'n':>5} {'blocked':>16} {'asks people':>16}  of the blocked, by family")
    for name, texts in sets.items():
        blocked, asked, by = 0, 0, Counter[str]()
        for text in texts:
            material = Material(caption_only(text, account), account)
            findings = [finding for rule in FAMILIES.values() for finding in rule(material)]
            wrong = {finding.rule_id.split(".")[0] for finding in findings if finding.severity == "block"}
            blocked += bool(wrong)
            asked += not wrong and any(finding.asks for finding in findings)
            by.update(wrong)
            if wrong and show and name.startswith("headlines"):
                print(f"    {', '.join(sorted(wrong)):24} {text}")
        parts = ", ".join(f"{family} {count}" for family, count in by.most_common())
        rates = [f"{count:>5} ({100 * count / len(texts):5.2f} %)" for count in (blocked, asked)]
        print(f"{name:34} {len(texts):>5} {rates[0]:>16} {rates[1]:>16}  {parts}")


def scripts_of(account: Account) -> dict[date, list[Script]]:
    """Return some 200 scripts by day, as production writes them from the sandbox's titles."""
    days: dict[date, list[Script]] = {}
    day = date(2026, 1, 5)
    while sum(map(len, days.values())) < SCRIPTS:
        strategy = Strategy(
            account=account.id,
            day=day,
            policy_version=None,
            in_force_at=datetime(2026, 1, 5, tzinfo=UTC),
            mode="explore",
            exploration=0.4,
            temperature=0.3,
            weights=[],
            kpi_weights={"reach": 1.0},
            **STAMP.fields(),
        )
        briefs = briefs_of(account, day, [])
        slots = plan_calendar(account, day, briefs, strategy, STAMP)
        days[day] = write_scripts(account, day, briefs, slots, TemplateEngine(), STAMP)[0]
        day += timedelta(days=1)
    return days


def whole_gate(account: Account) -> None:
    days = scripts_of(account)
    began, spent = time.perf_counter(), time.process_time()
    verdicts, found = Counter[str](), Counter[str]()
    for scripts in days.values():
        for review in review_scripts(account, scripts, Context(others=scripts), STAMP):
            verdicts[review.verdict] += 1
            found.update(f.rule_id for f in review.findings if f.severity == "block" or f.asks)
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    count = sum(map(len, days.values()))
    print(
        f"\nwhole gate, {count} scripts: {wall:.2f} s ({cpu:.2f} s of CPU), that is {wall / count * SCRIPTS:.2f} s for {SCRIPTS}"
        f" (limit {LIMIT_S:.0f} s); {dict(verdicts)}; blocks and questions: {dict(found)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true")
    show = parser.parse_args().show
    if not DATA.is_dir():
        sys.exit(f"no real recorded data in {DATA.absolute()}: set CONTENT_PIPELINE_REAL_DATA")
    account = load_accounts(ROOT / "data/accounts")["demo"]
    labelled(account)
    false_blocks(account, show)
    whole_gate(account)


if __name__ == "__main__":
    main()
