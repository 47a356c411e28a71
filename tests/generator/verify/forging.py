"""A small release, and what a forger does with one."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from clawpub.findings import Finding
from generator.build import BuildOptions, build
from generator.release.signing import SigningKey, new_key, signed_envelope
from generator.release.statement import ENVELOPE, OWN, PREDICATE, STATEMENT, TYPE
from generator.verify.folder import Folder
from generator.verify.verifying import VerifyReport, verify
from tests.builders import seal_runs, tiny_events
from tests.generator.publication import SITE, write_edition, write_writeup

KEY = new_key()
OPTIONS = BuildOptions(release=True, today=date(2026, 11, 30), cards=False, search=False)
PAGE = "writeups/dense-enough/index.html"
SOURCE = "source/content/writeups/dense-enough/index.md"


BODY = """\
[Observed — data pack run_summary, task_outcomes]

Total: [4/6 (66.67%)]{fact=score}. [Two]{fact=failures} failures.

[Speculation] Whether the *recipe* or the size decides is open. Read [the suite](../../packs/dense/data/suite.json).

1. First, the transcripts.
"""
FACTS = """\
[score]
is = ["run_summary.score", "run_summary.pass_rate"]

[failures]
is = "run_summary.failures"
"""


def write_release(root: Path, *, key: SigningKey | None = KEY, options: BuildOptions = OPTIONS) -> Path:
    """Return the site of a release: a pack of six runs, two writeups, an edition, a plain page."""
    pack = seal_runs(root / "content" / "packs", tiny_events(), id="dense")
    (root / "content" / "site.toml").write_text(SITE)
    write_writeup(root, "dense-enough", body=BODY, ledger=FACTS, packs={"this": pack})
    write_writeup(root, "words", body="Words.\n")
    write_edition(root, "2026-W48", "writeups: [dense-enough]\n")
    (root / "content" / "pages").mkdir()
    (root / "content" / "pages" / "about.md").write_text("# About\n\nWe *test*.\n")
    report = build(root, root / "site", options=options, key=key)
    assert report.passed, report.findings
    return root / "site"


def write_tiny(folder: Path) -> Path:
    """Return a site of three files and its statement, whose digests alone can be proved."""
    (folder / "packs").mkdir(parents=True)
    (folder / "index.html").write_text('<a href="packs/a%20b.csv">a</a>\n' * 40)
    (folder / "packs" / "a b.csv").write_text("a,b\n" * 400)
    (folder / "_headers").write_text("/*\n")
    told = {
        "publication": {"title": "Tiny", "base_url": "https://tiny.example"},
        "checker": {"name": "clawpub", "version": "1", "code": "x"},
        "made_with": {"cards": False, "search": False, "own_templates": False},
        "packs": [],
        "texts": [],
    }
    head = {"_type": TYPE, "subject": [], "predicateType": PREDICATE, "predicate": told}
    (folder / STATEMENT).write_text(json.dumps(head))
    restate(folder, key=None)
    return folder


def copy_of(site: Path, folder: Path) -> Path:
    return Path(shutil.copytree(site, folder / "forged"))


def names_of(site: Path) -> list[str]:
    files = (file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file())
    return sorted(name for name in files if name not in OWN)


def change(site: Path, name: str, old: str, new: str) -> None:
    file = site / name
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def flip(file: Path, at: int = -1) -> None:
    """Change one bit of one byte, the last by itself."""
    data = bytearray(file.read_bytes())
    if not data:
        data = bytearray(b"\0")
    data[at] ^= 1
    file.write_bytes(data)


def restate(
    site: Path, *, key: SigningKey | None = KEY, edit: Callable[[dict[str, Any]], object] = lambda told: None
) -> None:
    """Make a statement of what the site holds now, and sign it: what a forger with the key can do."""
    told = json.loads((site / STATEMENT).read_bytes())
    told["subject"] = [
        {"name": name, "digest": {"sha256": hashlib.sha256((site / name).read_bytes()).hexdigest()}}
        for name in names_of(site)
    ]
    edit(told["predicate"])
    data = (json.dumps(told, indent=1) + "\n").encode()
    (site / STATEMENT).write_bytes(data)
    (site / ENVELOPE).unlink(missing_ok=True)
    if key:
        (site / ENVELOPE).write_bytes(signed_envelope(data, key))


def of_other_code(told: dict[str, Any]) -> None:
    told["checker"] = {"name": "clawpub", "version": "0.0.1", "code": "0" * 64}


def proved(site: Path, *, digests_only: bool = False, **named: Any) -> VerifyReport:
    return verify(Folder(site), digests_only=digests_only, processes=1, **named)


def errors(report: VerifyReport) -> list[Finding]:
    return [finding for finding in report.findings if finding.severity == "error"]


def said(report: VerifyReport) -> set[tuple[str, str]]:
    """Return the rule and the file of each error."""
    return {(finding.rule, finding.path.as_posix()) for finding in errors(report)}
