"""SMTP: one connection for many messages, encrypted unless the server is on this machine, signed with DKIM if asked."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from clawpub.errors import ConfigError, PublishError
from generator.mail.sender import InDoubt, NotNow, NotTaken, Refused

TIMEOUT_S = 60.0
_HERE = ("localhost", "127.0.0.1", "::1")
_SIGNED = [
    name.encode()
    for name in "from to subject date message-id reply-to mime-version content-type list-id list-unsubscribe "
    "list-unsubscribe-post".split()
]


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    encrypted: bool
    """From the first byte; else by STARTTLS."""
    user: str = ""
    password: str = ""
    trusted: str | None = None
    """A file of certificates, in the place of the system's."""

    @property
    def here(self) -> bool:
        return self.host in _HERE


@dataclass(frozen=True)
class Dkim:
    selector: str
    domain: str
    key: bytes
    """PEM, of RSA."""


class Smtp:
    def __init__(self, server: Server, sender: str, dkim: Dkim | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._server = server
        self._sender = sender
        self._timeout_s = timeout_s
        self._sign = _signer(dkim)
        self._open: smtplib.SMTP | None = None

    def send(self, address: str, message: bytes) -> None:
        signed = self._sign(message)
        connection = self._connection()
        try:
            self._announce(connection, address)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise NotNow(_said(error)) from None
        try:
            connection.send(_quoted(signed))
            code, words = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise InDoubt(_said(error)) from None
        if code // 100 == 2:
            return
        if code // 100 not in (4, 5):  # nothing that a server may say here: it may have the message
            self._drop()
            raise InDoubt(_answer(code, words))
        self._not_taken(code, words)

    def close(self) -> None:
        if self._open is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._open.quit()
        self._drop()

    def _drop(self) -> None:
        """End the connection without a word, for one that may not answer."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _announce(self, connection: smtplib.SMTP, address: str) -> None:
        """Say from whom and for whom a message comes, until the server waits for it."""
        code, words = connection.mail(self._sender)
        if 400 <= code < 500:
            self._drop()
            raise NotNow(_answer(code, words))
        if code // 100 != 2:
            self._not_taken(code, words, sender=True)
        code, words = connection.rcpt(address)
        if code // 100 == 2:
            code, words = connection.docmd("data")
            if code == 354:
                return
        if code // 100 in (4, 5) and code != 421:
            connection.rset()
        self._not_taken(code, words)

    def _not_taken(self, code: int, words: bytes, *, sender: bool = False) -> NoReturn:
        """Raise what an answer means that says no."""
        if code == 421 or code // 100 not in (4, 5):
            self._drop()
            raise NotNow(_answer(code, words))
        if code == 530 or (sender and code >= 500):
            raise PublishError(f"the mail server refuses the sender: {_answer(code, words)}", hint=_hint(code))
        raise (NotTaken if code < 500 else Refused)(_answer(code, words))

    def _connection(self) -> smtplib.SMTP:
        if self._open is None:
            self._open = self._connected()
        return self._open

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        where = f"{server.host}:{server.port}"
        connection: smtplib.SMTP | None = None
        try:
            connection = self._dialled()
            self._greet(connection, where)
        except smtplib.SMTPAuthenticationError as error:
            code, words = error.smtp_code, error.smtp_error
            if 400 <= code < 500:
                raise NotNow(_answer(code, words)) from None
            raise PublishError(
                f"{where} does not know the user or the password: {_answer(code, words)}",
                hint="set CLAWPUB_SMTP_USER and CLAWPUB_SMTP_PASSWORD",
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise PublishError(f"{where} has no certificate to trust: {error.verify_message}") from None
        except smtplib.SMTPNotSupportedError as error:
            raise PublishError(f"{where}: {error}", hint="name a server that takes a user and a password") from None
        except socket.gaierror:
            raise PublishError(f"no mail server is called {server.host!r}") from None
        except UnicodeError:
            raise PublishError(f"{where}: name, user and password have to be ASCII") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(f"{where}: {_said(error)}") from None
        else:
            found, connection = connection, None
            return found
        finally:
            if connection is not None:
                connection.close()

    def _dialled(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.encrypted:
            return smtplib.SMTP_SSL(host, port, timeout=self._timeout_s, context=self._context())
        return smtplib.SMTP(host, port, timeout=self._timeout_s)

    def _greet(self, connection: smtplib.SMTP, where: str) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        if not server.encrypted and connection.has_extn("starttls"):
            if not server.here or server.trusted:
                connection.starttls(context=self._context())
                connection.ehlo_or_helo_if_needed()  # what was said in the open does not count
        elif not server.encrypted and not server.here:
            self._unencrypted(where)
        if server.user:
            connection.login(server.user, server.password)

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._server.trusted)
        except OSError as error:
            raise PublishError(
                f"{self._server.trusted}: holds no certificates: {_said(error)}", hint="SSL_CERT_FILE names it"
            ) from None

    def _unencrypted(self, where: str) -> NoReturn:
        raise PublishError(
            f"{where} offers no encryption, and is not on this machine", hint="use a server with STARTTLS, or smtps://"
        )


def _signer(dkim: Dkim | None) -> Callable[[bytes], bytes]:
    """Return what signs a message (RFC 6376).

    Raises: ConfigError where dkimpy is missing or the key is none.
    """
    if dkim is None:
        return lambda message: message
    try:
        import dkim as dkimpy
    except ImportError:
        raise ConfigError(
            "dkimpy is needed to sign mail", hint="make extra NAME=mail, or: pip install 'clawpub[mail]'"
        ) from None

    def sign(message: bytes) -> bytes:
        try:
            header: bytes = dkimpy.sign(
                message,
                dkim.selector.encode(),
                dkim.domain.encode(),
                dkim.key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=_SIGNED,
            )
        except (dkimpy.DKIMException, ValueError) as error:
            raise ConfigError(f"the DKIM key cannot sign: {error}", hint="a private RSA key in PEM") from None
        return header + message

    sign(b"From: nobody\r\n\r\n")  # a key that cannot is known before anything goes
    return sign


def _quoted(message: bytes) -> bytes:
    """Return a message as SMTP carries it: its lines end in CRLF, no line is a single dot, and one is the end."""
    lines = message.replace(b"\r\n", b"\n").split(b"\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _answer(code: int, words: bytes | str) -> str:
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    said = " ".join(text.split())[:200]
    return f"{code} {said}" if code > 0 else "the connection ended"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _hint(code: int) -> str | None:
    return "the server wants a user: set CLAWPUB_SMTP_USER and CLAWPUB_SMTP_PASSWORD" if code == 530 else None
