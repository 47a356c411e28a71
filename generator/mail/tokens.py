"""What a reader's address for unsubscribing carries: who it is, and a proof that we wrote it.

    token = base64url(address) "." base64url(first 16 bytes of HMAC-SHA256(key, list id NUL address))

Whoever serves the address asks `read_token` who is to go. Nobody without the key can take somebody else off.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_BYTES = 16


def make_token(key: bytes, list_id: str, address: str) -> str:
    return f"{_encoded(address.encode())}.{_encoded(_proof(key, list_id, address))}"


def read_token(key: bytes, list_id: str, token: str) -> str | None:
    """Return the address that a token was made for; None where it was not made with this key, for this list."""
    said, _, proof = token.partition(".")
    try:
        address = _decoded(said).decode()
        given = _decoded(proof)
    except (ValueError, binascii.Error):
        return None
    return address if hmac.compare_digest(given, _proof(key, list_id, address)) else None


def _proof(key: bytes, list_id: str, address: str) -> bytes:
    return hmac.new(key, f"{list_id}\0{address}".encode(), hashlib.sha256).digest()[:_BYTES]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
