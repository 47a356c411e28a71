"""`clawpub check` and `clawpub build`: nothing is written that was not checked."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clawpub.cli.output import find_root, find_text, finding_json, json_option, print_json, root_option, shown, utc_now
from clawpub.cli.status import Status
from clawpub.errors import ConfigError
from clawpub.findings import Finding

if TYPE_CHECKING:
    from generator.build import BuildReport, Released
    from generator.release.signing import SigningKey
    from generator.verdicts import Verdict, Verdicts


@click.command()
@click.argument("writeups", metavar="[WRITEUP]...", nargs=-1, type=click.Path(path_type=Path))
@root_option
@click.option("--drafts", is_flag=True, help="Check drafts too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--cache/--no-cache", default=True, help="Rely on what earlier checks found where nothing changed.")
def check(writeups: tuple[Path, ...], root: Path | None, drafts: bool, form: str, cache: bool) -> None:
    """Check every claim of every writeup and edition, or of those named; exit 1 when one does not hold.

    A writeup is named by its folder, its index.md, or its slug; an edition by its file or its week, and what it
    carries is checked with it.

    \b
    clawpub check
    clawpub check content/writeups/the-same-call-again
    clawpub check 2026-W48
    clawpub check --format sarif > clawpub.sarif
    clawpub check --format github
    clawpub check --no-cache
    """
    from generator.verdicts import find_verdicts

    root = find_root(root, writeups[0].resolve().parent if writeups and writeups[0].exists() else None)
    only = [find_text(root, named) for named in writeups] or None
    verdicts = find_verdicts(root, drafts=drafts, only=only, remember=cache, with_claims=form == "json")
    _print_verdicts(verdicts, form)
    sys.exit(0 if verdicts.passed else 1)


def _print_verdicts(verdicts: Verdicts, form: str) -> None:
    findings = verdicts.findings
    match form:
        case "json":
            told = [_writeup_json(verdict) for verdict in verdicts.writeups]
            carrying = [
                {**_writeup_json(verdict), "carries": [slug for slug, _ in verdict.carries]}
                for verdict in verdicts.editions
            ]
            said = [finding_json(finding) for finding in findings]
            print_json({"writeups": told, "editions": carrying, "findings": said})
        case "sarif":
            from clawpub.cli.report import sarif
            from generator.findings import EDITION_RULES, RULES

            rules = RULES | EDITION_RULES
            print_json(sarif(findings, {rule: known.description for rule, known in rules.items()}))
        case "github":
            from clawpub.cli.report import github

            for line in github(findings):
                click.echo(line)
            click.echo(counted(findings), err=True)
        case _:
            _print_findings(findings)
            texts = (*verdicts.writeups, *verdicts.editions)
            places = _places(verdict.path for verdict in texts)
            lines = [f"{place}: {_coverage(each)}" for place, each in zip(places, texts, strict=True)]
            click.echo("\n".join([*lines, counted(findings)]))


def _places(paths: Iterable[Path]) -> Iterator[str]:
    """Yield each text's file as it is shown; the folder that holds all writeups is looked at once."""
    folders: dict[Path, str] = {}
    for path in paths:
        folder = path.parent.parent
        if path.is_symlink() or path.parent.is_symlink():
            yield shown(path)
            continue
        if folder not in folders:
            folders[folder] = shown(folder)
        yield f"{folders[folder]}/{path.parent.name}/{path.name}"


def _print_findings(findings: Sequence[Finding]) -> None:
    if findings:
        from clawpub.cli.report import print_text

        print_text(findings)


