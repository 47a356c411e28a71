"""Passes: the four files of the plan hold what it says. Numbers may be written in any way that means the same, and a
mean that lies half way between two hundredths may be rounded either way.

Does not: a step that is wrong or left out. This is the one task with partial credit: if at least the first step is
right, the verdict is `partial`, whether the next one is wrong or absent. With none of the four files it is `missing`.
"""

import csv
import hashlib
import io
import json
import math

from runner.suites.grading import Settled, Submission, Verdict, is_number, missing, partial, passed, shown, wrong

FILES = ("step1.csv", "step2.csv", "step3.json", "manifest.json")
Rows = list[tuple[str, str, float]]


def check(s: Submission) -> Verdict:
    if not any(s.exists(name) for name in FILES):
        return missing("None of the four files exists.")
    rows = _readings(s)
    celsius = _celsius(s, rows)
    steps = (
        lambda: _table(s, "step1.csv", "fahrenheit", rows),
        lambda: _table(s, "step2.csv", "celsius", celsius),
        lambda: _means(s, celsius),
        lambda: _manifest(s),
    )
    for number, step in enumerate(steps, 1):
        if fault := _fault(step):
            return wrong(fault) if number == 1 else partial(f"Steps before step {number} are right; {fault}")
    return passed("All four files are right.")


def _fault(step: object) -> str | None:
    try:
        found = step() if callable(step) else None
    except Settled as settled:
        return settled.verdict.reason
    return found if isinstance(found, str) else None


def _readings(s: Submission) -> Rows:
    lines = (s.original / "raw/readings.jsonl").read_text().splitlines()
    readings = [json.loads(line) for line in lines]
    return [(r["sensor"], r["day"], r["fahrenheit"]) for r in readings if r["state"] == "ok"]


def _celsius(s: Submission, rows: Rows) -> Rows:
    offsets = json.loads((s.original / "raw/offsets.json").read_text())
    return [(sensor, day, round((f - 32) * 5 / 9 + offsets.get(sensor, 0), 1)) for sensor, day, f in rows]


def _table(s: Submission, name: str, unit: str, expected: Rows) -> str | None:
    try:
        lines = [line for line in csv.reader(io.StringIO(s.text(name))) if line]
    except csv.Error as error:
        return f"{name} is not CSV: {error}."
    header = ["sensor", "day", unit]
    if not lines or [cell.strip() for cell in lines[0]] != header:
        return f"{name} begins with {shown(lines[:1])}; expected {','.join(header)}."
    if len(lines) - 1 != len(expected):
        return f"{name} has {len(lines) - 1} lines below its header; expected {len(expected)}."
    for number, (line, (sensor, day, value)) in enumerate(zip(lines[1:], expected, strict=True), 2):
        cells = [cell.strip() for cell in line]
        if len(cells) != 3 or cells[:2] != [sensor, day] or not _close(cells[2], value, 1e-6):
            return f"{name} has {shown(','.join(cells))} in line {number}; expected {sensor},{day},{value}."
    return None


def _means(s: Submission, celsius: Rows) -> str | None:
    values: dict[str, list[float]] = {}
    for sensor, _, value in celsius:
        values.setdefault(sensor, []).append(value)
    expected = {sensor: math.fsum(found) / len(found) for sensor, found in values.items() if len(found) >= 3}
    found = s.json("step3.json")
    if not isinstance(found, dict) or found.keys() != expected.keys():
        names = sorted(found) if isinstance(found, dict) else found
        return f"step3.json names {shown(names)}; expected {sorted(expected)}."
    for sensor, mean in expected.items():
        if not is_number(found[sensor]) or abs(found[sensor] - mean) > 0.00500001:
            return f"step3.json gives {shown(found[sensor])} for {sensor}; expected {mean:.2f}."
    return None


def _manifest(s: Submission) -> str | None:
    found = s.json("manifest.json")
    if not isinstance(found, dict):
        return "manifest.json does not hold an object."
    for name in FILES[:3]:
        expected = hashlib.sha256(s.read(name)).hexdigest()
        given = found.get(name)
        if not isinstance(given, str) or given.strip().lower().removeprefix("sha256:") != expected:
            return f"manifest.json gives {shown(given, 20)} for {name}; expected {expected[:12]}…, its SHA-256."
    return None


def _close(text: str, expected: float, tolerance: float) -> bool:
    try:
        return abs(float(text) - expected) <= tolerance
    except ValueError:
        return False
