"""Write workspace/logs/platform.log, the same bytes every time.

The story: at 14:07 request r-48213, a report, locks the table `balances` in the service `ledger` and never gives it
back. The first requests wait for the lock from 14:08 on; payments, orders and the gateway fail in turn from 14:09 on,
until the ledger is started anew at 14:16. Decoys: a mailer that cannot reach its relay at 13:52, locks that are held
for some seconds and given back, a cache that runs full at 14:12, requests that are answered 503 and then 200.
"""

import random
from pathlib import Path

HERE = Path(__file__).parent
START, END = 13 * 3600, 16 * 3600
HELD, WAITING, ORDERS_FAIL, GATEWAY_FAILS, RESTART = (
    14 * 3600 + 7 * 60 + 12,
    14 * 3600 + 8 * 60 + 3,
    14 * 3600 + 9 * 60 + 20,
    14 * 3600 + 10 * 60 + 5,
    14 * 3600 + 16 * 60 + 40,
)
CULPRIT = "r-48213"


def build() -> tuple[bytes, int]:
    """Return the log and the number of lost requests."""
    dice = random.Random(20251118)
    lines: list[tuple[float, str, str, str]] = []
    numbers = iter(dice.sample(range(40000, 48200), 2000))
    lost = 0
    second = float(START)
    while second < END:
        second += dice.uniform(14, 30) if not GATEWAY_FAILS - 60 <= second < RESTART else dice.uniform(3, 7)
        request = f"r-{next(numbers)}"
        if GATEWAY_FAILS - 45 <= second < RESTART - 30:
            lost += _failing(dice, lines, second, request)
        else:
            _working(dice, lines, second, request)
    _culprit(lines)
    _decoys(dice, lines)
    lines.sort(key=lambda line: line[0])
    text = "".join(f"{_clock(at)} {level:<5} {service:<9} {message}\n" for at, level, service, message in lines)
    return text.encode(), lost


def _working(dice: random.Random, lines: list[tuple[float, str, str, str]], at: float, request: str) -> None:
    amount = dice.randint(300, 90000)
    lines.append(
        (at, "INFO", "gateway", f"req={request} POST /orders from 10.4.{dice.randint(0, 9)}.{dice.randint(2, 250)}")
    )
    if dice.random() < 0.5:
        lines.append((at + 0.03, "INFO", "orders", f"req={request} order accepted, {dice.randint(1, 6)} lines"))
    lines.append((at + 0.08, "INFO", "payments", f"req={request} charge of {amount} cents authorised"))
    if dice.random() < 0.12:
        lines.append((at + 0.10, "INFO", "ledger", f"req={request} lock taken on table=postings"))
        lines.append((at + 0.31, "INFO", "ledger", f"req={request} lock released on table=postings after 210 ms"))
    lines.append(
        (at + 0.40, "INFO", "ledger", f"req={request} posted {amount} cents to account={dice.randint(1000, 9999)}")
    )
    lines.append((at + 0.55, "INFO", "gateway", f"req={request} status=200 in {dice.randint(320, 900)} ms"))


def _failing(dice: random.Random, lines: list[tuple[float, str, str, str]], at: float, request: str) -> int:
    """Write a request that runs into the locked table; return 1 if it is lost, 0 if a later try of it succeeds."""
    lines.append(
        (at, "INFO", "gateway", f"req={request} POST /orders from 10.4.{dice.randint(0, 9)}.{dice.randint(2, 250)}")
    )
    lines.append((at + 8, "ERROR", "payments", f"req={request} no answer from ledger after 8000 ms"))
    lines.append((at + 9, "ERROR", "orders", f"req={request} payments unavailable, order rolled back"))
    lines.append((at + 10, "ERROR", "gateway", f"req={request} status=503 upstream orders failed after 10000 ms"))
    if dice.random() < 0.35:
        later = RESTART + dice.uniform(25, 240)
        lines.append((later, "INFO", "gateway", f"req={request} POST /orders second try"))
        lines.append((later + 0.6, "INFO", "gateway", f"req={request} status=200 in {dice.randint(320, 900)} ms"))
        return 0
    if dice.random() < 0.4:
        lines.append((at + 13, "INFO", "gateway", f"req={request} POST /orders second try"))
        lines.append((at + 23, "ERROR", "gateway", f"req={request} status=503 upstream orders failed after 10000 ms"))
    return 1


def _culprit(lines: list[tuple[float, str, str, str]]) -> None:
    lines.append((HELD - 1, "INFO", "reports", f"req={CULPRIT} month-end report started by user=finance-7"))
    lines.append((HELD, "INFO", "ledger", f"req={CULPRIT} lock taken on table=balances"))
    lines.append((HELD + 2, "INFO", "reports", f"req={CULPRIT} writing sheet 1 of 64"))
    for step, request in enumerate(("r-48230", "r-48236", "r-48241", "r-48252", "r-48260")):
        at = WAITING + 11 * step
        lines.append((at, "WARN", "ledger", f"req={request} waits for lock on table=balances held by req={CULPRIT}"))
    lines.append((ORDERS_FAIL, "WARN", "payments", "connection pool to ledger is used up (40 of 40)"))
    lines.append((ORDERS_FAIL + 21, "WARN", "orders", "connection pool to payments is used up (60 of 60)"))
    lines.append((GATEWAY_FAILS - 3, "ERROR", "gateway", "orders is unhealthy, 3 of 3 checks failed"))
    lines.append((RESTART, "INFO", "ledger", "started anew by operator, all locks dropped"))
    lines.append((RESTART + 1, "WARN", "reports", f"req={CULPRIT} connection to ledger lost, report given up"))
    lines.append((RESTART + 20, "INFO", "gateway", "orders is healthy again"))


def _decoys(dice: random.Random, lines: list[tuple[float, str, str, str]]) -> None:
    at = 13 * 3600 + 52 * 60
    for step in range(24):
        message = f"req=r-3{dice.randint(1000, 9999)} relay not reachable, mail kept for later"
        lines.append((at + 6 * step, "ERROR", "mailer", message))
    lines.append((at + 160, "INFO", "mailer", "relay reachable again, 24 mails sent"))

    for minute, request, waiting in ((13 * 60 + 40, "r-47102", "r-47110"), (14 * 60 + 3, "r-47950", "r-47961")):
        at = 60 * minute + 4
        lines.append((at, "INFO", "ledger", f"req={request} lock taken on table=balances"))
        lines.append(
            (at + 2, "WARN", "ledger", f"req={waiting} waits for lock on table=balances held by req={request}")
        )
        lines.append((at + 5, "INFO", "ledger", f"req={request} lock released on table=balances after 5000 ms"))

    at = 14 * 3600 + 12 * 60
    for step in range(40):
        message = f"session store is full, session of user={dice.randint(100, 999)} dropped"
        lines.append((at + 4 * step, "ERROR", "sessions", message))


def _clock(at: float) -> str:
    whole = int(at)
    return f"2025-11-18T{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{int(at * 1000) % 1000:03}"


def write(workspace: Path) -> None:
    """Write the workspace's generated files below this folder."""
    (workspace / "logs").mkdir(parents=True, exist_ok=True)
    (workspace / "logs" / "platform.log").write_bytes(build()[0])


if __name__ == "__main__":
    write(HERE / "workspace")
