"""`python -m generator.pages.sqlite_wasm [FOLDER]`: exit status 0 where it is there, 1 where pages must do without."""

from __future__ import annotations

import sys
from pathlib import Path

from generator.pages.sqlite_wasm import fetch

reason = fetch(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
if reason:
    sys.exit(f"pages will compare what queries give with the stored values: no SQLite for browsers, {reason}")
