"""The commands that pages of the documentation show are run, in a copy of a publication that is prepared for its page;
what a page says that a command prints, it prints. Amazon, mail and the web are servers on this machine."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clawpub.pack.reader import open_pack
from tests.browser.serving import served
from tests.documented import Done, Shown, commands_of, prints, run_all
from tests.generator.mail.letters import Taken, mail_server
from tests.generator.publication import write_edition, write_publication, write_writeup
from tests.runner.providers import converse_server as bedrock
from tests.s3server import s3_server

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RELEASE = "clawpub build --release"
TODAY = "2026-11-30"
"""Of each release here, whatever this machine's clock says."""

NOT_RUN = {
    "make site": "it sets a machine up; the continuous integration runs it",
    "make test": "it is what runs this",
    "make extra": "it changes what is installed",
    "pip install": "it changes what is installed",
}
"""Beginnings of commands that are shown and not run, and why."""


@dataclass
class Place:
    """A publication in which a page's commands are run."""

    root: Path
    stack: ExitStack
    env: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    """What stands in a command, and what is run in its place."""
    statuses: dict[str, int] = field(default_factory=dict)
    """How a command ends that does not end with 0, by its beginning."""

    @property
    def www(self) -> Path:
        """What readers get."""
        return self.root.parent / "www"

    def clawpub(self, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.root.parent / "bin" / "clawpub"), *arguments],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, env=self.env, check=True, capture_output=True)


def make_place(folder: Path, stack: ExitStack) -> Place:
    """Return a place with a shell's surroundings, and nothing in it yet."""
    for name in ("weekly", "home", "bin", "tmp", "www"):
        (folder / name).mkdir()
    command = folder / "bin" / "clawpub"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from clawpub.cli import main; main()" "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    place = Place(folder / "weekly", stack)
    kept = ("PYTHONPATH", "LANG", "SSL_CERT_FILE", "COVERAGE_PROCESS_START")
    who = {f"GIT_{who}_{what}": "weekly@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    place.env = {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **who,
        "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
    }
    place.env.setdefault("PYTHONPATH", str(ROOT))
    place.instead = {RELEASE: f"{RELEASE} --today {TODAY}"}
    return place


def commit(place: Place) -> None:
    (place.root / ".gitignore").write_text("/site/\n/.clawpub/\n")
    place.git("init", "--quiet", "--initial-branch", "main")
    place.git("add", ".")
    place.git("commit", "--quiet", "--message", "What there is")


