"""Passes: trace.json lists the step functions that run for the event under the profile `production`, in order, and
the result.

Does not: another profile's result, the order of the profile's list, a function that another one replaced under the
same name, the body that its decorator skips. Where one of the two members is left out and the other is right, the
verdict is `partial`; without trace.json it is `missing`.
"""

from runner.suites.grading import Submission, Verdict, missing, partial, passed, same, shown, wrong

CALLS = ["read_amount", "charge_handling", "duty_by_country", "round_down", "write_audit_line"]
RESULT = 1350


def check(s: Submission) -> Verdict:
    found = s.json("trace.json")
    if not isinstance(found, dict):
        return wrong("trace.json does not hold an object with calls and result.")
    calls, result = found.get("calls"), found.get("result")
    if isinstance(calls, list):
        calls = [
            name.strip().removesuffix("()").rpartition(".")[2] if isinstance(name, str) else name for name in calls
        ]
    if calls is None and result is None:
        return missing("trace.json holds neither calls nor result.")
    if result is not None and not same(result, RESULT):
        return wrong(f"trace.json has the result {shown(result)}; expected {RESULT}.")
    if calls is not None and not same(calls, CALLS):
        return wrong(f"trace.json has the calls {shown(calls, 160)}; expected {shown(CALLS, 160)}.")
    if calls is None or result is None:
        return partial(f"trace.json leaves out {'calls' if calls is None else 'result'}; what it holds is right.")
    return passed("The step functions, their order and the result are right.")
