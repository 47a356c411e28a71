"""The HTML of a writeup's body: checked Markdown tokens in, text escaped, claims linked to their evidence."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from clawpub.pack.model import SUITE_FILE
from clawpub.pack.reader import Pack
from generator.library import ALIAS, MODEL_CARDS
from generator.pages.render import Theme, render_view
from generator.tables import LEAST_TO_SORT, LONG
from generator.urls import pack_folder, pack_url, table_anchor
from generator.views import View
from generator.writeup import Claim, TagKind

RESERVED_IDS = frozenset(
    "main campaign evidence evidence-heading colophon colophon-heading waivers writeups packs".split()
)
"""Ids that the layouts use; no heading gets one."""


@dataclass
class Body:
    """What a body is rendered with, and what is open while it is."""

    theme: Theme
    packs: Mapping[str, Pack]
    """By alias; the first one's tables are named without it."""
    views: Mapping[str, View]
    """What each expression makes, by its source."""
    root: str
    """Leads from the page to the site's root."""
    live: bool = False
    """Whether the site has what makes charts interactive."""
    ids: set[str] = field(default_factory=lambda: set(RESERVED_IDS))
    claims: list[Claim | None] = field(default_factory=list)
    """Open spans, innermost last."""
    links: int = 0
    """Open links."""
    heading: str = ""
    """The id of the open heading."""

    macros: ClassVar[str] = "macros/provenance.html"
    """The templates of badges and marks."""

    def address(self, url: str) -> str:
        """Return what leads to a place in the site, given from its root."""
        return self.root + url

    def target(self, href: str) -> str:
        """Return what a link of the author's leads to."""
        return href

    def evidence(self, claim: Claim) -> str:
        """Return what leads from a claim to its evidence."""
        return f"#claim-{claim.number}"

    def anchor(self, claim: Claim) -> str:
        """Return the attribute by which a claim's evidence leads back to it."""
        return f' id="ref-{claim.number}"'


def render_body(
    tokens: Sequence[Token], body: Body, lead: TagKind | None = None, renderer: type[RendererHTML] | None = None
) -> Markup:
    """Return the HTML of a body. A preview brings a renderer of its own, which shows what its check found."""
    options = OptionsDict(_OPTIONS)
    return Markup((renderer or BodyRenderer)().render(list(with_passages(tokens, lead)), options, {"body": body}))


_OPTIONS: Any = {
    "maxNesting": 100,
    "html": False,
    "linkify": False,
    "typographer": False,
    "quotes": "",
    "xhtmlOut": False,
    "breaks": False,
    "langPrefix": "language-",
    "highlight": None,
}


