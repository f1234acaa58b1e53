"""The command that judges any text by the gate's text families: a caption before it is used, or a file of them."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, NamedTuple, TextIO

import typer
from rich.console import Console
from rich.markup import escape

from content_pipeline.accounts import Account, load_accounts, pick_account
from content_pipeline.settings import ConfigError, load_settings

out = Console()
progress = Console(stderr=True)

COLOURS = {"blocked": "red", "needs_approval": "yellow", "released": "green"}
LONGEST = 20_000
"""Characters of a text that is judged; a caption has 2,200 at most."""


class Row(NamedTuple):
    """A text with its number from 1, or the reason for which it cannot be read."""

    number: int
    text: str
    reason: str | None = None


def gate(
    texts: Annotated[list[str] | None, typer.Argument(metavar="TEXT...", help="Texts to judge.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="A file of texts: .csv with a column `text`, .jsonl with a key `text`, any other: one a line."
        ),
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Whose caption it would be. Default: the first account.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line a text: row, verdict, findings.")
    ] = False,
) -> None:
    """Judge texts as captions by the review gate's text families, with what to do about each finding.

    blocked: it would never go out. needs_approval: people would look. released: the text families have nothing against it. What is
    about a whole reel (sources, rights, near-duplicates, lengths) is judged when its script is reviewed.
    """
    from content_pipeline.review.texts import judge, verdict

    if not texts and file is None:
        raise ConfigError(
            'nothing to judge: give a text in quotes, or --file captions.csv; see "gate --help"'
        )
    accounts = load_accounts(load_settings().accounts)
    speaker: Account = pick_account(accounts, account) if account else next(iter(accounts.values()))
    counts: Counter[str] = Counter()
    given = (_checked(number, text) for number, text in enumerate(texts or [], start=1))
    for row in chain(given, _read(file) if file else ()):
        if row.reason is not None:
            counts["rejected"] += 1
            if as_json:
                print(json.dumps({"row": row.number, "rejected": row.reason}), flush=True)
            else:
                progress.print(f"[red]rejected[/] row {row.number}: {escape(row.reason)}", highlight=False)
            continue
        findings = judge(row.text, speaker)
        word = verdict(findings)
        counts[word] += 1
        if as_json:
            found = [finding.model_dump(mode="json") for finding in findings]
            answer = {"row": row.number, "text": row.text, "verdict": word, "findings": found}
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            continue
        out.print(f"[{COLOURS[word]}]{word}[/]  {escape(_short(row.text))}", highlight=False, soft_wrap=True)
        for finding in findings:
            asks = f" (asks {', '.join(finding.asks)})" if finding.asks else ""
            line = f"  {finding.severity}  {finding.rule_id}: {finding.message}{asks}\n      {finding.remedy}"
            out.print(escape(line), highlight=False, soft_wrap=True)
    told = ", ".join(f"{count} {word}" for word, count in counts.items()) or "no text in it"
    progress.print(f"{sum(counts.values())} texts: {told}", highlight=False)


def _read(file: Path) -> Iterator[Row]:
    """Yield the rows of a file, bad ones with their reason.

    Raises:
        ConfigError: it cannot be opened, or is a CSV without a column ``text``.
    """
    try:
        # Bytes that are not UTF-8 spoil their own row only.
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
            kind = file.suffix.casefold()
            yield from _csv(file, opened) if kind == ".csv" else _lines(opened, kind == ".jsonl")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error


def _csv(file: Path, opened: TextIO) -> Iterator[Row]:
    reader = csv.DictReader(opened)
    columns = [name.strip().casefold() for name in reader.fieldnames or []]
    if "text" not in columns:
        raise ConfigError(f"{file} has no column `text`; it has: {', '.join(columns) or 'no header'}")
    column = (reader.fieldnames or [])[columns.index("text")]
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, "", f"not CSV: {error}")
            continue
        yield _checked(number, row.get(column))


def _lines(opened: TextIO, as_json: bool) -> Iterator[Row]:
    for number, line in enumerate(opened, start=1):
        if not as_json:
            yield _checked(number, line.rstrip("\r\n"))
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Row(number, "", f"not JSON: {error}")
            continue
        if isinstance(found, dict) and "text" in found:
            yield _checked(number, found["text"])
        else:
            yield Row(number, "", 'not an object with a key "text"')


def _checked(number: int, text: object) -> Row:
    if not isinstance(text, str):
        return Row(number, "", "the text is missing" if text is None else "the text is not a string")
    if not text.strip():
        return Row(number, "", "the text is empty")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return Row(number, "", "the text is not UTF-8")
    if len(text) > LONGEST:
        return Row(number, "", f"the text has {len(text):,} characters, more than {LONGEST:,}")
    return Row(number, text)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("gate")(gate)
