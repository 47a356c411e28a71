"""Whether the pages that a letter leads to are there: the site as readers get it holds the edition."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from clawpub.errors import PublishError
from generator.release.statement import MAX_STATEMENT, STATEMENT, read_statement

TIMEOUT_S = 30.0


def why_not_published(base_url: str, page: str) -> str:
    """Return why an edition's page is not to be found where the site stands; empty where a release there holds it."""
    address = f"{base_url.rstrip('/')}/{STATEMENT}"
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "clawpub"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            data = answer.read(MAX_STATEMENT + 1)
        known = read_statement(data).digests
    except urllib.error.HTTPError as error:
        error.close()
        return f"{address} answers {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"{address} cannot be read: {getattr(error, 'reason', error)}"
    except PublishError as error:
        return f"{address}: {error.message}"
    return "" if page in known else f"the release at {base_url} has no {page}"