def slug_of(text: str, taken: set[str]) -> str:
    """Return an id made of a heading's words, unlike any in `taken`, and take it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
    if re.fullmatch(r"(claim|ref)-\d+", stem):
        stem = f"on-{stem}"
    slug, count = stem, 1
    while slug in taken:
        count += 1
        slug = f"{stem}-{count}"
    taken.add(slug)
    return slug


# --- passages ---------------------------------------------------------------------------------------------------------


def with_passages(tokens: Sequence[Token], lead: TagKind | None = None) -> Iterator[Token]:
    """Yield the tokens with each passage wrapped, as generator/markdown/passages.py draws their borders.

    Only passages of the outermost level get a box; inside a list or a quote the badge alone says what the words are.
    """
    open_under: int | None = None
    level = 6
    if lead:
        yield _opening(lead)
        yield from _badge(lead)
        open_under = level
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "heading_open" and token.level == 0:
            level = int(token.tag[1:])
            if open_under is not None and level <= open_under:
                yield _CLOSING
                open_under = None
        block = _paragraph(tokens, position)
        tag = _tag_of(block[1]) if block else None
        if tag is None:
            yield token
            position += 1
            continue
        if _is_alone(block[1]):
            if open_under is not None:
                yield _CLOSING
            yield from (_opening(tag.meta["kind"]), *block)
            open_under = level
        else:
            yield from (_opening(tag.meta["kind"]), *block, _CLOSING)
        position += len(block)
    if open_under is not None:
        yield _CLOSING


def _opening(kind: TagKind) -> Token:
    return Token("passage_open", "div", 1, block=True, meta={"kind": kind})


_CLOSING = Token("passage_close", "div", -1, block=True)


def _badge(kind: TagKind) -> tuple[Token, Token, Token]:
    tag = Token("provenance", "", 0, meta={"kind": kind, "sources": ()})
    inline = Token("inline", "", 0, children=[tag])
    return Token("paragraph_open", "p", 1, block=True), inline, Token("paragraph_close", "p", -1, block=True)


def _paragraph(tokens: Sequence[Token], position: int) -> list[Token]:
    """Return the three tokens of a paragraph of the outermost level, [] where none starts here."""
    token = tokens[position]
    if token.type != "paragraph_open" or token.level != 0:
        return []
    return list(tokens[position : position + 3])


def _tag_of(inline: Token) -> Token | None:
    """Return the tag at the start of a paragraph; it may stand in bold or italics."""
    for child in inline.children or ():
        if child.type == "provenance":
            return child
        if not (
            child.type in ("strong_open", "em_open", "softbreak")
            or (child.type == "text" and not child.content.strip())
        ):
            return None
    return None


def _is_alone(inline: Token) -> bool:
    silent = ("strong_open", "strong_close", "em_open", "em_close", "softbreak", "hardbreak", "provenance")
    return all(
        child.type in silent or (child.type == "text" and not child.content.strip()) for child in inline.children or ()
    )


# --- tokens -----------------------------------------------------------------------------------------------------------


class BodyRenderer(RendererHTML):
    """One method for each type of token that is not rendered as markdown-it does."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        body.heading = slug_of(words_in(tokens[idx + 1]), body.ids)
        return f'<{heading_of(tokens[idx])} id="{body.heading}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        link = f'<a class="permalink" href="#{env["body"].heading}" aria-label="Link to this section">#</a>'
        return f" {link}</{heading_of(tokens[idx])}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        rows = _rows(tokens, idx)
        box = "table-box table-box--long" if rows > LONG else "table-box"
        table = "table table--sortable" if rows >= LEAST_TO_SORT else "table"
        return f'<div class="{box}" tabindex="0" role="group" aria-label="Table">\n<table class="{table}">\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table>\n</div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<th scope="col"{_alignment(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<td{_alignment(tokens[idx])}>"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<pre class="code" tabindex="0"><code>{escapeHtml(tokens[idx].content)}</code></pre>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.fence(tokens, idx, options, env)

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<p>{escapeHtml(tokens[idx].content)}</p>\n"

    def html_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escapeHtml(tokens[idx].content)

    def passage_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        kind = tokens[idx].meta["kind"]
        return f'<div class="passage passage--{kind}" role="group" aria-label="{kind.capitalize()}">\n'

    def passage_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</div>\n"

    def provenance(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        meta = tokens[idx].meta
        links = [SourceLink(source, _source_url(source, body)) for source in meta["sources"]]
        return macro_of(body, "badge", meta["kind"], links)

    def span_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        claim: Claim | None = tokens[idx].meta.get("claim")
        body.claims.append(claim)
        return _claim_open(claim, body)

    def span_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        return _claim_close(body.claims.pop(), body)

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        body.links += 1
        if any(body.claims):
            return "<span>"
        token = tokens[idx]
        title = f' title="{escapeHtml(str(token.attrs["title"]))}"' if token.attrs.get("title") else ""
        return f'<a href="{escapeHtml(body.target(str(token.attrs.get("href", ""))))}"{title}>'

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        body.links -= 1
        return "</span>" if any(body.claims) else "</a>"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        source, words = escapeHtml(str(token.attrs.get("src", ""))), escapeHtml(words_in(token))
        return f'<img src="{source}" alt="{words}" loading="lazy">'

    def mark(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        claim: Claim | None = tokens[idx].meta.get("claim")
        if claim is None:
            return escapeHtml(tokens[idx].content)
        return "" if claim.cite else _mark(claim, env["body"])

    def expression(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        token = tokens[idx]
        claim: Claim | None = token.meta.get("claim")
        if claim is None:
            return str(render_view(body.theme, body.views[token.content], body.root, live=body.live))
        text = _claim_open(claim, body) + escapeHtml(claim.text) + _claim_close(claim, body)
        return f"<p>{text}</p>\n" if token.block else text


@dataclass(frozen=True)
class SourceLink:
    label: str
    url: str
    """From the page; empty where there is nothing to open."""


def macro_of(body: Body, name: str, *arguments: Any) -> str:
    module = body.theme.environment.get_template(body.macros).module
    return str(getattr(module, name)(*arguments))


def _claim_open(claim: Claim | None, body: Body) -> str:
    if claim is None:
        return "<span>"
    names = f"claim claim--{claim.verdict}"
    if body.links:
        return f'<span class="{names}"{body.anchor(claim)}>'
    return f'<a class="{names}" href="{body.evidence(claim)}"{body.anchor(claim)}>'


def _claim_close(claim: Claim | None, body: Body) -> str:
    if claim is None or body.links:
        return "</span>"
    return "</a>" + (_mark(claim, body) if claim.cite and claim.verdict == "verified" else "")


def _mark(claim: Claim, body: Body) -> str:
    """Return the mark, which nothing but a claim that passed can print."""
    what, sources = read_from(claim, body)
    return macro_of(body, "mark", sources, what)


def read_from(claim: Claim, body: Body) -> tuple[str, list[SourceLink]]:
    """Return what a mark says of a claim: the kind of place where it was read, and the columns there."""
    first = next(iter(body.packs), "")
    across = all(source.pack == ALIAS for source in claim.sources)
    sources = [
        SourceLink(
            str(source) if across or source.pack == first else f"{source.pack}.{source}",
            _table_url(body.packs[source.pack], source.table, body),
        )
        for source in claim.sources
        if source.pack in body.packs
    ]
    return "cross-campaign" if across else "data pack", sources


def _table_url(pack: Pack, table: str, body: Body) -> str:
    return body.address(f"{pack_url(pack)}#{table_anchor(table)}")


def _source_url(source: str, body: Body) -> str:
    """Return where a tag's source can be opened: a table on its pack's page, the suite's file in the pack."""
    name = re.sub(r"^(?:the\s+)?data packs?\b\s*", "", source, flags=re.IGNORECASE)
    if ALIAS in body.packs and (shared := re.match(r"(?:the\s+)?(cross-campaign|model cards?)\b\s*(\w*)", name, re.I)):
        table = shared[2] if shared[1].lower() == "cross-campaign" else MODEL_CARDS.name
        across = body.packs[ALIAS]
        known = table in across.table_names
        return _table_url(across, table, body) if known else body.address(pack_url(across))
    words = name.replace(".", " ", 1).split()
    alias = words.pop(0) if words and words[0] in body.packs else next(iter(body.packs), "")
    pack = body.packs.get(alias)
    if pack is None:
        return ""
    if not words:
        return body.address(pack_url(pack))
    if len(words) == 1 and words[0] in pack.table_names:
        return _table_url(pack, words[0], body)
    suite = any(resource.path == SUITE_FILE for resource in pack.descriptor.resources)
    if suite and " ".join(words).lower() == "harness spec":
        return body.address(f"{pack_folder(pack)}data/{SUITE_FILE}")
    return ""


def heading_of(token: Token) -> str:
    """The page's title is its only h1."""
    return "h2" if token.tag == "h1" else token.tag


def words_in(token: Token) -> str:
    """Return the text of an inline token, without its markup."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.children:
            parts.append(words_in(child))
    return "".join(parts).strip()


def _rows(tokens: Sequence[Token], start: int) -> int:
    """Return how many rows the table that starts here has, besides its headings."""
    rows = itertools.takewhile(lambda token: token.type != "table_close", itertools.islice(tokens, start, None))
    return sum(token.type == "tr_open" for token in rows) - 1


_ALIGNMENTS = {"text-align:right": "number", "text-align:center": "center"}


def _alignment(token: Token) -> str:
    """Return a class in place of the style that markdown-it writes, which the page's policy would not apply."""
    name = _ALIGNMENTS.get(str(token.attrs.get("style", "")).replace(" ", ""))
    return f' class="{name}"' if name else ""
