"""`clawpub doctor`: can this machine do the work, and if not, what would mend it."""

from __future__ import annotations

import platform
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from clawpub import __version__
from clawpub.cli.output import json_option, print_json
from clawpub.errors import SandboxError
from runner.sandbox import probe


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what this machine can isolate and run, by trying it.

    \b
    clawpub doctor
    """
    try:
        sandbox = probe(scratch=Path(".clawpub/scratch"))
        boxed, detail, hint = True, f"{sandbox.name}: {sandbox.sentence}", None
    except SandboxError as error:
        boxed, detail, hint = False, error.message, error.hint
    local = find_spec("xllamacpp") is not None
    if as_json:
        print_json({"version": __version__, "sandbox": {"ok": boxed, "detail": detail, "hint": hint}, "local": local})
    else:
        click.echo(f"clawpub {__version__}, Python {platform.python_version()}, {platform.platform()}")
        click.echo(f"{'ok     ' if boxed else 'MISSING'} sandbox  {detail}")
        if hint:
            click.echo(f"        hint: {hint}")
        click.echo(f"{'ok     ' if local else 'MISSING'} local models  {'llama.cpp' if local else 'the extra [local]'}")
        if not local:
            click.echo("        hint: pip install 'clawpub[local]'")
    sys.exit(0 if boxed else 1)
