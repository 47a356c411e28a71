"""Markdown as clawpub reads it: CommonMark with tables and strikethrough, and four inline rules of ours, one a file.

    provenance.py   [Observed — data pack per_task_results]    token `provenance`
    claim.py        [23/30]{fact=score}                        tokens `span_open`, `span_close`
    mark.py         (verified: data pack a.b)                  token `mark`
    expression.py   {{ table("per_task_results") }}            token `expression`
    source_map.py   where in the file an inline token stands
    prose.py        a block's text as a reader sees it
    passages.py     which tag covers which block

Raw HTML stays text. Nothing is replaced (no smart quotes, no dashes): the text on the page is the text that was
typed. Links go to http, https, mailto or a relative address; images come from https or a relative address.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image

from generator.markdown.claim import claim_plugin
from generator.markdown.expression import expression_plugin
from generator.markdown.mark import mark_plugin
from generator.markdown.provenance import provenance_plugin
from generator.markdown.source_map import place_tokens

MAX_NESTING = 20
"""Levels of blocks, and of brackets in a line; markdown-it leaves out blocks nested deeper."""

_SCHEME = re.compile(r"[\x00-\x20]*([^/?#:]*):")
_LINKS = frozenset({"http", "https", "mailto"})
_IMAGES = frozenset({"https"})


class _Parser(MarkdownIt):
    schemes = _LINKS

    def validateLink(self, url: str) -> bool:
        found = _SCHEME.match(url)
        if found:
            return found[1].lower() in self.schemes
        return "https" in self.schemes and not (self.schemes is _IMAGES and url.lstrip().startswith(("//", "\\")))


def parser() -> MarkdownIt:
    """Return a parser; `parse(body)` gives tokens with places."""
    md = _Parser("commonmark", {"html": False, "linkify": False, "typographer": False, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    mark_plugin(md)
    place_tokens(md)
    provenance_plugin(md)
    claim_plugin(md)
    expression_plugin(md)
    md.inline.ruler.at("image", _images_from_https(md))
    return md


def _images_from_https(md: _Parser) -> Callable[[StateInline, bool], bool]:
    def rule(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] != "!":
            return False
        before, md.schemes = md.schemes, _IMAGES
        try:
            read = image(state, silent)
            if read and not silent and not md.validateLink(str(state.tokens[-1].attrs["src"])):
                state.tokens[-1].attrs["src"] = ""  # a reference, which was validated as a link
            return read
        finally:
            md.schemes = before

    return rule
