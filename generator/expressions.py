"""The `{{ … }}` of a writeup's body: one call of one known function with literal arguments, and nothing else.

    expression  ::=  name "(" [literal {"," literal}] ")"          table("per_task_results", columns=["task_id"])

Jinja's own parser reads it; then the tree must have this shape: no attribute, no operator, no filter, no loop. Nothing
is compiled and nothing is run but the named function, so there is no sandbox to get out of.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence

from jinja2 import Environment, TemplateError, nodes

from clawpub.errors import FactError
from clawpub.pack.reader import Pack
from clawpub.quantity import scan
from generator.charts.campaigns import cost_chart, interval_chart, latency_chart
from generator.charts.columns import bar_chart, estimate_chart, scatter_chart
from generator.charts.model import Chart
from generator.charts.outcomes import failure_chart
from generator.charts.task_map import task_map
from generator.library import ALIAS
from generator.markdown.typed import folded, typed_marks
from generator.tables import PackUrl, TableView, compare_runs, compare_tasks, table_view
from generator.views import View
from generator.wording import find_words

MAX_SOURCE = 2000
"""Characters of the longest expression."""

Functions = Mapping[str, Callable[..., View]]

_LITERALS = (nodes.Const, nodes.List, nodes.Tuple, nodes.Keyword)
_ENVIRONMENT = Environment()


def evaluate(source: str, functions: Functions) -> View:
    """Return the table or chart that an expression makes.

    Raises: FactError saying what is wrong with it and what can be used; PackError where a pack's file is damaged.
    """
    name, positional, named = _parse(source, functions)
    function = functions[name]
    try:
        bound = inspect.signature(function).bind(*positional, **named)
    except TypeError as error:
        raise FactError(f"{name}: {error}", hint=f"write {name}{_signature(function)}") from None
    for parameter, value in bound.arguments.items():
        _check_type(name, parameter, value)
    return function(*bound.args, **bound.kwargs)


def usage(functions: Functions) -> str:
    return ", ".join(f"{name}{_signature(function)}" for name, function in functions.items())


def _parse(source: str, functions: Functions) -> tuple[str, list[object], dict[str, object]]:
    """Return the function that an expression calls, and its arguments."""
    hint = f"write one call: {usage(functions)}"
    if len(source) > MAX_SOURCE:
        raise FactError(f"an expression of {len(source):,} characters", hint=hint)
    try:
        body = _ENVIRONMENT.parse("{{" + source + "}}").body
    except TemplateError as error:
        raise FactError(f"not an expression: {error.message}", hint=hint) from None
    except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError):
        raise FactError("not an expression that can be read", hint=hint) from None
    output = body[0] if len(body) == 1 else None
    call = output.nodes[0] if isinstance(output, nodes.Output) and len(output.nodes) == 1 else None
    if not isinstance(call, nodes.Call) or not isinstance(call.node, nodes.Name) or call.dyn_args or call.dyn_kwargs:
        raise FactError("an expression here is one call with plain values", hint=hint)
    if call.node.name not in functions:
        raise FactError(f"no function {call.node.name!r}", hint=hint)
    for argument in [*call.args, *call.kwargs]:
        for node in [argument, *argument.find_all(nodes.Node)]:
            if not isinstance(node, _LITERALS):
                raise FactError("an argument here is a plain value: text, a number, a list of them", hint=hint)
    named = {argument.key: argument.value.as_const() for argument in call.kwargs}
    return call.node.name, [argument.as_const() for argument in call.args], named


def _check_type(name: str, parameter: str, value: object) -> None:
    if parameter == "columns" and value is None:
        return
    listed = parameter in ("columns", "aliases")
    good = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value) if listed else False
    if not (good or (not listed and isinstance(value, str))):
        wanted = "a list of texts" if parameter == "columns" else "text in quotes"
        raise FactError(f"{name}: {parameter} is {value!r}", hint=f"expected {wanted}")


def _signature(function: Callable[..., View]) -> str:
    parts = []
    for parameter in inspect.signature(function).parameters.values():
        star = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
        default = "=…" if parameter.default is not inspect.Parameter.empty else ""
        parts.append(f"{star}{parameter.name}{default}")
    return f"({', '.join(parts)})"


# --- the functions ---


def _check_caption(name: str, caption: str) -> None:
    """Raises: FactError where a caption says something that only a checked text may say."""
    hint = "nothing checks a caption: say it in the text, in a claim"
    if found := scan(caption):
        raise FactError(f"{name}: {found[0].text!r} in the caption", hint=hint)
    for word in find_words(caption):
        if not caption[word.end :].startswith(" first"):  # "the cheapest first" says how the rows are sorted
            raise FactError(f"{name}: {word.text!r} in the caption", hint=hint)
    if next(typed_marks(caption), None) is not None or "verified" in folded(caption):
        raise FactError(f"{name}: a verification mark in the caption", hint=hint)


def expression_functions(packs: Mapping[str, Pack], url: PackUrl) -> dict[str, Callable[..., View]]:
    """Return what a writeup's body may call, over its packs by alias; the first one is the campaign at hand."""
    marked = list(packs.values())[:1]

    def pack(alias: str) -> Pack:
        if alias not in packs:
            raise FactError(f"no pack {alias!r}", hint=f"packs of this writeup: {', '.join(packs) or 'none'}")
        return packs[alias]

    def chosen(aliases: Sequence[str]) -> list[Pack]:
        if not packs:
            raise FactError("this writeup names no pack", hint="name one under `packs:` in the front matter")
        return [pack(alias) for alias in dict.fromkeys(aliases or (alias for alias in packs if alias != ALIAS))]

    def owned(name: str) -> tuple[Pack, str]:
        """Return the pack that holds a table, and what the pack calls it."""
        alias, _, bare = name.rpartition(".")
        owner = pack(alias) if alias else next((pack for pack in packs.values() if bare in pack.table_names), None)
        if owner is None:
            there = ", ".join(f"{alias}.{name}" for alias, pack in packs.items() for name in pack.table_names)
            raise FactError(f"no table {name!r}", hint=f"tables here: {there or 'none'}")
        return owner, bare

    def table(name: str, columns: Sequence[str] | None = None, caption: str = "") -> TableView:
        owner, bare = owned(name)
        _check_caption("table", caption)
        return table_view(owner, bare, url(owner), columns=columns, caption=caption)

    def bars(name: str, x: str, y: str, caption: str = "") -> Chart:
        owner, bare = owned(name)
        _check_caption("bar_chart", caption)
        return bar_chart(owner, bare, url(owner), x=x, y=y, caption=caption)

    def estimates(name: str, x: str, y: str, low: str, high: str, caption: str = "") -> Chart:
        owner, bare = owned(name)
        _check_caption("estimate_chart", caption)
        return estimate_chart(owner, bare, url(owner), x=x, y=y, low=low, high=high, caption=caption)

    def dots(name: str, x: str, y: str, caption: str = "") -> Chart:
        owner, bare = owned(name)
        _check_caption("scatter_chart", caption)
        return scatter_chart(owner, bare, url(owner), x=x, y=y, caption=caption)

    def of_campaigns(make: Callable[..., Chart]) -> Callable[..., Chart]:
        def made(*aliases: str) -> Chart:
            found = chosen(aliases)
            return make(found, url, marked=marked if len(found) > 1 else ())

        return made

    return {
        "table": table,
        "compare_tasks": lambda *aliases: compare_tasks(chosen(aliases), url),
        "compare_runs": lambda *aliases: compare_runs(chosen(aliases), url, marked=marked),
        "interval_chart": of_campaigns(interval_chart),
        "failure_chart": of_campaigns(failure_chart),
        "latency_chart": of_campaigns(latency_chart),
        "cost_chart": of_campaigns(cost_chart),
        "task_chart": lambda *aliases: task_map(chosen(aliases), url),
        "bar_chart": bars,
        "scatter_chart": dots,
        "estimate_chart": estimates,
    }
