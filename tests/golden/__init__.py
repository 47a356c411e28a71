"""The golden site: one tiny publication, built, as it is meant to look. `python -m tests.golden` writes it again.

Its archives are left out: how bytes are deflated is zlib's business. So is the script that checks a page, made of
templates/assets/js; its name, which holds its digest, stands in the pages.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from generator.build import build
from generator.pages.output import MARKER
from tests.builders import seal_runs, tiny_events
from tests.generator.publication import SITE, seal_transcribed, write_writeup

SITE_FOLDER = Path(__file__).parent / "site"

BODY = """\
[Context] Two jobs, three runs each.

## What happened

[Observed — data pack run_summary, task_outcomes, per_task_results]

{{ table("per_task_results", columns=["task_id", "score", "failure_modes"]) }}

The model passed [4/6]{fact=score} runs, [two thirds]{waive="said with digits beside it"}.
In [1]{fact=late} of them it ran out of time.

{{ interval_chart() }}

[Speculation] More runs would tell more.

| Job | Passes |
|---|---:|
| the first | [3]{fact=first} |
"""
LEDGER = """\
[score]
is = "run_summary.score"
cite = true

[late]
is = "select count(*) from task_outcomes where failure_mode = 'timeout'"

[first]
is = "per_task_results[task_01].passes"
"""


def build_golden(folder: Path) -> Path:
    """Return the tiny publication's site, built below `folder`."""
    packs = folder / "content" / "packs"
    packs.mkdir(parents=True)
    (folder / "content" / "site.toml").write_text(SITE)
    this = seal_runs(packs, tiny_events())
    other = seal_transcribed(packs, "published")
    seal_runs(folder / ".clawpub" / "demo" / "packs", tiny_events(), id="demo")
    write_writeup(folder, "tiny", body=BODY, ledger=LEDGER, packs={"this": this, "published": other})
    report = build(folder, folder / "site")
    if report.findings:
        raise AssertionError(report.findings)
    return folder / "site"


def files_of(site: Path) -> dict[str, bytes]:
    return {
        file.relative_to(site).as_posix(): file.read_bytes()
        for file in sorted(site.rglob("*"))
        if file.is_file() and file.suffix not in (".zip", ".js") and file.name != MARKER
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = files_of(build_golden(Path(folder)))
    shutil.rmtree(SITE_FOLDER, ignore_errors=True)
    for path, data in files.items():
        (SITE_FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (SITE_FOLDER / path).write_bytes(data)
