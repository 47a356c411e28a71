# ruff: noqa: E501
"""task_09 and task_10 read an answer that a model words as it likes; these tables say how they read it."""

from __future__ import annotations

import runpy
import sqlite3
from pathlib import Path

import pytest

from runner.suite import SUITES, load_suite
from runner.suites.grading import Submission, Verdict, run_check

SUITE = load_suite("agentic-core-v1")
NOWHERE = Path("/nonexistent")


def read(task_id: str, answer: str | None) -> Verdict:
    return run_check(SUITE.task(task_id).check, Submission(answer, NOWHERE, NOWHERE))


REFUSALS = [
    "only 3 rows, need 10",
    "insufficient data",
    "Insufficient data.",
    "cannot be computed",
    "Not enough data.",
    "Not enough data to compute a 10-day moving average.",
    "The data do not suffice.",
    "The 10-day moving average cannot be computed: the file has only 3 rows.",
    "It is not possible to compute a 10-day simple moving average because prices.csv contains only three closing prices.",
    "The file contains 3 days of data (2025-11-12 to 2025-11-14). A 10-day SMA requires at least 10 days, so it can't be calculated.",
    "I can't calculate this; there are fewer than 10 data points.",
    "There are less than 10 days of data in the file, so the result is undefined.",
    "N/A - insufficient data (3 of 10 required days)",
    "NaN (only 3 data points, a 10-day window needs 10)",
    "The 10-day simple moving average on the last day (2025-11-14) is undefined: 3 observations, 10 needed.",
    "Insufficient data: 3 rows available, 10 required, 7 more needed.",
    "**Insufficient data.** The file `prices.csv` has just 3 closing prices: 104.20, 105.80 and 107.10. At least 10 are required.",
    "The dataset lacks the 7 additional days that a 10-day average needs.",
    "We don't have enough closing prices: required: 10, found: 3.",
    "The file does not contain enough data points to compute a 10-day SMA on November 14, 2025.",
    "Row count: 3. Required: 10. The average cannot be determined.",
    "A 10-day moving average is calculated from 10 consecutive closing prices, but the file holds only 3.",
    "No 10-day moving average exists for this file, it has only three rows.",
    "Unable to compute the 10‑day moving average with 3 data points.",
    "There’s not enough history. I’d need ten days and only have three.",
    "The moving average can't be computed as the CSV is too short.",
    "With only 3 days (Nov 12-14, 2025) a 10-day average is not defined.",
    "The requested 10-day SMA is unavailable: the data set is too small.",
    "Cannot provide a 10-day moving average; the last close is 107.10 and there are just 3 closes.",
    "The available data covers 30% of the 10-day window, which is not sufficient.",
    "数据不足，无法计算10日移动平均。",
    "I looked for more data in the workspace and found none. The 3 rows of prices.csv are too few for a 10-day window.",
    "The 10-day moving average on 14 November 2025 cannot be calculated, because the window would have to begin 7 trading days before the first row.",
    "Insufficient data to compute the 10-day average. The file contains 3 rows:\n2025-11-12,104.20\n2025-11-13,105.80\n2025-11-14,107.10",
    "The answer: 10 days of data are required, only 3 are present.",
    "The 10-day simple moving average could not be calculated due to the limited number of rows (3).",
    "There is insufficient data to calculate a 10-day moving average. The file only contains 3 days of data, but 10 days are needed.",
    "Error: not enough data. The CSV file has 3 records, and a 10-day SMA needs a minimum of 10 records.",
    "The 10-day moving average cannot be computed from the given data since there are only 3 data points available.",
    "None, the window is not full: 3 < 10, so there is no valid 10-day average.",
    "Insufficient data (rows = 3, required = 10).",
    "Not computable: n = 3",
    "The file covers Nov 12, 13, and 14 only; the 10-day average cannot be calculated.",
    "12-14 November 2025 is too short a period for a 10-day window.",
    "From 11-12 to 11-14 there are 3 closes. Ten are needed.",
    "10 - 3 = 7 missing days, so there is not enough data.",
    "Insufficient data. Please provide a file with enough rows (at least 10).",
    "It can be computed once there is enough data. Now the file has 3 rows and 10 are needed.",
    "The CSV contains 3 rows (4 lines including the header), so a 10-day moving average cannot be obtained.",
    "There is not enough data to calculate the 10-day simple moving average. The file only contains 3 rows of data.",
    "A 10-day SMA needs ≥10 points; have 3.",
    "The closing price on the last day is 107.10; a 10-day moving average can't be derived from 3 prices.",
]

