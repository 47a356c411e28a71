"""The images of shared pages: what is drawn, where pages name them, and what is kept of them."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from selectolax.lexbor import LexborHTMLParser

from generator.build import BuildOptions, build
from generator.pages import share_image
from generator.pages.share_image import SIZE, draw
from generator.pages.sharing import Colours, ShareImage, colours_of
from generator.verdict_store import FOLDER, digest_of
from tests.generator.publication import write_edition, write_publication

FULL = ShareImage(
    publication="Test Weekly",
    title="Size is not everything",
    home="weekly.example",
    kicker="AI benchmarks",
    date="2 November 2026",
    model="acme.dense-32b",
    score="23/30",
    interval="43–93 %",
    mark="Observed: 7 verified statements",
)
BARE = ShareImage("Test Weekly", "A title", "weekly.example")
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen "


def picture(image: ShareImage, colours: Colours = Colours()) -> Image.Image:  # noqa: B008  (frozen)
    return Image.open(io.BytesIO(draw(image, colours))).convert("RGB")


def inked(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether anything but paper is in a part of a picture."""
    part = image.crop(box)
    return ImageChops.difference(part, Image.new("RGB", part.size, Colours().paper)).getbbox() is not None


def test_it_is_a_png_of_the_size_that_is_asked_for_with_equal_bytes_each_time() -> None:
    png = draw(FULL, Colours())
    opened = Image.open(io.BytesIO(png))
    assert (opened.format, opened.mode, opened.size) == ("PNG", "P", SIZE)
    share_image._advance.cache_clear()
    share_image._font.cache_clear()
    assert draw(FULL, Colours()) == png
    assert len(png) < 60_000


@pytest.mark.parametrize("field", ["publication", "title", "kicker", "date", "model", "score", "interval", "mark"])
def test_each_part_is_drawn(field: str) -> None:
    other = replace(FULL, **{field: "Qyx 9/7"})  # type: ignore[arg-type]
    assert ImageChops.difference(picture(FULL), picture(other)).getbbox() is not None
    bare = replace(FULL, **{field: ""})  # type: ignore[arg-type]
    assert draw(FULL, Colours()) != draw(bare, Colours())


def test_lines_are_drawn_where_there_is_room() -> None:
    assert picture(replace(BARE, lines=("One writeup",))).tobytes() != picture(BARE).tobytes()


def test_colours_are_the_themes() -> None:
    css = b":root { --paper: #102030; --ink: #ffffff; --accent: #00ff00; } @media dark { :root { --paper: #000000; } }"
    colours = colours_of(css)
    assert (colours.paper, colours.ink, colours.accent) == ((16, 32, 48), (255, 255, 255), (0, 255, 0))
    assert colours.soft == Colours().soft
    pixels = set(picture(FULL, colours).get_flattened_data())
    assert {(16, 32, 48), (255, 255, 255), (0, 255, 0)} <= pixels


def test_a_long_title_shrinks_wraps_and_is_cut_off_inside_the_margins() -> None:
    drawn = picture(replace(FULL, title=LONG * 12, kicker="Much " * 60, model="m" * 300, mark="So many " * 60))
    right, left = (1134, 0, 1200, 630), (0, 0, 66, 630)
    assert not inked(drawn, right)
    assert not inked(drawn, left)
    sizes = [share_image._fitted(LONG * count)[0] for count in (1, 4, 12)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == min(share_image._TITLE_SIZES)
    assert share_image._fitted(LONG * 12)[1][-1].endswith("…")


def test_the_tail_of_a_letter_is_not_cut_by_the_line_below() -> None:
    title = "Quagmire jumping over lazy dogs by any supply of quirky gymnastics"
    both = picture(replace(BARE, title=title))
    lines = share_image._fitted(title)[1]
    assert len(lines) > 1
    size = share_image._fitted(title)[0]
    foot = 196 + round(size * 0.72)
    alone = picture(replace(BARE, title=lines[0] + " " + "o" * 30))
    assert share_image._fitted(lines[0] + " " + "o" * 30)[0] == size
    box = (72, foot + 1, 1128, foot + round(size * 0.16))
    assert both.crop(box).tobytes() == alone.crop(box).tobytes()
    assert inked(both, box)


def test_what_the_font_lacks_is_left_out() -> None:
    assert draw(replace(BARE, title="A 👩\u200d💻 title"), Colours()) == draw(BARE, Colours())
    assert draw(replace(BARE, title="\u202eA\x00 title\u2069"), Colours()) == draw(BARE, Colours())
    assert draw(replace(BARE, title="Łódź, Ελλάδα, Россия"), Colours()) != draw(replace(BARE, title="d, , "), Colours())


def test_a_title_in_a_script_that_the_font_lacks_gives_way() -> None:
    named = replace(BARE, title="Test Weekly")
    assert draw(replace(BARE, title="大規模言語モデルの評価"), Colours()) == draw(named, Colours())
    home = ShareImage("weekly.example", "weekly.example", "weekly.example")
    assert draw(ShareImage("日刊", "評価", "weekly.example"), Colours()) == draw(home, Colours())


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=600), st.text(max_size=200), st.lists(st.text(max_size=200), max_size=5))
def test_no_text_breaks_it(title: str, other: str, lines: list[str]) -> None:
    image = ShareImage(other, title, other, other, other, tuple(lines), other, other, other, other)
    assert Image.open(io.BytesIO(draw(image, Colours()))).size == SIZE


