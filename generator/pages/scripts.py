"""The modules of templates/assets/js as one script.

A page that is opened from a folder may load no module (every file is an origin of its own there), so the build sets
them behind each other in one classic script: each module a function that gives what it exports. Modules are written
for that: imports and exports stand at the start of a line, nothing is exported by default, and no circle is drawn.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from clawpub.errors import ConfigError, Place
from generator.pages.vocabulary import vocabulary

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";[^\S\n]*$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|function|class) (\w+))", re.MULTILINE)
_DECLARED = re.compile(r"^export (?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
VOCABULARY = "quantity/vocabulary.js"


def load_modules(folders: Sequence[Path]) -> dict[str, str]:
    """Return the modules of themes by path; the first folder's take the place of their equals."""
    modules = {VOCABULARY: vocabulary()}
    for folder in reversed(folders):
        scripts = folder / "assets" / "js"
        modules |= {
            file.relative_to(scripts).as_posix(): file.read_text(encoding="utf-8")
            for file in sorted(scripts.rglob("*.js"))
        }
    return modules


def bundle(modules: Mapping[str, str], entry: str) -> str:
    """Return a script that runs `entry` and everything that it imports; its value is what `entry` exports.

    Raises: ConfigError where a module is not there, or imports itself in a circle.
    """
    order: list[str] = []
    _visit(entry, modules, order, ())
    parts = [_wrapped(path, modules, order) for path in order]
    body = "\n".join(parts)
    return f'(() => {{\n"use strict";\n{body}\nreturn module{order.index(entry)};\n}})();\n'


def _visit(path: str, modules: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    if path in order:
        return
    if path in above:
        raise ConfigError(f"the script {path} imports itself", hint=" imports ".join((*above, path)))
    if path not in modules:
        where = f", which {above[-1]} imports" if above else ""
        raise ConfigError(f"no script {path}{where}", at=Place(Path("templates/assets/js") / path))
    for _, target in _IMPORT.findall(modules[path]):
        _visit(_resolved(path, target), modules, order, (*above, path))
    order.append(path)


def _resolved(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _wrapped(path: str, modules: Mapping[str, str], order: Sequence[str]) -> str:
    source = modules[path]
    exported = _DECLARED.findall(source)

    def brought(match: re.Match[str]) -> str:
        names = match[1].replace(" as ", ": ")
        return f"const {{{names}}} = module{order.index(_resolved(path, match[2]))};"

    inner = _EXPORT.sub("", _IMPORT.sub(brought, source)).strip()
    number = order.index(path)
    return f"// {path}\nconst module{number} = (() => {{\n{inner}\nreturn {{ {', '.join(exported)} }};\n}})();"