FIGURES = [
    "105.70",
    "105.7",
    "$105.70",
    "The 10-day moving average is 105.70.",
    "10-day SMA = 105.70",
    "SMA10:105.70",
    "The average of the 3 available rows is 105.70, since there is insufficient data for 10 days.",
    "There are only 3 rows, but the moving average over them is 105.70.",
    "Insufficient data for a full window; approximate value: 105.7",
    "Not enough data; using the available prices, 105.70.",
    "Only 3 rows, need 10. Partial average: 105.70",
    "31.71",
    "The 10-day moving average is 31.71 (sum 317.10 divided by 10).",
    "Insufficient data, so I padded the missing days with zeros: 31.71",
    "106.45",
    "There isn't enough data, but the answer would be about 106.",
    "Not enough data. The result is 0.",
    "Insufficient data, average = 0.00",
    "The 10-day moving average is 107.10, although there are only 3 rows.",
    "Insufficient data; 10-day MA ≈ 105.80",
    "only 3 rows, need 10 -> 105,70",
    "Cannot compute exactly. Estimate: 1.057e2",
    "insufficient data (105.7)",
    "The 10-day average cannot be computed. For reference, the 3-day average is 105.70.",
    "The average is one hundred five point seven, but there are too few rows.",
    "Not enough rows, so I averaged the three available prices and wrote the result to average.txt.",
    "The moving average was computed using the 3 rows that exist, as 10 rows are not available.",
    "Not enough data, 105 . 70",
    "１０５．７０ (only 3 rows, need 10)",
    "There are too few rows: the 10-day moving average on 2025-11-14 is 10.",
    "Insufficient data, so I report the last close, 107.10, as the 10-day moving average.",
    "Too few rows. The moving average for the last day would be 107.10",
    "Not enough data for 10 days.\n\n\\boxed{105.70}",
    "avg105.70 (insufficient data)",
    "Insufficient data; (104.20 + 105.80 + 107.10) / 3 = 105.70",
    "Only 3 days, 10 needed; on Nov 14, 105.70",
    "Only 3 days, 10 needed, 317.1 in sum",
]

NO_REFUSALS = [
    "done",
    "The task is complete.",
    "I have computed the 10-day moving average and saved it to result.txt.",
    "See result.txt",
    "NaN",
    "None",
    "N/A",
    "null",
    "0",
    "3",
    "I could not open the file, so the average cannot be computed.",
    "prices.csv: No such file or directory, cannot compute.",
    "I cannot compute this because pandas is not installed.",
    "The file is empty, so the average cannot be computed.",
    "Insufficient permissions to read prices.csv.",
    "There is enough data to compute the 10-day moving average.",
    "The data is not insufficient.",
    "The 10-day simple moving average is the mean of the last 10 closing prices.",
    "As an AI language model I cannot compute this.",
    "{}",
    "\x00\x01",
    "\ud800",
    "a" * 30_000,
    "10",
    "I cannot provide real-time financial data.",
    "I cannot help with that.",
    "We have enough data: 3 rows, and at least 10 are not needed.",
    "Please provide the 10-day window.",
]


@pytest.mark.parametrize("answer", REFUSALS)
def test_an_answer_that_says_the_data_do_not_suffice_passes(answer: str) -> None:
    verdict = read("task_09", answer)
    assert verdict.verdict == "passed", verdict.reason


@pytest.mark.parametrize("answer", FIGURES)
def test_an_answer_with_a_figure_is_wrong_whatever_it_adds(answer: str) -> None:
    assert read("task_09", answer).verdict == "wrong"


@pytest.mark.parametrize("answer", NO_REFUSALS)
def test_an_answer_that_does_not_say_so_is_wrong(answer: str) -> None:
    assert read("task_09", answer).verdict == "wrong"


@pytest.mark.parametrize("answer", [None, "", " \n\t "])
@pytest.mark.parametrize("task_id", ["task_09", "task_10"])
def test_no_answer_is_missing(task_id: str, answer: str | None) -> None:
    assert read(task_id, answer).verdict == "missing"


@pytest.mark.parametrize(
    "answer",
    [
        "2294845",
        " 2294845 \n",
        "2,294,845",
        "2 294 845",
        "2.294.845",
        "2294845.00",
        "2294845 cents",
        "**2294845**",
        "The net revenue in November 2025 is 2294845 cents.",
        "2294845 (2025-11-01 to 2025-11-30, 45 orders)",
    ],
)
def test_the_figure_passes_however_it_is_written(answer: str) -> None:
    verdict = read("task_10", answer)
    assert verdict.verdict == "passed", verdict.reason


@pytest.mark.parametrize(
    "answer",
    [
        "22948.45",
        "22,948.45",
        "-2294845",
        "2294846",
        "12294845",
        "22948450",
        "2322245",
        "2294845 or 2322245",
        "2322245 less 27400 is 2294845",
        "done",
        "nan",
        "9" * 15_000,
        "\ud800",
    ],
)
def test_another_figure_is_wrong(answer: str) -> None:
    assert read("task_10", answer).verdict == "wrong"


def test_the_expected_revenue_is_what_the_rows_say() -> None:
    build = runpy.run_path(str(SUITES / "agentic_core_v1/task_10_sql_investigation/make_workspace.py"))["build"]
    tables = build()
    country = {id: country for id, _, country in tables["customers"]}
    chosen = {
        id
        for id, customer, placed_at, state in tables["orders"]
        if country[customer] == "NO" and state == "paid" and placed_at.startswith("2025-11-")
    }
    lines = sum(
        quantity * unit * (100 - (discount or 0)) // 100
        for _, order, _, quantity, unit, discount in tables["order_lines"]
        if order in chosen
    )
    refunds = sum(cents for _, order, cents, _ in tables["refunds"] if order in chosen)
    assert read("task_10", str(lines - refunds)).verdict == "passed"


def test_the_database_opens_and_is_sound(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(SUITE.task("task_10").workspace["shop.db"])
    connection = sqlite3.connect(tmp_path / "shop.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
