"""A text as plain text of 72 columns: tags and marks in words, tables aligned, charts as what they say and their data.

Which statements stand in a paragraph is said once, behind it: `[3-5]` are their numbers in the evidence on the web.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from markdown_it.token import Token

from generator.cells import Shown
from generator.charts.model import Chart
from generator.charts.view import ChartView
from generator.charts.words import MOST_ROWS
from generator.mail.body import MailBody, capped, first_rows
from generator.mail.columns import WIDTH, aligned_rows, columns, records, wrapped
from generator.pages.body import read_from, with_passages
from generator.tables import TableView
from generator.visible import visible
from generator.writeup import CheckedWriteup, Claim


def letter_text(checked: CheckedWriteup, tokens: Sequence[Token], body: MailBody) -> str:
    """Return a text, or its beginning, as plain text."""
    lines = _Writer(body).blocks(list(with_passages(capped(tokens, body.rows), checked.writeup.lead_tag)))
    return "\n".join(line.rstrip() for line in lines).strip("\n")


class _Writer:
    """Goes through the blocks of a text; what it is inside of stands before each line."""

    def __init__(self, body: MailBody) -> None:
        self.body = body
        self.prefix: list[str] = []
        """Before the lines of the blocks that are open, outermost first."""
        self.bullet = ""
        """Before the first line of a list item, once."""
        self.numbers: list[int | None] = []
        """Of the lists that are open: the number of the next item, None where they are not numbered."""
        self.tight = False
        """Whether the paragraph at hand is an item of a list without empty lines."""
        self.lines: list[str] = []

    def blocks(self, tokens: Sequence[Token]) -> list[str]:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                end = next(at for at in range(position, len(tokens)) if tokens[at].type == "table_close")
                self.say(_typed_table(tokens[position:end], self.inline))
                position = end
            elif token.type == "heading_open":
                self.heading(tokens[position + 1], token)
                position += 2
            else:
                self.block(token)
            position += 1
        return self.lines

    def block(self, token: Token) -> None:
        match token.type:
            case "inline":
                words, claims = self.inline(token)
                self.paragraph(f"{words} {_numbers(claims)}".rstrip(), tight=self.tight)
            case "paragraph_open":
                self.tight = token.hidden
            case "bullet_list_open" | "ordered_list_open":
                self.leave_line(inside=bool(self.numbers))
                self.numbers.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)
            case "bullet_list_close" | "ordered_list_close":
                self.numbers.pop()
                self.leave_line(inside=bool(self.numbers))
            case "list_item_open":
                self.item()
            case "blockquote_open":
                self.prefix.append("> ")
            case "list_item_close" | "blockquote_close":
                self.prefix.pop()
                self.bullet = ""
            case "fence" | "code_block":
                self.say([f"    {line}" for line in token.content.rstrip("\n").split("\n")])
            case "html_block":
                self.paragraph(token.content)
            case "hr":
                self.say(["* * *"])
            case "more_rows":
                self.paragraph(_more(token.meta["rows"], self.body.page))
            case "expression":
                self.expression(token)

    def heading(self, inline: Token, token: Token) -> None:
        words, claims = self.inline(inline)
        lines = wrapped(f"{words} {_numbers(claims)}".rstrip(), self.room)
        under = "-" if token.tag in ("h1", "h2") else "."
        self.lines.append("")
        self.say([*lines, under * min(self.room, max(map(columns, lines), default=0))])

    def item(self) -> None:
        number = self.numbers[-1]
        bullet = "- " if number is None else f"{number}. "
        if number is not None:
            self.numbers[-1] = number + 1
        self.bullet = "".join(self.prefix) + bullet
        self.prefix.append(" " * len(bullet))

    @property
    def room(self) -> int:
        return max(20, WIDTH - sum(map(len, self.prefix)))

    def paragraph(self, text: str, *, tight: bool = False) -> None:
        self.say([line for part in text.split("\n") for line in wrapped(part, self.room)], tight=tight)

    def say(self, lines: Sequence[str], *, tight: bool = False) -> None:
        """Add the lines of a block, an empty one before and behind them unless they are the words of a tight list."""
        before = "".join(self.prefix)
        self.leave_line(inside=tight)
        for line in lines:
            self.lines.append((self.bullet or before) + str(visible(line)))
            self.bullet = ""
        self.leave_line(inside=tight)

    def leave_line(self, *, inside: bool) -> None:
        """Leave an empty line, unless there is one or we are inside of what is set without."""
        if not inside and self.lines and self.lines[-1]:
            self.lines.append("")

    # --- words ---

    def inline(self, token: Token) -> tuple[str, list[Claim]]:
        """Return an inline token's words, and the claims in them."""
        parts: list[str] = []
        claims: list[Claim] = []
        links: list[str] = []
        spans: list[Claim | None] = []
        for child in token.children or ():
            match child.type:
                case "span_open":
                    spans.append(child.meta.get("claim"))
                case "span_close":
                    if claim := spans.pop():
                        claims.append(claim)
                        parts.append(self.mark(claim) if claim.cite else "")
                case "link_open":
                    links.append(self.body.target(str(child.attrs.get("href", ""))))
                    parts.append("\0")
                case "link_close":
                    parts.append(_link(links.pop(), parts))
                case "expression" if claim := child.meta.get("claim"):
                    claims.append(claim)
                    parts.append(claim.text + (self.mark(claim) if claim.cite else ""))
                case "mark":
                    claim = child.meta.get("claim")
                    parts.append(child.content if claim is None else "" if claim.cite else self.mark(claim))
                case _:
                    parts.append(self.words(child))
        return "".join(parts).replace("\0", "").strip(), claims

    def words(self, token: Token) -> str:
        match token.type:
            case "text" | "code_inline" | "text_special" | "html_inline":
                return token.content
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "provenance":
                return f"[{token.content or token.meta['kind'].capitalize()}]"
            case "image":
                source = str(token.attrs.get("src", ""))
                picture = f"Picture: {''.join(map(self.words, token.children or ()))}"
                return f"[{picture} <{self.body.target(source)}>]" if source else f"[{picture}]"
        return ""

    def mark(self, claim: Claim) -> str:
        """Return the mark, which nothing but a claim that passed can print."""
        if claim.verdict != "verified":
            return ""
        what, sources = read_from(claim, self.body)
        return f" (verified: {what} {', '.join(source.label for source in sources)})"

    # --- tables and charts ---

    def expression(self, token: Token) -> None:
        claim: Claim | None = token.meta.get("claim")
        if claim is not None:
            self.paragraph(f"{claim.text} {_numbers([claim])}")
            return
        view = self.body.views[token.content]
        if not isinstance(view, Chart):
            self.paragraph(f"{view.caption} ({', '.join(view.names)})")
            self.table(view)
            return
        chart = ChartView(view)
        self.paragraph(chart.words)
        if len(view.rows) > MOST_ROWS or view.kind == "map":  # else the words have said them all
            self.table(chart.table)
        else:
            self.origin(chart.table)

    def table(self, view: TableView) -> None:
        shown, more = first_rows(view, self.body)
        self.say(_table(shown, self.room))
        for note in _notes(shown):
            self.paragraph(note)
        self.origin(shown)
        if more:
            self.paragraph(_more(more, self.body.page))

    def origin(self, view: TableView) -> None:
        """Say which packs a table is from; of many only how many, for the page leads to each."""
        if len(view.provenance) > 2:
            self.paragraph(f"From {len(view.provenance)} data packs: {self.body.page}")
            return
        for source in view.provenance:
            self.paragraph(f"From the data pack {source.pack_id} ({source.origin}): {self.body.address(source.url)}")


