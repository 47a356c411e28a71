"""`python -m generator.pages.browser_parts [FOLDER]`: exit status 0 where they are there, else 1."""

from __future__ import annotations

import sys
from pathlib import Path

from generator.pages.browser_parts import fetch

reason = fetch(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
if reason:
    sys.exit(f"pages compare what queries give with the stored values, and charts stand still: {reason}")
