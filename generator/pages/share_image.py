"""The image of a page that is shown where its address is shared: 1200 x 630 points, drawn with Pillow.

    name of the publication                              date
    ---------------------------------------------------------
    SECTION
    Title, as large as fits
    model  23/30  58-91 %
    (o) Observed: 26 verified statements

The letters are Source Serif from a package, never the system's, and they are set by Pillow's own plain layout: equal
texts give equal bytes. What the font lacks is left out; a title of which too little is left gives way to the name of
the publication, and that to the site's address. Pillow is imported here and in generator/mail/picture.py alone.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from pathlib import Path

import PIL
from PIL import Image, ImageChops, ImageDraw, ImageFont, features

from generator.pages.sharing import Colours, ShareImage

SIZE = (1200, 630)
_MARGIN = 72
_WIDTH = SIZE[0] - 2 * _MARGIN
_TITLE_TOP, _TITLE_FOOT = 196, 440
_TITLE_SIZES = (84, 72, 60, 50, 42, 36)
_LEADING = 1.14
_CAPITALS = 0.72
"""Height of a capital, as a share of the size."""
_BLEED = 6
"""How far a letter may reach beyond its line's ends."""
_SHADES = 24
"""Steps from paper to ink; what the eye takes for smooth."""
_LONGEST = 400
"""Characters of a title that are looked at; more do not fit anyway."""
_ELLIPSIS = "…"
_NOWHERE = "\U0010fffe"
"""A character that no font has."""

_LETTERS = Path(str(resources.files("font_source_serif_pro"))) / "files"

MADE_BY = f"{PIL.__version__} {features.version('freetype2')} {features.version('zlib')}"
"""What else decides on the bytes."""


def draw(image: ShareImage, colours: Colours) -> bytes:
    """Return a PNG."""
    canvas = _Canvas(colours)
    name = _drawable(image.publication) or _drawable(image.home)
    title = _drawable(image.title) or name
    _head(canvas, name, image)
    canvas.line(_MARGIN, 156, _drawable(image.kicker).upper(), 24, "accent", bold=True, width=_WIDTH)
    size, lines = _fitted(title)
    leading = round(size * _LEADING)
    foot = _TITLE_TOP + leading * (len(lines) - 1) + round(size * _CAPITALS)
    for number, line in enumerate(lines):
        canvas.line(_MARGIN, _TITLE_TOP + round(size * _CAPITALS) + leading * number, line, size, "ink", bold=True)
    for number, said in enumerate(image.lines):
        at = foot + 60 + 42 * number
        if at <= 500:
            canvas.line(_MARGIN, at, _drawable(said), 29, "soft", width=_WIDTH)
    _facts(canvas, image)
    return canvas.png()


def _head(canvas: _Canvas, name: str, image: ShareImage) -> None:
    date = _drawable(image.date)
    taken = _width(date, 26)
    canvas.line(_MARGIN, 84, name, 34, "ink", bold=True, width=_WIDTH - taken - 40)
    canvas.line(SIZE[0] - _MARGIN - taken, 84, date, 26, "soft")
    canvas.bar(_MARGIN, 106, _WIDTH, 4, "ink")


def _facts(canvas: _Canvas, image: ShareImage) -> None:
    """Draw the model with its score and interval, and below them how much was verified."""
    score, interval = _drawable(image.score), _drawable(image.interval)
    beside = _width(score, 46, bold=True) + _width(interval, 30) + 60
    at = canvas.line(_MARGIN, 506, _drawable(image.model), 32, "ink", width=_WIDTH - beside)
    at = canvas.line(at + 26 if at > _MARGIN else at, 506, score, 46, "accent", bold=True, width=_WIDTH // 2)
    canvas.line(at + 18, 506, interval, 30, "soft", width=SIZE[0] - _MARGIN - at - 18)
    canvas.bar(_MARGIN, 536, _WIDTH, 2, "rule")
    if image.mark:
        canvas.disc(_MARGIN, 562, 22, "accent")
        canvas.line(_MARGIN + 38, 582, _drawable(image.mark), 28, "accent", bold=True, width=_WIDTH - 38)


# --- text -------------------------------------------------------------------------------------------------------------


def _drawable(text: str) -> str:
    """Return what the font can show of a text, on one line; nothing where that is less than half of its letters."""
    plain = unicodedata.normalize("NFC", " ".join(text[:_LONGEST].split()))
    kept = "".join(_shown(char) for char in plain)
    letters = sum(char.isalnum() for char in plain)
    if letters and 2 * sum(char.isalnum() for char in kept) < letters:
        return ""
    return " ".join(kept.split())


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    """Return a character, or its letter without what stands above it; nothing where the font has neither."""
    if char == " " or _has(char):
        return char
    return "".join(part for part in unicodedata.normalize("NFKD", char) if _has(part))


@lru_cache(maxsize=4096)
def _has(char: str) -> bool:
    if unicodedata.category(char)[0] in "CMZ":
        return False
    font = _font(40, bold=True)
    return bytes(font.getmask(char)) != bytes(font.getmask(_NOWHERE))


@lru_cache(maxsize=64)
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    file = _LETTERS / f"SourceSerifPro-{'Bold' if bold else 'Regular'}.otf"
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16384)
def _advance(char: str, size: int, bold: bool) -> float:
    return _font(size, bold=bold).getlength(char)


