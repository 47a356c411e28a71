"""What a preview lays over a page: a band, the list of findings, what each flag tells, and the script that reloads.

The page itself is the one that a build would write. The overlay is put into its finished HTML, so that no layout knows
of it and a publication's own layouts have it too. The page's policy keeps all that it says and lets the overlay's
script run and ask the server that it came from.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clawpub.findings import Finding, Severity
from generator.pages.render import Theme, render_template
from generator.serve.flags import Flag

PREFIX = "_clawpub/"
"""Addresses of the server's own."""
MOST_ELSEWHERE = 200
"""Findings of other pages that are listed, errors first."""

_POLICY = re.compile(rb'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')
_BODY = re.compile(rb"<body[^>]*>")


@dataclass(frozen=True)
class Told:
    """One finding as a page shows it."""

    flag: int
    """Of the words in the page that it is about; 0 where it has none here."""
    severity: Severity
    rule: str
    message: str
    hint: str
    place: str
    """File, line and column, from the publication's folder."""
    url: str = ""
    """The page that shows it, where that is another one."""


@dataclass(frozen=True)
class Excerpt:
    """A line of a source."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True)
class Panel:
    """What templates/preview/overlay.html receives as `panel`."""

    here: tuple[Told, ...]
    elsewhere: tuple[Told, ...]
    left_out: int
    """Findings of other pages that are not listed."""
    errors_here: int
    errors: int
    """In the whole publication, those of this page among them."""
    warnings: int
    pending: int
    """Writeups that are not checked yet."""


@dataclass(frozen=True)
class Trouble:
    """What templates/preview/trouble.html receives as `trouble`: why a page cannot be shown."""

    title: str
    sentence: str
    findings: tuple[Told, ...]
    excerpt: tuple[Excerpt, ...]
    """The lines around the first finding."""


@dataclass(frozen=True)
class Shown:
    """A page or file as a preview makes it, without the overlay."""

    content: bytes
    findings: tuple[Finding, ...] = ()
    """Those of this page."""
    flags: tuple[Flag, ...] = ()
    status: int = 200
    stylesheet: str = ""
    """Its path, which holds a digest of it."""
    is_file: bool = False
    """Whether it is served as it is."""


@dataclass(frozen=True)
class Stamp:
    """What an open page was made of, so that a server can tell it what is new."""

    body: str
    panel: str
    stylesheet: str

    def __str__(self) -> str:
        return f"{self.body} {self.panel} {self.stylesheet}"


@dataclass(frozen=True)
class Overlay:
    band: str
    panel: str
    stamp: Stamp


def overlay_of(theme: Theme, shown: Shown, panel: Panel) -> Overlay:
    """Return what is laid over a page. `theme` is the default one: a publication's own cannot break it."""
    module = theme.environment.get_template("preview/overlay.html").module
    band, listed = str(module.band(panel)), str(module.listed(panel))  # type: ignore[attr-defined]
    body = shown.content.replace(shown.stylesheet.encode(), b"") if shown.stylesheet else shown.content
    return Overlay(band, listed, Stamp(_digest(body), _digest((band + listed).encode()), shown.stylesheet))


def lay_over(shown: Shown, overlay: Overlay, page: str) -> bytes:
    """Return a page with its overlay."""
    head = (
        f'<link rel="stylesheet" href="/{PREFIX}overlay.css"><script src="/{PREFIX}overlay.js" defer></script>\n'
    ).encode()
    data = f'data-page="{html.escape(page)}" data-stamp="{html.escape(str(overlay.stamp))}"'
    told = f'<div class="preview-foot" id="preview" {data}>'
    content = _POLICY.sub(lambda found: found[1] + _loosened(found[2]) + found[3], shown.content, count=1)
    band = f'\n<div id="preview_band">{overlay.band}</div>'.encode()
    before, close, behind = content.rpartition(b"</body>")
    if not close:
        before, behind = content, b""
    before = before.replace(b"</head>", head + b"</head>", 1)
    before = _BODY.sub(lambda found: found[0] + band, before, 1)
    return before + told.encode() + overlay.panel.encode() + b"</div>\n" + close + behind


def _loosened(policy: bytes) -> bytes:
    """Return a policy that also lets a page run and ask what comes from its own server."""
    parts = [part.split() for part in html.unescape(policy.decode()).split(";") if part.split()]
    directives = {part[0]: part[1:] for part in reversed(parts)}
    for name in ("script-src", "connect-src"):
        allowed = [each for each in directives.get(name, []) if each != "'none'"]
        directives[name] = allowed if "'self'" in allowed else ["'self'", *allowed]
    return html.escape("; ".join(" ".join((name, *allowed)) for name, allowed in directives.items()), False).encode()


def render_trouble(theme: Theme, trouble: Trouble) -> bytes:
    return render_template(theme, "preview/trouble.html", {"trouble": trouble})


# --- findings as they are shown ---


def panel_of(shown: Shown, every: Sequence[Finding], pending: int, root: Path) -> Panel:
    """Return the panel of a page; `every` are the findings of the whole publication."""
    flags = {finding: flag.number for flag in shown.flags for finding in flag.findings}
    here = sorted(shown.findings, key=lambda each: (flags.get(each, len(flags) + 1), each.severity))
    own = set(shown.findings)
    others = sorted((each for each in every if each not in own), key=lambda each: each.severity)
    whole = [*here, *others]
    return Panel(
        here=tuple(told(each, root, flags.get(each, 0)) for each in here),
        elsewhere=tuple(told(each, root, url=page_of(each, root)) for each in others[:MOST_ELSEWHERE]),
        left_out=max(0, len(others) - MOST_ELSEWHERE),
        errors_here=sum(each.severity == "error" for each in here),
        errors=sum(each.severity == "error" for each in whole),
        warnings=sum(each.severity == "warning" for each in whole),
        pending=pending,
    )


def told(finding: Finding, root: Path, flag: int = 0, url: str = "") -> Told:
    parts = (_inside(finding.path, root), finding.line, finding.column)
    place = ":".join(str(part) for part in parts if part is not None)
    return Told(flag, finding.severity, finding.rule, finding.message, finding.hint or "", place, url)


def page_of(finding: Finding, root: Path) -> str:
    """Return the address of the page that a finding is about; "" where there is none."""
    parts = Path(_inside(finding.path, root)).parts
    if parts[:1] != ("content",) or len(parts) < 3:
        return ""
    match parts[1]:
        case "writeups" | "packs":
            return f"/{parts[1]}/{parts[2]}/"
        case "pages" | "editions":
            return f"/{parts[1]}/{parts[2].partition('.')[0].lower()}/"
    return ""


def excerpt_of(finding: Finding | None, around: int = 3) -> tuple[Excerpt, ...]:
    """Return the lines around the place of a finding; () where it names no line of a text."""
    if finding is None or finding.line is None:
        return ()
    try:
        with finding.path.open("rb") as file:
            lines = file.read(1 << 20).decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    first, last = max(1, finding.line - around), min(len(lines), finding.line + around)
    return tuple(Excerpt(number, lines[number - 1], number == finding.line) for number in range(first, last + 1))


def _inside(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
