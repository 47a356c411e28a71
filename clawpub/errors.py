"""The errors a user can meet.

    ClawpubError              anything below; the command line prints it and exits with 2
    ├── ConfigError           a campaign, site or ledger file that cannot be used as it stands
    ├── PackError             a data pack that cannot be read, sealed or trusted
    ├── ProviderError         a model endpoint that did not answer; its `cause` says whether to try again
    ├── FactError             a fact that the tables do not answer; a check turns it into a Finding
    ├── SandboxError          no box, or a box that broke
    ├── HarnessError          a harness of its own that broke, or whose record contradicts what went over the wire
    ├── ContentError          a writeup that cannot be read (a wrong *claim* is a Finding, not an error)
    └── PublishError          a site that could not be written or uploaded

Expected trouble is data: a failing run is an outcome, a wrong number is a `Finding`. An error means that the work
asked for cannot go on, and says where, what was expected, what was found, and what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clawpub.causes import CAUSES, Cause


@dataclass(frozen=True)
class Place:
    """A position in a file, as compilers print it: `path:line:column`, both counted from 1."""

    path: Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [str(self.path), self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


class ClawpubError(Exception):
    """Something the user can mend: what is wrong, where (`at`), and what to do about it (`hint`)."""

    def __init__(self, message: str, *, at: Place | Path | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = Place(at) if isinstance(at, Path) else at
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """An error comes back whole from another process."""
        return _again, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        text = f"{self.at}: {self.message}" if self.at else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text


def _again(cls: type[ClawpubError], args: tuple[Any, ...], state: dict[str, Any]) -> ClawpubError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(ClawpubError):
    pass


class PackError(ClawpubError):
    pass


class ProviderError(ClawpubError):
    """`retry_after_s`: seconds that the server asks to be left alone."""

    def __init__(
        self,
        message: str,
        *,
        cause: Cause,
        at: Place | Path | None = None,
        hint: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, at=at, hint=hint)
        self.cause = cause
        self.retry_after_s = retry_after_s

    @property
    def retryable(self) -> bool:
        return CAUSES[self.cause].retry


class FactError(ClawpubError):
    pass


class SandboxError(ClawpubError):
    pass


class HarnessError(ClawpubError):
    pass


class ContentError(ClawpubError):
    pass


class PublishError(ClawpubError):
    pass
