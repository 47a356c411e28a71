"""The published backtest can be made again, and looks into no future."""

from __future__ import annotations

import itertools
import statistics
from pathlib import Path

import pytest

from bench.backtest import DAYS, MARKETS, STRATEGIES, Strategy, backtest, prices_of, trade
from clawpub.pack.importers.description import load_description
from clawpub.pack.importers.importing import read_import, seal_import
from clawpub.pack.reader import open_pack

PACK = Path(__file__).parents[2] / "content/packs/2026-11-25-simulated-backtest"
WALK = MARKETS[0]


def test_the_published_pack_is_what_the_program_makes(tmp_path: Path) -> None:
    backtest(tmp_path)
    made = read_import(load_description(tmp_path / "pack.toml"), [], base=tmp_path)
    assert seal_import(made, tmp_path / PACK.name).digest == open_pack(PACK).digest


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.name)
def test_a_strategy_does_not_see_the_future(strategy: Strategy) -> None:
    prices = prices_of(WALK, 1)
    for parameters in strategy.candidates:
        whole = strategy.rule(prices, parameters, 1)
        assert strategy.rule(prices[:300], parameters, 1) == whole[:300]


def test_strategies_do_trade() -> None:
    for strategy in STRATEGIES:
        for parameters in strategy.candidates:
            assert any(strategy.rule(prices_of(WALK, 1), parameters, 1))


def test_a_purchase_and_a_sale_cost_each() -> None:
    period = trade([10_000, 10_000, 11_000], [True, True, True], 0, 2)
    assert period.trades == 2
    assert period.gain == pytest.approx(1.1 * 0.999**2 - 1)
    assert period.gain_before_costs == pytest.approx(0.1)


def test_a_drawdown_is_measured_from_the_high_before_it() -> None:
    assert trade([100, 200, 150], [True] * 3, 0, 2).drawdown == pytest.approx(0.25, abs=0.002)


def test_a_day_carries_over_what_its_market_says() -> None:
    for market in MARKETS:
        moves = [move for seed in range(1, 9) for move in returns(prices_of(market, seed))]
        assert statistics.stdev(moves) == pytest.approx(0.01, rel=0.1)
        assert statistics.correlation(moves[:-1], moves[1:]) == pytest.approx(market.carry_percent / 100, abs=0.05)


def returns(prices: list[int]) -> list[float]:
    assert len(prices) == DAYS
    return [after / before - 1 for before, after in itertools.pairwise(prices)]
