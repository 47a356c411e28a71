"""`[mail]` of publish.toml: who writes, under which list, and by which way it goes. No password and no key is here."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from clawpub.errors import ConfigError

TOKEN = "{token}"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def wrong_with(address: str) -> str:
    """Return why nothing can be sent to an address; empty where something can."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "no @"
    if not address.isascii():
        return "letters outside ASCII, which many servers refuse"
    if len(local) > 64 or len(address) > 254:
        return "too long"
    if not _LOCAL.fullmatch(local):
        return f"{local!r} is no mailbox"
    return "" if _DOMAIN.fullmatch(domain) else f"{domain!r} is no domain"


def ascii_domain(address: str) -> str:
    """Return an address with its domain as the network spells it (IDNA); as it is where that cannot be."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address


def mailbox(said: str) -> Address:
    """Return a name and an address, as `ClawWorks Weekly <weekly@example.org>` says them.

    Raises: ValueError.
    """
    if any(not sign.isprintable() for sign in said):
        raise ValueError("holds a control character")
    name, address = parseaddr(said)
    if not address or (wrong := wrong_with(ascii_domain(address))):
        raise ValueError(f"expected NAME <ADDRESS>, found {said!r}" + (f": {wrong}" if address else ""))
    return Address(name, addr_spec=ascii_domain(address))


class MailSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: _Text = Field(description='such as "ClawWorks Weekly <weekly@example.org>"')
    reply_to: _Text | None = None
    list_id: Annotated[str, Field(pattern=rf"^{_DOMAIN.pattern}$")] = Field(
        description="the list's own name for ever, such as weekly.example.org (RFC 2919)"
    )
    unsubscribe: _Text | None = Field(
        default=None, description="an https address with {token} in it, which takes a POST (RFC 8058): docs/mail.md"
    )
    unsubscribe_mailto: _Text | None = Field(default=None, description="an address that takes readers off the list")
    via: _Text | None = Field(default=None, description="smtp://host:587, smtps://host or ses://region")
    rate_per_s: Annotated[float, Field(gt=0, le=1000)] = 5
    dkim_selector: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] | None = Field(
        default=None, description="signs what goes by SMTP, with the key of CLAWPUB_DKIM_KEY"
    )
    configuration_set: str | None = Field(default=None, description="of SES")
    contact_list: str | None = Field(default=None, description="of SES, which then takes readers off by itself")
    topic: str | None = Field(default=None, description="of that contact list")

    @field_validator("sender", "reply_to", "unsubscribe_mailto")
    @classmethod
    def _are_mailboxes(cls, value: str | None) -> str | None:
        if value is not None:
            mailbox(value)
        return value

    @field_validator("unsubscribe")
    @classmethod
    def _takes_a_token(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.netloc or value.count(TOKEN) != 1 or not value.isascii():
            raise ValueError(f"expected an https address with one {TOKEN} in it, found {value!r}")
        if any(not sign.isprintable() or sign in ' <>"' for sign in value):
            raise ValueError("holds what no address may hold")
        return value

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return mailbox(self.sender).domain

    def require_unsubscribing(self) -> None:
        """Raises: ConfigError where readers would have no way off the list."""
        if not (self.unsubscribe or self.contact_list):
            raise ConfigError(
                "readers need a way off the list that takes one click (RFC 8058)",
                hint="set `unsubscribe` or, with SES, `contact_list` in [mail] of publish.toml; see docs/mail.md",
            )
