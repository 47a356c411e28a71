"""`(verified: data pack task_outcomes.failure_mode)` as an author may type it: a wish for the mark that a check prints.

    mark   =  "(verified:" "data pack" column {"," column} ")"  |  "(verified:" "cross-campaign" view ["view"] ")"
    column =  [alias ("." | " ")] table "." column

It becomes a token `mark`, whose `meta["wanted"]` are (alias, table, column), "" for what it does not name. The check
gives it a claim of its sentence that passed and read just that, `meta["claim"]`, and the page prints that claim's mark
in its place; without one it is an error.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

Wanted = tuple[str, str, str]

_COLUMN = r"(?:[a-z][a-z0-9_]*[. ])?[A-Za-z_]\w*\.[A-Za-z_]\w*"
_MARK = re.compile(
    rf"\(verified:[ \n]+(?:data pack[ \n]+(?P<columns>{_COLUMN}(?:,[ \n]*{_COLUMN}){{0,8}})"
    r"|cross-campaign[ \n]+(?P<view>[a-z][a-z0-9_]*)(?:[ \n]+view)?)\)"
)


def mark_plugin(md: MarkdownIt) -> None:
    md.inline.ruler.before("link", "mark", _mark)
    md.inline.terminator_re = re.compile(f"{md.inline.terminator_re.pattern}|\\((?=verified:)")


def _mark(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "(":
        return False
    found = _MARK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("mark", "", 0)
        token.content = found[0]
        token.meta["wanted"] = (
            [("cross", found["view"], "")] if found["view"] else [_column(name) for name in found["columns"].split(",")]
        )
    state.pos = found.end()
    return True


def _column(name: str) -> Wanted:
    *alias, table, column = re.split(r"[. ]", name.strip())
    return alias[0] if alias else "", table, column
