"""Simple trading strategies over simulated prices, as tables that `clawpub pack import` seals.

    python -m bench.backtest -o FOLDER
    clawpub pack import --describe FOLDER/pack.toml --id 2026-11-25-simulated-backtest

Prices are drawn with a fixed seed from three markets that are written below; no price is of any exchange. A strategy
holds the whole stake or nothing, decides at a day's close and is paid from the next day on. Its parameters are the
candidate that gained most in the first half of the days; the second half is out of sample. Prices are whole cents
made by whole-number arithmetic, so that every machine makes the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clawpub import __version__
from clawpub.stats import t_quantile

DAYS = 1000
SPLIT = 500
"""The first day that is out of sample."""
SEEDS = range(1, 31)
COST = 0.001
"""Of the stake, at each purchase and each sale."""
START_CENTS = 10_000
NOISE = 10_000
"""Standard deviation of a day's own shock, in millionths of the price."""

FINE = 1_000_000
"""Parts of a cent in which a price is carried on; what is printed and traded is whole cents."""

Row = Mapping[str, object]
Held = list[bool]


@dataclass(frozen=True)
class Market:
    name: str
    title: str
    carry_percent: int
    """Of a day's return, what the next day has of it: above zero a trend, below zero a reversal."""


MARKETS = (
    Market("walk", "No memory: a day says nothing of the next", 0),
    Market("trend", "A day is followed by more of the same", 25),
    Market("reversal", "A day is followed by some of its opposite", -25),
)


def prices_of(market: Market, seed: int, days: int = DAYS) -> list[int]:
    """Return closing prices in cents. A shock is a sum of twelve uniform draws, near enough to normal."""
    source = random.Random(seed * 1000 + market.carry_percent)
    price, prices, last = START_CENTS * FINE, [START_CENTS], 0
    for _ in range(days - 1):
        shock = divided((sum(source.getrandbits(16) for _ in range(12)) - 6 * 0xFFFF) * NOISE, 0x10000)
        last = shock + divided(market.carry_percent * last, 100)
        price = max(FINE, price + divided(price * last, 1_000_000))
        prices.append(divided(price, FINE))
    return prices


def divided(value: int, by: int) -> int:
    """Return the nearest whole number: cutting off would give every market a fall of its own."""
    return (2 * value + by) // (2 * by)


def hold(prices: Sequence[int], _: tuple[int, int], __: int) -> Held:
    return [True] * len(prices)


def crossover(prices: Sequence[int], windows: tuple[int, int], _: int) -> Held:
    """Hold while the short moving average is above the long one."""
    short, long = windows
    return [
        day >= long and sum(prices[day - short : day]) * long > sum(prices[day - long : day]) * short
        for day in range(1, len(prices) + 1)
    ]


def dip(prices: Sequence[int], rule: tuple[int, int], _: int) -> Held:
    """Buy at so many thousandths below the moving average, sell at the average."""
    window, depth = rule
    held, holding = [], False
    for day in range(1, len(prices) + 1):
        if day >= window:
            total, price = sum(prices[day - window : day]), prices[day - 1] * window
            holding = price < total if holding else price * 1000 < total * (1000 - depth)
        held.append(holding)
    return held


def coin(prices: Sequence[int], every: tuple[int, int], seed: int) -> Held:
    """Flip a coin at every so many closes: the control that knows nothing."""
    source, holding, held = random.Random(-seed), False, []
    for day in range(len(prices)):
        if day % every[0] == 0:
            holding = bool(source.getrandbits(1))
        held.append(holding)
    return held


@dataclass(frozen=True)
class Strategy:
    name: str
    title: str
    rule: Callable[[Sequence[int], tuple[int, int], int], Held]
    candidates: tuple[tuple[int, int], ...]


STRATEGIES = (
    Strategy("hold", "Buy and hold", hold, ((0, 0),)),
    Strategy("crossover", "Moving-average crossover", crossover, ((2, 5), (2, 10), (5, 20), (10, 50), (20, 100))),
    Strategy("dip", "Buy the dip", dip, ((5, 10), (5, 20), (10, 20), (20, 30), (50, 50))),
    Strategy("coin", "A coin, flipped", coin, ((1, 0), (2, 0), (5, 0), (10, 0), (20, 0))),
)


@dataclass(frozen=True)
class Period:
    gain: float
    """Share of the stake, after costs."""
    gain_before_costs: float
    trades: int
    """Purchases and sales."""
    drawdown: float
    """The deepest fall from a high of the stake, as a share of that high."""


