"""Opening a box: what may go in, and which kind of box it is."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from clawpub.errors import SandboxError
from runner.sandbox import Fittings, Limits, Sandbox, bare, bubble, refuse_unfitted
from runner.sandbox.channel import ChannelBox, is_plain


@contextlib.asynccontextmanager
async def open_channel_box(
    files: Mapping[str, bytes],
    *,
    limits: Limits,
    sandbox: Sandbox,
    readonly: Mapping[str, Mapping[str, bytes]],
    fittings: Fittings | None = None,
    scratch: Path,
) -> AsyncIterator[ChannelBox]:
    """Return a box of the given sandbox; see `runner.sandbox.open_box`."""
    for path in itertools.chain(files, *readonly.values()):
        if not is_plain(path):
            raise SandboxError(f"{path!r} is not the relative path of a file")
    for folder in readonly:
        if not (folder.startswith("/") and is_plain(folder[1:])):
            raise SandboxError(f"{folder!r} is not an absolute path")
    refuse_unfitted(sandbox.name, fittings)
    if sandbox.name == "none":
        opened = bare.open_bare(limits, readonly, scratch)
    else:
        opened = bubble.open_bubble(
            limits, readonly, fittings or Fittings(), bounded=sandbox.name == bubble.WITH_CGROUP
        )
    async with opened as (box, told):
        await box.start(files, told)
        yield box
