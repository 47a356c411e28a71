"""The `{{ … }}` of a writeup's body: one call of one known function with literal arguments, and nothing else.

    expression  ::=  name "(" [literal {"," literal}] ")"          table("per_task_results", columns=["task_id"])

Jinja's own parser reads it and its sandbox runs it, but only after the tree was seen to have this shape: no attribute,
no operator, no filter, no loop.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import cast

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from clawpub.errors import FactError
from generator.tables import View

MAX_SOURCE = 2000
"""Characters of the longest expression."""

Functions = Mapping[str, Callable[..., View]]

_LITERALS = (nodes.Const, nodes.List, nodes.Tuple, nodes.Keyword)


def _sandbox() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    return environment


_SANDBOX = _sandbox()


def evaluate(source: str, functions: Functions) -> View:
    """Return the table or chart that an expression makes.

    Raises: FactError saying what is wrong with it and what can be used; PackError where a pack's file is damaged.
    """
    call = _parse(source, functions)
    function = functions[call]
    expression = _SANDBOX.compile_expression(source, undefined_to_none=False)
    checked: dict[str, Callable[..., View]] = {call: _bound(call, function)}
    return cast(View, expression(**checked))


def usage(functions: Functions) -> str:
    return ", ".join(f"{name}{_signature(function)}" for name, function in functions.items())


def _parse(source: str, functions: Functions) -> str:
    hint = f"write one call: {usage(functions)}"
    if len(source) > MAX_SOURCE:
        raise FactError(f"an expression of {len(source):,} characters", hint=hint)
    try:
        body = _SANDBOX.parse("{{" + source + "}}").body
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
    return call.node.name


def _bound(name: str, function: Callable[..., View]) -> Callable[..., View]:
    def call(*positional: object, **named: object) -> View:
        signature = inspect.signature(function)
        try:
            bound = signature.bind(*positional, **named)
        except TypeError as error:
            raise FactError(f"{name}: {error}", hint=f"write {name}{_signature(function)}") from None
        for parameter, value in bound.arguments.items():
            _check_type(name, parameter, value)
        return function(*bound.args, **bound.kwargs)

    return call


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
