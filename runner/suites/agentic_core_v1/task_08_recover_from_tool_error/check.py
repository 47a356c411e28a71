"""Passes: reorder.json names the items below their minimum in November's file, and how many units are missing. How
the agent came by it does not matter; only the output is checked.

Does not: October's figures, made-up figures, items that are at their minimum, items in another order. One of the two
members left out and the other right is `partial`; without reorder.json the verdict is `missing`.
"""

import csv

from runner.suites.grading import Submission, Verdict, missing, partial, passed, same, shown, wrong


def check(s: Submission) -> Verdict:
    with (s.original / "data/stock/2025-11.csv").open() as file:
        rows = [(row["item"], int(row["minimum"]) - int(row["quantity"])) for row in csv.DictReader(file)]
    items = [item for item, lacking in rows if lacking > 0]
    units = sum(lacking for _, lacking in rows if lacking > 0)

    found = s.json("reorder.json")
    if not isinstance(found, dict):
        return wrong("reorder.json does not hold an object with items and units.")
    given_items, given_units = found.get("items"), found.get("units")
    if given_items is None and given_units is None:
        return missing("reorder.json holds neither items nor units.")
    if given_items is not None and not same(given_items, items):
        return wrong(f"reorder.json names the items {shown(given_items)}; expected {shown(items)}.")
    if given_units is not None and not same(given_units, units):
        return wrong(f"reorder.json has {shown(given_units)} units; expected {units}.")
    if given_items is None or given_units is None:
        return partial(
            f"reorder.json leaves out {'items' if given_items is None else 'units'}; what it holds is right."
        )
    return passed(f"reorder.json names the {len(items)} items and the {units} units.")