def _width(text: str, size: int, *, bold: bool = False) -> float:
    """Return how wide a line is: the plain layout sets letter after letter."""
    return sum(_advance(char, size, bold) for char in text)


def _fitted(title: str) -> tuple[int, list[str]]:
    """Return the largest size at which a title fits, and its lines; the smallest cuts it off."""
    for size in _TITLE_SIZES:
        lines = list(_wrapped(title, size))
        if len(lines) <= _room(size):
            return size, lines
    kept = lines[: _room(size)]
    kept[-1] = _clipped(f"{kept[-1]}{_ELLIPSIS}", size, _WIDTH, bold=True)
    return size, kept


def _room(size: int) -> int:
    """Return how many lines of a title there is room for."""
    return 1 + int((_TITLE_FOOT - _TITLE_TOP - size * _CAPITALS) // (size * _LEADING))


def _wrapped(text: str, size: int) -> Iterator[str]:
    line = ""
    for word in _pieces(text.split(), size):
        longer = f"{line} {word}" if line else word
        if _width(longer, size, bold=True) <= _WIDTH:
            line = longer
        else:
            yield line
            line = word
    yield line


def _pieces(words: Sequence[str], size: int) -> Iterator[str]:
    """Yield words; one that is wider than the image in pieces."""
    for word in words:
        rest = word
        while _width(rest, size, bold=True) > _WIDTH:
            fits = max(1, _fitting(rest, size, _WIDTH, bold=True))
            yield rest[:fits]
            rest = rest[fits:]
        if rest:
            yield rest


def _fitting(text: str, size: int, width: float, *, bold: bool) -> int:
    """Return how many characters of a text fit."""
    ends = accumulate(_advance(char, size, bold) for char in text)
    return sum(end <= width for end in ends)


def _clipped(text: str, size: int, width: float, *, bold: bool) -> str:
    if _width(text, size, bold=bold) <= width:
        return text
    room = width - _width(_ELLIPSIS, size, bold=bold)
    fits = _fitting(text, size, room, bold=bold)
    return text[:fits].rstrip() + _ELLIPSIS if fits else ""


# --- the picture ------------------------------------------------------------------------------------------------------


class _Canvas:
    """A picture of palette entries: 0 is paper, and each ink has its shades between paper and itself."""

    inks = ("ink", "soft", "accent", "rule")

    def __init__(self, colours: Colours) -> None:
        self.image = Image.new("L", SIZE, 0)
        paper = colours.paper
        self.palette = list(paper)
        for name in self.inks:
            ink = getattr(colours, name)
            for step in range(1, _SHADES + 1):
                self.palette += [round(p + (i - p) * step / _SHADES) for p, i in zip(paper, ink, strict=True)]

    def line(
        self, x: float, y: int, text: str, size: int, ink: str, *, bold: bool = False, width: float | None = None
    ) -> float:
        """Draw a line of text on its baseline, cut to a width, and return where it ends."""
        text = text if width is None else _clipped(text, size, width, bold=bold)
        if not text:
            return x
        font, long = _font(size, bold=bold), _width(text, size, bold=bold)
        over, under = font.getmetrics()
        mask = Image.new("L", (round(long) + 2 * _BLEED, over + under))
        ImageDraw.Draw(mask).text((_BLEED, over), text, fill=255, font=font, anchor="ls")
        self._lay(mask, round(x) - _BLEED, y - over, ink)
        return x + long

    def _lay(self, mask: Image.Image, x: int, y: int, ink: str) -> None:
        """Lay ink over what is there: the box of a line reaches into the next line, its letters do not."""
        inked = mask.getbbox()
        if inked is None:
            return
        left, top, right, bottom = inked
        place = (x + left, y + top, x + right, y + bottom)
        shades = mask.crop(inked).point(self._shades(ink))
        self.image.paste(ImageChops.lighter(self.image.crop(place), shades), place)

    def bar(self, x: int, y: int, width: int, height: int, ink: str) -> None:
        self.image.paste(self._shades(ink)[255], (x, y, x + width, y + height))

    def disc(self, x: int, y: int, size: int, ink: str) -> None:
        self._lay(_disc(size), x, y, ink)

    def png(self) -> bytes:
        self.image.putpalette(self.palette)
        out = io.BytesIO()
        self.image.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def _shades(self, ink: str) -> list[int]:
        return _shades(self.inks.index(ink))


@lru_cache
def _shades(number: int) -> list[int]:
    """Return by coverage, from 0 to 255, the palette's entry of an ink."""
    steps = (round(coverage * _SHADES / 255) for coverage in range(256))
    return [number * _SHADES + step if step else 0 for step in steps]


@lru_cache
def _disc(size: int) -> Image.Image:
    large = Image.new("L", (size * 4, size * 4))
    ImageDraw.Draw(large).ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
    return large.resize((size, size), Image.Resampling.BOX)
