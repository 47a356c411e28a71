"""`[Observed — data pack per_task_results, run_metrics]`, `[Observed]`, `[Speculation]`, `[Context]`.

An inline rule turns a tag into a token of type `provenance`: `meta["kind"]`, `meta["sources"]` (as named, one string
each), content: what stands between the brackets. An em dash, an en dash and hyphens are the same. A tag may stand in
bold or italics. What looks like a tag and is none (`[observed: x]`, `[Obsreved — x]`, an unclosed bracket, an escaped
one) is a finding: a reader must never see brackets that say Observed over text that nobody checked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from generator.markdown.prose import Prose, Slip

KINDS = ("Observed", "Speculation", "Context")

_TAG = re.compile(
    r"\[(?P<kind>Observed|Speculation|Context)"
    r"(?:\s*(?:[—–]|-{1,3})\s*(?P<sources>[^\[\]{}`<>]{0,400}?))?\s*\](?!\()"
)
_LOOKS = re.compile(r"[\[［【]\s*(?P<word>[^\W\d_]{4,14})(?P<rest>[^\[\]］】]{0,200})(?P<close>[\]］】]?)")
_BARE = re.compile(r"\s*Observed\s*(?:[—–:]|-{1,3})\s*(?:data pack|harness spec|cross-campaign)", re.IGNORECASE)
_HINT = "write [Observed — data pack TABLE, TABLE], [Speculation] or [Context]"


def provenance_plugin(md: MarkdownIt) -> None:
    md.inline.ruler.before("link", "provenance", _provenance)


def _provenance(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    found = _TAG.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        named = re.sub(r"\\(\W|_)", r"\1", found["sources"] or "")
        token = state.push("provenance", "", 0)
        token.content = found[0][1:-1]
        token.meta["kind"] = found["kind"].lower()
        token.meta["sources"] = tuple(" ".join(part.split()) for part in named.split(",") if part.strip())
    state.pos = found.end()
    return True


def slips(prose: Prose) -> Iterator[Slip]:
    """Yield what looks like a tag in the text of a block."""
    for found in _LOOKS.finditer(prose.text):
        meant = _meant(found["word"])
        at_start = not prose.text[: found.start()].strip(" \t*_\ufffc")
        rest = found["rest"].strip()
        if meant == "Observed" or (meant and (at_start or not rest or rest[0] in "—–-:,.;|/")):
            problem = "is no tag" if found["close"] else "is an unclosed tag"
            yield Slip("tag-syntax", prose.source(found.start()), f"{_short(found[0])!r} {problem}", _HINT)
    if _BARE.match(prose.text):
        yield Slip("tag-syntax", prose.source(0), "a tag without its brackets", _HINT)
    for start, end in prose.links:
        words = prose.text[start:end].strip()
        if words == "Observed" or re.match(r"(?:Observed|Speculation|Context)\s*[—–-]", words):
            yield Slip("tag-syntax", prose.source(start), "a tag that is a link", "take the link away from the tag")


def swallowed(references: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield (line of the body from 0, label) for each tag that Markdown took for a link definition: `[Observed]: x`."""
    for label, reference in references.items():
        if _meant(re.split(r"\W", label.strip(), maxsplit=1)[0]):
            lines = reference.get("map") or [0]
            yield lines[0], label


def _meant(word: str) -> str | None:
    """Return the tag that a word means or nearly means."""
    near = difflib.get_close_matches(word.lower(), ("observed", "speculation", "context"), n=1, cutoff=0.76)
    return near[0].capitalize() if near else None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
