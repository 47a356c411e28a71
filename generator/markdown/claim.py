"""`[23/30 (76.67%)]{fact=score}` and `[10-day]{waive="part of the task's name"}`: mdit-py-plugins' bracketed spans,
and the lint for what that grammar lets through in silence.

The grammar is narrower than Pandoc's: an unquoted dot, single quotes or braces in a value leave literal text. Any such
rest is an error here, and so is a span that says nothing, says both, or stands where it cannot be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin

from generator.markdown.prose import Prose, Slip, Span

ATTRIBUTES = ("fact", "waive")

_KEY = re.compile(r"[{｛]\s*(?:fact|waive)\s*=")
_SPAN_IN_CODE = re.compile(r"\]\{\s*(?:fact|waive)\s*=")
_LINK = re.compile(r"\]\(")
_LINK_HINT = "put a span around a link, never inside it; addresses are https, http, mailto or relative, images https"
_HINT = 'write [words]{fact=id} or [words]{waive="reason"}; ids are letters, digits, - and _'


def claim_plugin(md: MarkdownIt) -> None:
    attrs_plugin(md, after=(), spans=True, allowed=ATTRIBUTES)


def slips(prose: Prose) -> Iterator[Slip]:
    """Yield what is wrong with the spans of a block, and what was meant for one."""
    for span in prose.spans:
        if problem := problem_of(span):
            yield Slip("span-syntax", span.at, problem, _HINT)
    for found in re.finditer(r"[{｛]", prose.text):
        at = prose.source(found.start())
        before = prose.content[at - 1 : at]
        if prose.is_typed(found.start()) and (
            (before and before in "]*_~`)" and not prose.content.startswith(("{{", "{%", "{#"), at))
            or _KEY.match(prose.text, found.start())
        ):
            yield Slip("span-syntax", at, f"{_short(prose.text[found.start() :])!r} was left in the text", _HINT)
    for found in _LINK.finditer(prose.text):
        if prose.is_typed(found.start()) and prose.is_typed(found.start() + 1):
            yield Slip("span-syntax", prose.source(found.start()), "a link that Markdown does not read", _LINK_HINT)
    for start, _ in prose.links:
        if start and prose.text[start - 1] == "!" and prose.content.startswith("![", prose.source(start - 1)):
            yield Slip("span-syntax", prose.source(start - 1), "an image that Markdown reads as a link", _LINK_HINT)
    for at, code in prose.code:
        if _SPAN_IN_CODE.search(code):
            yield Slip("span-syntax", at, "a claim span inside code", "put the span around the backticks")


def problem_of(span: Span) -> str | None:
    """Return why a span is no claim; None where it is one."""
    attributes = {name: str(span.token.attrs[name]) for name in ATTRIBUTES if name in span.token.attrs}
    unknown = sorted(span.token.meta.get("insecure_attrs", {}))
    if unknown:
        return f"a span with {', '.join(unknown)}, which means nothing here"
    if len(attributes) != 1:
        return "a span with both fact and waive" if attributes else "a span with neither fact nor waive"
    if not next(iter(attributes.values())).strip():
        return "a waiver without its reason" if "waive" in attributes else "a span with an empty fact id"
    if span.in_span:
        return "a span inside a span"
    if span.in_link:
        return "a span inside a link"
    if span.in_image:
        return "a span inside an image's description"
    if span.tag_inside:
        return "a span around a tag"
    return None


def _short(text: str) -> str:
    text = text[: text.find("}") + 1] or text
    return text if len(text) <= 30 else text[:27] + "..."
