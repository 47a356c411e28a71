"""The word lists and patterns of clawpub/quantity as a JavaScript module, so that the reader's browser reads numbers by
the same ones: nothing of them is typed twice.

Python's patterns are parsed by Python and written again for JavaScript's `v` flag. What JavaScript has no word for is
spelled out: a possessive repeat is a lookahead and a reference to what it found, `\\s` the characters that Python
takes for space.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AnySet
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from clawpub.quantity import around, format, names, numbers, tokens, words

compare = import_module("clawpub.quantity.compare")  # its name in the package is the function's
_parser: Any = re._parser  # type: ignore[attr-defined]

_SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SETS = {
    "CATEGORY_WORD": r"\p{L}\p{N}_",
    "CATEGORY_NOT_WORD": r"[^\p{L}\p{N}_]",
    "CATEGORY_DIGIT": r"\p{Nd}",
    "CATEGORY_NOT_DIGIT": r"\P{Nd}",
    "CATEGORY_SPACE": _SPACE,
    "CATEGORY_NOT_SPACE": f"[^{_SPACE}]",
}
_WORD = r"[\p{L}\p{N}_]"
_NUMBERS_END = 0x30000
"""No character from here on has a numeric value."""
_ALSO_CASES = "ıſKİ"
"""What Python takes for i, s and k where capitals do not count, besides the letters themselves."""


@cache
def vocabulary() -> str:
    """Return the module `quantity/vocabulary.js`."""
    lines = ["// Written by generator/pages/vocabulary.py out of clawpub/quantity."]
    lines += (f"export const {name} = {written(value)};" for name, value in _constants())
    return "\n".join(lines) + "\n"


def _constants() -> Iterator[tuple[str, Any]]:
    yield from _upper(words)
    for module, own in (
        (tokens, ("ODD", "HIDDEN", "BIDI", "WIDE_SPACES", "TYPOGRAPHY", "TWINS", "_SKIPPED", "_DIGIT")),
        (around, ("_HYPHENATED",)),
        (names, ("SENTENCE_ENDS",)),
        (numbers, ("MAX_DIGITS", "DASHES", "SIGNS", "LOOK_ALIKES", "_SUFFIX_SIGNS")),
        (format, ("MAX_SHOWN", "_WORD_LIMIT")),
        (compare, ("MAX_TEXT", "MAX_EXPONENT", "_SURROUNDINGS", "SHARES")),
    ):
        yield from ((name.lstrip("_"), getattr(module, name)) for name in own)
    yield "TOKEN", _Script(f"/{translated(tokens._TOKEN)}/gv")
    yield "PARTS_OF_WORD", _Script(f"/{translated(tokens._PARTS)}/gv")
    for name, pattern in (("DECIMAL", compare._DECIMAL), ("PAIR", compare._PAIR)):
        yield name, _Script(f"/^(?:{translated(pattern)})$/v")
    yield "KNOWN_BEFORE", f"(?<!{_WORD})"
    yield "KNOWN_AFTER", f"(?!{_WORD})"
    yield "DECIMAL_ZEROS", [code for code in range(_NUMBERS_END) if unicodedata.decimal(chr(code), None) == 0]
    yield "ODD_LETTERS", {char for char in map(chr, range(0x80, _NUMBERS_END)) if _odd_letter(char)}
    yield "CONTROLS", {chr(code) for code in range(0xFE00, 0xFE10)} | {"\u115f"}


def _odd_letter(char: str) -> bool:
    """Whether a character counts as an odd number, though Unicode does not call it a number."""
    if unicodedata.category(char)[0] == "N":
        return False
    return unicodedata.numeric(char, None) is not None or 0x1F100 <= ord(char) <= 0x1F10A


def _upper(module: ModuleType) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in vars(module).items() if name.isupper() and name[0] != "_")


class _Script(str):
    """JavaScript as it stands."""


def written(value: Any) -> str:
    """Return a constant in JavaScript: dictionaries are Maps, so that no key is an object's own; Decimals are text."""
    match value:
        case _Script():
            return value
        case re.Pattern():
            return f"/{translated(value)}/v"
        case Mapping():
            return f"new Map([{', '.join(f'[{written(k)}, {written(v)}]' for k, v in value.items())}])"
        case AnySet():
            return f"new Set([{', '.join(written(each) for each in sorted(value))}])"
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case Decimal():
            return json.dumps(str(value))
        case _:
            return json.dumps(value, allow_nan=False)


