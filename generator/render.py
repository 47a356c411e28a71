"""From contexts to bytes: the theme, the pages, and the body of a writeup out of its checked tokens."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from clawpub.errors import ConfigError, Place
from generator.contexts import (
    DemoPage,
    IndexPage,
    NotFoundPage,
    PackPage,
    Page,
    TextPage,
    WriteupPage,
    pack_url,
    table_anchor,
)
from generator.tables import ChartView, View
from generator.writeup import CheckedWriteup, Claim

LAYOUTS: dict[type[Page], str] = {
    IndexPage: "layouts/index.html",
    WriteupPage: "layouts/writeup.html",
    PackPage: "layouts/pack.html",
    DemoPage: "layouts/demo.html",
    TextPage: "layouts/page.html",
    NotFoundPage: "layouts/not_found.html",
}


@dataclass(frozen=True)
class Theme:
    """A publication's templates over the default ones, and their one stylesheet."""

    environment: Environment
    stylesheet_path: str
    """From the site's root; the name holds the content's digest, so that it can be cached for ever."""
    stylesheet: bytes


def load_theme(own: Path | None = None) -> Theme:
    """Return the default theme with the files of `own`, a publication's templates folder, in place of its equals."""
    folders = [folder for folder in (own, default_templates()) if folder is not None and folder.is_dir()]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    stylesheet = _stylesheet(folders)
    digest = hashlib.sha256(stylesheet).hexdigest()[:8]
    return Theme(environment, f"assets/site.{digest}.css", stylesheet)


def default_templates() -> Path:
    return Path(str(resources.files("templates")))


def _stylesheet(folders: Sequence[Path]) -> bytes:
    """Return all CSS files in the order of their names; a publication's file takes the place of its equal."""
    files: dict[str, Path] = {}
    for folder in reversed(folders):
        files |= {file.name: file for file in (folder / "assets" / "css").glob("*.css")}
    return b"\n".join(files[name].read_bytes().strip() for name in sorted(files)) + b"\n"


def visible(value: Any) -> Any:
    """Return text with the characters that would hide or reorder other text written out as their code points.

    Every value that a template prints passes through here; markup that is rendered already does not.
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", value)
    return value


_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)


def render_page(theme: Theme, context: Page) -> bytes:
    """Return a page.

    Raises: ConfigError naming the template that cannot be used.
    """
    return render_template(theme, LAYOUTS[type(context)], vars(context))


def render_template(theme: Theme, name: str, variables: Mapping[str, Any]) -> bytes:
    try:
        return theme.environment.get_template(name).render(variables).encode()
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        file = getattr(error, "filename", None) or f"templates/{getattr(error, 'name', None) or name}"
        raise ConfigError(
            f"the template cannot be used: {error.message}",
            at=Place(Path(file), line),
            hint="generator/contexts.py documents what each layout receives",
        ) from None


def render_view(theme: Theme, view: View, root: str) -> Markup:
    """Return a table or chart. `root` leads from the page to the site's root."""
    macro = "chart" if isinstance(view, ChartView) else "table"
    module = theme.environment.get_template(f"macros/{macro}.html").module
    rendered: Markup = getattr(module, macro)(view, root)
    return rendered


@dataclass(frozen=True)
class Link:
    """Where a body leads: an href or src as written, and the heading ids that it may mean."""

    target: str
    line: int


@dataclass
class Body:
    """What becomes of a body while it is rendered."""

    theme: Theme
    checked: CheckedWriteup | None
    views: Mapping[str, View]
    """What each expression of the body makes, by its source."""
    root: str
    ids: set[str] = field(default_factory=set)
    claims: list[Claim | None] = field(default_factory=list)
    """Open claim spans, innermost last."""
    links: int = 0
    """Open links, other than claims."""


RESERVED_IDS = frozenset(("main", "evidence", "colophon", "waivers", "campaign"))


def render_body(
    theme: Theme, tokens: Sequence[Token], *, checked: CheckedWriteup | None, views: Mapping[str, View], root: str
) -> Markup:
    """Return the HTML of a body: its text escaped, its claims linked to their evidence, its tags as badges."""
    body = Body(theme, checked, views, root, ids=set(RESERVED_IDS))
    renderer = _BodyRenderer()
    return Markup(renderer.render(_with_passages(tokens), OptionsDict(_OPTIONS), {"body": body}))


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


