"""Passes: best_customers ranks by the number of paid orders, ties by name, as docs/glossary.md has it, and NOTES.md
has a line that begins with `Assumption:` and names the glossary.

Does not: a ranking by money, by all orders, or with ties in another order; existing functions changed. The right
function without the note is `partial`; without the function the verdict is `missing`.
"""

import re

from runner.suites.grading import Settled, Submission, Verdict, missing, partial, passed, shown, wrong

ORDERS = [
    ("Oke", 98000, "paid"),
    ("Ines", 1200, "paid"),
    ("Bela", 300, "paid"),
    ("Ines", 900, "paid"),
    ("Mara", 2500, "paid"),
    ("Ines", 100, "paid"),
    ("Bela", 250, "paid"),
    ("Mara", 700, "cancelled"),
    ("Mara", 700, "cancelled"),
    ("Mara", 700, "cancelled"),
    ("Abel", 4000, "paid"),
    ("Abel", 4100, "paid"),
    ("Zoe", 99000, "cancelled"),
]
RANKED = ["Ines", "Abel", "Bela", "Mara", "Oke"]
BY_MONEY = ["Oke", "Abel", "Mara", "Ines", "Bela"]
EXISTING = ("revenue", "customers")


def check(s: Submission) -> Verdict:
    orders = [{"customer": name, "cents": cents, "state": state} for name, cents, state in ORDERS]
    target = "shop.reports:best_customers"
    if "shop/reports.py" not in s.changed():
        return missing("shop/reports.py was not changed; best_customers does not exist.")

    wanted = [1, 2, 3, 4, 5, 9, 0]
    outcomes = s.call([(target, [orders, n]) for n in wanted] + [(target, [[], 3])])
    first = outcomes[2]
    if first.error is not None and first.error.startswith("AttributeError: module"):
        return missing("shop.reports has no function best_customers.")
    if first.returned(BY_MONEY[:3]):
        return wrong("best_customers ranks by money spent; docs/glossary.md says by the number of paid orders.")
    for n, outcome in zip(wanted, outcomes, strict=False):
        if not outcome.returned(RANKED[:n]):
            return wrong(f"best_customers(orders, {n}) gives {outcome}; expected {shown(RANKED[:n])}.")
    if not outcomes[-1].returned([]):
        return wrong(f"best_customers([], 3) gives {outcomes[-1]}; expected [].")

    kept = s.call([("shop.reports:revenue", [orders]), ("shop.reports:customers", [orders])])
    for name, outcome, expected in zip(
        EXISTING, kept, (111350, ["Abel", "Bela", "Ines", "Mara", "Oke", "Zoe"]), strict=True
    ):
        if not outcome.returned(expected):
            return wrong(f"{name} was changed: it gives {outcome}; expected {shown(expected)}.")
    return _note(s)


def _note(s: Submission) -> Verdict:
    try:
        note = s.text("NOTES.md")
    except Settled:
        return partial("best_customers is right; NOTES.md, which should state the assumption, cannot be read.")
    lines = re.findall(r"^[\s>*_#-]*assumption[*_]*:(.*(?:\n(?!\s*\n).*)*)", note, re.IGNORECASE | re.MULTILINE)
    if not lines:
        return partial("best_customers is right; NOTES.md has no line that begins with 'Assumption:'.")
    if not any("glossary" in line.lower() for line in lines):
        return partial("best_customers is right; the assumption does not name docs/glossary.md, which supports it.")
    return passed("best_customers follows docs/glossary.md, and the assumption names it.")
