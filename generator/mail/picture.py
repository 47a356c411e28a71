"""Charts as pictures, for mail programs show no SVG: the drawing of the page in a PNG of few colours.

The page's own drawing (templates/macros/chart.html) and its own rules (assets/css/chart.css) are put into one SVG,
colours and sizes by value, and resvg draws it with the letters of a package: equal charts give equal bytes. Only
letters that the package lacks are the system's. A picture is always by day and opaque, since nobody knows which ground
a mail program would put below it.
This is the only module that imports resvg_py.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.extras import install_hint
from generator.charts.model import Measure
from generator.charts.view import ChartView
from generator.mail.letter import Image
from generator.mail.styles import Tokens, css_of, load_tokens
from generator.pages.render import Theme, render_template

WIDTH = 440
"""Pixels of a picture in the letter: its letters stay legible where a phone shows all of it."""
_DENSITY = 2
_MARGIN = 22
"""Eight more than labels reach beyond the drawing."""
_BESIDE = 60
"""Left of dots: the ticks of the axis up."""
_LEGEND_LINE = 20
_COLOURS = 32
_LETTER = "Source Serif Pro"
_FOREIGN = re.compile("[\u0530-\u1dff\u2c00-\uffff\U00010000-\U0010ffff]")
"""Letters that the package lacks, which has Latin, Greek and Cyrillic; for those the system is asked."""
TEMPLATE = "email/picture.svg"
_RULES = "assets/css/chart.css"
_REM = re.compile(r"([\d.]+)rem\b")


@dataclass(frozen=True)
class Picture:
    image: Image
    width: int
    height: int
    """Both in pixels of the letter; the file has twice as many."""


@dataclass(frozen=True)
class LegendPart:
    x: int
    y: int
    measure: Measure


@dataclass(frozen=True)
class PictureDrawing:
    """What templates/email/picture.svg receives."""

    width: int
    height: int
    left: int
    top: int
    inner: int
    """Width of the drawing."""
    paper: str
    ink: str
    view: ChartView
    legend: tuple[LegendPart, ...]


class Pictures:
    """Draws charts, each once.

    Raises: ConfigError where what draws them is not installed.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._drawn: dict[str, bytes] = {}

    def of(self, view: ChartView) -> Picture:
        drawing = self._drawing(view)
        svg = render_template(self._theme, TEMPLATE, vars(drawing)).decode()
        if svg not in self._drawn:
            self._drawn[svg] = _png(svg, self._rules)
        png = self._drawn[svg]
        name = f"chart-{hashlib.sha256(png).hexdigest()[:24]}@letter.invalid"
        return Picture(Image(name, png, view.words), WIDTH, drawing.height)

    @cached_property
    def _tokens(self) -> Tokens:
        return load_tokens(self._theme)

    @cached_property
    def _rules(self) -> str:
        """The rules of what a drawing is made of, in units that resvg knows."""
        css = self._tokens.put(css_of(self._theme, _RULES), _RULES)
        rules = re.findall(r"((?:\.chart__[\w-]+(?:,\s*)?)+)\s*\{([^{}]*)\}", css)
        text = "\n".join(f"{selector.strip()} {{{body}}}" for selector, body in rules)
        return _REM.sub(lambda found: f"{float(found[1]) * 16:g}px", text)

    def _drawing(self, view: ChartView) -> PictureDrawing:
        left = _BESIDE if view.drawing.levels else _MARGIN
        legend = tuple(_legend(view.legend))
        top = 12 + (legend[-1].y + _LEGEND_LINE + 8 if legend else 0)
        return PictureDrawing(
            width=WIDTH,
            height=top + view.drawing.height,
            left=left,
            top=top,
            inner=WIDTH - left - _MARGIN,
            paper=self._tokens.day["paper"],
            ink=self._tokens.day["ink"],
            view=view,
            legend=legend,
        )


def _legend(measures: Sequence[Measure]) -> Iterator[LegendPart]:
    """Yield where the parts of a legend stand: as many on a line as fit, by the width of an average letter."""
    x = y = 0
    for measure in measures:
        width = 20 + 7 * len(measure.label) + 14
        if x and x + width > WIDTH - 2 * _MARGIN:
            x, y = 0, y + _LEGEND_LINE
        yield LegendPart(x, y, measure)
        x += width


def _png(svg: str, rules: str) -> bytes:
    """Return a drawing as a PNG of few colours."""
    try:
        import resvg_py
        from PIL import Image as Pixels

        letters = Path(str(resources.files("font_source_serif_pro"))) / "files"
    except ImportError:
        raise ConfigError(
            "charts cannot be made pictures: resvg-py, Pillow or the letters are not installed",
            hint=install_hint("mail"),
        ) from None
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        style_sheet=rules,
        width=WIDTH * _DENSITY,
        text_rendering="optimize_speed",  # no shades at the edges of letters: at this density nobody misses them
        skip_system_fonts=not _FOREIGN.search(svg),
        font_files=[str(letters / f"SourceSerifPro-{weight}.otf") for weight in ("Regular", "Bold")],
        font_family=_LETTER,
        serif_family=_LETTER,
        sans_serif_family=_LETTER,
        monospace_family=_LETTER,
    )
    out = io.BytesIO()
    with Pixels.open(io.BytesIO(drawn)) as opened:
        few = opened.convert("RGB").quantize(_COLOURS, method=Pixels.Quantize.MEDIANCUT, dither=Pixels.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
