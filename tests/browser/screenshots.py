"""`python -m tests.browser.screenshots FOLDER [KIND...]`: every kind of page, on three windows, in light and dark.

Writes FOLDER/<kind>-<width>-<scheme>.png, the first three screens of each, a writeup as it is printed, and contact
sheets of all. The folder is no part of the repository; the pictures are for looking at.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.browser.chromium import Chromium, find_chromium, started
from tests.browser.serving import served
from tests.browser.whole_site import PAGES, build_whole_site

WIDTHS = {390: 844, 768: 1024, 1440: 900}
"""Windows: width and height."""

SCHEMES = ("light", "dark")
SCREENS = 3
SHEET, GAP = 1568, 8
"""Of a contact sheet: its sides, and what is between two pictures."""


def take(browser: Chromium, address: str, folder: Path, kinds: Sequence[str]) -> None:
    """Write the pictures."""
    for kind in kinds:
        page = browser.page()
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                page.show(width=width, height=height, prefers_color_scheme=scheme)
                page.open(address + PAGES[kind])
                tall = min(page.run("document.documentElement.scrollHeight"), SCREENS * height)
                clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": 1}
                shot = page.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
                (folder / f"{kind}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        page.close()


def print_page(browser: Chromium, address: str, folder: Path) -> None:
    page = browser.page(address + PAGES["writeup"])
    printed = page.send("Page.printToPDF", printBackground=False)
    (folder / "writeup.pdf").write_bytes(base64.b64decode(printed["data"]))
    page.close()


def contact_sheets(files: Sequence[Path], stem: Path, *, columns: int) -> None:
    """Write pictures side by side, so many a sheet that words can still be read."""
    width = SHEET // columns
    for number, start in enumerate(range(0, len(files), columns), 1):
        sheet = Image.new("RGB", (SHEET, SHEET), "gray")
        for column, file in enumerate(files[start : start + columns]):
            with Image.open(file) as opened:
                picture = opened.convert("RGB")
            scaled = picture.resize((width - GAP, picture.height * (width - GAP) // picture.width))
            sheet.paste(scaled, (column * width, 0))
        sheet.save(stem.with_name(f"{stem.name}-{number}.png"))


def main(arguments: Sequence[str]) -> int:
    program = find_chromium()
    if not arguments or program is None:
        print(__doc__ if program else "no browser on this machine", file=sys.stderr)
        return 2
    folder, kinds = Path(arguments[0]), list(arguments[1:]) or list(PAGES)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as root,
        served(build_whole_site(Path(root))) as address,
        started(program) as browser,
    ):
        take(browser, address, folder, kinds)
        print_page(browser, address, folder)
    for width, columns in ((390, 4), (768, 2), (1440, 2)):
        for scheme in SCHEMES:
            files = [folder / f"{kind}-{width}-{scheme}.png" for kind in kinds]
            contact_sheets(files, folder / f"sheet-{width}-{scheme}", columns=columns)
    print(f"{len(kinds) * len(WIDTHS) * len(SCHEMES)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