def _date(context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError(f"--today {text!r}", hint="expected a date such as 2026-11-25") from None


@click.command()
@root_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Where the site goes; default site/."
)
@click.option("--drafts", is_flag=True, help="Build drafts too.")
@click.option(
    "--release", is_flag=True, help="Build what readers get: everything optional, nothing that a release may not hold."
)
@click.option(
    "--today",
    metavar="YYYY-MM-DD",
    callback=_date,
    help="The day of a release, which leaves out what is dated later; by default today in UTC.",
)
@click.option(
    "--sign-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Sign a release with a key of `clawpub key new`; else with CLAWPUB_SIGNING_KEY, where that is set.",
)
@click.option("--allow-dirty", is_flag=True, help="Release packs that git does not have as they are, and say so in it.")
@click.option("--cards/--no-cards", default=None, help="Draw the images of shared pages; a release does.")
@click.option("--search/--no-search", default=None, help="Make the search index; a release makes it.")
@click.option("--cache/--no-cache", default=True, help="Keep what earlier builds made where nothing changed.")
@json_option
def build(
    root: Path | None,
    output: Path | None,
    drafts: bool,
    release: bool,
    today: date | None,
    sign_key: Path | None,
    allow_dirty: bool,
    cards: bool | None,
    search: bool | None,
    cache: bool,
    as_json: bool,
) -> None:
    """Check everything, then build the site; with one error nothing is written and the old site stays as it is.

    \b
    clawpub build
    clawpub build --output /tmp/preview --drafts
    clawpub build --release
    clawpub build --release --sign-key ~/.config/clawpub/weekly.pem
    """
    from generator.build import BuildOptions
    from generator.build import build as build_site

    if not release and (today or sign_key or allow_dirty):
        raise ConfigError("--today, --sign-key and --allow-dirty are of a release", hint="say --release too")
    root = find_root(root)
    output = output or root / "site"
    key = _signing_key(sign_key) if release else None
    day = (today or utc_now().date()) if release else None
    options = BuildOptions(drafts, release, today=day, allow_dirty=allow_dirty, cards=cards, search=search)
    with Status() as status:
        report = build_site(root, output, options=options, remember=cache, progress=status, key=key)
    if as_json:
        print_json(_report_json(report, output))
    else:
        _print_report(report, output)
    sys.exit(0 if report.passed else 1)


def _signing_key(file: Path | None) -> SigningKey | None:
    """Return the key that signs: of a file, else of the environment; None where there is neither."""
    from clawpub.cli.key import PASSWORD, read_key_file

    password = os.environ.get(PASSWORD, "").encode()
    if file:
        return read_key_file(file, password)
    if pem := os.environ.get("CLAWPUB_SIGNING_KEY", "").strip():
        from generator.release.signing import read_signing_key

        return read_signing_key(pem.encode() + b"\n", password, at=Path("CLAWPUB_SIGNING_KEY"))
    return None


def _report_json(report: BuildReport, output: Path) -> dict[str, Any]:
    said = {
        "passed": report.passed,
        "output": shown(output),
        "pages": report.pages,
        "written": report.written,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "seconds": round(report.seconds, 3),
        "findings": [finding_json(finding) for finding in report.findings],
    }
    if released := report.release:
        said["release"] = {**vars(released), "waiting": dict(released.waiting)}
    return said


def _print_report(report: BuildReport, output: Path) -> None:
    _print_findings(report.findings)
    if not report.passed:
        click.echo(f"{counted(report.findings)}; nothing was written, {shown(output)} is as it was", err=True)
        return
    files = f"{report.written} files written, {report.unchanged} unchanged, {report.removed} removed"
    click.echo(f"{report.pages} pages, {files}, in {report.seconds:.2f} s")
    for sentence in _release_words(report.release) if report.release else ():
        click.echo(sentence)
    click.echo(f"look at it: file://{(output / 'index.html').resolve()}")


def _release_words(released: Released) -> Iterator[str]:
    signed = f"signed by {released.signed_by}" if released.signed_by else "not signed: no key was given"
    yield f"release.json names {released.files:,} files; {signed}"
    if released.uncommitted:
        yield f"git does not have these packs as they are, and release.json says so: {', '.join(released.uncommitted)}"
    if released.waiting:
        waiting = ", ".join(f"{slug} ({day})" for slug, day in released.waiting)
        yield f"{len(released.waiting)} left out until their day: {waiting}"
    if released.local:
        count = len(released.local)
        yield f"{count} pack{'' if count == 1 else 's'} made on this machine left out: {', '.join(released.local)}"


def counted(findings: Iterable[Finding]) -> str:
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    return f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"


def _coverage(verdict: Verdict) -> str:
    found = verdict.coverage
    return (
        f"{verdict.verified} claims verified; {found['quantities']} quantities observed: "
        f"{found['bound']} bound, {found['waived']} waived, {found['unbound']} unbound; "
        f"{found['words']} comparing words: {found['words_bound']} bound, {found['words_waived']} waived; "
        f"{found['outside']} quantities elsewhere, unchecked"
    )


def _writeup_json(verdict: Verdict) -> dict[str, object]:
    found = verdict.coverage
    return {
        "path": shown(verdict.path),
        "coverage": {
            **{name: found[name] for name in ("quantities", "bound", "waived", "unbound", "outside")},
            "words": {"found": found["words"], "bound": found["words_bound"], "waived": found["words_waived"]},
        },
        "claims": json.loads(verdict.claims),
    }
