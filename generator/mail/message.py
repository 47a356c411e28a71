"""A letter to one reader, as bytes: the same whether SMTP carries them or SES.

multipart/alternative
    text/plain
    multipart/related
        text/html
        image/png ...     each shown by its Content-ID
"""

from __future__ import annotations

import hashlib
import hmac
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from generator.mail.letter import UNSUBSCRIBE, Letter
from generator.mail.recipients import Recipient
from generator.mail.settings import TOKEN, MailSettings, mailbox
from generator.mail.tokens import make_token

SES_UNSUBSCRIBE = "{{amazonSESUnsubscribeUrl}}"
"""What SES puts the reader's address into, where it keeps the list."""
NO_WAY = "the list is not set up yet: this is a proof"
MOST_IN_LINE = 998
"""Bytes of a line (RFC 5322)."""
ENCODED = 75
"""Of an encoded word (RFC 2047); Python allows itself the whole line for one."""
_CHARACTERS = 24


class _Whole(UnstructuredHeader):
    """A header that stands on one line: folded, an address becomes an encoded word that no program reads."""

    def fold(self, *, policy: Policy) -> str:
        line = f"{self.name}: {self}"  # type: ignore[attr-defined]  # of the class that the registry makes
        return (line if len(line) <= MOST_IN_LINE else line.replace(">, <", f">,{policy.linesep} <")) + policy.linesep


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("list-unsubscribe", "list-unsubscribe-post", "list-id", "archived-at", "message-id"):
        registry.map_to_type(name, _Whole)  # type: ignore[arg-type]  # it adds BaseHeader itself
    return SMTP.clone(header_factory=registry, max_line_length=ENCODED)


_POLICY = _policy()


@dataclass(frozen=True)
class Envelope:
    """What turns a letter into a reader's own."""

    settings: MailSettings
    key: bytes
    """Signs tokens and names messages."""
    sent: datetime
    proof: bool = False


def message_for(letter: Letter, recipient: Recipient, envelope: Envelope) -> bytes:
    """Return the whole message; the same letter, reader and envelope give the same bytes."""
    settings = envelope.settings
    address = _way_off(recipient, envelope)
    message = EmailMessage(policy=_POLICY)
    message["From"] = mailbox(settings.sender)
    message["To"] = Address(recipient.name, addr_spec=recipient.address)
    message["Subject"] = f"[Proof] {letter.subject}" if envelope.proof else letter.subject
    message["Date"] = format_datetime(envelope.sent)
    message["Message-ID"] = f"<{letter.week}.{_name(letter, recipient, envelope)}@{settings.domain}>"
    if settings.reply_to:
        message["Reply-To"] = mailbox(settings.reply_to)
    message["List-Id"] = f"<{settings.list_id}>"
    message["Archived-At"] = f"<{letter.web_url}>"
    for name, value in _unsubscribing(address, settings):
        message[name] = value
    message["MIME-Version"] = "1.0"
    _set_text(message, letter.text.replace(UNSUBSCRIBE, address or NO_WAY), "plain")
    message.make_alternative()
    shown = escape(address, quote=True) if address else "#"
    # At the start of a line, so that quoted-printable does not break what SES looks for.
    html = letter.html.replace(f'href="{UNSUBSCRIBE}"', f'\nhref="{UNSUBSCRIBE}"').replace(UNSUBSCRIBE, shown)
    page: MIMEPart = MIMEPart(policy=_POLICY)
    _set_text(page, html, "html")
    message.attach(page)  # type: ignore[arg-type]  # a part is all it needs
    for number, image in enumerate(letter.images, 1):
        name = f"chart-{number}.png"
        page.add_related(image.png, "image", "png", cid=f"<{image.cid}>", disposition="inline", filename=name)
    _set_boundaries(message, letter)
    return message.as_bytes(policy=_POLICY)


def _set_text(part: MIMEPart, text: str, kind: str) -> None:
    """Set a part as `set_content` does, in a tenth of the time: there are as many as readers."""
    lines = text.rstrip("\n").replace("\n", "\r\n") + "\r\n"
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(lines.encode()).decode("ascii"))


def _unsubscribing(address: str, settings: MailSettings) -> list[tuple[str, str]]:
    """Return the headers by which a mail program takes its reader off (RFC 2369, RFC 8058)."""
    ways = [f"<{address}>"] if address.startswith("https:") else []
    if settings.unsubscribe_mailto and not settings.contact_list:
        ways.append(f"<{_mailto(settings.unsubscribe_mailto)}?subject=unsubscribe>")
    found = [("List-Unsubscribe", ", ".join(ways))] if ways else []
    if address.startswith("https:"):
        found.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return found


def _way_off(recipient: Recipient, envelope: Envelope) -> str:
    """Return the reader's own address for unsubscribing; empty where the list has none yet."""
    settings = envelope.settings
    if settings.contact_list:
        return SES_UNSUBSCRIBE
    if settings.unsubscribe:
        token = recipient.token or make_token(envelope.key, settings.list_id, recipient.address)
        return settings.unsubscribe.replace(TOKEN, quote(token, safe=""))
    return _mailto(settings.unsubscribe_mailto) if settings.unsubscribe_mailto else ""


def _mailto(said: str) -> str:
    return f"mailto:{quote(mailbox(said).addr_spec, safe='@+')}"


def _name(letter: Letter, recipient: Recipient, envelope: Envelope) -> str:
    """Return what names the message to this reader of this letter, each time it is made, and says nothing of her."""
    said = f"{envelope.settings.list_id}\0{letter.week}\0{recipient.key}\0{envelope.proof}"
    return hmac.new(envelope.key, said.encode(), hashlib.sha256).hexdigest()[:_CHARACTERS]


def _set_boundaries(message: EmailMessage, letter: Letter) -> None:
    digest = hashlib.sha256(letter.html.encode()).hexdigest()[:_CHARACTERS]
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{number}_{digest}")
