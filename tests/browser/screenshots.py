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
from tests.browser.whole_site import PAGES, build_whole_site

WIDTHS = {390: 844, 768: 1024, 1440: 900}
"""Windows: width and height."""

SCHEMES = ("light", "dark")
SCREENS = 3


def take(browser: Chromium, site: Path, folder: Path, kinds: Sequence[str]) -> None:
    """Write the pictures."""
    for kind in kinds:
        page = browser.page()
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                page.show(width=width, height=height, prefers_color_scheme=scheme)
                page.open(f"file://{site}/{PAGES[kind]}")
                tall = min(page.run("document.documentElement.scrollHeight"), SCREENS * height)
                clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": 1}
                shot = page.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
                (folder / f"{kind}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        page.close()


def print_page(browser: Chromium, site: Path, folder: Path) -> None:
    page = browser.page(f"file://{site}/{PAGES['writeup']}")
    printed = page.send("Page.printToPDF", printBackground=False)
    (folder / "writeup.pdf").write_bytes(base64.b64decode(printed["data"]))
    page.close()


def contact_sheet(files: Sequence[Path], target: Path, *, width: int = 480, columns: int = 4) -> None:
    """Write one picture of many, each scaled to one width and cut at a height that fits."""
    pictures = []
    for file in files:
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
            scaled = picture.resize((width, picture.height * width // picture.width))
            pictures.append(scaled.crop((0, 0, width, min(scaled.height, 3 * width))))
    rows = [pictures[start : start + columns] for start in range(0, len(pictures), columns)]
    sheet = Image.new("RGB", (columns * (width + 8), sum(max(p.height for p in row) + 8 for row in rows)), "magenta")
    top = 0
    for row in rows:
        for column, picture in enumerate(row):
            sheet.paste(picture, (column * (width + 8), top))
        top += max(picture.height for picture in row) + 8
    sheet.save(target)


def main(arguments: Sequence[str]) -> int:
    program = find_chromium()
    if not arguments or program is None:
        print(__doc__ if program else "no browser on this machine", file=sys.stderr)
        return 2
    folder, kinds = Path(arguments[0]), list(arguments[1:]) or list(PAGES)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root, started(program) as browser:
        site = build_whole_site(Path(root))
        take(browser, site, folder, kinds)
        print_page(browser, site, folder)
    for width in WIDTHS:
        for scheme in SCHEMES:
            files = [folder / f"{kind}-{width}-{scheme}.png" for kind in kinds]
            contact_sheet(files, folder / f"all-{width}-{scheme}.png", columns=8 if width == 390 else 5)
    print(f"{len(kinds) * len(WIDTHS) * len(SCHEMES)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
