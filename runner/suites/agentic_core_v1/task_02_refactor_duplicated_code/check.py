"""Passes: every result is as before, the three functions really enter `net_total`, and no step or percentage of the
discount is left in the three modules.

Does not: a copy left behind, results changed, a function renamed. Where `net_total` is right and used by some of the
three functions only, the verdict is `partial`; without `billing/totals.py` it is `missing`.
"""

import ast

from runner.suites.grading import Call, Submission, Verdict, missing, partial, passed, shown, wrong

MODULES = {"invoice": "invoices", "quote": "quotes", "credit_note": "credit_notes"}
STEPS: set[object] = {250000, 80000, 7, 3, 0.07, 0.03, 0.93, 0.97}


def check(s: Submission) -> Verdict:
    if not s.exists("billing/totals.py"):
        return missing("billing/totals.py does not exist.")
    orders = _orders()

    outcomes = s.call([("billing.totals:net_total", [lines]) for lines in orders])
    for lines, outcome in zip(orders, outcomes, strict=True):
        if not outcome.returned(_net_total(lines)):
            return wrong(f"net_total({shown(lines)}) gives {outcome}; expected {_net_total(lines)}.")

    cases = _cases(orders)
    outcomes = s.call([call for call, _ in cases])
    for ((name, arguments), expected), outcome in zip(cases, outcomes, strict=True):
        if not outcome.returned(expected):
            return wrong(f"{name} of {shown(arguments)} gives {outcome}; expected {shown(expected)}.")

    user = {name: _uses(s, name, module) for name, module in MODULES.items()}
    apart = [name for name, uses in user.items() if not uses]
    if len(apart) == len(user):
        return wrong("None of the three functions calls net_total.")
    if apart:
        return partial(f"{', '.join(apart)} does not call net_total; all three functions should.")

    for module in MODULES.values():
        left = STEPS & _constants(s.text(f"billing/{module}.py"))
        if left:
            found = ", ".join(sorted(map(str, left)))
            return partial(f"billing/{module}.py still holds {found}; the discount should stand in totals.py only.")

    (refused,) = s.call([("billing.quotes:quote", ["A", []])])
    if refused.error is None or not refused.error.startswith("ValueError"):
        return wrong(f"A quote without lines gives {refused}; expected ValueError.")
    return passed(f"All {len(cases)} results are as before, and the three functions share net_total.")


def _uses(s: Submission, function: str, module: str) -> bool:
    (outcome,) = s.call([(f"billing.{module}:{function}", ["A", [{"quantity": 2, "price": 100}]])])
    return "billing/totals.py:net_total" in outcome.called


def _constants(source: str) -> set[object]:
    try:
        return {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    except (SyntaxError, ValueError, RecursionError):
        return set()


def _orders() -> list[list[dict[str, int]]]:
    totals = [0, 1, 99, 79999, 80000, 80001, 80033, 123457, 249999, 250000, 250001, 250099, 999999]
    orders = [[{"quantity": 1, "price": total}] for total in totals]
    orders += [[{"quantity": 3, "price": 19999}, {"quantity": 7, "price": 4321}, {"quantity": 1, "price": 5}]]
    orders += [[{"quantity": 12, "price": 25001}, {"quantity": 2, "price": 333}], [{"quantity": 0, "price": 500}]]
    return orders


def _net_total(lines: list[dict[str, int]]) -> int:
    total = sum(line["quantity"] * line["price"] for line in lines)
    percent = 7 if total >= 250000 else 3 if total >= 80000 else 0
    return total - total * percent // 100


def _cases(orders: list[list[dict[str, int]]]) -> list[tuple[Call, dict[str, object]]]:
    cases: list[tuple[Call, dict[str, object]]] = []
    for lines in orders:
        net = _net_total(lines)
        tax = net * 20 // 100
        invoice = {"net": net, "tax": tax, "gross": net + tax}
        cases.append((("billing.invoices:invoice", ["I-1", lines]), {"number": "I-1", **invoice}))
        cases.append((("billing.quotes:quote", ["Ada", lines]), {"customer": "Ada", "net": net, "valid_days": 30}))
        cases.append((("billing.credit_notes:credit_note", ["C-1", lines]), {"number": "C-1", **_given_back(net)}))
        cases.append((("billing.credit_notes:corrected_invoice", ["I-1", lines]), {"number": "I-1C", **invoice}))
    with_fee = {"number": "C-2", "lines": orders[4], "fee": 500}
    cases.append((("billing.credit_notes:credit_note", with_fee), {"number": "C-2", **_given_back(77100)}))
    return cases


def _given_back(net: int) -> dict[str, object]:
    return {"net": -net, "tax": -(net * 20 // 100), "gross": -net - net * 20 // 100}
