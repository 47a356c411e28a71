"""The key of a publication and what it signs: Ed25519 (RFC 8032) over the envelopes of DSSE.

    envelope    {"payloadType": ..., "payload": base64, "signatures": [{"keyid": ..., "sig": base64}]}
    signed      "DSSEv1" SP len(type) SP type SP len(payload) SP payload     the pre-authentication encoding

https://github.com/secure-systems-lab/dsse says both. Any OpenSSL of version 3 can verify what stands here; how is in
docs/releases.md. `cryptography` is imported here and nowhere else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clawpub.errors import ConfigError, PublishError
from generator.release.statement import ENVELOPE, MAX_STATEMENT, first_fault, parse_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_ENVELOPE = MAX_STATEMENT * 4 // 3 + (64 << 10)
"""Bytes."""
MAX_KEY = 64 << 10
"""Bytes of a key's file."""


@dataclass(frozen=True)
class PublicKey:
    """What verifies."""

    der: bytes
    """SubjectPublicKeyInfo (RFC 8410)."""

    @property
    def fingerprint(self) -> str:
        return "sha256:" + hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> bytes:
        lines = base64.encodebytes(self.der).replace(b"\n", b"")
        body = b"\n".join(lines[at : at + 64] for at in range(0, len(lines), 64))
        return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        key = load_der_public_key(self.der)
        assert isinstance(key, Ed25519PublicKey)
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """What signs. It is never printed, and only `pem` gives it away."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return PublicKey(self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def pem(self, password: bytes = b"") -> bytes:
        """Return the key as a file keeps it (PKCS#8), encrypted where there is a password."""
        from cryptography.hazmat.primitives.serialization import (
            BestAvailableEncryption,
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        hidden = BestAvailableEncryption(password) if password else NoEncryption()
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)


def new_key() -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return SigningKey(Ed25519PrivateKey.generate())


def read_signing_key(pem: bytes, password: bytes = b"", *, at: Path | None = None) -> SigningKey:
    """Return the private key of a PEM text.

    Raises: ConfigError where it is none, is of another kind, or its password is missing or wrong; never with the key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except TypeError:  # it is encrypted
        try:
            key = load_pem_private_key(pem, password or None)
        except TypeError:
            hint = "give its password in CLAWPUB_SIGNING_KEY_PASSWORD"
            raise ConfigError("this signing key is encrypted", at=at, hint=hint) from None
        except (ValueError, UnsupportedAlgorithm):
            raise ConfigError(
                "the signing key does not open with the password in CLAWPUB_SIGNING_KEY_PASSWORD", at=at
            ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError("no private key in PEM", at=at, hint="`clawpub key new FILE` makes one") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(
            "the signing key is of another kind than Ed25519", at=at, hint="`clawpub key new FILE` makes one"
        )
    return SigningKey(key)


def read_public_key(pem: bytes, *, at: Path | None = None) -> PublicKey:
    """Return the public key of a PEM text. Raises: ConfigError where it is none, or of another kind than Ed25519."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        if len(pem) > MAX_KEY:
            raise ValueError
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError("no public key in PEM", at=at, hint="expected -----BEGIN PUBLIC KEY-----") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError("the public key is of another kind than Ed25519", at=at)
    return PublicKey(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def encoded(payload_type: str, payload: bytes) -> bytes:
    """Return what a signature is over: DSSE's pre-authentication encoding."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def signed_envelope(payload: bytes, key: SigningKey) -> bytes:
    """Return `release.dsse.json` for the bytes of `release.json`; the same key and bytes give the same."""
    signature = {"keyid": key.public.fingerprint, "sig": _base64(key.sign(encoded(PAYLOAD_TYPE, payload)))}
    told = {"payloadType": PAYLOAD_TYPE, "payload": _base64(payload), "signatures": [signature]}
    return (json.dumps(told, indent=1) + "\n").encode()


class Signature(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    keyid: Annotated[str, Field(max_length=200)] = ""
    """Whose it says it is, which is a hint and proves nothing."""
    sig: Annotated[str, Field(max_length=200)]


class Envelope(BaseModel):
    """An envelope as it was read: nothing in it is trusted before `signed_by` said so."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    payload_type: str = Field(alias="payloadType")
    payload: str
    signatures: Annotated[tuple[Signature, ...], Field(min_length=1, max_length=16)]

    @property
    def content(self) -> bytes:
        """The bytes that were signed. Raises: PublishError where they are not base64."""
        return _bytes_of(self.payload)

    def signed_by(self, key: PublicKey) -> bool:
        """Return whether one of the signatures is this key's, over this content and type."""
        signed = encoded(self.payload_type, self.content)
        return any(key.verifies(_bytes_of(each.sig), signed) for each in self.signatures)


def read_envelope(data: bytes) -> Envelope:
    """Return what `release.dsse.json` holds, its signatures not looked at yet.

    Raises: PublishError saying what is wrong with it, whatever the bytes are.
    """
    if len(data) > MAX_ENVELOPE:
        raise PublishError(f"{ENVELOPE} has {len(data):,} bytes, expected at most {MAX_ENVELOPE:,}")
    try:
        envelope = Envelope.model_validate(parse_json(data, ENVELOPE))
    except ValidationError as error:
        raise PublishError(f"{ENVELOPE}: {first_fault(error)}") from None
    if envelope.payload_type != PAYLOAD_TYPE:
        raise PublishError(f"{ENVELOPE} holds {envelope.payload_type[:80]!r}, expected {PAYLOAD_TYPE!r}")
    return envelope


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes_of(text: str) -> bytes:
    """Return what base64 holds, in either alphabet, as DSSE allows."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise PublishError(f"{ENVELOPE} holds what is no base64") from None