# --- on a site ---


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication that was built with its images."""
    root = write_publication(tmp_path_factory.mktemp("cards"))
    write_edition(root, "2026-W45", "writeups: [dense-enough]\n", title="A week of <one> & 'more'", day="2026-11-05")
    build_cards(root)
    return root


def build_cards(root: Path, options: BuildOptions | None = None) -> dict[str, bytes]:
    """Return the images by their names after a build."""
    assert build(root, root / "site", options=options or BuildOptions(cards=True)).passed
    folder = root / "site" / "cards"
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.png")}


def properties(root: Path, page: str) -> dict[str, str]:
    parsed = LexborHTMLParser((root / "site" / page).read_text())
    found = {}
    for node in parsed.css("meta[property], meta[name]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        found[name] = node.attributes.get("content") or ""
    return found


def test_pages_name_an_image_that_is_there(published: Path) -> None:
    build_cards(published)
    for page, start, alt in (
        ("index.html", "site.", "Test Weekly"),
        ("campaigns/index.html", "site.", "Test Weekly"),
        ("writeups/dense-enough/index.html", "writeups/dense-enough.", "Size is not everything. AI benchmarks. acme"),
        ("editions/2026-w45/index.html", "editions/2026-w45.", "A week of <one> & 'more'. Week 45, 2026. Observed:"),
    ):
        said = properties(published, page)
        address = said["og:image"].removeprefix("https://weekly.example/site/cards/")
        assert address.startswith(start)
        size = int(said["og:image:width"]), int(said["og:image:height"])
        with Image.open(published / "site" / "cards" / address) as image:
            assert image.size == size
        assert said["og:image:alt"].startswith(alt)
        assert said["twitter:card"] == "summary_large_image"


def test_without_images_no_page_promises_one(tmp_path: Path) -> None:
    root = write_publication(tmp_path)
    assert build_cards(root, BuildOptions()) == {}
    said = properties(root, "index.html")
    assert "og:image" not in said
    assert said["twitter:card"] == "summary"


def test_a_release_draws_them_unless_told_not_to(published: Path) -> None:
    assert set(build_cards(published, BuildOptions(release=True))) == set(build_cards(published))
    assert build_cards(published, BuildOptions(release=True, cards=False)) == {}


def test_a_new_title_is_a_new_image_under_a_new_name(published: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(published, tmp_path / "copy"))
    before = build_cards(root)
    index = root / "content/writeups/dense-enough/index.md"
    index.write_text(index.read_text().replace("title: Size", "title: Weight", 1))
    after = build_cards(root)
    assert len(before.keys() & after.keys()) == 1  # the site's; the edition names its writeups
    assert len(after) == len(before) == 3


def kept(root: Path) -> dict[str, Path]:
    """Return the images in the cache, by the name that they have in a site's."""
    return {file.name[:8]: file for file in (root / FOLDER / "cards").iterdir()}


def without_site(root: Path) -> Path:
    shutil.rmtree(root / "site")
    return root


def test_what_was_drawn_is_not_drawn_again(published: Path) -> None:
    first = build_cards(published)
    before = {name: (file.stat().st_ino, file.stat().st_mtime_ns) for name, file in kept(published).items()}
    assert set(before) == {name.rsplit(".", 2)[1] for name in first}
    assert build_cards(without_site(published)) == first
    assert {name: (file.stat().st_ino, file.stat().st_mtime_ns) for name, file in kept(published).items()} == before


def flip_a_bit(said: bytes) -> bytes:
    return said[:-20] + bytes([said[-20] ^ 1]) + said[-19:]


def forge(said: bytes) -> bytes:
    """Return another image under a seal that does not know this machine."""
    png = draw(BARE, Colours())
    return digest_of("", "key", png).encode() + b"\n" + png


@pytest.mark.parametrize(
    "damage", [flip_a_bit, forge, lambda said: b"", lambda said: said[:64], lambda said: said[:-1]]
)
def test_a_damaged_image_is_noticed_and_drawn_again(published: Path, damage: Callable[[bytes], bytes]) -> None:
    first = build_cards(published)
    before = {file: file.read_bytes() for file in kept(published).values()}
    for file, said in before.items():
        file.write_bytes(damage(said))
    assert build_cards(without_site(published)) == first
    assert {file: file.read_bytes() for file in kept(published).values()} == before


def test_an_image_that_was_changed_in_the_site_is_made_again(published: Path) -> None:
    first = build_cards(published)
    for file in (published / "site" / "cards").rglob("*.png"):
        file.unlink()
        file.write_bytes(b"another")
    assert build_cards(published) == first


def test_a_folder_in_the_place_of_the_cache_stops_nothing(published: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(published, tmp_path / "copy"))
    first = build_cards(root)
    shutil.rmtree(root / FOLDER)
    (root / FOLDER).write_text("in the way")
    assert build_cards(without_site(root)) == first


def test_images_of_pages_that_are_gone_are_forgotten(published: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(published, tmp_path / "copy"))
    assert len(build_cards(root)) == len(kept(root)) == 3
    (root / "content/editions/2026-W45.md").unlink()
    assert {name.rsplit(".", 2)[1] for name in build_cards(root)} == set(kept(root))
    assert len(kept(root)) == 2


@pytest.mark.parametrize(("option", "status"), [("--release", 2), ("--cards", 2), ("--no-cards", 0), ("--json", 0)])
def test_without_pillow_only_who_asks_for_images_hears_of_it(tmp_path: Path, option: str, status: int) -> None:
    root = write_publication(tmp_path)
    code = "import sys; sys.modules['PIL'] = None; from clawpub.cli import main; main()"
    command = [sys.executable, "-c", code, "build", "--root", str(root), option]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert ("make extra NAME=cards" in done.stderr) == bool(status)
    assert "Traceback" not in done.stderr
    assert (root / "site").exists() == (not status)