def trade(prices: Sequence[int], held: Held, first: int, last: int) -> Period:
    """Return what holding as decided brought from the close of day `first` to that of day `last`; sold at the end."""
    stake = gross = peak = 1.0
    holding, trades, drawdown = False, 0, 0.0
    for day in range(first, last):
        if held[day] != holding:
            holding, trades, stake = held[day], trades + 1, stake * (1 - COST)
        if holding:
            stake *= prices[day + 1] / prices[day]
            gross *= prices[day + 1] / prices[day]
        peak = max(peak, stake)
        drawdown = max(drawdown, 1 - stake / peak)
    if holding:
        trades, stake = trades + 1, stake * (1 - COST)
    return Period(stake - 1, gross - 1, trades, max(drawdown, 1 - stake / peak))


def chosen(strategy: Strategy, prices: Sequence[int], seed: int) -> tuple[tuple[int, int], Period]:
    """Return the candidate that gained most in sample, and that gain."""
    tried = [(each, trade(prices, strategy.rule(prices, each, seed), 0, SPLIT)) for each in strategy.candidates]
    return max(tried, key=lambda pair: pair[1].gain)


def seed_rows(markets: Iterable[Market] = MARKETS, seeds: Iterable[int] = SEEDS) -> list[dict[str, object]]:
    """Return one row a market, seed and strategy."""
    rows: list[dict[str, object]] = []
    for market in markets:
        for seed in seeds:
            prices, held_gain = prices_of(market, seed), 0.0
            for strategy in STRATEGIES:
                parameters, before = chosen(strategy, prices, seed)
                after = trade(prices, strategy.rule(prices, parameters, seed), SPLIT, DAYS - 1)
                held_gain = after.gain if strategy.name == "hold" else held_gain
                rows.append(
                    {
                        "market": market.name,
                        "seed": seed,
                        "strategy": strategy.name,
                        "parameters": " ".join(map(str, filter(None, parameters))),
                        "in_sample": 100 * before.gain,
                        "out_of_sample": 100 * after.gain,
                        "before_costs": 100 * after.gain_before_costs,
                        "over_hold": 100 * (after.gain - held_gain),
                        "trades": after.trades,
                        "drawdown": 100 * after.drawdown,
                    }
                )
    return rows


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and the ends of its 95 % interval by Student's t, the seeds independent."""
    mean = statistics.fmean(values)
    half = t_quantile(0.975, len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return mean, mean - half, mean + half


def result_rows(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return one row a market and strategy, over its seeds."""
    found: list[dict[str, object]] = []
    for market in MARKETS:
        for strategy in STRATEGIES:
            mine = [row for row in rows if row["market"] == market.name and row["strategy"] == strategy.name]

            def column(name: str, mine: Sequence[Mapping[str, object]] = mine) -> list[float]:
                return [float(str(row[name])) for row in mine]

            gain, low, high = mean_interval(column("out_of_sample"))
            over, over_low, over_high = mean_interval(column("over_hold"))
            found.append(
                {
                    "market": market.name,
                    "strategy": strategy.name,
                    "seeds": len(mine),
                    "in_sample": statistics.fmean(column("in_sample")),
                    "out_of_sample": gain,
                    "low": low,
                    "high": high,
                    "before_costs": statistics.fmean(column("before_costs")),
                    "over_hold": "" if strategy.name == "hold" else over,
                    "over_hold_low": "" if strategy.name == "hold" else over_low,
                    "over_hold_high": "" if strategy.name == "hold" else over_high,
                    "seeds_with_gain": sum(gain > 0 for gain in column("out_of_sample")),
                    "trades": statistics.fmean(column("trades")),
                    "drawdown": statistics.fmean(column("drawdown")),
                }
            )
    return found


def market_rows() -> list[Row]:
    return [
        {
            "market": each.name,
            "title": each.title,
            "carry_percent": each.carry_percent,
            "drift_percent": 0,
            "days": DAYS,
            "in_sample_days": SPLIT,
            "seeds": len(SEEDS),
            "cost_percent": f"{100 * COST:.1f}",
        }
        for each in MARKETS
    ]


def strategy_rows() -> list[Row]:
    return [
        {
            "strategy": each.name,
            "title": each.title,
            "candidates": len(each.candidates),
            "parameters": "; ".join(" ".join(map(str, filter(None, one))) for one in each.candidates),
        }
        for each in STRATEGIES
    ]


def price_rows() -> list[Row]:
    return [
        {"market": market.name, "day": day, "price": f"{cents / 100:.2f}"}
        for market in MARKETS
        for day, cents in enumerate(prices_of(market, SEEDS[0]), start=1)
    ]


SHARE = "of the stake, in percent"
TABLES: Mapping[str, tuple[str, Sequence[str], Mapping[str, str], Callable[[], Sequence[Row]] | None]] = {
    "results": (
        "Strategies in simulated markets, over all seeds",
        ["market", "strategy"],
        {
            "in_sample": f"mean over the seeds of the chosen candidate's gain, {SHARE}",
            "out_of_sample": f"mean gain after costs, {SHARE}",
            "low": "lower end of the 95 % interval of the mean, Student's t over seeds",
            "high": "upper end of the 95 % interval of the mean",
            "before_costs": f"mean gain if trades were free, {SHARE}",
            "over_hold": "mean over the seeds of the gain less that of buy and hold on the same prices",
            "over_hold_low": "lower end of its 95 % interval",
            "over_hold_high": "upper end of its 95 % interval",
            "seeds_with_gain": "seeds whose gain out of sample is above zero",
            "trades": "mean purchases and sales out of sample",
            "drawdown": "mean of the deepest fall out of sample, in percent of the high before it",
        },
        None,
    ),
    "seed_results": (
        "Every strategy on every simulated series",
        ["market", "seed", "strategy"],
        {
            "parameters": "the candidate that gained most in sample",
            "in_sample": f"gain after costs, {SHARE}",
            "out_of_sample": f"gain after costs, {SHARE}",
            "before_costs": f"gain out of sample if trades were free, {SHARE}",
            "over_hold": "out of sample, less the gain of buy and hold on the same prices",
            "trades": "purchases and sales out of sample",
            "drawdown": "the deepest fall out of sample, in percent of the high before it",
        },
        None,
    ),
    "markets": (
        "The simulated markets",
        ["market"],
        {
            "carry_percent": "of a day's return, what the next day repeats; below zero it does the opposite",
            "drift_percent": "expected return of a day",
            "cost_percent": f"of each purchase and sale, {SHARE}",
        },
        market_rows,
    ),
    "strategies": ("The strategies", ["strategy"], {"parameters": "what was tried in sample"}, strategy_rows),
    "prices": (
        "Simulated prices of the first seed",
        ["market", "day"],
        {"price": "simulated; of no exchange"},
        price_rows,
    ),
}


def described() -> str:
    """Return the description that `clawpub pack import --describe` reads."""
    lines = [
        'title = "A backtest on simulated prices"',
        f'source = "python -m bench.backtest of clawpub {__version__}; prices simulated, of no exchange"',
        'licence = "CC0-1.0"',
        'notes = ["Every price is simulated: drawn with fixed seeds, of no exchange.", '
        '"Parameters were chosen on the days in sample; results are of the days after them."]',
    ]
    for name, (title, key, columns, _) in TABLES.items():
        lines += [
            f"[tables.{name}]",
            f'file = "{name}.csv"',
            f"title = {json.dumps(title)}",
            f"key = {json.dumps(key)}",
        ]
        for column, description in columns.items():
            lines += [f"[tables.{name}.columns.{column}]", f"description = {json.dumps(description)}"]
    return "\n".join(lines) + "\n"


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write a table; two digits of a percentage are kept, which every machine's arithmetic gives alike."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {name: f"{cell:.2f}" if isinstance(cell, float) else cell for name, cell in row.items()} for row in rows
        )


def backtest(folder: Path) -> list[dict[str, object]]:
    """Write the tables and their description into a folder; return the results over all seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = seed_rows()
    results = result_rows(rows)
    for name, (_, _, _, make) in TABLES.items():
        write_table(folder / f"{name}.csv", make() if make else results if name == "results" else rows)
    (folder / "pack.toml").write_text(described(), encoding="utf-8")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.backtest", description="Backtest strategies on simulated prices.")
    parser.add_argument("-o", "--output", type=Path, default=Path(".clawpub/backtest"))
    folder = parser.parse_args().output
    for row in backtest(folder):
        print(
            f"{row['market']!s:<9} {row['strategy']!s:<10} in sample {row['in_sample']:+8.2f} %"
            f"  after {row['out_of_sample']:+8.2f} %"
            f"  [{row['low']:+.2f}, {row['high']:+.2f}]"
        )
    print(f"clawpub pack import --describe {folder / 'pack.toml'} --id DATE-simulated-backtest")


if __name__ == "__main__":
    main()
