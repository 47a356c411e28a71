"""The styles of a letter: the theme's colours put in, by day and by night, and inlined.

Mail programs know no custom properties and many drop the sheet in the head. So `templates/email/letter.css` names the
tokens of `assets/css/tokens.css` as pages do, each is replaced by its value by day, and all of it goes into `style`
attributes. What only a sheet can say is kept in the head: the same rules with the values by night, and narrow windows.
This is the only module that imports css_inline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateNotFound

from clawpub.errors import ConfigError
from clawpub.extras import install_hint
from generator.pages.render import Theme

SHEET = "email/letter.css"
_TOKENS = "assets/css/tokens.css"
_DARK = "@media (prefers-color-scheme: dark)"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"--([\w-]+):\s*([^;{}]+);")
_VALUE = re.compile(r"var\(--([\w-]+)\)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_TAG = re.compile(r"<[a-z][^<>]*>")
_CLASS = re.compile(r' class="([^"]*)"')
_AT_RULE = re.compile(r"@[^{}]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")


@dataclass(frozen=True)
class Tokens:
    """Values of the theme's custom properties; by night those that differ."""

    day: Mapping[str, str]
    night: Mapping[str, str]

    def put(self, css: str, file: str, *, night: bool = False) -> str:
        """Return CSS with the values in the places of the tokens.

        Raises: ConfigError where the theme has no such token.
        """

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name not in self.day:
                raise ConfigError(
                    f"{_TOKENS} has no --{name}", at=Path("templates") / file, hint="define it there, or use another"
                )
            return self.night.get(name, self.day[name]) if night else self.day[name]

        return _VALUE.sub(value, css)


@dataclass(frozen=True)
class Styles:
    inline: str
    """Rules that go into `style` attributes."""
    head: str
    """Rules that stay in the head."""


def load_tokens(theme: Theme) -> Tokens:
    day, _, night = css_of(theme, _TOKENS).partition(_DARK)
    first: dict[str, str] = {}
    for name, value in _TOKEN.findall(day):
        first.setdefault(name, value.strip())  # a later one is that of a narrow window
    return Tokens(first, {name: value.strip() for name, value in _TOKEN.findall(night)})


def load_styles(theme: Theme) -> Styles:
    """Return the styles of a theme's letters."""
    tokens, css = load_tokens(theme), css_of(theme, SHEET)
    plain = _AT_RULE.sub("", css)
    kept = [_urgent(tokens.put(rule, SHEET)) for rule in _AT_RULE.findall(css)]
    return Styles(_packed(tokens.put(plain, SHEET)), _packed("\n".join((_night(plain, tokens), *kept))))


def css_of(theme: Theme, name: str) -> str:
    """Return a CSS file of a theme without its comments.

    Raises: ConfigError where there is none.
    """
    loader = theme.environment.loader
    assert loader is not None
    try:
        return _COMMENT.sub("", loader.get_source(theme.environment, name)[0])
    except TemplateNotFound:
        raise ConfigError(f"the theme has no {name}", at=Path("templates") / name) from None


def _night(css: str, tokens: Tokens) -> str:
    """Return what changes by night: each declaration whose tokens have another value then."""
    rules = []
    for selector, body in _RULE.findall(css):
        changed = [
            tokens.put(declaration.strip(), SHEET, night=True) + " !important;"
            for declaration in body.split(";")
            if any(name in tokens.night for name in _VALUE.findall(declaration))
        ]
        if changed:
            rules.append(f"{selector.strip()} {{ {' '.join(changed)} }}")
    return f"{_DARK} {{\n" + "\n".join(rules) + "\n}" if rules else ""


def _urgent(rule: str) -> str:
    """Return an at-rule whose declarations go before the inlined ones."""
    return re.sub(r"([\w-]+\s*:[^;{}]+?)\s*(?=[;}])", r"\1 !important", rule)


def _packed(css: str) -> str:
    return "\n".join(line for part in css.splitlines() if (line := " ".join(part.split())))


def inlined(html: str, styles: Styles) -> str:
    """Return a document with its styles in place, and those that only a sheet can say in its head.

    Raises: ConfigError where what inlines them is not installed.
    """
    try:
        import css_inline
    except ImportError:
        raise ConfigError(
            "a letter's styles cannot be inlined: css-inline is not installed", hint=install_hint("mail")
        ) from None
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True, extra_css=styles.inline)
    page = _without_unused_classes(inliner.inline(html), set(re.findall(r"\.([\w-]+)", styles.head)))
    return page.replace("</head>", f"<style>\n{styles.head}\n</style>\n</head>", 1)


def _without_unused_classes(html: str, used: set[str]) -> str:
    """Return a document whose classes are those that its head speaks of; each byte counts."""

    def kept(found: re.Match[str]) -> str:
        names = " ".join(name for name in found[1].split() if name in used)
        return f' class="{names}"' if names else ""

    return _TAG.sub(lambda tag: _CLASS.sub(kept, tag[0]), html)
