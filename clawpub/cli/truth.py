"""`clawpub diff-truth`: what a corrected pack changes in what was published."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clawpub.cli.output import (
    find_root,
    find_writeup,
    finding_json,
    json_option,
    print_json,
    printable,
    root_option,
    shown,
    utc_now,
)
from clawpub.errors import ConfigError
from clawpub.findings import Finding

if TYPE_CHECKING:
    from clawpub.pack.reader import Pack
    from generator.truth.changes import ClaimChange, SentenceChange, Standing
    from generator.truth.diff import Truth, WriteupTruth
    from generator.truth.tables import TableChange

MOST_CELLS = 5
"""Of a table that are told one by one; --json has all."""


@click.command("diff-truth")
@click.argument("old", metavar="PACK_OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="PACK_NEW", type=click.Path(path_type=Path))
@root_option
@click.option(
    "--writeup", "writeups", multiple=True, type=click.Path(path_type=Path), help="Only this one; may be repeated."
)
@click.option(
    "--erratum",
    metavar="[FILE]",
    is_flag=False,
    flag_value="-",
    help="Draft an erratum in Markdown: into a new file, or with - or nothing to standard output.",
)
@json_option
def diff_truth(
    old: Path, new: Path, root: Path | None, writeups: tuple[Path, ...], erratum: str | None, as_json: bool
) -> None:
    """List every sentence whose truth changes when one data pack takes another's place; exit 1 when one does.

    Each writeup that stands on PACK_OLD, drafts too, is checked over it and over PACK_NEW; neither need be in
    content/packs. Nothing is written: pins, wordings and erratum are printed, and the author puts them in.

    \b
    clawpub diff-truth content/packs/mine content/packs/mine-corrected
    clawpub diff-truth --writeup the-same-call-again content/packs/mine /tmp/mine
    clawpub diff-truth content/packs/mine content/packs/mine-corrected --erratum erratum.md
    clawpub diff-truth content/packs/mine content/packs/mine-corrected --erratum -
    """
    from generator.truth.diff import diff_truth as compare

    root = find_root(root)
    if erratum not in (None, "-"):
        _refuse(Path(erratum))
    only = [find_writeup(root, named) for named in writeups] or None
    truth = compare(root, old, new, today=utc_now().date(), only=only)
    if as_json:
        print_json(_json(truth))
    else:
        _print_report(truth)
        click.echo(_summary(truth), err=erratum == "-")
    if erratum is not None and not (as_json and erratum == "-"):
        _write_erratum(truth, erratum, quiet=as_json)
    sys.exit(1 if truth.changed else 0)


# --- for a person ---


def _print_report(truth: Truth) -> None:
    """Print what changes, sentence by sentence, as `check` prints findings."""
    from clawpub.cli.report import print_text

    _echo(f"{_named(truth.old)} -> {_named(truth.new)}")
    for note in truth.notes:
        _echo(f"note: {note}")
    print_text(truth.findings)
    for found in truth.writeups:
        _echo("")
        _echo(f"{shown(found.writeup.path)}{_draft(found)}", bold=True)
        for note in found.notes:
            _echo(f"  note: {note}")
        for sentence in found.sentences:
            _print_sentence(found, sentence)
        for table in found.tables:
            _print_table(found, table)
        print_text(found.findings)
        for claim in found.still:
            place = f"{shown(found.writeup.path)}:{claim.binding.line}:{claim.binding.column}"
            _echo(f"{place}: {claim.after.text!r} still holds: {claim.values}")
        if found.changed:
            _print_what_to_do(found)
    _echo("")


def _echo(text: str, *, bold: bool = False) -> None:
    click.echo(click.style(printable(text), bold=bold), err=True)


def _named(pack: Pack) -> str:
    return f"{pack.id} ({pack.digest[:19]}…)"


def _draft(found: WriteupTruth) -> str:
    return " (draft)" if found.writeup.draft else ""


def _print_sentence(found: WriteupTruth, change: SentenceChange) -> None:
    from clawpub.cli.report import print_text

    print_text([*(_finding(found, claim) for claim in change.changed), *change.findings])
    _echo(f"  said: {change.was.text}")
    if change.sentence in found.corrections:
        _echo(f"  write: {_corrected(found, change)}")
    elif any(claim.kind == "prints" for claim in change.changed) and not change.findings:
        _echo(f"  says: {change.sentence.text}")
    elif change.findings or any(claim.kind == "now-false" for claim in change.changed):
        _echo("  write: no wording is known that holds; say it anew, or take it out")


def _corrected(found: WriteupTruth, change: SentenceChange) -> str:
    from generator.truth.wording import corrected_source

    return corrected_source(change.sentence, found.corrections[change.sentence])


def _finding(found: WriteupTruth, claim: ClaimChange) -> Finding:
    """Return what happened to a claim as a finding, which is how a place is printed."""
    values = f"{claim.values}; " if claim.values else ""
    verdicts = f"{claim.before.verdict} -> {claim.after.verdict}"
    if claim.kind == "prints":
        message = f"{claim.before.text!r} is now {claim.after.text!r}"
    else:
        message = f"{claim.after.text!r}: {values}{verdicts}: {claim.after.message}"
    wording = _wording(found, claim)
    hint = f"write {wording}" if wording else claim.after.hint
    fact = (
        f"the fact is [{claim.entry.id}] at {found.writeup.ledger_path.name}:{claim.entry.line}" if claim.entry else ""
    )
    return Finding(
        claim.kind,
        message,
        found.writeup.path,
        claim.binding.line,
        claim.binding.column,
        "; ".join(filter(None, (hint, fact))),
        "error" if claim.kind == "now-false" else "warning",
    )


def _wording(found: WriteupTruth, claim: ClaimChange) -> str:
    return "; ".join(edit.words for edit in found.edits.get(claim, ()))


def _print_table(found: WriteupTruth, change: TableChange) -> None:
    from clawpub.cli.report import print_text

    rule, severity = ("now-false", "error") if change.broken else ("prints", "warning")
    message = f"{{{{ {change.expression} }}}}: {_table_words(change)}"
    print_text([Finding(rule, message, found.writeup.path, change.line, severity=severity)])  # type: ignore[arg-type]
    for cell in change.cells[:MOST_CELLS]:
        _echo(f"  {cell.row}, {cell.column}: {cell.before} -> {cell.after}")
    if len(change.cells) > MOST_CELLS:
        _echo(f"  and {len(change.cells) - MOST_CELLS} more")


def _table_words(change: TableChange) -> str:
    if change.broken:
        return f"the new pack gives no such table: {change.broken}"
    if change.mended:
        return "the old pack gave no such table, the new one does"
    parts = [
        _count(len(change.cells), "other cell"),
        f"{_count(len(change.rows_new), 'new row')} ({_some(change.rows_new)})" if change.rows_new else "",
        f"{_count(len(change.rows_gone), 'row')} gone ({_some(change.rows_gone)})" if change.rows_gone else "",
        f"its columns are {', '.join(change.columns[1])}, and were {', '.join(change.columns[0])}"
        if change.columns
        else "",
        f"its notes are other ones: {' '.join(change.notes) or 'none'}" if change.notes is not None else "",
    ]
    return "; ".join(filter(None, parts[0 if change.cells else 1 :]))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_CELLS]) + (", …" if len(names) > MOST_CELLS else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print_what_to_do(found: WriteupTruth) -> None:
    """Print the pins of the new pack, the facts that the erratum brings, and what is left after all of it."""
    _echo("  pin, in the front matter:")
    for line in found.pin_lines:
        _echo(f"    {line}")
    if found.erratum and found.erratum.entries:
        _echo(f"  facts of the erratum, for the end of {found.writeup.ledger_path.name}:")
        for line in found.erratum.facts.splitlines():
            _echo(f"    {line}" if line else "")
    if found.erratum is None:
        return
    left = found.erratum.remaining
    told = f"leaves {_count(len(left), 'error')}:" if left else "passes the check"
    _echo(f"  tried: the writeup with the pin, the wordings and the erratum {told}")
    for finding in left[:MOST_CELLS]:
        _echo(f"    {finding.rule}: {finding.message}")
    if len(left) > MOST_CELLS:
        _echo(f"    and {len(left) - MOST_CELLS} more")


def _summary(truth: Truth) -> str:
    """Return the count of what changes and of what does not, in a line."""
    found = truth.writeups
    changed = sum(each.changed for each in found)
    sentences = sum(len(each.sentences) for each in found)
    head = (
        f"{_count(sentences, 'sentence')} of {_count(changed, 'writeup')} {'changes' if sentences == 1 else 'change'}"
    )
    counts = (
        (sum(len(each.tables) for each in found), "table"),
        (sum(len(each.findings) for each in found), "error elsewhere"),
        (len(truth.findings), "file that could not be read"),
    )
    more = [_count(number, noun) for number, noun in counts if number]
    same = sum(each.same for each in found)
    rest = [f"{_count(same, 'claim')} {'holds' if same == 1 else 'hold'} as before"]
    if still := sum(len(each.still) for each in found):
        rest.append(f"{still} over another value")
    if failing := sum(len(each.failing) for each in found):
        rest.append(f"{failing} failed before and fail still")
    return f"{', '.join([head, *more])}; {', '.join(rest)}"


# --- the erratum ---

_NEW_FILE = "name a new file in a folder that is there; no file is overwritten"


def _refuse(erratum: Path) -> None:
    """Raises: ConfigError where no erratum can be written, before anything is compared."""
    if erratum.exists() or not erratum.parent.is_dir():
        what = "is there already" if erratum.exists() else "is in no folder"
        raise ConfigError(what, at=erratum, hint=_NEW_FILE)


def _write_erratum(truth: Truth, to: str, *, quiet: bool) -> None:
    """Write the drafts to standard output, or into a file that is not there yet."""
    drafts = [(found, found.erratum.markdown) for found in truth.writeups if found.erratum]
    alone = len(drafts) == 1
    text = "\n".join(
        f"\n{markdown}" if alone else f"<!-- for the end of {shown(found.writeup.path)} -->\n\n{markdown}"
        for found, markdown in drafts
    )  # one alone begins with an empty line, so that it can be appended as it is
    if to == "-":
        click.echo(text, nl=False)
        return
    if not drafts:
        _echo("no erratum: nothing that was published as true changed")
        return
    try:
        with Path(to).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", at=Path(to), hint=_NEW_FILE) from None
    if not quiet:
        goes = (
            f"append it to {shown(drafts[0][0].writeup.path)}"
            if alone
            else f"{len(drafts)} drafts, each under its writeup's name"
        )
        _echo(f"erratum: {to}; {goes}")


# --- for a program ---


def _json(truth: Truth) -> dict[str, Any]:
    return {
        "old": {"id": truth.old.id, "digest": truth.old.digest},
        "new": {"id": truth.new.id, "digest": truth.new.digest, "parent": truth.new.info.parent},
        "changed": truth.changed,
        "notes": list(truth.notes),
        "findings": [finding_json(finding) for finding in truth.findings],
        "writeups": [_writeup_json(found) for found in truth.writeups],
    }


def _writeup_json(found: WriteupTruth) -> dict[str, Any]:
    draft = found.erratum
    return {
        "path": shown(found.writeup.path),
        "draft": found.writeup.draft,
        "changed": found.changed,
        "notes": list(found.notes),
        "pins": list(found.pin_lines),
        "sentences": [_sentence_json(found, change) for change in found.sentences],
        "tables": [_table_json(change) for change in found.tables],
        "findings": [finding_json(finding) for finding in found.findings],
        "still_holds": [_claim_json(found, claim) for claim in found.still],
        "failed_before": [_claim_json(found, claim) for claim in found.failing],
        "same": found.same,
        "erratum": draft
        and {
            "markdown": draft.markdown,
            "facts": draft.facts,
            "remaining": [finding_json(finding) for finding in draft.remaining],
        },
    }


def _sentence_json(found: WriteupTruth, change: SentenceChange) -> dict[str, Any]:
    line, column = change.sentence.at
    return {
        "line": line,
        "column": column,
        "row": change.sentence.row or None,
        "said": change.was.text,
        "says": change.sentence.text,
        "write": _corrected(found, change) if change.sentence in found.corrections else None,
        "claims": [_claim_json(found, claim) for claim in change.claims],
        "findings": [finding_json(finding) for finding in change.findings],
    }


def _claim_json(found: WriteupTruth, claim: ClaimChange) -> dict[str, Any]:
    return {
        "fact": claim.entry.id if claim.entry else None,
        "line": claim.binding.line,
        "column": claim.binding.column,
        "kind": claim.kind,
        "before": _standing_json(claim.before),
        "after": _standing_json(claim.after),
        "write": [
            {"line": edit.line, "column": edit.column, "old": edit.typed, "new": edit.new}
            for edit in found.edits.get(claim, ())
        ],
    }


def _standing_json(standing: Standing) -> dict[str, Any]:
    return {
        "verdict": standing.verdict,
        "text": standing.text,
        "values": list(standing.values),
        "message": standing.message,
        "hint": standing.hint or None,
    }


def _table_json(change: TableChange) -> dict[str, Any]:
    return {
        "expression": change.expression,
        "line": change.line,
        "caption": change.caption,
        "cells": [vars(cell) for cell in change.cells],
        "rows_new": list(change.rows_new),
        "rows_gone": list(change.rows_gone),
        "columns": change.columns and [list(names) for names in change.columns],
        "notes": change.notes and list(change.notes),
        "broken": change.broken or None,
        "mended": change.mended,
    }