def translated(pattern: re.Pattern[str]) -> str:
    """Return a pattern's source for JavaScript's `v` flag.

    Raises: ValueError for what the translation does not know.
    """
    return _Translation().all(_parser.parse(pattern.pattern, pattern.flags), ignore_case=False)


class _Translation:
    def __init__(self) -> None:
        self.possessive = 0
        self.names: dict[int, str] = {}

    def all(self, items: Any, *, ignore_case: bool) -> str:
        if hasattr(items, "state"):
            self.names |= {number: name for name, number in items.state.groupdict.items()}
        return "".join(self.one(str(op), argument, ignore_case) for op, argument in items)

    def one(self, op: str, argument: Any, ignore_case: bool) -> str:
        match op:
            case "LITERAL":
                return _cased(argument) if ignore_case else _character(argument)
            case "NOT_LITERAL":
                return f"[^{_character(argument)}]"
            case "IN":
                return self.set_of(argument)
            case "ANY":
                return r"[^\n]"
            case "BRANCH":
                return f"(?:{'|'.join(self.all(each, ignore_case=ignore_case) for each in argument[1])})"
            case "SUBPATTERN":
                return self.group(*argument, ignore_case=ignore_case)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self.repeat(op, *argument, ignore_case=ignore_case)
            case "ATOMIC_GROUP":
                return self.atomic(self.all(argument, ignore_case=ignore_case))
            case "ASSERT" | "ASSERT_NOT":
                side = ("?<" if argument[0] < 0 else "?") + ("=" if op == "ASSERT" else "!")
                return f"({side}{self.all(argument[1], ignore_case=ignore_case)})"
            case "GROUPREF":
                return rf"\k<{self.names[argument]}>"
            case "AT":
                return _PLACES[str(argument)]
        raise ValueError(f"no JavaScript for {op} in a pattern")

    def set_of(self, items: Any) -> str:
        parts = [self.member(str(op), argument) for op, argument in items]
        return f"[{''.join(parts)}]"

    def member(self, op: str, argument: Any) -> str:
        match op:
            case "NEGATE":
                return "^"
            case "LITERAL":
                return _character(argument)
            case "RANGE":
                return f"{_character(argument[0])}-{_character(argument[1])}"
        return _SETS[str(argument)]

    def group(self, number: int | None, added: int, removed: int, items: Any, *, ignore_case: bool) -> str:
        inside = self.all(items, ignore_case=ignore_case or bool(added & re.IGNORECASE))
        name = self.names.get(number) if number is not None else None
        return f"(?<{name}>{inside})" if name else f"(?:{inside})" if number is None else f"({inside})"

    def repeat(self, op: str, low: int, high: Any, items: Any, *, ignore_case: bool) -> str:
        most = "" if high is _parser.MAXREPEAT else int(high)
        again = f"(?:{self.all(items, ignore_case=ignore_case)}){{{low},{most}}}"
        if op == "POSSESSIVE_REPEAT":
            return self.atomic(again)
        return again + ("?" if op == "MIN_REPEAT" else "")

    def atomic(self, inside: str) -> str:
        self.possessive += 1
        return rf"(?:(?=(?<all{self.possessive}>{inside}))\k<all{self.possessive}>)"


_PLACES = {
    "AT_BEGINNING": "^",
    "AT_BEGINNING_STRING": "^",
    "AT_END": r"(?=\n?$)",
    "AT_END_STRING": "$",
    "AT_BOUNDARY": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
}


def _character(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\u{{{code:x}}}"


def _cased(code: int) -> str:
    char = chr(code)
    same = {char, char.lower(), char.upper(), *(x for x in _ALSO_CASES if re.fullmatch(char, x, re.IGNORECASE))}
    return f"[{''.join(_character(ord(each)) for each in sorted(same))}]" if len(same) > 1 else _character(code)
