"""Binding: which facts of the pinned packs the unbound numbers of a writeup may mean, and the writing down of those.

draft.py        the two files as they are on the disk
targets.py      the quantities that the check calls unbound
words.py        stems, clauses, and the names that a sentence says
candidates.py   facts of about a given size
ranking.py      which of them the words speak of
applying.py     spans into index.md and entries into facts.toml, checked before they are written
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clawpub.errors import ContentError
from clawpub.findings import Finding
from generator.binding.applying import Change, Changes, Dropped, entry_lines, now_at, prepare
from generator.binding.candidates import catalogue
from generator.binding.draft import Draft, open_draft
from generator.binding.ranking import Proposal, Ranked, Ranking
from generator.binding.targets import Target, find_targets
from generator.evidence import Evidence
from generator.writeup import CheckedWriteup

__all__ = ["Change", "Changes", "Draft", "Dropped", "Found", "Proposal", "Ranked", "Target"]
__all__ += ["entry_lines", "find_proposals", "now_at", "open_draft", "prepare"]


MOST_TARGETS = 500
"""Quantities of one writeup that are searched for in one go."""


NOT_YET = f"only the first {MOST_TARGETS} are searched for: bind these, then run it again"


@dataclass(frozen=True)
class Found:
    """What there is to bind in a writeup, in order, and what its numbers may mean."""

    checked: CheckedWriteup
    ranked: tuple[Ranked, ...]
    left_out: tuple[str, ...]
    """What was too large to be searched whole, in words."""

    others: tuple[Finding, ...] = ()
    """Unbound quantities that no span of ours can mend: in a title, a list's number, cut by a span."""

    @property
    def targets(self) -> list[Target]:
        return [each.target for each in self.ranked]


def find_proposals(draft: Draft) -> Found:
    """Return the unbound quantities of a writeup's Observed passages with the facts that agree with them.

    Raises: ContentError where no pack of it can be read, ContentError or ConfigError where it cannot be read itself.
    """
    checked = draft.check()
    targets = find_targets(checked)
    places = {place for target in targets for place in ((target.line, target.column), target.number_at)}
    others = tuple(f for f in checked.findings if f.rule == "unbound" and (f.line, f.column) not in places)
    others = tuple(replace(finding, path=draft.folder / finding.path.name) for finding in others)
    if not targets:
        if checked.database:
            checked.database.close()
        return Found(checked, (), (), others)
    if checked.database is None:
        hint = "name one in the front matter, under packs:; `clawpub check` says what is wrong with those named"
        raise ContentError("no pack to search", at=checked.writeup.path, hint=hint)
    complete = len(checked.packs) == len(checked.writeup.pins)
    evidence = Evidence(checked.packs, checked.writeup.pins[0].alias, complete=complete)
    found = catalogue(checked.packs, checked.writeup.body)
    ranking = Ranking(found, checked.packs, checked.database, evidence)
    if len(targets) > MOST_TARGETS:
        found.left_out.append(f"quantities: {NOT_YET}")
    ranked = tuple(
        ranking.of(target) if number < MOST_TARGETS else Ranked(replace(target, closed=NOT_YET), (), False)
        for number, target in enumerate(targets)
    )
    checked.database.close()
    return Found(checked, ranked, tuple(dict.fromkeys(found.left_out)), others)
