"""The statistics that a fact may call, in the browser and in SQLite with Python: the same to what Python prints."""

from __future__ import annotations

import hashlib
import math
import random
import sqlite3
from decimal import Decimal
from typing import Any

from clawpub.pack import functions
from tests.browser.conftest import Call

EXACT = ("fisher_p", "sign_flip_p", "exchange_p", "best_signs_p", "detectable_signs", "detectable_t", "median")


def printed(value: Any) -> Any:
    return None if value is None else f"{float(value):.15g}"


def same(name: str, found: str | None, expected: str | None) -> bool:
    """Exact ones to the last digit that is printed; those with a t in them to its neighbour, for the browser's exp and
    log are not the C library's."""
    if found is None or expected is None:
        return found == expected
    if name in EXACT or Decimal(found) == Decimal(expected):
        return Decimal(found) == Decimal(expected)
    return math.isclose(float(found), float(expected), rel_tol=2e-14)


def counts(dice: random.Random, pairs: int) -> list[int]:
    made = []
    for _ in range(pairs):
        runs = dice.choice([1, 2, 3, 3, 3, 5, 30])
        made += [dice.randint(0, runs), runs]
    return made


def test_functions_of_counts_agree(modules: Call) -> None:
    dice = random.Random(5)
    names = [name for name in functions._SCALARS if name[:4] not in ("best", "dete") for _ in range(80)]
    calls: list[tuple[str, list[Any]]] = [(name, counts(dice, functions._SCALARS[name][0] // 2)) for name in names]
    calls += [(name, [k, tasks]) for name in ("best_t_p", "best_signs_p") for k in range(31) for tasks in (1, 2, 10)]
    calls += [(name, [tasks, 30]) for name in ("detectable_t", "detectable_signs") for tasks in (1, 2, 5, 10)]
    calls += [("wilson_low", [None, 3]), ("fisher_p", [0, 0, 1, 2])]
    connection = sqlite3.connect(":memory:")
    functions.register(connection).spent = 0
    wrong = []
    for (name, cells), found in zip(calls, modules("scalars", calls), strict=True):
        marks = ", ".join("?" * len(cells))
        expected = printed(connection.execute(f"select {name}({marks})", cells).fetchone()[0])
        if not same(name, found, expected):
            wrong.append((name, cells, found, expected))
    connection.close()
    assert not wrong, wrong[:5]


def test_functions_over_rows_agree(modules: Call) -> None:
    dice = random.Random(6)
    calls: list[tuple[str, list[list[Any]]]] = []
    for name, (arguments, *_) in functions._OVER_TASKS.items():
        for _ in range(40):
            rows: list[list[Any]] = [[*counts(dice, arguments // 2)] for _ in range(dice.randint(1, 10))]
            calls.append((name, rows + ([[None] * arguments] if dice.random() < 0.2 else [])))
    calls += [("median", [[dice.random() * 100] for _ in range(dice.randint(1, 9))]) for _ in range(40)]
    calls += [("percentile", [[dice.randint(0, 99), 95] for _ in range(dice.randint(1, 9))]) for _ in range(40)]
    wrong = []
    for (name, rows), found in zip(calls, modules("aggregates", calls), strict=True):
        expected = printed(of_rows(name, rows))
        if not same(name, found, expected):
            wrong.append((name, rows, found, expected))
    assert not wrong, wrong[:5]


def of_rows(name: str, rows: list[list[Any]]) -> Any:
    connection = sqlite3.connect(":memory:")
    functions.register(connection)
    columns = ", ".join(f"c{number}" for number in range(len(rows[0])))
    connection.execute(f"create table t ({columns})")
    connection.executemany(f"insert into t values ({', '.join('?' * len(rows[0]))})", rows)
    (value,) = connection.execute(f"select {name}({columns}) from t").fetchone()
    connection.close()
    return value


def test_digests_agree(modules: Call) -> None:
    texts = ["", "abc", *("x" * length for length in (55, 56, 63, 64, 65, 1000)), "é🙂" * 40]
    assert modules("hashed", texts) == [hashlib.sha256(text.encode()).hexdigest() for text in texts]
