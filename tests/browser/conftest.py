"""One browser for all tests here; without one they are skipped, and say so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.pages.render import default_templates
from generator.pages.scripts import bundle, load_modules
from tests.browser.chromium import Chromium, Page, find_chromium, started
from tests.browser.serving import served
from tests.browser.whole_site import build_whole_site

REASON = "no browser on this machine: `apt-get install chromium`, or set CLAWPUB_CHROMIUM to one"


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip(REASON)
    with started(program) as running:
        yield running


ENTRY = """
import { Fraction } from "./quantity/fraction.js";
import { scan } from "./quantity/scan.js";
import { compare } from "./quantity/compare.js";
import { overTasks, overValues, SCALARS } from "./facts/functions.js";
import { printedFloat } from "./facts/sqlite.js";
import { sha256 } from "./pack/sha256.js";
export function told(value) {
  return JSON.parse(JSON.stringify(value, (key, each) => {
    if (each instanceof Fraction) return `${each.numerator}/${each.denominator}`;
    return typeof each === "bigint" ? String(each) : each;
  }));
}
export const scanned = (texts, names) => texts.map((text) => told(scan(text, names)));
export const compared = (cases) => cases.map(([text, place, value, options]) =>
  told(compare(scan(text)[place], typed(value), options)));
const printed = (value) => (value === null ? null : printedFloat(value).number);
export const scalars = (calls) => calls.map(([name, cells]) => printed(SCALARS[name][1](...cells)));
export const aggregates = (calls) => calls.map(([name, rows]) =>
  printed(name === "median" || name === "percentile" ? overValues(rows) : overTasks(name, rows)));
export const hashed = (texts) => texts.map((text) =>
  [...sha256(new TextEncoder().encode(text))].map((each) => each.toString(16).padStart(2, "0")).join(""));
export function typed(value) {
  if (Array.isArray(value)) return value.map(typed);
  if (value === null || typeof value === "boolean") return value;
  if (value.integer !== undefined) return BigInt(value.integer);
  if (value.pair) return { pair: value.pair.map(BigInt) };
  return value.number !== undefined ? value : value.text;
}
"""

Call = Callable[..., Any]


@pytest.fixture(scope="session")
def modules(browser: Chromium) -> Call:
    """Return what calls a function of the theme's scripts in the browser, and returns what it gives."""
    scripts = load_modules([default_templates()]) | {"tests.js": ENTRY}
    page: Page = browser.page()
    page.run(f"globalThis.modules = {bundle(scripts, 'tests.js')}; 1")

    def call(name: str, *arguments: Any) -> Any:
        return page.run(f"modules.{name}(...{json.dumps(arguments)})")

    return call


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built site that has every kind of page."""
    return build_whole_site(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="session")
def whole_served(whole: Path) -> Iterator[str]:
    """Yield its address, at a server that sends the headers of its `_headers`, as hosts do."""
    with served(whole) as address:
        yield address
