"""A refusal of one call slows all of them; answers let them go on; nobody waits longer than the provider asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from clawpub.errors import ProviderError
from runner.throttle import Patience, Throttle


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def make_throttle(most: int) -> tuple[Throttle, Time]:
    time = Time()
    return Throttle(most, Patience(sleep=time.sleep, random=lambda: 0.0), lambda: time.now), time


def test_never_more_calls_at_once_than_allowed() -> None:
    throttle, _ = make_throttle(3)
    going = most = 0

    async def call() -> None:
        nonlocal going, most
        async with throttle.slot():
            going += 1
            most = max(most, going)
            await asyncio.sleep(0.001)
            going -= 1

    async def run() -> None:
        await asyncio.gather(*(call() for _ in range(20)))

    asyncio.run(run())
    assert (most, going) == (3, 0)


def test_refusals_of_one_moment_cut_once_and_answers_bring_it_back() -> None:
    throttle, time = make_throttle(10)
    for _ in range(5):
        throttle.refused(2.0)
    assert throttle.allowed == 8
    time.now = 3.0
    throttle.refused(2.0)
    assert throttle.allowed == 6
    for _ in range(6 + 7 + 8 + 9):
        throttle.answered()
    assert throttle.allowed == 10
    for _ in range(100):
        time.now += 10
        throttle.refused(1.0)
    assert throttle.allowed == 1


def test_nobody_calls_while_the_provider_wants_to_be_left_alone() -> None:
    throttle, time = make_throttle(4)
    throttle.refused(5.0)
    began: list[float] = []

    async def call() -> None:
        async with throttle.slot():
            began.append(time.now)

    async def run() -> None:
        await asyncio.gather(*(call() for _ in range(4)))

    asyncio.run(run())
    assert min(began) >= 5.0


def test_a_cancelled_waiter_leaves_its_slot_to_the_next() -> None:
    async def run() -> bool:
        throttle, _ = make_throttle(1)

        async def call(held: asyncio.Event) -> None:
            async with throttle.slot():
                await held.wait()

        held = asyncio.Event()
        first = asyncio.create_task(call(held))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(call(held)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        held.set()
        await first
        waiting[1].cancel()
        await asyncio.wait_for(waiting[2], 1)
        async with throttle.slot():
            return True

    assert asyncio.run(run())


@pytest.mark.parametrize(
    ("failures", "wished", "dice", "wait"),
    [
        (1, None, 1.0, 1.0),
        (1, None, 0.0, 0.5),
        (4, None, 1.0, 8.0),
        (99, None, 1.0, 60.0),
        (1, 7.0, 0.0, 7.0),
        (1, 7.0, 1.0, 7.7),
        (1, 9999.0, 0.0, 60.0),
    ],
)
def test_waits_double_with_jitter_and_the_servers_wish_counts(
    failures: int, wished: float | None, dice: float, wait: float
) -> None:
    assert Patience(random=lambda: dice).wait_s(failures, wished) == pytest.approx(wait)


def test_patience_ends_by_tries_or_by_time_and_never_begins_with_a_final_refusal() -> None:
    patience = Patience(tries=3, throttled_s=100)
    again: Callable[[str, int, float], bool] = lambda cause, failures, waited: patience.again(  # noqa: E731
        ProviderError("x", cause=cause),  # type: ignore[arg-type]
        failures,
        waited,
    )
    assert again("server_error", 2, 0) and not again("server_error", 3, 0)
    assert again("throttled", 50, 99) and not again("throttled", 2, 100)
    assert not again("denied", 1, 0)


def test_nobody_naps_on_when_everybody_is_to_stop() -> None:
    async def run() -> None:
        throttle = Throttle(2, Patience())
        throttle.refused(3600.0)

        async def call() -> None:
            async with throttle.slot():
                pass

        waiting = [asyncio.create_task(call()), asyncio.create_task(throttle.nap(3600.0))]
        await asyncio.sleep(0)
        throttle.stopping.set()
        await asyncio.wait_for(asyncio.gather(*waiting), 1)

    asyncio.run(run())
