"""`clawpub bind`: what an unbound number may mean, and the span and ledger entry that say so."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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
)
from clawpub.cli.report import print_text
from clawpub.findings import Finding
from generator.binding import (
    Change,
    Changes,
    Draft,
    Found,
    Proposal,
    Ranked,
    Target,
    entry_lines,
    find_proposals,
    now_at,
    open_draft,
    prepare,
)

Chosen = list[tuple[Target, Proposal]]


@click.command()
@click.argument("writeup", type=click.Path(path_type=Path))
@root_option
@click.option("--accept-unique", is_flag=True, help="Take the proposals that are unambiguous, without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@json_option
def bind(writeup: Path, root: Path | None, accept_unique: bool, dry_run: bool, as_json: bool) -> None:
    """Propose facts for the unbound quantities of a writeup's Observed passages, and write down what is accepted.

    At a terminal each quantity is asked for; elsewhere they are only listed. What is accepted is checked first: a
    binding that the check would not verify is not written. Exit 1 while a quantity is unbound.

    \b
    clawpub bind the-same-call-again
    clawpub bind content/writeups/mine --accept-unique --dry-run
    clawpub bind mine --accept-unique
    clawpub bind mine --json
    """
    root = find_root(root, writeup.resolve().parent if writeup.exists() else None)
    draft = open_draft(root, find_writeup(root, writeup))
    found = find_proposals(draft)
    asking = not as_json and not accept_unique and sys.stdin.isatty() and sys.stderr.isatty()
    chosen: Chosen = []
    if accept_unique:
        chosen = [(each.target, each.proposals[0]) for each in found.ranked if each.unambiguous]
    elif asking:
        chosen = _ask(draft, found)
    changes = prepare(draft, found.checked, chosen, found.targets) if chosen else Changes(draft.index, draft.ledger)
    if not dry_run:
        draft.write(changes.index, changes.ledger)
    left = len(found.ranked) + len(found.others) - sum(len(change.targets) for change in changes.applied)
    if as_json:
        print_json(_json(draft, found, changes, dry_run=dry_run))
    else:
        _print(draft, found, changes, asked=asking, dry_run=dry_run)
    sys.exit(1 if left else 0)


# --- asking -----------------------------------------------------------------------------------------------------------


def _ask(draft: Draft, found: Found) -> Chosen:
    chosen: Chosen = []
    able = [each for each in found.ranked if each.proposals]
    for note in found.left_out:
        click.echo(f"not searched: {printable(note)}", err=True)
    for number, each in enumerate(able, start=1):
        _print_one(draft, each)
        answer = _answer(len(each.proposals), f"{number} of {len(able)}")
        if answer is None:
            break
        if answer:
            chosen.append((each.target, each.proposals[answer - 1]))
    return chosen


def _answer(most: int, where: str) -> int | None:
    """Return which proposal was taken, 0 to pass over, None to stop. What was taken before is kept."""
    numbers = "1" if most == 1 else f"1-{most}"
    while True:
        question = f"{where}: {numbers} takes one, Enter skips, q stops"
        said = str(click.prompt(question, default="", show_default=False, err=True)).strip().lower()
        if said in ("q", "quit"):
            return None
        if not said:
            return 0
        if said.isascii() and said.isdigit() and 1 <= int(said) <= most:
            return int(said)
        click.echo(f"expected {numbers}, Enter or q", err=True)


# --- showing ----------------------------------------------------------------------------------------------------------


def _print(draft: Draft, found: Found, changes: Changes, *, asked: bool, dry_run: bool) -> None:
    done = {id(target) for change in changes.applied for target in change.targets}
    written = () if dry_run else changes.applied
    if not asked:
        for each in found.ranked:
            if id(each.target) not in done:
                _print_one(draft, each, written)
        for note in found.left_out:
            click.echo(f"not searched: {printable(note)}", err=True)
    print_text([_moved(finding, written) for finding in found.others])
    for dropped in changes.dropped:
        words = ", ".join(repr(target.text) for target in dropped.targets)
        line = dropped.targets[0].place[0]
        click.echo(
            f"{shown(draft.folder / 'index.md')}:{line}: not bound: {printable(words)}: {printable(dropped.why)}",
            err=True,
        )
    for change in changes.applied:
        _print_change(draft, change, written)
    if dry_run:
        entries = {change.fact_id: change for change in changes.applied if change.new_entry}
        for change in entries.values():
            click.echo("\n" + printable("\n".join(entry_lines(change))))
    bound = len(done)
    verb = "would be bound" if dry_run else "bound"
    unique = sum(each.unambiguous for each in found.ranked if id(each.target) not in done)
    left = len(found.ranked) + len(found.others) - bound
    click.echo(f"{shown(draft.folder / 'index.md')}: {bound} {verb}, {left} unbound{_more(unique)}")


def _more(unique: int) -> str:
    return f"; --accept-unique would take {unique}" if unique else ""


def _moved(finding: Finding, written: Sequence[Change]) -> Finding:
    """Return a finding where it stands once changes are written."""
    if finding.line is None or finding.column is None:
        return finding
    line, column = now_at((finding.line, finding.column), written)
    return replace(finding, line=line, column=column)


def _place(target: Target, written: Sequence[Change]) -> tuple[int, int]:
    """Return where a quantity, or the span around it, stands in the text as it now is."""
    own = next((change for change in written if any(each is target for each in change.targets)), None)
    if own and own.edges:
        return now_at(own.edges[0], written, opens=True)
    return now_at(target.place, written)


def _print_change(draft: Draft, change: Change, written: Sequence[Change]) -> None:
    for target in change.targets:
        line, column = _place(target, written)
        place = f"{shown(draft.folder / 'index.md')}:{line}:{column}"
        span = f"[{target.text}]{{fact={change.fact_id}}}"
        click.echo(f"{place}: {printable(span)}: {printable(', '.join(change.facts))}")


def _print_one(draft: Draft, each: Ranked, written: Sequence[Change] = ()) -> None:
    target = each.target
    line, column = _place(target, written)
    message = f"the span cuts {target.text!r}" if target.cut else f"{target.quantity.text!r} is bound to no fact"
    hint = target.closed or (None if each.proposals else "no fact of the packs that was searched agrees with it")
    if each.part_of:
        hint = f"it may be a part of the name {each.part_of!r}: then waive it"
    print_text([Finding("unbound", message, draft.folder / "index.md", line, column, hint)])
    for number, proposal in enumerate(each.proposals, start=1):
        mark = click.style("  unambiguous", fg="green") if each.unambiguous and number == 1 else ""
        facts = " | ".join(proposal.facts)
        click.echo(f"  {number}. {printable(facts)} = {printable(proposal.value)}{mark}", err=True)
        if proposal.why:
            click.echo(click.style(f"     {printable(proposal.why)}", dim=True), err=True)
    click.echo("", err=True)


def _json(draft: Draft, found: Found, changes: Changes, *, dry_run: bool) -> dict[str, Any]:
    applied = {id(target): change for change in changes.applied for target in change.targets}
    written = () if dry_run else changes.applied
    return {
        "path": shown(draft.folder / "index.md"),
        "quantities": [
            {
                "text": each.target.text,
                **_json_place(each.target, written),
                "unambiguous": each.unambiguous,
                "applied": change.fact_id if (change := applied.get(id(each.target))) else None,
                "proposals": [_proposal(proposal) for proposal in each.proposals],
            }
            for each in found.ranked
        ],
        "written": bool(changes.applied) and not dry_run,
        "applied": [_change(change) for change in changes.applied],
        "dropped": [
            {"text": target.text, **_json_place(target, written), "why": dropped.why}
            for dropped in changes.dropped
            for target in dropped.targets
        ],
        "others": [finding_json(_moved(finding, written)) for finding in found.others],
        "not_searched": list(found.left_out),
    }


def _json_place(target: Target, written: Sequence[Change]) -> dict[str, int]:
    line, column = _place(target, written)
    return {"line": line, "column": column}


def _proposal(proposal: Proposal) -> dict[str, Any]:
    facts: Sequence[str] = proposal.facts
    return {
        "fact": facts[0] if len(facts) == 1 else list(facts),
        "unit": proposal.candidate.unit,
        "value": proposal.values[0] if len(facts) == 1 else list(proposal.values),
        "why": proposal.why,
        "supported": proposal.supported,
        "within_reach": proposal.within_reach,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "fact_id": change.fact_id,
        "fact": change.facts[0] if len(change.facts) == 1 else list(change.facts),
        "unit": change.unit,
        "new_entry": change.new_entry,
        "texts": [target.text for target in change.targets],
    }
