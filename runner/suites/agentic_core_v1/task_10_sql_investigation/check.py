"""Passes: the answer gives 2294845, the net revenue in cents. Words around it and separators in it do not matter.

Does not: any other figure, the right figure among others, euros. A run without an answer is `missing`.
"""

import re
import unicodedata

from runner.suites.grading import Submission, Verdict, missing, passed, shown, wrong

EXPECTED = "2294845"
NUMBER = re.compile(r"[-−]?(?:\d{1,3}(?:[,.' _]\d{3})+(?![\d])|\d+)(?:\.\d+)?")
DATES = re.compile(r"\b20\d\d(?:-\d\d){0,2}\b(?: \d\d:\d\d(?::\d\d)?)?")


def check(s: Submission) -> Verdict:
    answer = unicodedata.normalize("NFKC", (s.answer or "")[:20_000]).strip()
    if not answer:
        return missing("No answer was submitted; expected a number of cents.")
    found = [_plain(number) for number in NUMBER.findall(DATES.sub(" ", answer))]
    rivals = [number for number in found if number != EXPECTED and (len(number) > 3 or number.startswith("-"))]
    if EXPECTED in found and not rivals:
        return passed(f"The answer is {EXPECTED} cents.")
    if EXPECTED in found:
        return wrong(f"The answer gives {EXPECTED} and also {shown(rivals[0], 30)}; expected one figure.")
    return wrong(f"The answer is {shown(answer)}; expected {EXPECTED}.")


def _plain(number: str) -> str:
    """Return a number without separators and without a fraction of nothing."""
    whole = re.sub(r"\.0+$", "", number) if not re.search(r"\.000$", number) else number
    return re.sub(r"[,.' _]", "", whole) if re.fullmatch(r"[-−]?\d{1,3}([,.' _]\d{3})+", whole) else whole
