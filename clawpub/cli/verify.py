"""`clawpub verify`: the reader's side, which takes nothing from whoever published a site on trust."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clawpub.cli.output import finding_json, json_option, print_json, printable
from clawpub.cli.status import Status
from clawpub.errors import ConfigError

if TYPE_CHECKING:
    from generator.release.signing import PublicKey
    from generator.verify.comparing import Comparison
    from generator.verify.signature import Signature
    from generator.verify.verifying import VerifyReport


@click.command()
@click.argument("place", metavar="URL_OR_DIR")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The public key that must have signed the release; without it the site's own is taken on trust.",
)
@click.option("--digests-only", is_flag=True, help="Compare signature, files and links; compute nothing again.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep the copy in this new folder.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=3600),
    default=30,
    show_default=True,
    help="Seconds that a server may say nothing.",
)
@json_option
def verify(place: str, key: Path | None, digests_only: bool, keep: Path | None, timeout: float, as_json: bool) -> None:
    """Prove a published site, or say what about it is not so; exit 1 when something is not.

    Every file is fetched and compared with the signed statement of the release; every pack is computed again from its
    transcripts, every claim is checked again, and every page is made again of its published sources and compared.
    Nothing of the site is run.

    \b
    clawpub verify https://weekly.example/
    clawpub verify https://weekly.example/ --key weekly.pem
    clawpub verify site --digests-only
    clawpub verify https://weekly.example/ --keep copy --json
    """
    from generator.verify.origin import LIMITS
    from generator.verify.verifying import origin_of
    from generator.verify.verifying import verify as prove

    pinned = _public_key(key) if key else None
    origin = origin_of(place, replace(LIMITS, silence_s=timeout))
    with Status() as status:
        report = prove(origin, pinned=pinned, digests_only=digests_only, keep=keep, progress=status)
    if as_json:
        print_json(_told(report))
    else:
        _print(report)
    sys.exit(0 if report.passed else 1)


def _public_key(file: Path) -> PublicKey:
    from generator.release.signing import MAX_KEY, read_public_key

    try:
        with file.open("rb") as opened:
            return read_public_key(opened.read(MAX_KEY + 1), at=file)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", at=file) from None


def _told(report: VerifyReport) -> dict[str, Any]:
    told = report.statement.predicate
    compared = report.comparison
    return {
        "passed": report.passed,
        "place": report.place,
        "publication": {"title": told.publication.title, "base_url": told.publication.base_url},
        "checker": {"version": told.checker.version, "code": told.checker.code},
        "signature": {"fingerprint": report.signature.fingerprint or None, "pinned": report.signature.pinned},
        "files": {"listed": len(report.statement.digests), "equal": report.files, "bytes": report.size},
        "links": report.links,
        "packs": {"listed": len(told.packs), "verified": report.packs},
        "texts": report.texts,
        "claims": report.claims,
        "pages": {"compared_by": compared.how, "made": compared.pages, "equal": compared.equal},
        "notes": list(report.notes),
        "findings": [{**finding_json(finding), "path": finding.path.as_posix()} for finding in report.findings],
        "seconds": round(report.seconds, 3),
    }


def _print(report: VerifyReport) -> None:
    for finding in report.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        head = click.style(f"{finding.severity}[{finding.rule}]", fg=colour, bold=True)
        click.echo(
            f"{click.style(printable(finding.place), bold=True)}: {head}: {printable(finding.message)}", err=True
        )
        if finding.hint:
            click.echo(f"  hint: {printable(finding.hint)}", err=True)
    for line in _lines(report):
        click.echo(printable(line))
    for note in report.notes:
        click.echo(printable(f"note: {note}"))
    errors = sum(finding.severity == "error" for finding in report.findings)
    if errors:
        click.echo(f"NOT verified: {errors} error{'' if errors == 1 else 's'}", err=True)
    elif report.digests_only:
        click.echo(f"every file is the release's own, in {report.seconds:.1f} s; packs and claims were not looked at")
    else:
        click.echo(f"verified in {report.seconds:.1f} s")


def _lines(report: VerifyReport) -> Iterator[str]:
    told, listed = report.statement.predicate, len(report.statement.digests)
    yield f"{told.publication.title}, {report.place}"
    yield f"  signature  {_signed(report.signature)}"
    size = f"{report.size / 1e6:,.1f} MB"
    yield f"  files      {report.files:,} of {listed:,} are what the release says ({size})"
    yield f"  links      {report.links:,} followed"
    if report.digests_only:
        return
    yield f"  packs      {report.packs:,} of {len(told.packs):,} computed again"
    yield f"  claims     {report.claims:,} verified again in {report.texts:,} texts"
    yield f"  pages      {_compared(report.comparison)}"


def _signed(signature: Signature) -> str:
    if signature.findings:
        return "does not hold"
    if not signature.fingerprint:
        return "none: nobody signed this release, so anybody may have made it"
    if signature.pinned:
        return f"by your key, {signature.fingerprint}"
    return f"by the site's own key, which is trust on first use: {signature.fingerprint}"


def _compared(found: Comparison) -> str:
    if found.how == "nothing":
        return "not compared"
    return f"{found.equal:,} of {found.pages:,} are, byte for byte, what their sources make here"
