"""Passes: incident.json names the request, the service, the minute and the number of lost requests, all four right.

Does not: a finding that is wrong. The verdict is `partial` where findings are left out and those given are right, and
`missing` where incident.json does not exist or leaves out all four. Case and white space do not matter, and a number
may stand in quotation marks.
"""

from runner.suites.grading import Submission, Verdict, missing, partial, passed, shown, wrong

EXPECTED = {"request": "r-48213", "service": "ledger", "minute": "14:07", "lost": "56"}


def check(s: Submission) -> Verdict:
    found = s.json("incident.json")
    if not isinstance(found, dict):
        return wrong("incident.json does not hold an object with request, service, minute and lost.")
    given = {key: _plain(key, found.get(key)) for key in EXPECTED}
    for key, value in given.items():
        if value and value != EXPECTED[key]:
            return wrong(f"incident.json has {key} {shown(found[key])}; expected {EXPECTED[key]}.")
    left_out = [key for key, value in given.items() if not value]
    if len(left_out) == len(EXPECTED):
        return missing("incident.json names none of request, service, minute and lost.")
    if left_out:
        return partial(f"incident.json leaves out {', '.join(left_out)}; what it names is right.")
    return passed("Request, service, minute and the number of lost requests are right.")


def _plain(key: str, value: object) -> str:
    """Return a finding as text without case and space, empty where there is none."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    text = shown(value).strip().lower()
    if key == "minute":
        text = text.removeprefix("2025-11-18").lstrip(" t")
    if key == "lost" and isinstance(value, float) and value == 56:
        text = "56"
    return text