def own_content(place: Place) -> None:
    """The writeup of the tour, with the packs that it stands on, and a Bedrock that passes nothing."""
    content = ROOT / "content"
    slug = "writeups/the-same-call-again"
    shutil.copytree(content / slug, place.root / "content" / slug)
    shutil.copytree(content / "models", place.root / "content" / "models")
    shutil.copy(content / "site.toml", place.root / "content")
    pinned: list[str] = re.findall(r"^  \w+: (\S+)@sha256:", (content / slug / "index.md").read_text(), re.MULTILINE)
    for pack in pinned:
        shutil.copytree(content / "packs" / pack, place.root / "content" / "packs" / pack)
    (place.root / "content" / "campaigns").mkdir()
    block = re.search(r"```toml\n(id = .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    campaign = re.search(r'id = "(.*?)"', block[1])
    assert campaign
    (place.root / "content" / "campaigns" / f"{campaign[1]}.toml").write_text(block[1])
    commit(place)
    server = place.stack.enter_context(bedrock.converse_server(_looks_and_gives_up))
    place.env |= {
        "AWS_ACCESS_KEY_ID": bedrock.KEY,
        "AWS_SECRET_ACCESS_KEY": bedrock.SECRET,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    place.instead |= {
        "clawpub serve": "timeout --preserve-status --signal=INT 6 clawpub serve --port 0",
        "~/public": str(place.www),
    }
    everything_outside(place)


def _looks_and_gives_up(body: dict[str, Any], number: int) -> bedrock.Step:
    """One call of a tool that there is, then an answer."""
    if len(body["messages"]) > 1:
        return bedrock.said("I do not know.")
    name = body["toolConfig"]["tools"][0]["toolSpec"]
    needed = name["inputSchema"]["json"].get("required", [])
    return bedrock.said(calls=[(name["name"], dict.fromkeys(needed, "."))])


def small_content(place: Place) -> None:
    """Three packs and three writeups, two of which are of the week."""
    write_publication(place.root)
    site = place.root / "content" / "site.toml"
    site.write_text(site.read_text().replace('["AI benchmarks"]', '["AI benchmarks", "Security research"]'))
    for slug in ("another-harness", "the-same-call-again"):
        write_writeup(place.root, slug, body="Words.\n", day="2026-11-24", title=slug)


def on_the_web(place: Place) -> None:
    """What readers get, at the publication's own address."""
    address = place.stack.enter_context(served(place.www))
    site = place.root / "content" / "site.toml"
    site.write_text(re.sub(r'base_url = ".*"', f'base_url = "{address.rstrip("/")}"', site.read_text()))
    place.instead["https://weekly.example/"] = address


def released(place: Place) -> None:
    """A release, signed by made.pem and published already."""
    place.clawpub("key", "new", str(place.root.parent / "made.pem"))
    key = ("--sign-key", str(place.root.parent / "made.pem"))
    place.clawpub("build", "--release", "--no-search", "--today", TODAY, *key)
    shutil.copytree(place.root / "site", place.www, dirs_exist_ok=True)


def everything_outside(place: Place) -> None:
    """A mail server, readers, an S3 server and the targets of publish.toml."""
    port = place.stack.enter_context(mail_server(Taken()))
    (place.root / "publish.toml").write_text(
        f'[targets.production]\nurl = "folder:{place.www}"\n'
        '[mail]\nsender = "Weekly <weekly@example.org>"\nlist_id = "weekly.example.org"\n'
        'unsubscribe = "https://example.org/unsubscribe?t={token}"\n'
        f'via = "smtp://127.0.0.1:{port}"\nrate_per_s = 50\n'
    )
    (place.root / "readers.csv").write_text("email,name\nada@example.org,Ada\ngrace@example.org,Grace\n")
    (place.root / "unsubscribed.txt").write_text("grace@example.org\n")
    place.env["CLAWPUB_MAIL_KEY"] = "a key for tests, long enough"
    sending = "clawpub mail 2026-W48 --list readers.csv --suppress unsubscribed.txt"
    place.instead |= {f"{sending} --dry-run": f"{sending} --dry-run", sending: f"{sending} --yes"}


def an_s3_server(place: Place) -> None:
    server = place.stack.enter_context(s3_server(place.root.parent / "s3", "bucket"))
    place.env |= server.environment


def for_campaigns_to_mail(place: Place) -> None:
    """A campaign whose model is a script, a pack that was wrong, and the one that corrects it."""
    small_content(place)
    on_the_web(place)
    campaigns = place.root / "content" / "campaigns"
    campaigns.mkdir()
    (campaigns / "2026-11-25-my-model.toml").write_text(
        'id = "2026-11-25-my-model"\nsuite = "agentic-core-v1"\nruns = 1\ntasks = ["task_01", "task_02"]\n'
        '[model]\nid = "reference"\nprovider = "scripted"\n'
    )
    bot = place.root / "content" / "packs" / "2026-11-24-my-bot"
    described = 'title = "Trades"\nsource = "The bot\'s log"\nlicence = "CC0-1.0"\n'
    for name, more, trades in (("24-my-bot", "", 3), ("25-my-bot-corrected", "parent", 2)):
        (place.root / f"{name[3:]}.csv").write_text("trade,usd\n" + "".join(f"{n},{n}.5\n" for n in range(trades)))
        parent = f'parent = "{open_pack(bot).digest}"\n' if more else ""
        (place.root / f"{name[3:]}.toml").write_text(
            f'id = "2026-11-{name}"\n{described}{parent}[tables.trades]\nfile = "{name[3:]}.csv"\nkey = ["trade"]\n'
        )
        if not more:
            place.clawpub("pack", "import", "--describe", "my-bot.toml")
    write_writeup(
        place.root,
        "what-my-bot-did",
        body="[Observed — data pack trades]\n\nIt made [three]{fact=trades} trades.\n",
        ledger='[trades]\nis = "select count(*) from trades"\n',
        packs={"this": open_pack(bot)},
    )
    everything_outside(place)
    commit(place)
    (place.root / ".clawpub" / "mail").mkdir(parents=True, exist_ok=True)
    key = "~/.config/clawpub/weekly.pem"
    no_draft = "sed -i '/^draft: true/d' content/writeups/my-model/index.md content/editions/2026-W48.md"
    place.clawpub("key", "new", str(place.root.parent / "made.pem"))
    place.instead |= {
        "git add content": f"{no_draft} && git add content",  # what the author does by hand
        f"--sign-key {key}": f"--sign-key {place.root.parent / 'made.pem'}",  # made further down on the page
    }
    place.statuses["clawpub diff-truth"] = 1


def for_editions(place: Place) -> None:
    small_content(place)
    commit(place)


def for_mail(place: Place) -> None:
    small_content(place)
    on_the_web(place)
    write_edition(place.root, "2026-W48", "writeups: [another-harness, the-same-call-again]\n")
    everything_outside(place)
    commit(place)
    released(place)


def for_releases(place: Place) -> None:
    for_mail(place)
    made = place.root.parent / "made.pem"
    place.instead |= {
        "--sign-key ~/.config/clawpub/weekly.pem": f"--sign-key {made}",  # made further down on the page
        "--key weekly.pem": f"--key {place.www}/.well-known/clawpub-key.pem",
        "jq -r '.signatures": f"cd {place.www} && jq -r '.signatures",  # the page is about the files of a release
    }


def for_publishing(place: Place) -> None:
    for_mail(place)
    an_s3_server(place)
    place.git("init", "--quiet", "--bare", str(place.root.parent / "origin.git"))
    place.git("remote", "add", "origin", str(place.root.parent / "origin.git"))
    place.instead |= {"/srv/www": str(place.root.parent / "srv")}


PREPARED: Mapping[str, Callable[[Place], None]] = {
    "README.md": own_content,
    "editions.md": for_editions,
    "mail.md": for_mail,
    "operations.md": for_campaigns_to_mail,
    "releases.md": for_releases,
}
"""What is there before the first command of a page; of a page that is not named here, everything at once."""


@contextmanager
def prepared(page: Path, folder: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        place = make_place(folder, stack)
        PREPARED.get(page.name, for_publishing)(place)
        yield place


def runnable(page: Path) -> list[Shown]:
    """Return a page's commands that are run: of a block for which this machine lacks a program, none is."""
    shown = [each for each in commands_of(page.read_text(encoding="utf-8")) if not reason_not_to_run(each)]
    tools = ("jq", "openssl", "tar")
    lacking = {each.block for each in shown for tool in tools if tool in each.command and not shutil.which(tool)}
    return [each for each in shown if each.block not in lacking]


def reason_not_to_run(shown: Shown) -> str | None:
    return next((why for beginning, why in NOT_RUN.items() if shown.command.startswith(beginning)), None)


def put_in_place(command: str, instead: Mapping[str, str]) -> str:
    """Return a command as it is run here. The longest that fits goes first, and what was put in stays as it is."""
    parts = sorted(instead, key=len, reverse=True)
    if not parts:
        return command
    return re.sub("|".join(re.escape(part) for part in parts), lambda found: instead[found[0]], command)


RUN = ("editions.md", "mail.md")
"""Pages whose commands are run so far; what the others need is not all prepared yet."""


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in RUN], ids=lambda page: str(page.stem))
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    shown = runnable(page)
    with prepared(page, tmp_path) as place:
        commands = [put_in_place(each.command, place.instead) for each in shown]
        done = run_all(commands, place.root, tmp_path / "outputs", place.env)
        statuses = place.statuses
    told = "\n".join(f"$ {command}\n{each.printed}" for command, each in zip(commands, done, strict=True))
    for number, (each, came) in enumerate(zip(shown, done, strict=True)):
        following = shown[number + 1] if number + 1 < len(shown) else None
        where = f"{page.name}:{each.line}: {each.command}"
        assert came.status == expected_status(each, following, statuses), f"{where}\n{told}"
        assert said(each, came), f"{where}: printed\n{came.printed}\n{told}"


def expected_status(shown: Shown, following: Shown | None, statuses: Mapping[str, int]) -> int:
    """Return the status that the page itself shows, by `echo $?`, or that stands in a table here, or 0."""
    if following and following.command == "echo $?" and following.printed:
        return int(following.printed[0])
    return next((status for beginning, status in statuses.items() if shown.command.startswith(beginning)), 0)


def said(shown: Shown, done: Done) -> bool:
    return not shown.printed or prints(shown.printed, done.printed)


def test_nothing_is_left_out_that_no_page_shows() -> None:
    shown = [each.command for page in PAGES for each in commands_of(page.read_text(encoding="utf-8"))]
    for beginning in NOT_RUN:
        assert any(command.startswith(beginning) for command in shown), beginning
    for name in PREPARED:
        assert any(page.name == name for page in PAGES), name


def test_what_a_page_prints_may_leave_out_text_and_lines_but_not_change_any() -> None:
    printed = "one\ntwo 2\nthree\n"
    assert prints(["one", "two …", "three"], printed) and prints(["…", "three"], printed) and prints(["…"], printed)
    for other in (["one"], ["one", "two 3", "three"], ["…", "two"], ["two …", "…"]):
        assert not prints(other, printed), other


def test_commands_are_found_in_fences_and_indented_and_nowhere_else() -> None:
    text = "    clawpub check\n    content/x.md\n\n```console\n$ clawpub build\nsaid\n```\n"
    text += "```python\nclawpub\n```\n```sh\ncp a b\n```\n"
    found = commands_of(text)
    assert [(each.command, each.printed) for each in found] == [
        ("clawpub check", None),
        ("clawpub build", ("said",)),
        ("cp a b", None),
    ]
