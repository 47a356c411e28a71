# ruff: noqa: B905, PTH100, PTH103, PTH110, PTH112, PTH115, PTH116, PTH118, PTH120, PTH123
# (zip has no `strict` before Python 3.10; importing pathlib would cost every box more than all of this file)
"""The agent's file tools. Each returns the text that the model is shown; a failure is worded as the system would.

Runs inside the box, in a child of the exec server and confined with it: what is not in the box is simply not there.
Standard library only, for Python 3.9 or newer. `runner.tools` describes these functions to the model.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

MOST_LINES = 200
MOST_BYTES = 16 * 1024
MOST_ENTRIES = 500
MOST_HITS = 50
MOST_ROWS = 50
MOST_COUNTED = 100_000
MOST_CELL = 200
"""Characters of one cell, or of one line that a search shows."""
SQLITE_ATTACH = 24
"""Also what VACUUM INTO does: both could write another file."""
SEARCHED_BYTES = 2 * 2**20
"""A larger file is not searched beyond this."""


class ToolError(Exception):
    """Why a tool could not do it."""


def use(
    function: str, arguments: Mapping[str, Any], tools: Mapping[str, Callable[..., str]] | None = None
) -> tuple[bool, str]:
    """Return whether the tool `function` could do it, and its text."""
    try:
        return True, (TOOLBOX if tools is None else tools)[function](**arguments)
    except ToolError as error:
        return False, str(error)
    except OSError as error:
        where = f": {error.filename!r}" if error.filename is not None else ""
        return False, f"{error.strerror}{where}"
    except MemoryError:
        return False, "Cannot allocate memory"
    except (ValueError, KeyError, TypeError) as error:
        return False, f"Invalid argument: {error}"


def read_file(path: str, start_line: int = 1, line_count: int = MOST_LINES) -> str:
    return shown_lines(path, lines(path), start_line, line_count)


def shown_lines(path: str, found: Iterable[str], start_line: int, line_count: int) -> str:
    if start_line < 1 or line_count < 1:
        raise ToolError("Invalid argument: start_line and line_count count from 1")
    wanted = min(line_count, MOST_LINES)
    shown: list[str] = []
    room, total, cut = MOST_BYTES, 0, False
    for total, line in enumerate(found, start=1):
        if total < start_line or len(shown) == wanted or room <= 0:
            continue
        data = line.encode()
        if len(data) > room:
            if shown:
                room = 0
                continue
            line, cut = data[:room].decode(errors="ignore"), True
        room -= len(data)
        shown.append(line)
    if total == 0:
        return "[empty file]"
    if start_line > total:
        raise ToolError(f"start_line {start_line} is past the end: {path!r} has {total} lines")
    last = start_line + len(shown) - 1
    text = "\n".join(shown)
    if cut:
        text += f"\n[line {start_line} is cut after {MOST_BYTES} bytes]"
    if last < total:
        text += f"\n[lines {start_line}-{last} of {total}; go on with start_line={last + 1}]"
    elif start_line > 1:
        text += f"\n[lines {start_line}-{last} of {total}]"
    return text


def list_dir(path: str = ".") -> str:
    with os.scandir(path) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    return listing([describe(entry) for entry in found[:MOST_ENTRIES]], len(found))


def listing(rows: list[str], entries: int) -> str:
    """Return a folder's first rows, and how many entries there are more."""
    more = [f"[{entries - MOST_ENTRIES} more entries]"] if entries > MOST_ENTRIES else []
    return "\n".join([*rows, *more]) or "[empty directory]"


def describe(entry: os.DirEntry[str]) -> str:
    if entry.is_dir(follow_symlinks=False):
        return f"{entry.name}/"
    if entry.is_symlink():
        return f"{entry.name} -> {os.readlink(entry.path)}"
    return sized(entry.name, entry.stat(follow_symlinks=False).st_size)


def sized(name: str, size: int) -> str:
    return f"{name}  {size} {'byte' if size == 1 else 'bytes'}"


def search(pattern: str, path: str = ".") -> str:
    try:
        expression = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ToolError(f"Invalid regular expression: {error}") from None
    hits: list[str] = []
    more = 0
    for file in text_files(path):
        for number, line in enumerate(searched_lines(file), start=1):
            if expression.search(line):
                if len(hits) < MOST_HITS:
                    hits.append(f"{os.path.normpath(file)}:{number}: {clipped(line.strip())}")
                else:
                    more += 1
    if more:
        hits.append(f"[{more} more {'match' if more == 1 else 'matches'}]")
    return "\n".join(hits) if hits else "[no matches]"


