"""An edition as a letter: checked as `clawpub check` does, with no memory, then set for mail programs.

edition -> its check and that of what it carries -> [any error: no letter] -> setting.py: HTML, text, pictures
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from clawpub.errors import ConfigError
from generator.content import load_edition
from generator.mail.letter import LetterReport
from generator.mail.setting import Setting
from generator.progress import Progress, silent
from generator.project import Project, load_project
from generator.publication import check_edition
from generator.verdict_store import Store
from generator.verdicts import Asked, Check, Front, Verdict
from generator.views import View
from generator.weeks import read_week, words_of
from generator.writeup import CheckedWriteup


def letter_of(
    root: Path, week: str, *, drafts: bool = False, today: date | None = None, progress: Progress | None = None
) -> LetterReport:
    """Return a week's edition as a letter, and what its check found; with an error there is no letter.

    `drafts` allows an edition that is a draft and what it carries of them: a proof, and marked as one. `today` is the
    day of a letter that goes to readers: nothing that waits for a later one is in it.

    Raises: ConfigError where there is no such edition, where it is a draft and no proof was asked for, where it waits
    for its day, where it is too long for a letter, or where what makes letters is not installed.
    """
    project = load_project(root)
    path = _edition_file(project, week)
    kept = _Kept()
    check = Check(root, Store(), Asked(drafts=True, only={path.resolve()}), 1, kept, progress or silent)
    verdicts = check.run()
    if not drafts and any(edition.draft for edition in verdicts.editions):
        raise ConfigError(
            f"the edition of {week} is a draft", at=path, hint="take `draft: true` out of it, or ask for a proof"
        )
    if today and (waiting := [each for each in (*verdicts.editions, *verdicts.writeups) if each.date > str(today)]):
        first = waiting[0]
        raise ConfigError(
            f"{first.slug} is dated {first.date}, and waits for that day: today is {today}",
            at=first.path,
            hint="mend its date, or send the edition then",
        )
    if not verdicts.passed:
        return LetterReport(None, verdicts.findings)
    checking = check.checking
    edition, views = check_edition(load_edition(path), checking.packs, project.site.severity, checking.library)
    letter, shortened = Setting(project, edition, (edition.text, views), kept.texts).letter()
    return LetterReport(letter, verdicts.findings, shortened)


def _edition_file(project: Project, week: str) -> Path:
    """Return the file of a week's edition."""
    try:
        wanted = read_week(week)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    weeks = [path.stem for path in project.editions]
    for path in project.editions:
        if read_week(path.stem) == wanted:
            return path
    there = f"editions here: {', '.join(weeks[-5:])}" if weeks else "`clawpub new edition` begins one"
    raise ConfigError(f"there is no edition of {words_of(wanted)}", at=project.content / "editions", hint=there)


@dataclass
class _Kept:
    """Keeps what a check has at hand: each writeup that passed, and its views. See `Press` in generator/verdicts.py."""

    texts: dict[str, tuple[CheckedWriteup, Mapping[str, View]]] = field(default_factory=dict)

    def begin(
        self, check: Check, packs: Mapping[str, str], fronts: Iterable[Front], editions: Sequence[Verdict]
    ) -> None:
        pass

    def prepare(self, *, many: bool) -> None:
        pass

    def has(self, verdict: Verdict, key: str | None) -> bool:
        return False

    def print(self, checked: CheckedWriteup, views: Mapping[str, View]) -> str:
        self.texts[checked.writeup.slug] = checked, views
        return ""

    def take(self, verdict: Verdict, key: str | None) -> None:
        pass
