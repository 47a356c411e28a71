"""The key and the envelope: one bit changed anywhere is no signature any more, and OpenSSL says the same as we do."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clawpub.errors import ConfigError, PublishError
from generator.release.signing import (
    MAX_ENVELOPE,
    PAYLOAD_TYPE,
    encoded,
    new_key,
    read_envelope,
    read_public_key,
    read_signing_key,
    signed_envelope,
)

PAYLOAD = b'{"_type": "https://in-toto.io/Statement/v1"}\n'
KEY = new_key()
ENVELOPE = signed_envelope(PAYLOAD, KEY)
OPENSSL = shutil.which("openssl")


def told(**changes: object) -> bytes:
    return json.dumps(json.loads(ENVELOPE) | changes).encode()


def openssl(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    assert OPENSSL
    return subprocess.run([OPENSSL, *command], capture_output=True, check=False)


def test_the_encoding_is_the_one_of_the_specification() -> None:
    """The example of the DSSE protocol's own text."""
    assert encoded("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_what_was_signed_comes_back_and_is_signed_by_that_key_alone() -> None:
    envelope = read_envelope(ENVELOPE)
    assert (envelope.content, envelope.payload_type) == (PAYLOAD, PAYLOAD_TYPE)
    assert envelope.signed_by(KEY.public)
    assert not envelope.signed_by(new_key().public)
    assert envelope.signatures[0].keyid == KEY.public.fingerprint


def test_signing_twice_gives_equal_bytes() -> None:
    assert signed_envelope(PAYLOAD, KEY) == ENVELOPE


@given(st.integers(0, len(PAYLOAD) * 8 - 1))
def test_one_bit_of_the_content_changed_is_seen(bit: int) -> None:
    data = bytearray(PAYLOAD)
    data[bit // 8] ^= 1 << bit % 8
    assert not read_envelope(told(payload=base64.b64encode(data).decode())).signed_by(KEY.public)


@given(st.integers(0, 511))
def test_one_bit_of_the_signature_changed_is_seen(bit: int) -> None:
    signature = bytearray(base64.b64decode(json.loads(ENVELOPE)["signatures"][0]["sig"]))
    signature[bit // 8] ^= 1 << bit % 8
    changed = told(signatures=[{"sig": base64.b64encode(signature).decode()}])
    assert not read_envelope(changed).signed_by(KEY.public)


def test_a_keyid_proves_nothing_and_a_second_signature_is_enough() -> None:
    other = json.loads(signed_envelope(PAYLOAD, new_key()))["signatures"][0]
    own = json.loads(ENVELOPE)["signatures"][0]
    assert not read_envelope(told(signatures=[other | {"keyid": own["keyid"]}])).signed_by(KEY.public)
    assert read_envelope(told(signatures=[other, own])).signed_by(KEY.public)


def test_base64_of_addresses_is_read_too() -> None:
    own = json.loads(ENVELOPE)
    urlsafe = {"sig": own["signatures"][0]["sig"].replace("+", "-").replace("/", "_")}
    assert read_envelope(told(signatures=[urlsafe])).signed_by(KEY.public)


BROKEN = {
    "no JSON": b"{",
    "a list": b"[]",
    "nothing": b"",
    "no signature": told(signatures=[]),
    "too many": told(signatures=[{"sig": "AA=="}] * 17),
    "another type": told(payloadType="text/plain"),
    "too large": b" " * (MAX_ENVELOPE + 1),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_envelope_is_an_error(what: str) -> None:
    with pytest.raises(PublishError, match=r"release\.dsse\.json"):
        read_envelope(BROKEN[what])


@pytest.mark.parametrize("sig", ["", "AA==", "A" * 199])
def test_a_signature_of_another_length_is_none(sig: str) -> None:
    envelope = read_envelope(told(signatures=[{"sig": sig}]))
    try:
        assert not envelope.signed_by(KEY.public)
    except PublishError as error:
        assert "base64" in error.message


def test_a_payload_that_is_no_base64_is_an_error() -> None:
    with pytest.raises(PublishError, match="base64"):
        _ = read_envelope(told(payload="a\nb")).content


# --- keys ---


@pytest.mark.parametrize("password", [b"", b"correct horse"])
def test_a_key_comes_back_out_of_its_file(password: bytes) -> None:
    again = read_signing_key(KEY.pem(password), password)
    assert again.public == KEY.public
    assert (b"ENCRYPTED" in KEY.pem(password)) == bool(password)


def test_a_public_key_comes_back_out_of_its_file() -> None:
    assert read_public_key(KEY.public.pem) == KEY.public


def test_an_encrypted_key_asks_for_its_password_and_takes_no_other() -> None:
    pem = KEY.pem(b"correct horse")
    with pytest.raises(ConfigError, match="is encrypted") as asked:
        read_signing_key(pem)
    assert asked.value.hint and "CLAWPUB_SIGNING_KEY_PASSWORD" in asked.value.hint
    with pytest.raises(ConfigError, match="does not open"):
        read_signing_key(pem, b"battery staple")


def rsa(private: bool) -> bytes:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    key = generate_private_key(65537, 2048)
    if private:
        return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="another kind"):
        read_signing_key(rsa(private=True), at=tmp_path)
    with pytest.raises(ConfigError, match="another kind"):
        read_public_key(rsa(private=False), at=tmp_path)


@pytest.mark.parametrize(
    "pem", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff"]
)
def test_what_is_no_key_is_an_error_that_does_not_print_it(pem: bytes) -> None:
    for read in (read_signing_key, read_public_key):
        with pytest.raises(ConfigError) as refused:
            read(pem)
        assert "AAAA" not in str(refused.value)


def test_a_private_key_is_no_public_key_and_the_other_way_round() -> None:
    with pytest.raises(ConfigError):
        read_public_key(KEY.pem())
    with pytest.raises(ConfigError):
        read_signing_key(KEY.public.pem)


# --- OpenSSL ---


@pytest.mark.skipif(OPENSSL is None, reason="no openssl here")
def test_openssl_verifies_what_we_sign(tmp_path: Path) -> None:
    envelope = json.loads(ENVELOPE)
    key, signature, signed = tmp_path / "key.pem", tmp_path / "sig", tmp_path / "signed"
    key.write_bytes(KEY.public.pem)
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    signed.write_bytes(encoded(envelope["payloadType"], base64.b64decode(envelope["payload"])))
    command = ("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile", signature, "-in", signed)
    assert openssl(*command).returncode == 0
    signed.write_bytes(signed.read_bytes().replace(b"v1", b"v2"))
    assert openssl(*command).returncode != 0


@pytest.mark.skipif(OPENSSL is None, reason="no openssl here")
def test_a_key_that_openssl_made_signs(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    assert openssl("genpkey", "-algorithm", "ed25519", "-out", file).returncode == 0
    key = read_signing_key(file.read_bytes())
    assert openssl("pkey", "-in", file, "-pubout").stdout == key.public.pem
    assert read_envelope(signed_envelope(PAYLOAD, key)).signed_by(key.public)
