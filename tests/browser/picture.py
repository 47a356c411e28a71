"""`python -m tests.browser.picture`: makes the picture in the README again, docs/images/writeup.png.

A writeup of this repository as a reader sees it by day, its evidence open at a number, in 64 colours.
"""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from generator.build import build
from tests.browser.chromium import Chromium, find_chromium, started
from tests.browser.serving import served

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "writeup.png"
PAGE = "writeups/the-same-call-again/index.html"
CLAIM, ABOVE = "#ref-8", 260
"""The claim whose evidence is open, and how far down it stands."""
WIDTH, HEIGHT, COLOURS = 1200, 900, 64
MOST_BYTES = 200_000


def take(browser: Chromium, address: str) -> bytes:
    """Return the picture as PNG."""
    page = browser.page()
    page.send("Emulation.setScrollbarsHidden", hidden=True)
    page.show(width=WIDTH, height=HEIGHT, prefers_color_scheme="light", prefers_reduced_motion="reduce")
    page.open(address + PAGE)
    page.run(f"scrollTo(0, document.querySelector('{CLAIM}').getBoundingClientRect().top - {ABOVE})")
    page.send("Page.bringToFront")
    page.point(CLAIM)
    page.until("!!document.querySelector('.popover:popover-open')")
    shot = page.send("Page.captureScreenshot")
    page.close()
    with Image.open(io.BytesIO(base64.b64decode(shot["data"]))) as taken:
        few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> int:
    program = find_chromium()
    if program is None:
        print("no browser on this machine", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        build(ROOT, Path(folder) / "site")
        with served(Path(folder) / "site") as address, started(program) as browser:
            png = take(browser, address)
    if len(png) > MOST_BYTES:
        print(f"{len(png)} bytes: more than {MOST_BYTES}", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(png)
    print(f"{PICTURE.relative_to(ROOT)}: {WIDTH} x {HEIGHT}, {len(png) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
