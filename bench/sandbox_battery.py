"""What hostile code got from every kind of box on this machine, as tables that `clawpub pack import` seals.

    python -m bench.sandbox_battery -o FOLDER
    clawpub pack import --describe FOLDER/pack.toml --id 2026-11-25-sandbox-battery

An attempt is one line of Python. The same lines are tried without a box where that does no harm: what fails there too
says nothing of a box.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.sandbox_attempts import ATTEMPTS, GROUPS, NEVER_WITHOUT, OPEN_WITHOUT, attempt, prey
from clawpub import __version__
from clawpub.errors import SandboxError
from runner.sandbox import Limits, Sandbox, open_box, probe

KINDS = ("bwrap+cgroup", "bwrap+rlimits", "none")
LIMITS = Limits(memory_mb=512, processes=64, workspace_mb=16)
Row = Mapping[str, object]

ATTEMPT_COLUMNS = {
    "attempt": "",
    "kind": "what it is after",
    "sandbox": "the kind of box; none is no box",
    "tier": "1 is the strongest isolation, 4 is none",
    "tried": "the line of Python; in braces what the machine's own services, processes and folders were called",
    "expected": "said before it was tried; empty where nobody said",
    "outcome": "blocked, open, or not tried",
    "blocked": "empty where it was not tried",
    "said": "what the attempt was told",
}
SANDBOX_COLUMNS = {
    "sandbox": "",
    "tier": "1 is the strongest isolation, 4 is none",
    "here": "whether this machine gives it",
    "attempts": "",
    "tried": "",
    "blocked": "",
    "open": "attempts that succeeded",
    "sentence": "what it protects from",
    "versions": "",
}
KIND_COLUMNS = {
    "kind": "what the attempts are after",
    "attempts": "",
    "open_in_cgroup_box": "attempts that succeeded under bwrap+cgroup",
    "open_in_rlimits_box": "attempts that succeeded under bwrap+rlimits",
    "tried_without_box": "attempts that were tried without a box as well",
    "open_without_box": "attempts that succeeded without a box; empty where none was made",
}


def available(kind: str, scratch: Path) -> Sandbox | SandboxError:
    """Return the kind of box, or why this machine does not give it."""
    try:
        return probe(kind, scratch=scratch)
    except SandboxError as error:
        return error


def names_for(kind: str) -> list[str]:
    return [name for name in ATTEMPTS if kind != "none" or name not in NEVER_WITHOUT]


def expected(name: str, kind: str) -> str:
    if kind != "none":
        return "blocked"
    return "open" if name in OPEN_WITHOUT else ""


def attempt_rows(sandbox: Sandbox, endings: Mapping[str, str]) -> list[Row]:
    """Return one row an attempt, those too that were not made."""
    rows: list[Row] = []
    for kind, attempts in GROUPS.items():
        for name, code in attempts.items():
            outcome, _, said = endings.get(name, "not tried").partition(" ")
            outcome = outcome if outcome in ("blocked", "open") else "not tried" if outcome == "not" else "unclear"
            blocked = {"blocked": "true", "open": "false"}.get(outcome, "")
            rows.append(
                {
                    "attempt": name,
                    "kind": kind,
                    "sandbox": sandbox.name,
                    "tier": sandbox.tier,
                    "tried": code,
                    "expected": expected(name, sandbox.name),
                    "outcome": outcome,
                    "blocked": blocked,
                    "said": said if outcome == "blocked" else "",
                }
            )
    return rows


def sandbox_row(kind: str, found: Sandbox | SandboxError, rows: Sequence[Row]) -> Row:
    told = [row["outcome"] for row in rows if row["sandbox"] == kind]
    here = isinstance(found, Sandbox)
    return {
        "sandbox": kind,
        "tier": found.tier if isinstance(found, Sandbox) else "",
        "here": "true" if here else "false",
        "attempts": len(ATTEMPTS),
        "tried": len(told) - told.count("not tried") if here else 0,
        "blocked": told.count("blocked") if here else "",
        "open": told.count("open") if here else "",
        "sentence": found.sentence if isinstance(found, Sandbox) else found.message,
        "versions": "; ".join(f"{name} {value}" for name, value in found.versions.items())
        if isinstance(found, Sandbox)
        else "",
    }


def kind_rows(rows: Sequence[Row], here: Iterable[str]) -> list[Row]:
    """Return one row a kind of attempt: what succeeded where. Empty where nothing was tried."""
    given = set(here)

    def count(kind: str, sandbox: str, outcomes: Sequence[str]) -> object:
        mine = [row["outcome"] for row in rows if (row["kind"], row["sandbox"]) == (kind, sandbox)]
        if sandbox not in given or (outcomes == ["open"] and set(mine) == {"not tried"}):
            return ""
        return sum(outcome in outcomes for outcome in mine)

    return [
        {
            "kind": kind,
            "attempts": len(attempts),
            "open_in_cgroup_box": count(kind, "bwrap+cgroup", ["open"]),
            "open_in_rlimits_box": count(kind, "bwrap+rlimits", ["open"]),
            "tried_without_box": count(kind, "none", ["open", "blocked", "unclear"]),
            "open_without_box": count(kind, "none", ["open"]),
        }
        for kind, attempts in GROUPS.items()
    ]


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


TABLES = {
    "attacks": ("Every attempt in every kind of box", ["attempt", "sandbox"], ATTEMPT_COLUMNS),
    "sandboxes": ("The kinds of box, and what they let through", ["sandbox"], SANDBOX_COLUMNS),
    "kinds": ("What succeeded, by what it was after", ["kind"], KIND_COLUMNS),
}


def described() -> str:
    """Return the description that `clawpub pack import --describe` reads."""
    lines = [
        'title = "What hostile code got from the sandbox"',
        f'source = "python -m bench.sandbox_battery, clawpub {__version__}"',
        'licence = "CC0-1.0"',
        'notes = ["Attempts that would harm the machine or leave it were not made without a box.", '
        '"Without a box, what root starts runs as an unprivileged user.", '
        f'"Boxes of {LIMITS.memory_mb} MB of memory, {LIMITS.processes} processes and '
        f'{LIMITS.workspace_mb} MB of workspace."]',
    ]
    for name, (title, key, columns) in TABLES.items():
        lines += [
            f"[tables.{name}]",
            f'file = "{name}.csv"',
            f"title = {json.dumps(title)}",
            f"key = {json.dumps(key)}",
        ]
        for column, description in columns.items():
            if description:
                lines += [f"[tables.{name}.columns.{column}]", f"description = {json.dumps(description)}"]
    return "\n".join(lines) + "\n"


def battery(folder: Path, kinds: Sequence[str] = KINDS) -> list[Row]:
    """Write the tables and their description into a folder; return the rows of the kinds of box."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    found: dict[str, Sandbox | SandboxError] = {}
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        with prey(place, Path(__file__).parents[1]) as host:
            for kind in kinds:
                found[kind] = sandbox = available(kind, place)
                if isinstance(sandbox, Sandbox):
                    opened = open_box({}, limits=LIMITS, sandbox=sandbox, scratch=place)
                    rows += attempt_rows(sandbox, asyncio.run(attempt(names_for(kind), host, opened)))
    boxes = [sandbox_row(kind, each, rows) for kind, each in found.items()]
    together = {name: place for place, name in enumerate(ATTEMPTS)}
    rows.sort(key=lambda row: together[str(row["attempt"])])
    write_table(folder / "attacks.csv", ATTEMPT_COLUMNS, rows)
    write_table(folder / "sandboxes.csv", SANDBOX_COLUMNS, boxes)
    here = [kind for kind, each in found.items() if isinstance(each, Sandbox)]
    write_table(folder / "kinds.csv", KIND_COLUMNS, kind_rows(rows, here))
    (folder / "pack.toml").write_text(described(), encoding="utf-8")
    return boxes


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench.sandbox_battery", description="Attack every kind of box of this machine."
    )
    parser.add_argument("-o", "--output", type=Path, default=Path(".clawpub/sandbox-battery"))
    folder = parser.parse_args().output
    for box in battery(folder):
        print(f"{box['sandbox']:<14} {box['tried']:>3} tried {box['blocked']!s:>3} blocked {box['open']!s:>3} open")
    print(f"clawpub pack import --describe {folder / 'pack.toml'} --id DATE-sandbox-battery")


if __name__ == "__main__":
    main()
