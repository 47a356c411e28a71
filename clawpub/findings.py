"""What a check reports. A check collects every finding; it never stops at the first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold, where it stands, and the shortest way to mend it."""

    rule: str
    """The rule's id, e.g. `refuted` or `digest-mismatch`; stable, used in configuration and docs."""
    message: str
    path: Path
    line: int | None = None
    column: int | None = None
    """Lines and columns count from 1."""
    hint: str | None = None
    severity: Severity = "error"

    @property
    def place(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