def write_file(path: str, content: str) -> str:
    parent = os.path.dirname(path)
    if parent:
        os.makedirs(parent, exist_ok=True)
    data = encoded(content)
    replace(path, data)
    return wrote(path, data)


def encoded(content: str) -> bytes:
    return content.encode(errors="surrogateescape")


def wrote(path: str, data: bytes) -> str:
    return f"wrote {len(data)} bytes to {path}"


def edit_file(path: str, old: str, new: str) -> str:
    data, text = edited(path, lambda: read_regular(path), old, new)
    replace(path, data)
    return text


def edited(path: str, read: Callable[[], bytes], old: str, new: str) -> tuple[bytes, str]:
    """Return a file with one passage replaced, and what the model is told of it."""
    if not old:
        raise ToolError("Invalid argument: old is empty")
    text = read().decode(errors="surrogateescape")
    count = text.count(old)
    if count != 1:
        raise ToolError(
            f"old must occur exactly once in {path!r}, it occurs {'nowhere' if not count else f'{count} times'}"
        )
    line = text[: text.index(old)].count("\n") + 1
    return encoded(text.replace(old, new)), f"edited {path} at line {line}"


def sql(database: str, query: str) -> str:
    import sqlite3

    check_regular(database)
    name = os.path.abspath(database).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(f"file:{name}?mode=ro", uri=True)
    try:
        connection.set_authorizer(lambda action, *_: action == SQLITE_ATTACH)  # True is SQLITE_DENY
        connection.text_factory = lambda data: data.decode(errors="replace")
        cursor = connection.execute(query)
        if cursor.description is None:
            return "[no rows]"
        rows = cursor.fetchmany(MOST_ROWS)
        more = sum(1 for _ in itertools.islice(cursor, MOST_COUNTED))
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise ToolError(f"{type(error).__name__}: {error}") from None
    finally:
        connection.close()
    table = [[name for name, *_ in cursor.description], *([cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    out = ["  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in table]
    note = f"[{len(rows)} {'row' if len(rows) == 1 else 'rows'}]"
    if more:
        note = f"[{more} more {'row' if more == 1 else 'rows'}{', or even more' if more == MOST_COUNTED else ''}]"
    return "\n".join([*out, note])


TOOLBOX: dict[str, Callable[..., str]] = {
    tool.__name__: tool for tool in (read_file, list_dir, search, write_file, edit_file, sql)
}


def check_regular(path: str) -> None:
    """Refuse what reading could wait on for ever."""
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise is_a_folder(path)
    if not stat.S_ISREG(mode):
        raise ToolError(f"Not a regular file: {path!r}")


def is_a_folder(path: str) -> ToolError:
    return ToolError(f"Is a directory: {path!r}")


def read_regular(path: str) -> bytes:
    check_regular(path)
    with open(path, "rb") as file:
        return file.read()


def replace(path: str, data: bytes) -> None:
    """Write the file in place, so that its mode and its links stay."""
    if os.path.exists(path):
        check_regular(path)
    with open(path, "wb") as file:
        file.write(data)


def lines(path: str) -> Iterator[str]:
    check_regular(path)
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        yield from without_ends(file)


def without_ends(found: Iterable[str]) -> Iterator[str]:
    for line in found:
        yield line[:-1] if line.endswith("\n") else line


def text_files(path: str) -> Iterator[str]:
    """Files at or below `path` that hold no NUL in their first 4 KB, in the order of their names."""
    os.stat(path)
    if not os.path.isdir(path):
        check_regular(path)
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = os.path.join(folder, name)
            try:
                if stat.S_ISREG(os.lstat(file).st_mode) and b"\0" not in opening(file):
                    yield file
            except OSError:
                continue


def opening(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4096)


def searched_lines(path: str) -> list[str]:
    with open(path, "rb") as file:
        return file.read(SEARCHED_BYTES).decode(errors="replace").split("\n")


def cell(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return clipped(str(value).replace("\n", "\\n"))


def clipped(text: str) -> str:
    return text if len(text) <= MOST_CELL else f"{text[: MOST_CELL - 1]}…"
