"""`clawpub serve`: the publication as it is being written, with what its check finds shown in place."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clawpub.cli.output import find_root, printable, root_option, shown
from clawpub.cli.site import counted
from clawpub.errors import ConfigError
from clawpub.extras import install_hint

if TYPE_CHECKING:
    from generator.serve.server import Renewed, Served

MOST_NAMED = 3
"""Changed files that a line names."""


@click.command()
@root_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; other machines reach 0.0.0.0.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--open", "open_it", is_flag=True, help="Open the front page in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line, for programs.")
def serve(root: Path | None, host: str, port: int, open_it: bool, as_json: bool) -> None:
    """Show the publication while you write: every change is checked and shows at once in open pages.

    Findings do not stop a preview. They stand in the page where they were found, and in a list below it; drafts and
    writeups of the future are there and marked. Nothing is written into site/: that is what `clawpub build` is for.
    Ctrl-C ends it.

    \b
    clawpub serve
    clawpub serve --port 8080 --open
    """
    try:
        from generator.serve.server import serve as serve_preview
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn", "watchfiles", "anyio"):
            raise
        raise ConfigError(f"{error.name} is not installed", hint=install_hint("serve")) from None
    from generator.serve.workshop import Workshop

    told = _Told(find_root(root).resolve(), open_it, as_json)
    serve_preview(Workshop(told.root, date.today()), host, port, told)
    if not as_json:
        click.echo("stopped")


class _Told:
    """Prints what the server tells: one line for each."""

    def __init__(self, root: Path, open_it: bool, as_json: bool) -> None:
        self.root = root
        self.open_it = open_it
        self.as_json = as_json

    def __call__(self, news: Served | Renewed) -> None:
        from generator.serve.server import Served

        if self.as_json:
            click.echo(json.dumps(self._object(news)))
        else:
            click.echo(self._served(news) if isinstance(news, Served) else self._renewed(news))
        if isinstance(news, Served) and self.open_it:
            click.launch(news.url)

    def _object(self, news: Served | Renewed) -> dict[str, object]:
        from generator.serve.server import Served

        if isinstance(news, Served):
            return {"event": "serving", "url": news.url, "writeups": news.writeups, "seconds": round(news.seconds, 3)}
        severities = [finding.severity for finding in news.findings]
        return {
            "event": "checked",
            "changed": [self._inside(path) for path in news.changed],
            "seconds": round(news.seconds, 3),
            "errors": severities.count("error"),
            "warnings": severities.count("warning"),
            "pending": news.pending,
        }

    def _served(self, news: Served) -> str:
        writeups = f"{news.writeups:,} writeup{'' if news.writeups == 1 else 's'}"
        url = click.style(news.url, bold=True)
        return f"{shown(self.root)}: {writeups}, read in {news.seconds:.2f} s\n{url}  (Ctrl-C ends it)"

    def _renewed(self, news: Renewed) -> str:
        what = self._named(news.changed) if news.changed else "checked"
        left = f", {news.pending:,} writeups still to check" if news.pending else ""
        errors = any(finding.severity == "error" for finding in news.findings)
        found = click.style(counted(news.findings), fg="red" if errors else "green")
        return f"{printable(what)}  {news.seconds:.2f} s  {found}{left}"

    def _named(self, changed: Iterable[Path]) -> str:
        names = [self._inside(path) for path in changed]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return ", ".join(names[:MOST_NAMED]) + more

    def _inside(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
