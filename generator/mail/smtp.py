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
from generator.mail.sender import InDoubt, NotTaken, Refused

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
            self._ask(connection, connection.mail(self._sender), fatal=True)
            self._ask(connection, connection.rcpt(address))
            connection.putcmd("data")
            self._ask(connection, connection.getreply(), wanted=354)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotTaken(_said(error)) from None
        try:
            connection.send(_quoted(signed))
            code, words = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise InDoubt(_said(error)) from None
        self._ask(connection, (code, words), fresh=False)

    def close(self) -> None:
        if self._open is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._open.quit()
            self._open = None

    def _ask(
        self,
        connection: smtplib.SMTP,
        reply: tuple[int, bytes],
        *,
        wanted: int = 250,
        fatal: bool = False,
        fresh: bool = True,
    ) -> None:
        """Read an answer. `fatal` where it concerns every message, `fresh` where a transaction has to be ended."""
        code, words = reply
        if code == wanted or (wanted == 250 and code == 251):
            return
        if code == -1 or code == 421:
            self.close()
            raise NotTaken(_answer(code, words))
        if fresh:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.rset()
        if 500 <= code < 600:
            if fatal:
                raise PublishError(f"the mail server refuses the sender: {_answer(code, words)}", hint=_hint(code))
            raise Refused(_answer(code, words))
        raise NotTaken(_answer(code, words))

    def _connection(self) -> smtplib.SMTP:
        if self._open is None:
            self._open = self._connected()
        return self._open

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        where = f"{server.host}:{server.port}"
        try:
            context = ssl.create_default_context(cafile=server.trusted)
            if server.encrypted:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=self._timeout_s, context=context
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)
                connection.ehlo()
                if connection.has_extn("starttls"):
                    if not server.here or server.trusted:
                        connection.starttls(context=context)
                elif not server.here:
                    self._unencrypted(where)
            if server.user:
                connection.login(server.user, server.password)
        except smtplib.SMTPAuthenticationError as error:
            code, words = error.smtp_code, error.smtp_error
            if 400 <= code < 500:
                raise NotTaken(_answer(code, words)) from None
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
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(f"{where}: {_said(error)}") from None
        return connection

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
