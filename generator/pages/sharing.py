"""What stands on the images that are shown where pages are shared, where they lie, and what is kept of them.

An image is drawn once: `.clawpub/cache/cards` keeps it with a digest of all that was drawn and of what drew it. It is
believed as verdicts are (generator/verdict_store.py): a damaged one, or one that came from elsewhere, is drawn again.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.extras import install_hint
from generator.pages.boxes import headline, long_date
from generator.pages.contexts import ImageLink, WriteupEntry
from generator.pages.output import Payload
from generator.project import Project, Site
from generator.tables import interval_of, model_of, summary_of
from generator.urls import absolute
from generator.verdict_store import FOLDER, digest_of, stamp_of
from generator.weeks import words_of
from generator.writeup import CheckedWriteup, Edition

FRONT = "index.html"
_TOKEN = re.compile(r"--(paper|ink|ink-soft|accent|rule):\s*#([0-9a-fA-F]{6})\b")


@dataclass(frozen=True)
class ShareImage:
    """What stands on an image, all of it text."""

    publication: str
    title: str
    home: str = ""
    """The site's address, for where the font has no letters for its name."""
    kicker: str = ""
    """The section, or the week."""
    date: str = ""
    lines: tuple[str, ...] = ()
    """Below the title, where there is room."""
    model: str = ""
    score: str = ""
    interval: str = ""
    mark: str = ""
    """How much of it was verified."""

    @property
    def alt(self) -> str:
        said = (self.title, self.kicker, " ".join(filter(None, (self.model, self.score, self.interval))), self.mark)
        return ". ".join(part for part in (*said, self.publication) if part)


@dataclass(frozen=True)
class Colours:
    """Of the theme by daylight, each as red, green and blue from 0 to 255."""

    paper: tuple[int, int, int] = (253, 252, 248)
    ink: tuple[int, int, int] = (29, 27, 23)
    soft: tuple[int, int, int] = (87, 82, 74)
    accent: tuple[int, int, int] = (27, 90, 70)
    rule: tuple[int, int, int] = (221, 215, 202)


class ShareImages:
    """Draws images, each once: what was drawn is kept in the publication's cache, sealed with its stamp.

    Raises: ConfigError where what draws them is not installed.
    """

    def __init__(self, project: Project, stylesheet: bytes) -> None:
        try:
            from generator.pages import share_image
        except ImportError:
            raise ConfigError(
                "the images of shared pages cannot be drawn: Pillow or its letters are not installed",
                hint=f"{install_hint('cards')}, or build with --no-cards",
            ) from None
        self._draw = share_image.draw
        self._site = project.site
        self._colours = colours_of(stylesheet)
        self._made_by = digest_of(share_image.MADE_BY, Path(share_image.__file__).read_bytes(), str(self._colours))
        self._folder = project.root / FOLDER / "cards"
        self._stamp = stamp_of(project.root)

    def share(self, page: str, image: ShareImage) -> tuple[ImageLink, dict[str, Payload]]:
        """Return what a page says of its image, and the image's file.

        The name holds a digest of what is drawn, for whoever shows an image keeps it by its address.
        """
        key = digest_of(self._made_by, *_parts(image))
        path = f"cards/{page.removesuffix('index.html').rstrip('/') or 'site'}.{key[:8]}.png"
        return ImageLink(absolute(self._site, path), image.alt), {path: lambda: self._png(key, image)}

    def forget(self, files: Iterable[str]) -> None:
        """Remove what is kept of images that a site, given its files, does not have."""
        kept = {path.rsplit(".", 2)[1] for path in files if path.startswith("cards/")}
        with contextlib.suppress(OSError):
            for file in self._folder.iterdir():
                if file.name[:8] not in kept:
                    file.unlink()

    def _png(self, key: str, image: ShareImage) -> bytes:
        kept = self._kept(key)
        if kept is None:
            kept = self._draw(image, self._colours)
            self._keep(key, kept)
        return kept

    def _kept(self, key: str) -> bytes | None:
        try:
            seal, _, png = (self._folder / key).read_bytes().partition(b"\n")
        except OSError:
            return None
        return png if self._stamp and seal == self._seal(key, png) else None

    def _keep(self, key: str, png: bytes) -> None:
        """Write an image down where it will be looked for; one that cannot be written is drawn again."""
        if not self._stamp:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            half = self._folder / f".{key}.{os.getpid()}"
            half.write_bytes(self._seal(key, png) + b"\n" + png)
            half.replace(self._folder / key)

    def _seal(self, key: str, png: bytes) -> bytes:
        return digest_of(self._stamp, key, png).encode()


def site_image(site: Site) -> ShareImage:
    return ShareImage(site.title, site.title, _home(site), lines=(site.tagline or site.description,))


def writeup_image(site: Site, checked: CheckedWriteup) -> ShareImage:
    writeup, first = checked.writeup, next(iter(checked.packs.values()), None)
    summary = summary_of(first) if first else None
    return ShareImage(
        publication=site.title,
        title=writeup.title,
        home=_home(site),
        kicker=writeup.section,
        date=long_date(writeup.date),
        model=model_of(first) if first else "",
        score=headline(summary),
        interval=interval_of(summary) if summary else "",
        mark=_mark(sum(claim.verdict == "verified" for claim in checked.claims)),
    )


def edition_image(site: Site, edition: Edition, carried: Sequence[WriteupEntry]) -> ShareImage:
    claims, count = sum(entry.claims for entry in carried), len(carried)
    return ShareImage(
        publication=site.title,
        title=edition.text.title,
        home=_home(site),
        kicker=words_of(edition.week),
        date=long_date(edition.text.date),
        lines=tuple(entry.title for entry in carried),
        mark=_mark(claims, f" in {count:,} writeup{'' if count == 1 else 's'}"),
    )


def _home(site: Site) -> str:
    return site.base_url.partition("://")[2].rstrip("/")


def _mark(claims: int, where: str = "") -> str:
    """Return how many statements were verified; empty where none was, for then there is nothing to say."""
    return f"Observed: {claims:,} verified statement{'' if claims == 1 else 's'}{where}" if claims else ""


def colours_of(stylesheet: bytes) -> Colours:
    """Return the colours that a stylesheet's tokens name first, which is by daylight."""
    found: dict[str, tuple[int, int, int]] = {}
    for name, code in _TOKEN.findall(stylesheet.decode("utf-8", "replace")):
        red, green, blue = bytes.fromhex(code)
        found.setdefault("soft" if name == "ink-soft" else name, (red, green, blue))
    return Colours(**found)


def _parts(image: ShareImage) -> Iterator[str]:
    for field in fields(image):
        value = getattr(image, field.name)
        yield value if isinstance(value, str) else "\0".join((str(len(value)), *value))
