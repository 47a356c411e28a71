"""`python -m tests.sitecheck FOLDER...`: links, structure and HTML of built sites; exit status 1 where one is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from generator.pages.links import check_site
from tests.browser.npm import REASON, html_validate

CONFIG = Path(__file__).parent / "browser" / "npm" / "html-validate.json"
OF_LETTERS = CONFIG.with_name("letter-validate.json")
"""What mail programs need is allowed there: styles in place, roles on plain elements, a table that is centred."""


def html_faults(folder: Path, config: Path = CONFIG) -> list[str] | None:
    """Return what html-validate says of each page below a folder; None where it is not here."""
    program = html_validate()
    if program is None:
        return None
    command = [*program, "--config", str(config), "--formatter", "json", "--max-warnings", "0", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"html-validate failed: {done.stderr.strip()[-500:]}")
    return [
        f"{file['filePath']}:{message['line']}:{message['column']}: {message['ruleId']}: {message['message']}"
        for file in json.loads(done.stdout)
        for message in file["messages"]
    ]


def main(folders: list[str]) -> int:
    found = 0
    for folder in map(Path, folders):
        check, html = check_site(folder), html_faults(folder)
        lines = [f"{each.place}: {each.rule}: {each.message}" for each in check.findings] + (html or [])
        print("\n".join([*lines, f"{folder}: {check.pages} pages, {check.links} links, {len(lines)} faults"]))
        if html is None:
            print(f"HTML was not validated: {REASON}")
        print("\n".join(f"  not asked: {url} ({count} links)" for url, count in check.external.items()))
        found += len(lines)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
