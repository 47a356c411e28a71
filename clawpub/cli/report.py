"""Findings for whoever reads them: a person at a terminal, a program, a code scanner, a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len

from clawpub import __version__
from clawpub.cli.output import printable, shown
from clawpub.findings import Finding

MOST_BYTES = 4 << 20
"""Of a file that a line is shown of."""
WIDTH = 110
"""Cells of a line that are shown; a longer one is cut on both sides of what it is about."""
RULE_PAGES = Path(__file__).parents[2] / "docs" / "rules"
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)+)'|\"([^\"]+)\"")


def print_text(findings: Sequence[Finding]) -> None:
    """Print findings as compilers do: place, rule, message, the line with a caret, and what to do."""
    lines: dict[Path, list[str]] = {}
    for finding in findings:
        place = ":".join(str(part) for part in (shown(finding.path), finding.line, finding.column) if part is not None)
        colour = "red" if finding.severity == "error" else "yellow"
        head = click.style(f"{finding.severity}[{finding.rule}]", fg=colour, bold=True)
        click.echo(f"{click.style(printable(place), bold=True)}: {head}: {printable(finding.message)}", err=True)
        for line in _excerpt(finding, lines):
            click.echo(line, err=True)
        if finding.hint:
            click.echo(f"  hint: {printable(finding.hint)}", err=True)


def _excerpt(finding: Finding, lines: dict[Path, list[str]]) -> Iterator[str]:
    """Yield the line that a finding is about, and a caret below what it names."""
    if finding.line is None or not finding.column:
        return
    if finding.path not in lines:
        lines[finding.path] = _lines(finding.path)
    text = lines[finding.path][finding.line - 1] if finding.line <= len(lines[finding.path]) else ""
    at = finding.column - 1
    if not text.strip() or at >= len(text):
        return
    length = _length(finding, text, at) or 1
    low = max(0, at - (WIDTH - min(length, WIDTH // 2)) // 2) if cell_len(text) > WIDTH else 0
    high = min(len(text), low + WIDTH)
    before, after = "…" if low else "", "…" if high < len(text) else ""
    piece = printable(text[low:high].replace("\t", " "))
    number = f"{finding.line:>5} | "
    yield click.style(number, dim=True) + f"{before}{piece}{after}"
    carets = "^" * max(1, cell_len(piece[at - low : at - low + length]))
    yield " " * (len(number) + len(before) + cell_len(piece[: at - low])) + click.style(carets, bold=True)


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace").split("\n")
    except OSError:
        return []


def _length(finding: Finding, text: str, at: int) -> int:
    """Return how many characters of a line a finding names: what its message quotes; 0 where that is not there."""
    quoted = _QUOTED.match(finding.message)
    words = (quoted[1] or quoted[2]) if quoted else ""
    for start in (at, at + 1):
        if words and text.startswith(words, start):
            return start - at + len(words)
    return 0


def github(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the workflow commands that put findings into a pull request's lines."""
    for finding in findings:
        told = {"file": shown(finding.path), "line": finding.line, "col": finding.column, "title": finding.rule}
        words = ",".join(f"{key}={_property(str(value))}" for key, value in told.items() if value is not None)
        message = f"{finding.message}\nhint: {finding.hint}" if finding.hint else finding.message
        yield f"::{finding.severity} {words}::{_data(message)}"


def _data(text: str) -> str:
    text = "\n".join(map(printable, text.split("\n")))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(findings: Sequence[Finding], rules: Mapping[str, str]) -> dict[str, Any]:
    """Return findings as SARIF 2.1.0; `rules` says what each rule finds."""
    ids = list(dict.fromkeys([*rules, *(finding.rule for finding in findings)]))
    lines: dict[Path, list[str]] = {}
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "clawpub",
                        "version": __version__,
                        "rules": [_rule(rule, rules.get(rule, rule)) for rule in ids],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, ids.index(finding.rule), lines) for finding in findings],
            }
        ],
    }


def _rule(rule: str, description: str) -> dict[str, Any]:
    """Return a rule with its help: the page's first sentences, since SARIF wants addresses that open anywhere."""
    page = f"docs/rules/{rule}.md"
    about = _first_sentences(rule)
    if not about:
        return {"id": rule, "shortDescription": {"text": description}}
    told = {"text": f"{about} More in {page}.", "markdown": f"{about} More in `{page}`."}
    return {"id": rule, "shortDescription": {"text": description}, "help": told}


def _first_sentences(rule: str) -> str:
    """Return the paragraphs of a rule's page before what fails; "" where the page did not come along, as in a wheel."""
    path = RULE_PAGES / f"{rule}.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return " ".join(text.partition("\n")[2].partition("\n## ")[0].split())


def _region(finding: Finding, lines: dict[Path, list[str]]) -> dict[str, int]:
    """Return where a finding stands, and where what it quotes ends; {} for a whole file."""
    if finding.line is None:
        return {}
    if finding.column is None:
        return {"startLine": finding.line}
    if finding.path not in lines:
        lines[finding.path] = _lines(finding.path)
    there = lines[finding.path]
    text = there[finding.line - 1] if 0 < finding.line <= len(there) else ""
    region = {"startLine": finding.line, "startColumn": finding.column}
    length = _length(finding, text, finding.column - 1)
    return region | ({"endColumn": finding.column + length} if length else {})


def _result(finding: Finding, rule: int, lines: dict[Path, list[str]]) -> dict[str, Any]:
    region = _region(finding, lines)
    text = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    place: dict[str, Any] = {"artifactLocation": {"uri": Path(shown(finding.path)).as_posix()}}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": printable(text)},
        "locations": [{"physicalLocation": place | ({"region": region} if region else {})}],
    }