def _more(rows: int, page: str) -> str:
    return f"{rows:,} more row{'' if rows == 1 else 's'} on the web: {page}"


def _link(url: str, parts: list[str]) -> str:
    """Return what stands behind a link's words: its address, unless they say it already."""
    start = max(at for at, part in enumerate(parts) if part == "\0")
    words = "".join(parts[start + 1 :])
    parts[start] = ""
    return "" if words.strip() in (url, url.removeprefix("mailto:")) else f" <{url}>"


def _numbers(claims: Sequence[Claim]) -> str:
    """Return the numbers of claims as ranges in brackets, e.g. "[3-5, 9]"; empty for none."""
    runs: list[list[int]] = []
    for number in sorted({claim.number for claim in claims}):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"[{said}]" if said else ""


def _notes(view: TableView) -> Iterator[str]:
    for reason, mark in view.dashes.items():
        yield f"(-{mark}) {reason}"
    yield from view.notes


def _table(view: TableView, room: int) -> list[str]:
    """Return a table's lines: aligned where it fits, else a record for each row."""
    headings = [", ".join(filter(None, (head.label, head.unit))) for head in view.headings]
    rows = [[_cell(cell, view) for cell in line.cells] for line in (*view.lines, *view.totals)]
    if not rows:
        return ["No rows."]
    right = [head.numeric for head in view.headings]
    return aligned_rows(headings, rows, right, room) or records(headings, rows, room)


def _cell(cell: Shown, view: TableView) -> str:
    if cell.kind == "missing":
        return f"-{view.dashes.get(cell.note, '')}"
    return " ".join(filter(None, (cell.text, f"({cell.note})" if cell.note and cell.kind != "none" else "")))


def _typed_table(tokens: Sequence[Token], inline: object) -> list[str]:
    """Return the lines of a table that the author typed."""
    assert callable(inline)
    rows: list[list[str]] = []
    right: list[bool] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            words, claims = inline(token)
            rows[-1].append(f"{words} {_numbers(claims)}".strip())
        elif token.type == "th_open":
            right.append("right" in str(token.attrs.get("style", "")))
    headings, body = rows[0], [[text for text, _ in zip_longest(row, rows[0], fillvalue="")] for row in rows[1:]]
    return aligned_rows(headings, body, right, WIDTH) or records(headings, body, WIDTH)
