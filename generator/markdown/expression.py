"""`{{ table("per_task_results") }}`: a value or a table that comes out of a pack, not out of the author's fingers.

An expression becomes a token of type `expression`, whose content is the source between the braces. A paragraph that
is nothing but one expression becomes the token itself, so that a table does not land inside a `<p>`; `token.block`
tells the two apart.

Design: the body is parsed as Markdown first, and expressions are evaluated only when tokens are rendered, in a
sandboxed Jinja environment, one expression at a time. What an expression prints is never parsed as Markdown and never
parsed as a template. So a pack whose cells hold `[23/30]{fact=x}`, `<script>` or `{{ secret }}` can only print those
characters. There are no statements: a body that could loop or branch could print text that no check has seen.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from jinja2 import TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from generator.markdown.prose import Prose, Slip

MAX_LENGTH = 2000
_HINT = 'only expressions are: {{ table("per_task_results") }}; write \\{ for a brace that is text'

# No possessive group: before Python 3.11.5 they fail on subpatterns with alternatives. Each alternative begins with
# a character of its own, so there is nothing to try twice.
_EXPRESSION = re.compile(
    r"""\{\{ ( (?: [^"'{}] | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | \{(?![{%\#]) | \}(?!\}) )* ) \}\}""",
    re.DOTALL | re.VERBOSE,
)


def expression_plugin(md: MarkdownIt) -> None:
    md.inline.ruler.before("backticks", "expression", _expression)
    md.core.ruler.push("expression_block", _lift)


def _expression(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("{{", state.pos):
        return False
    found = _EXPRESSION.match(state.src, state.pos, min(state.posMax, state.pos + MAX_LENGTH))
    if found is None:
        return False
    if not silent:
        token = state.push("expression", "", 0)
        token.content = found[1].strip()
        token.markup = "{{"
    state.pos = found.end()
    return True


def _lift(state: StateCore) -> None:
    """Put an expression that is alone in its paragraph in the paragraph's place."""
    lifted: list[Token] = []
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type == "inline" and lifted and lifted[-1].type == "paragraph_open":
            children = [child for child in token.children or [] if child.type != "text" or child.content.strip()]
            if len(children) == 1 and children[0].type == "expression":
                lifted.pop()
                next(tokens)
                expression = children[0]
                expression.block = True
                expression.map = token.map
                expression.meta["content"] = token.content
                lifted.append(expression)
                continue
        lifted.append(token)
    state.tokens = lifted


@functools.cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True)


def slips(prose: Prose) -> Iterator[Slip]:
    """Yield the statements of a block, and the expressions that cannot be read. Code and escaped braces are text."""
    for found in re.finditer(r"\{[{%#]", prose.text):
        if prose.is_typed(found.start()):
            what = "an expression that is not closed" if found[0] == "{{" else f"{found[0]} is not part of the dialect"
            yield Slip("statement-syntax", prose.source(found.start()), what, _HINT)
    for token, _ in prose.expressions:
        if problem := syntax_error(token.content):
            yield Slip("statement-syntax", token.meta["at"], f"not an expression: {problem}", _HINT)


@functools.lru_cache(maxsize=1000)
def syntax_error(source: str) -> str | None:
    """Return what is wrong with an expression; None where Jinja reads it."""
    try:
        _environment().compile_expression(source)
    except TemplateError as error:
        return error.message or "not an expression"
    except (RecursionError, SyntaxError, ValueError, OverflowError, MemoryError):
        return "nested too deep, or not an expression"
    return None


def prints_fact(source: str) -> bool:
    """Whether an expression is `fact("id")` and nothing else."""
    return not syntax_error(source) and any(whole for _, whole in facts_named(source))


@functools.lru_cache(maxsize=1000)
def facts_named(source: str) -> tuple[tuple[str, bool], ...]:
    """Return the id of each `fact("id")` in an expression that `syntax_error` let pass, and whether the call is all of
    it."""
    named = []
    tree = _environment().parse("{{" + source + "}}")
    output = tree.body[0] if tree.body else None
    whole = output.nodes[0] if isinstance(output, nodes.Output) and len(output.nodes) == 1 else None
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "fact" and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const) and isinstance(first.value, str):
                named.append((first.value, call is whole))
    return tuple(named)
