"""`clawpub check` and `clawpub build`: nothing is written that was not checked."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from clawpub.cli.output import find_root, finding_json, json_option, print_json, root_option, shown
from clawpub.cli.report import github, print_text, sarif
from clawpub.errors import ConfigError
from clawpub.findings import Finding
from generator.build import build as build_site
from generator.findings import RULES
from generator.publication import check_publication
from generator.writeup import CheckedWriteup, Claim


@click.command()
@click.argument("writeups", metavar="[WRITEUP]...", nargs=-1, type=click.Path(path_type=Path))
@root_option
@click.option("--drafts", is_flag=True, help="Check drafts too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def check(writeups: tuple[Path, ...], root: Path | None, drafts: bool, form: str) -> None:
    """Check every claim of every writeup, or of those named; exit 1 when one does not hold.

    A writeup is named by its folder, its index.md, or its slug.

    \b
    clawpub check
    clawpub check content/writeups/the-same-call-again
    clawpub check --format sarif > clawpub.sarif
    clawpub check --format github
    """
    root = find_root(root, writeups[0].resolve().parent if writeups and writeups[0].exists() else None)
    publication = check_publication(root, drafts=drafts, only=[_folder(root, named) for named in writeups] or None)
    findings = publication.findings
    match form:
        case "json":
            told = [_writeup_json(checked) for checked in publication.writeups]
            print_json({"writeups": told, "findings": [finding_json(finding) for finding in findings]})
        case "sarif":
            print_json(sarif(findings, {rule: known.description for rule, known in RULES.items()}))
        case "github":
            for line in github(findings):
                click.echo(line)
            click.echo(counted(findings), err=True)
        case _:
            print_text(findings)
            for checked in publication.writeups:
                click.echo(f"{shown(checked.writeup.path)}: {_coverage(checked)}")
            click.echo(counted(findings))
    sys.exit(0 if publication.passed else 1)


def _folder(root: Path, named: Path) -> Path:
    """Return the folder of a writeup. Raises: ConfigError where there is none."""
    for path in (named, root / "content" / "writeups" / named):
        folder = path.parent if path.name in ("index.md", "facts.toml") else path
        if (folder / "index.md").is_file():
            return folder.resolve()
    raise ConfigError("no writeup here", at=named, hint="name its folder, its index.md, or its slug")


@click.command()
@root_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Where the site goes; default site/."
)
@click.option("--drafts", is_flag=True, help="Build drafts too.")
@json_option
def build(root: Path | None, output: Path | None, drafts: bool, as_json: bool) -> None:
    """Check everything, then build the site; with one error nothing is written and the old site stays as it is.

    \b
    clawpub build
    clawpub build --output /tmp/preview --drafts
    """
    root = find_root(root)
    output = output or root / "site"
    report = build_site(root, output, drafts=drafts)
    if as_json:
        print_json(
            {
                "passed": report.passed,
                "output": shown(output),
                "pages": report.pages,
                "written": report.written,
                "unchanged": report.unchanged,
                "removed": report.removed,
                "seconds": round(report.seconds, 3),
                "findings": [finding_json(finding) for finding in report.findings],
            }
        )
    else:
        print_text(report.findings)
        if report.passed:
            files = f"{report.written} files written, {report.unchanged} unchanged, {report.removed} removed"
            click.echo(f"{report.pages} pages, {files}, in {report.seconds:.2f} s")
            click.echo(f"look at it: file://{(output / 'index.html').resolve()}")
        else:
            click.echo(f"{counted(report.findings)}; nothing was written, {shown(output)} is as it was", err=True)
    sys.exit(0 if report.passed else 1)


def counted(findings: Iterable[Finding]) -> str:
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    return f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"


def _coverage(checked: CheckedWriteup) -> str:
    verified = sum(claim.verdict == "verified" for claim in checked.claims)
    found = checked.coverage
    return (
        f"{verified} claims verified; {found.quantities} quantities observed: "
        f"{found.bound} bound, {found.waived} waived, {found.unbound} unbound; {found.words} comparing words: "
        f"{found.words_bound} bound, {found.words_waived} waived; {found.outside} quantities elsewhere, unchecked"
    )


def _writeup_json(checked: CheckedWriteup) -> dict[str, object]:
    found = checked.coverage
    return {
        "path": shown(checked.writeup.path),
        "coverage": {
            "quantities": found.quantities,
            "bound": found.bound,
            "waived": found.waived,
            "unbound": found.unbound,
            "outside": found.outside,
            "words": {"found": found.words, "bound": found.words_bound, "waived": found.words_waived},
        },
        "claims": [_claim_json(claim) for claim in checked.claims],
    }


def _claim_json(claim: Claim) -> dict[str, object]:
    values = [reading.value for reading in claim.readings]
    return {
        "id": claim.fact_id,
        "text": claim.text,
        "line": claim.line,
        "column": claim.column,
        "facts": [reading.fact for reading in claim.readings],
        "value": values[0] if len(values) == 1 else values,
        "verdict": claim.verdict,
        "rule": claim.rule,
        "sources": [str(source) for source in claim.sources],
    }