def _with_passages(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with each passage under a tag wrapped, so that a theme can show what kind of words they are.

    A tag alone in a paragraph opens a passage that runs to the next such tag or the next heading of the same or a
    higher level; a tag at the start of a paragraph covers that paragraph.
    """
    out: list[Token] = []
    open_level: int | None = None
    level = 0

    def close() -> None:
        nonlocal open_level
        if open_level is not None:
            out.append(Token("passage_close", "div", -1, block=True))
            open_level = None

    def wrap(kind: str) -> Token:
        return Token("passage_open", "div", 1, block=True, meta={"kind": kind})

    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.level == 0 and token.type == "heading_open":
            heading = int(token.tag[1:])
            if open_level is not None and heading <= max(open_level, 1) or heading <= level:
                close()
            level = heading
        block = _paragraph(tokens, position)
        tag = _tag_of(block[1]) if block else None
        if block and tag and _is_alone(block[1]):
            close()
            out += [wrap(tag.meta["kind"]), *block]
            open_level = level
            position += len(block)
        elif block and tag:
            inside = open_level
            out += [wrap(tag.meta["kind"]), *block, Token("passage_close", "div", -1, block=True)]
            open_level = inside
            position += len(block)
        else:
            out.append(token)
            position += 1
    close()
    return out


def _paragraph(tokens: Sequence[Token], position: int) -> list[Token]:
    """Return the three tokens of a paragraph of the outermost level, [] where none starts here."""
    token = tokens[position]
    if token.type != "paragraph_open" or token.level != 0:
        return []
    return list(tokens[position : position + 3])


def _tag_of(inline: Token) -> Token | None:
    first = next((child for child in inline.children or () if child.type != "text" or child.content.strip()), None)
    return first if first is not None and first.type == "provenance" else None


def _is_alone(inline: Token) -> bool:
    rest = [child for child in inline.children or () if child.type not in ("softbreak", "hardbreak")]
    return all(child.type == "provenance" or (child.type == "text" and not child.content.strip()) for child in rest)


class _BodyRenderer(RendererHTML):
    """One method for each type of token that is not as markdown-it renders it."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        token_id = slug_of(_words(tokens[idx + 1]), env["body"].ids)
        env["heading"] = token_id
        return f'<{_heading(token)} id="{token_id}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        link = f'<a class="permalink" href="#{env["heading"]}" aria-label="Link to this section">#</a>'
        return f" {link}</{_heading(tokens[idx])}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table-box" tabindex="0" role="group" aria-label="Table">\n<table class="table">\n'

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
        macro = body.theme.environment.get_template("macros/provenance.html").module
        sources = [_source_link(source, body) for source in meta.get("sources", ())]
        return str(getattr(macro, "badge")(meta["kind"], sources))  # noqa: B009

    def span_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        claim: Claim | None = tokens[idx].meta.get("claim")
        body.claims.append(claim)
        if claim is None:
            return "<span>"
        kind = f"claim claim--{claim.verdict}"
        if body.links or any(body.claims[:-1]):
            return f'<span class="{kind}" id="ref-{claim.number}">'
        return f'<a class="{kind}" href="#claim-{claim.number}" id="ref-{claim.number}">'

    def span_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        claim = body.claims.pop()
        if claim is None or body.links or any(body.claims):
            return "</span>"
        mark = _mark(claim, body) if claim.cite and claim.verdict == "verified" else ""
        return f"</a>{mark}"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        body.links += 1
        if any(body.claims):
            return "<span>"
        target = str(tokens[idx].attrGet("href") or "")
        title = str(tokens[idx].attrGet("title") or "")
        more = f' title="{escapeHtml(title)}"' if title else ""
        return f'<a href="{escapeHtml(target)}"{more}>'

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        body.links -= 1
        return "</span>" if any(body.claims) else "</a>"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        source, words = str(token.attrGet("src") or ""), _words(token)
        return f'<img src="{escapeHtml(source)}" alt="{escapeHtml(words)}" loading="lazy">'

    def expression(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: Body = env["body"]
        return str(render_view(body.theme, body.views[tokens[idx].content], body.root))


def _heading(token: Token) -> str:
    """The page's title is its only h1."""
    return "h2" if token.tag == "h1" else token.tag


def _words(token: Token) -> str:
    """Return the text of an inline token, without its markup."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.children:
            parts.append(_words(child))
    return "".join(parts).strip()


_ALIGNMENTS = {"text-align:right": "number", "text-align:center": "center"}


def _alignment(token: Token) -> str:
    """Return a class in place of the style that markdown-it writes, which the page's policy would not apply."""
    name = _ALIGNMENTS.get(str(token.attrGet("style") or "").replace(" ", ""))
    return f' class="{name}"' if name else ""


def _source_link(source: Any, body: Body) -> dict[str, str]:
    return {"label": str(source), "url": ""}


def _mark(claim: Claim, body: Body) -> str:
    """Return the mark that only a passing claim prints."""
    packs = body.checked.packs if body.checked else {}
    first = next(iter(packs), "")
    macro = body.theme.environment.get_template("macros/provenance.html").module
    sources = [
        {
            "label": str(source) if source.pack == first else f"{source.pack}.{source}",
            "url": f"{body.root}{pack_url(packs[source.pack])}#{table_anchor(source.table)}",
        }
        for source in claim.sources
        if source.pack in packs
    ]
    return str(getattr(macro, "mark")(sources))  # noqa: B009
