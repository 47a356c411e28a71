"""Text with the characters written out that would hide or reorder other text."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup


def visible(value: Any) -> Any:
    """Return text with the characters that would hide or reorder other text written out as their code points.

    Every value that a template prints passes through here; markup that is rendered already does not.
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", value)
    return value


_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
