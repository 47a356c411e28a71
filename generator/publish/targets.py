"""What a target's name or address means.

s3://BUCKET[/PREFIX]     an object store
git:REMOTE#BRANCH        a branch of a git repository; REMOTE is a name, an address or a path
folder:PATH, or a PATH with a slash in it
NAME                     one of publish.toml's [targets]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.toml_source import nearest_hint
from generator.publish.git import parse_remote
from generator.publishing import PUBLISHING, Publishing, Target

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
EXAMPLES = "s3://bucket/prefix, git:origin#gh-pages, folder:/srv/www, or a name of publish.toml's [targets]"


@dataclass(frozen=True)
class Bucket:
    bucket: str
    prefix: str
    settings: Target


@dataclass(frozen=True)
class Branch:
    remote: str
    branch: str


@dataclass(frozen=True)
class Folder:
    path: Path


def find_target(said: str | None, publishing: Publishing, root: Path) -> Bucket | Branch | Folder:
    """Return the target that is meant; where none is named, the only one of publish.toml.

    Raises: ConfigError saying what a target may be.
    """
    known = publishing.targets
    if said is None:
        if len(known) != 1:
            named = f"one of {', '.join(known)}" if known else EXAMPLES
            raise ConfigError("name a target", hint=named)
        said = next(iter(known))
    settings = known.get(said) or next((target for target in known.values() if target.url == said), None)
    return _parsed(settings.url if settings else said, settings or Target(url=said), root, known)


def _parsed(url: str, settings: Target, root: Path, known: dict[str, Target]) -> Bucket | Branch | Folder:
    scheme, colon, rest = url.partition(":")
    match scheme if colon else "":
        case "s3":
            bucket, _, prefix = rest.removeprefix("//").partition("/")
            prefix = prefix.strip("/")
            if not _BUCKET.fullmatch(bucket) or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
                raise ConfigError(f"{url!r} names no bucket", hint="s3://bucket or s3://bucket/prefix")
            return Bucket(bucket, prefix, settings)
        case "git":
            return Branch(*parse_remote(rest))
        case "folder":
            return Folder((root / rest).absolute())
    if "/" in url and "://" not in url:
        return Folder(Path(url).absolute())
    hints = filter(None, (nearest_hint(url, known), EXAMPLES))
    raise ConfigError(f"no target {url!r} in {PUBLISHING}", hint="; or ".join(hints))
