"""Passes: every function does what its docstring says for days around the ends of weeks, months, quarters and years,
at most three lines of accounts/statement.py differ from before, and no other file does.

Does not: a fix of one statement that breaks another, a fix by more lines, a file formatted anew, files left lying
about. A workspace in which nothing was changed is `missing`.
"""

from datetime import date, timedelta

from runner.suites.grading import Call, Submission, Verdict, changed_lines, missing, passed, wrong

FILE = "accounts/statement.py"
MOST = 3


def check(s: Submission) -> Verdict:
    changed = s.changed()
    if not changed:
        return missing("No file was changed; the fault is still there.")
    if others := [path for path in changed if path != FILE]:
        return wrong(f"{others[0]} was changed, added or removed; only {FILE} was to be changed.")
    before = (s.original / FILE).read_text()
    lines = changed_lines(before, s.text(FILE))
    if lines > MOST:
        return wrong(f"{lines} lines of {FILE} differ; at most {MOST} may.")

    cases = _cases()
    outcomes = s.call([call for call, _ in cases])
    for ((target, arguments), expected), outcome in zip(cases, outcomes, strict=True):
        if not outcome.returned(expected):
            name, told = target.rpartition(":")[2], ", ".join(map(repr, list(arguments)[-2:]))
            told = told if len(told) < 60 else "…"
            return wrong(f"{name}({told}) gives {outcome}; expected {expected}.")
    return passed(f"All {len(cases)} results are right, by a change of {lines} line{'s' * (lines > 1)}.")


def _bookings() -> list[dict[str, object]]:
    """Return one booking a day over 26 months; each one's cents tell its day."""
    days = [date(2023, 12, 1) + timedelta(days=n) for n in range(790)]
    return [{"day": day.isoformat(), "cents": day.toordinal() - 738000, "text": "x"} for day in days]


def _cases() -> list[tuple[Call, object]]:
    cases: list[tuple[Call, object]] = []
    for year, month in [(2024, 1), (2024, 2), (2025, 2), (2024, 4), (2024, 11), (2024, 12), (2025, 12)]:
        first = date(year, month, 1)
        after = _after(year, month)
        cases.append((("accounts.statement:month_span", [year, month]), [str(first), str(after)]))
        cases.append((("accounts.statement:monthly_statement", [_bookings(), year, month]), _sum(first, after)))
    for year, quarter in [(2024, 1), (2024, 2), (2024, 3), (2024, 4), (2025, 4)]:
        first, after = date(year, 3 * quarter - 2, 1), _after(year, 3 * quarter)
        cases.append((("accounts.statement:quarter_span", [year, quarter]), [str(first), str(after)]))
        cases.append((("accounts.statement:quarterly_statement", [_bookings(), year, quarter]), _sum(first, after)))
    for day in ["2024-02-26", "2024-02-29", "2024-03-03", "2024-12-31", "2025-06-15"]:
        monday = date.fromisoformat(day) - timedelta(days=date.fromisoformat(day).weekday())
        after = monday + timedelta(days=7)
        cases.append((("accounts.statement:week_span", [day]), [str(monday), str(after)]))
        cases.append((("accounts.statement:weekly_statement", [_bookings(), day]), _sum(monday, after)))
    return cases


def _after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _sum(first: date, after: date) -> dict[str, int]:
    days = range(first.toordinal(), after.toordinal())
    return {"count": len(days), "cents": sum(day - 738000 for day in days)}
