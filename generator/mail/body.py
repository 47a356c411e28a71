"""The HTML of a text as a letter has it: the page's own renderer, its links absolute, its pop-ups and tools left out.

What a mail program cannot do is done otherwise: a claim leads to its evidence on the web, a chart is a picture with
its words, a long table says where the rest of it is, an image beside the text is a link to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import urljoin

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from generator.charts.model import Chart
from generator.charts.view import ChartView
from generator.mail.letter import Image
from generator.mail.picture import Pictures
from generator.pages.body import Body, BodyRenderer, heading_of, macro_of, render_body, words_in
from generator.project import Site
from generator.tables import TableView
from generator.urls import address
from generator.writeup import CheckedWriteup, Claim

MOST_ROWS = 50
"""Rows of a table in a letter; Gmail clips a letter of 102 KB, and a row of five cells is nearly one of them."""
FEW_ROWS = 10
"""The same where a text only begins in the letter."""


@dataclass
class MailBody(Body):
    """What a text is rendered with for a letter."""

    site: Site = field(kw_only=True)
    page: str = field(kw_only=True)
    """The text's own page on the web, absolute."""
    cites: str = field(kw_only=True)
    """The evidence there; empty where there is none."""
    pictures: Pictures = field(kw_only=True)
    deeper: int = field(kw_only=True)
    """Levels by which its headings stand lower than on its page."""
    rows: int = field(kw_only=True, default=MOST_ROWS)
    """Of a table, as many as are shown."""
    images: dict[str, Image] = field(default_factory=dict)
    """The pictures that it shows, by their names."""

    macros: ClassVar[str] = "email/macros.html"

    def address(self, url: str) -> str:
        return address(self.site, url)

    def target(self, href: str) -> str:
        try:
            return urljoin(self.page, href)
        except ValueError:  # no address at all
            return self.page

    def evidence(self, claim: Claim) -> str:
        return f"{self.page}#claim-{claim.number}"

    def anchor(self, claim: Claim) -> str:
        return ""


def letter_html(checked: CheckedWriteup, tokens: Sequence[Token], body: MailBody) -> Markup:
    """Return the HTML of a text, or of its beginning."""
    return render_body(capped(tokens, body.rows), body, checked.writeup.lead_tag, MailRenderer)


def capped(tokens: Sequence[Token], rows: int) -> list[Token]:
    """Return a body in which the tables that its author typed end after so many rows, with a token that says so."""
    kept: list[Token] = []
    row = left_out = 0
    for token in tokens:
        if token.type == "table_open":
            row = left_out = 0
        elif token.type == "tr_open":
            row += 1  # the first is that of the headings
            left_out += row > rows + 1
        if not left_out or token.type in ("tbody_close", "table_close"):
            kept.append(token)
        if token.type == "table_close" and left_out:
            kept.append(Token("more_rows", "", 0, block=True, meta={"rows": left_out}))
            left_out = 0
    return kept


def first_rows(view: TableView, body: MailBody) -> tuple[TableView, int]:
    """Return a table with the rows that a letter shows, and how many others there are."""
    return replace(view, lines=view.lines[: body.rows]), max(0, len(view.lines) - body.rows)


class MailRenderer(BodyRenderer):
    """One method for each token that a letter shows otherwise than a page."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<{self._heading(tokens[idx], env)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</{self._heading(tokens[idx], env)}>\n"

    def _heading(self, token: Token, env: EnvType) -> str:
        return f"h{min(6, int(heading_of(token)[1]) + env['body'].deeper)}"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="wide" tabindex="0" role="group" aria-label="Table">\n<table class="table">\n'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<pre class="code"><code>{escapeHtml(tokens[idx].content)}</code></pre>\n'

    def more_rows(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: MailBody = env["body"]
        return macro_of(body, "more", tokens[idx].meta["rows"], body.page)

    def passage_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<div class="passage passage--{tokens[idx].meta["kind"]}">\n'

    def provenance(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: MailBody = env["body"]
        meta = tokens[idx].meta
        return macro_of(body, "badge", meta["kind"], meta["sources"], body.cites)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: MailBody = env["body"]
        words = f"Picture: {words_in(tokens[idx]) or 'on the web'}"
        source = str(tokens[idx].attrs.get("src", ""))
        if body.links or any(body.claims) or not source:
            return f"<span>{escapeHtml(words)}</span>"
        return f'<a href="{escapeHtml(body.target(source))}">{escapeHtml(words)}</a>'

    def expression(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        body: MailBody = env["body"]
        token = tokens[idx]
        if token.meta.get("claim") is not None:
            return super().expression(tokens, idx, options, env)
        view = body.views[token.content]
        return _chart(view, body) if isinstance(view, Chart) else _table(view, body)


def _table(view: TableView, body: MailBody) -> str:
    shown, more = first_rows(view, body)
    return macro_of(body, "table", shown, more, body.page, body.address)


def _chart(chart: Chart, body: MailBody) -> str:
    view = ChartView(chart)
    if chart.kind == "map":
        return _table(view.table, body)
    picture = None if view.is_empty else body.pictures.of(view)
    if picture:
        body.images[picture.image.cid] = picture.image
    return macro_of(body, "chart", view, picture, body.page, body.address)
