"""What a deploy writes down in the store, under `.clawpub/`: what it put there and what it is about to put.

    .clawpub/deploy.json    the last deploy that came to its end: every file with its digest, ETag and headers
    .clawpub/intent.json    the last deploy that began: the files that it might have put, and what must be invalidated

A deploy that was interrupted is one whose intent is younger than what came to its end. The next one knows by it which
files in the store are ours, and which addresses still show old pages in a cache. What neither names is not ours, and
is never touched.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from clawpub.errors import PublishError
from generator.publish.order import Served
from generator.release.statement import SafeName, first_fault

STATE = ".clawpub/"
DEPLOY = STATE + "deploy.json"
INTENT = STATE + "intent.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Put(_Part):
    """A file as it was put."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    etag: str
    headers: str
    """`headers_digest` of those it was put with."""


class Deploy(_Part):
    format: Literal[1] = 1
    deploy: str
    release: str
    """The SHA-256 of its `release.json`, in hex."""
    at: AwareDatetime
    files: dict[SafeName, Put]
    stale: dict[SafeName, AwareDatetime] = {}
    """Files of former releases that are left for pages which readers have open, and since when."""
    conditional: bool = True
    """Whether the store refuses a conditional write whose condition does not hold."""


class Intent(_Part):
    format: Literal[1] = 1
    deploy: str
    keys: tuple[SafeName, ...] = ()
    """What may have been put, by this deploy and by interrupted ones before it."""
    invalidate: tuple[str, ...] = ()
    """Addresses that a cache may still answer with what was there before."""


def headers_digest(served: Served) -> str:
    """Return a short digest of headers: most of a site's files share a few."""
    return hashlib.sha256(f"{served.content_type}\n{served.cache_control}".encode()).hexdigest()[:12]


def print_note(note: Deploy | Intent) -> bytes:
    return note.model_dump_json().encode()


def read_deploy(data: bytes) -> Deploy:
    """Raises: PublishError."""
    try:
        return Deploy.model_validate_json(data)
    except ValidationError as error:
        raise _unreadable(DEPLOY, error) from None


def read_intent(data: bytes) -> Intent:
    """Raises: PublishError."""
    try:
        return Intent.model_validate_json(data)
    except ValidationError as error:
        raise _unreadable(INTENT, error) from None


def _unreadable(key: str, error: ValidationError) -> PublishError:
    return PublishError(
        f"{key} at the target cannot be read: {first_fault(error)}",
        hint=f"another version of clawpub may have written it; where none did, remove {key} and publish with --adopt",
    )
