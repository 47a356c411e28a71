"""How long a server asks to be left alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


def wished_s(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, None where it asks for nothing that can be understood.

    It holds whole seconds, or a date (RFC 9110, 10.2.3); some servers write a fraction.
    """
    wish = (retry_after or "").strip()
    if SECONDS.fullmatch(wish):
        return float(wish)
    try:
        date = parsedate_to_datetime(wish)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds())
