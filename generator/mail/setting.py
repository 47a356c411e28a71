"""A checked edition, set as a letter: its HTML, its plain text and its pictures.

The writeups stand in it whole where the message stays below 100 KB. Else each of them only begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clawpub.errors import ConfigError
from generator.mail.beginning import beginning_of, figure_of
from generator.mail.body import FEW_ROWS, MOST_ROWS, MailBody, letter_html
from generator.mail.columns import sendable
from generator.mail.contexts import HtmlLetter, LetterHome, LetterPart, LetterWriteup, TextLetter
from generator.mail.letter import UNSUBSCRIBE, Image, Letter
from generator.mail.picture import Pictures
from generator.mail.plain import letter_text
from generator.mail.styles import inlined, load_styles
from generator.pages.assembly import writeup_entry
from generator.pages.contexts import WriteupEntry
from generator.pages.edition_contexts import EditionPart
from generator.pages.editions import edition_entry, parts_of
from generator.pages.render import load_theme, plain_theme, render_template
from generator.project import Project
from generator.urls import absolute
from generator.verdict_store import digest_of
from generator.views import View
from generator.visible import visible
from generator.writeup import CheckedEdition, CheckedWriteup

MOST_HTML = 95_000
"""Bytes of the HTML part: Gmail cuts a letter off at 102 KB, and what is added on the way must fit too."""
MOST_SENT = 100_000
"""Bytes of a whole message, pictures and all, in which writeups stand whole: heavier ones are kept from many a box."""

LETTERS: Mapping[type[TextLetter], str] = {HtmlLetter: "email/edition.html", TextLetter: "email/edition.txt"}
"""The template of each context."""

_TEXT_IN_HTML = UNSUBSCRIBE.replace("{", "&#123;", 1)
_TEXT_IN_PLAIN = UNSUBSCRIBE.replace("{", "{ ", 1)
"""The words of the placeholder where content has them: they look alike, and nobody takes them for it."""

Text = tuple[CheckedWriteup, Mapping[str, View]]
"""A checked text, and what each expression of its body makes."""


class Setting:
    """An edition on its way to be a letter."""

    def __init__(self, project: Project, edition: CheckedEdition, own: Text, carried: Mapping[str, Text]) -> None:
        entries = [writeup_entry(carried[each.slug][0]) for each in edition.edition.carried]
        self._site = project.site
        self._path = edition.edition.text.path
        self._own = own
        self._carried = carried
        self._week = str(edition.edition.week)
        self._entry = edition_entry(edition.edition, entries)
        self._parts = tuple(parts_of(self._site, edition, entries))
        self._url = absolute(self._site, self._entry.url)
        self._theme = load_theme(project.templates)
        self._styles = load_styles(self._theme)
        self._pictures = Pictures(self._theme)
        self._images: dict[str, Image] = {}
        self._charts = self._begun = 0
        """Beginnings that have a chart: how many may, and how many do in the part that is being made."""
        bodies = (text.writeup.body for text, _ in (own, *carried.values()))
        self._place = "unsubscribe-" + digest_of(repr(self._entry), *bodies)
        """Stands for the placeholder until all content is in: no text can hold a digest of itself."""

    def letter(self) -> tuple[Letter, bool]:
        """Return the letter, and whether it had to be shortened.

        Raises: ConfigError where even that is too long.
        """
        letter = self._letter(short=False)
        if shortened := not _is_light(letter):
            for charts in range(len(self._carried), -1, -1):
                letter = self._letter(short=True, charts=charts)
                if _is_light(letter):
                    break
        if (size := letter.html_bytes) > MOST_HTML:
            raise ConfigError(
                f"the letter has {size:,} bytes of HTML, where {MOST_HTML:,} are the most; each writeup only begins in "
                "it already",
                at=self._path,
                hint="shorten the edition’s own text, carry fewer writeups, or give them a heading earlier: what "
                "stands before it goes into the letter",
            )
        return letter, shortened

    def _letter(self, *, short: bool, charts: int = 0) -> Letter:
        """Return the letter. Where it is `short`, so many of the beginnings have a chart, the first ones."""
        self._charts = charts
        html = self._html(short=short)
        return Letter(
            week=self._week,
            subject=_line(f"Draft: {self._entry.title}" if self._entry.draft else self._entry.title),
            preheader=self._preheader,
            text=self._text(short=short),
            html=html,
            images=tuple(self._images.values()),
            web_url=self._url,
        )

    @property
    def _preheader(self) -> str:
        return _line(self._entry.description or "; ".join(link.label for link in self._entry.writeups))

    def _html(self, *, short: bool) -> str:
        self._images.clear()
        self._begun = 0
        context = HtmlLetter(**self._told(short=short, plain=False), preheader=self._preheader)
        page = render_template(self._theme, LETTERS[HtmlLetter], vars(context)).decode()
        html = str(visible(inlined(page, self._styles)))
        return html.replace(UNSUBSCRIBE, _TEXT_IN_HTML).replace(self._place, UNSUBSCRIBE)

    def _text(self, *, short: bool) -> str:
        self._begun = 0
        context = TextLetter(**self._told(short=short, plain=True))
        words = render_template(plain_theme(self._theme), LETTERS[TextLetter], vars(context)).decode()
        return sendable(words.replace(UNSUBSCRIBE, _TEXT_IN_PLAIN)).replace(self._place, UNSUBSCRIBE)

    def _told(self, *, short: bool, plain: bool) -> dict[str, Any]:
        """Return the fields of `TextLetter`."""
        site = self._site
        own, evidence, _ = self._body(self._own, self._url, deeper=0, short=False, plain=plain)
        texts = (text for text, _ in (self._own, *self._carried.values()))
        return {
            "home": LetterHome(site.title, site.tagline, absolute(site, "index.html"), site.language),
            "edition": self._entry,
            "url": self._url,
            "evidence": evidence,
            "claims": sum(claim.verdict == "verified" for text in texts for claim in text.claims),
            "body": own,
            "parts": tuple(self._part(part, short=short, plain=plain) for part in self._parts),
            "unsubscribe": self._place,
        }

    def _part(self, part: EditionPart, *, short: bool, plain: bool) -> LetterPart:
        url = absolute(self._site, part.url) if part.url else ""
        return LetterPart(part.title, url, tuple(self._writeup(each, short, plain) for each in part.writeups))

    def _writeup(self, entry: WriteupEntry, short: bool, plain: bool) -> LetterWriteup:
        url = absolute(self._site, entry.url)
        body, evidence, cut = self._body(self._carried[entry.slug], url, deeper=2, short=short, plain=plain)
        return LetterWriteup(entry, url, evidence, body, cut)

    def _body(self, text: Text, url: str, *, deeper: int, short: bool, plain: bool) -> tuple[str, str, bool]:
        """Return the body of a text, the address of its evidence, and whether the body only begins here."""
        checked, views = text
        tokens, cut = list(checked.tokens), False
        if short:
            tokens, cut = beginning_of(checked.tokens, chart=self._begun < self._charts)
            self._begun += any(figure_of(token) == "chart" for token in tokens)
        evidence = f"{url}#evidence" if any(claim.verdict != "waived" for claim in checked.claims) else ""
        body = MailBody(
            self._theme,
            checked.packs,
            views,
            "",
            site=self._site,
            page=url,
            cites=evidence,
            pictures=self._pictures,
            deeper=deeper,
            images=self._images,
            rows=FEW_ROWS if cut else MOST_ROWS,
        )
        words = letter_text(checked, tokens, body) if plain else letter_html(checked, tokens, body)
        return words, evidence, cut


def _is_light(letter: Letter) -> bool:
    return letter.html_bytes <= MOST_HTML and letter.sent_bytes <= MOST_SENT


def _line(text: str) -> str:
    """Return a text on one line, as a header has it."""
    return str(visible(" ".join(text.split())))
