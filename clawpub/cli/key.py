"""`clawpub key`: the key that signs a publication's releases. Its private half is written once and never printed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clawpub.cli.output import json_option, print_json, shown
from clawpub.errors import ConfigError

if TYPE_CHECKING:
    from generator.release.signing import PublicKey, SigningKey

PASSWORD = "CLAWPUB_SIGNING_KEY_PASSWORD"
"""The variable of the environment that opens an encrypted key, and encrypts a new one."""

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def key() -> None:
    """Make and show the key that signs releases.

    \b
    clawpub key new ~/.config/clawpub/weekly.pem
    clawpub key show ~/.config/clawpub/weekly.pem
    clawpub key show site/.well-known/clawpub-key.pem
    """


@key.command("new")
@_FILE
@json_option
def make(file: Path, as_json: bool) -> None:
    """Make a key (Ed25519) and keep it in FILE, for you alone to read; nothing is ever overwritten.

    With CLAWPUB_SIGNING_KEY_PASSWORD set, the file is encrypted with it, and a release asks for it again.

    \b
    clawpub key new ~/.config/clawpub/weekly.pem
    """
    from generator.release.history import git_of
    from generator.release.signing import new_key

    made = new_key()
    _place(file, made.pem(os.environ.get(PASSWORD, "").encode()))
    git = git_of(file.parent)
    exposed = git is not None and not git.is_ignored(file)
    if as_json:
        return print_json(_told(made.public) | {"file": shown(file), "exposed": exposed})
    click.echo(f"{shown(file)}: the private key; whoever has it can sign in your name")
    click.echo(f"fingerprint {made.public.fingerprint}\n")
    click.echo(made.public.pem.decode())
    click.echo("Next: sign releases with it, here or where they are made.")
    click.echo(f"  clawpub build --release --sign-key {shown(file)}")
    click.echo("In CI, keep the file's text as the secret CLAWPUB_SIGNING_KEY. Keep a copy of it offline, and say the")
    click.echo("fingerprint where readers know you from: a key that stands on the site alone proves little.")
    if exposed:
        click.echo(f"warning: {shown(file)} is in a git repository that does not ignore it;", err=True)
        click.echo("  move it out, or add it to .gitignore before you commit", err=True)


@key.command()
@_FILE
@json_option
def show(file: Path, as_json: bool) -> None:
    """Print the fingerprint and the public half of the key in FILE, private or public.

    \b
    clawpub key show ~/.config/clawpub/weekly.pem
    clawpub key show site/.well-known/clawpub-key.pem
    """
    from generator.release.signing import read_public_key

    pem = _read(file)
    if b"PRIVATE KEY" in pem:
        public = read_key_file(file, os.environ.get(PASSWORD, "").encode()).public
    else:
        public = read_public_key(pem, at=file)
    if as_json:
        return print_json(_told(public))
    click.echo(f"fingerprint {public.fingerprint}\n")
    click.echo(public.pem.decode(), nl=False)


def read_key_file(file: Path, password: bytes) -> SigningKey:
    """Return the private key in a file, and warn where others may read it.

    Raises: ConfigError where it is none, or its password is missing or wrong.
    """
    from generator.release.signing import read_signing_key

    read = read_signing_key(_read(file), password, at=file)
    if file.stat().st_mode & 0o077:
        click.echo(f"warning: others may read the private key {shown(file)}: chmod 600 it", err=True)
    return read


def _read(file: Path) -> bytes:
    from generator.release.signing import MAX_KEY

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_KEY)
    except OSError as error:
        hint = "`clawpub key new FILE` makes one"
        raise ConfigError(f"no key here: {error.strerror}", at=file, hint=hint) from None


def _place(file: Path, pem: bytes) -> None:
    """Write a file that nobody else may read and that was not there before."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        hint = "name another file; a key that is lost cannot be made again"
        raise ConfigError("something is here already, and no key is ever overwritten", at=file, hint=hint) from None
    except OSError as error:
        raise ConfigError(f"the key cannot be written: {error.strerror}", at=file) from None
    with os.fdopen(handle, "wb") as opened:
        opened.write(pem)
        opened.flush()
        os.fsync(handle)


def _told(public: PublicKey) -> dict[str, object]:
    return {"fingerprint": public.fingerprint, "public_key": public.pem.decode()}
