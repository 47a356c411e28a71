"""`clawpub build --release`: what is in one, what waits, that it is the same each time, what stops it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clawpub.errors import ClawpubError, PublishError
from generator.build import BuildOptions, BuildReport, build
from generator.project import load_project
from generator.release.making import predicate_of
from generator.release.signing import SigningKey, new_key, read_envelope, read_public_key
from generator.release.statement import ENVELOPE, OWN, PUBLIC_KEY, STATEMENT, read_statement
from generator.verdicts import find_verdicts
from tests.generator.publication import seal_campaign, write_edition, write_publication, write_writeup
from tests.generator.release.test_history import git

TODAY = date(2026, 11, 25)
KEY = new_key()
OPTIONS = BuildOptions(release=True, today=TODAY, cards=False, search=False)


def release(root: Path, *, key: SigningKey | None = KEY, options: BuildOptions = OPTIONS) -> BuildReport:
    return build(root, root / "site", options=options, key=key)


def passed(report: BuildReport) -> BuildReport:
    assert report.passed, report.findings
    return report


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def rules(report: BuildReport) -> list[str]:
    return [finding.rule for finding in report.findings if finding.severity == "error"]


def predicate(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((root / "site" / STATEMENT).read_bytes())["predicate"]
    return told


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of three packs, two writeups and an edition, released."""
    root = write_publication(tmp_path_factory.mktemp("release"), local=True)
    write_writeup(root, "words", body="Words.\n")
    write_edition(root, "2026-W48", "writeups: [dense-enough]\n")
    passed(release(root))
    return root


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A publication of one pack and a writeup that names it."""
    pack = seal_campaign(tmp_path / "content" / "packs", "dense")
    (tmp_path / "content" / "site.toml").write_text('title = "Weekly"\nbase_url = "https://weekly.example"\n')
    write_writeup(tmp_path, "first", body="Words.\n", packs={"this": pack}, section="")
    return tmp_path


# --- what is in one ---


def test_every_file_is_named_by_its_digest_and_no_other(made: Path) -> None:
    site = files_of(made / "site")
    statement = read_statement(site[STATEMENT])
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in site.items() if name not in OWN}
    assert statement.digests == digests
    assert [subject.name for subject in statement.subject] == sorted(digests)
    assert {"index.html", PUBLIC_KEY, "_headers", "source/content/site.toml", "packs/dense/dense.zip"} <= digests.keys()


def test_it_says_what_was_checked_by_whom_and_against_what(made: Path) -> None:
    told = predicate(made)
    assert told["publication"] == {"title": "Test Weekly", "base_url": "https://weekly.example/site"}
    assert told["checker"]["name"] == "clawpub" and len(told["checker"]["code"]) == 64
    assert told["made_with"] == {"cards": False, "search": False, "own_templates": False}
    assert [(pack["id"], pack["origin"], pack["uncommitted"]) for pack in told["packs"]] == [
        ("dense", "executed", False),
        ("next", "transcribed", False),
        ("sparse", "executed", False),
    ]
    assert [(text["kind"], text["slug"], text["date"]) for text in told["texts"]] == [
        ("writeup", "dense-enough", "2026-11-02"),
        ("writeup", "words", "2026-11-02"),
        ("edition", "2026-W48", "2026-11-25"),
    ]
    dense = told["texts"][0]
    assert dense["packs"] == {pack["id"]: pack["digest"] for pack in told["packs"]}
    assert dense["verified"] == 6 and dense["coverage"]["unbound"] == 0 and dense["coverage"]["bound"] == 6
    for text in told["texts"]:
        assert (made / "site" / text["page"]).is_file()
        assert (made / "site" / text["source"]).read_bytes() == (made / text["source"].partition("/")[2]).read_bytes()
    for pack in told["packs"]:
        descriptor = (made / "site" / pack["url"] / "data" / "datapackage.json").read_bytes()
        assert pack["digest"] == "sha256:" + hashlib.sha256(descriptor).hexdigest()


def test_the_signature_is_of_the_statement_by_the_key_that_is_published(made: Path) -> None:
    site = made / "site"
    envelope = read_envelope((site / ENVELOPE).read_bytes())
    assert envelope.content == (site / STATEMENT).read_bytes()
    published = read_public_key((site / PUBLIC_KEY).read_bytes())
    assert published == KEY.public and envelope.signed_by(published)


def test_without_a_key_there_is_a_statement_and_no_signature(small: Path) -> None:
    report = passed(release(small, key=None))
    assert report.release and report.release.signed_by == ""
    assert (small / "site" / STATEMENT).is_file()
    assert not (small / "site" / ENVELOPE).exists() and not (small / "site" / ".well-known").exists()


def test_the_report_says_what_became_of_it(made: Path) -> None:
    report = passed(release(made))
    assert report.release
    assert report.release.signed_by == KEY.public.fingerprint
    assert report.release.files == len(read_statement((made / "site" / STATEMENT).read_bytes()).subject)
    assert report.release.statement_bytes == (made / "site" / STATEMENT).stat().st_size


def test_what_was_made_on_this_machine_is_no_part_of_it(made: Path) -> None:
    report = passed(release(made))
    assert report.release and report.release.local == ("demo-tiny",)
    assert not (made / "site" / "demo").exists()
    assert "demo/" not in (made / "site" / "index.html").read_text()
    assert passed(build(made, made / "plain")).release is None
    assert (made / "plain" / "demo" / "packs" / "demo-tiny" / "index.html").is_file()


def test_a_plain_build_takes_the_statement_away_again(small: Path) -> None:
    passed(release(small))
    passed(build(small, small / "site"))
    assert not OWN & {STATEMENT, ENVELOPE} & set(files_of(small / "site"))


def test_headers_reach_the_releases_own_files(made: Path) -> None:
    headers = (made / "site" / "_headers").read_text()
    assert all(f"\n/{place}\n" in headers for place in (STATEMENT, ENVELOPE, ".well-known/*", "source/*"))


def test_templates_of_its_own_are_told_and_not_published(small: Path) -> None:
    (small / "templates" / "layouts").mkdir(parents=True)
    (small / "templates" / "layouts" / "not_found.html").write_text("{{ page.title }}{{ publication.title }}\n")
    passed(release(small))
    assert predicate(small)["made_with"]["own_templates"] is True
    assert not [name for name in files_of(small / "site") if "template" in name or "not_found" in name]


# --- the same again ---


def test_two_releases_of_equal_content_have_equal_bytes(made: Path, tmp_path: Path) -> None:
    before = files_of(made / "site")
    other = tmp_path / "other"
    shutil.copytree(made / "content", other / "content")
    passed(release(other))
    assert files_of(other / "site") == before


def test_a_second_release_writes_nothing(small: Path) -> None:
    passed(release(small))
    report = passed(release(small))
    assert (report.written, report.removed) == (0, 0)


def test_one_changed_word_changes_the_digests_of_what_holds_it(small: Path) -> None:
    passed(release(small))
    before = read_statement((small / "site" / STATEMENT).read_bytes()).digests
    index = small / "content" / "writeups" / "first" / "index.md"
    index.write_text(index.read_text().replace("Words.", "Other words."))
    passed(release(small))
    after = read_statement((small / "site" / STATEMENT).read_bytes()).digests
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"writeups/first/index.html", "source/content/writeups/first/index.md"}


# --- what waits ---


def test_what_is_dated_later_waits_for_its_day(small: Path) -> None:
    write_writeup(small, "tomorrow", body="[Observed]\n\n99 of 100 passed.\n", day="2026-11-26", section="")
    write_writeup(small, "today", body="Words.\n", day="2026-11-25", section="")
    write_edition(small, "2026-W47", "writeups: [tomorrow]\n", day="2026-11-27")
    report = passed(release(small))
    assert report.release and report.release.waiting == (("tomorrow", "2026-11-26"), ("2026-W47", "2026-11-27"))
    site = files_of(small / "site")
    assert "writeups/today/index.html" in site
    assert not [name for name in site if "tomorrow" in name or "w47" in name.lower()]
    assert not [name for name, data in site.items() if b"tomorrow" in data or b"2026-W47" in data]


def test_on_its_day_it_is_there(small: Path) -> None:
    write_writeup(small, "tomorrow", body="Words.\n", day="2026-11-26", section="")
    report = passed(release(small, options=replace(OPTIONS, today=date(2026, 11, 26))))
    assert report.release and report.release.waiting == ()
    assert (small / "site" / "writeups" / "tomorrow" / "index.html").is_file()


def test_a_plain_build_shows_the_future_as_ever(small: Path) -> None:
    write_writeup(small, "tomorrow", body="Words.\n", day="2999-01-01", section="")
    assert passed(build(small, small / "site")).release is None
    assert (small / "site" / "writeups" / "tomorrow" / "index.html").is_file()


def test_a_draft_of_the_future_does_not_wait(small: Path) -> None:
    write_writeup(small, "idea", body="Words.\n", day="2999-01-01", draft=True)
    report = passed(release(small))
    assert report.release and report.release.waiting == ()


# --- what stops it ---


@pytest.mark.parametrize("setting", ["off", "warning", "error"])
def test_a_pack_named_without_its_digest_stops_it_whatever_the_settings(small: Path, setting: str) -> None:
    site = small / "content" / "site.toml"
    site.write_text(site.read_text() + f'[severity]\nunpinned = "{setting}"\nstale-pin = "{setting}"\n')
    folder = small / "content" / "writeups"
    index = folder / "first" / "index.md"
    head, _, tail = index.read_text().partition("@sha256:")
    for text in (f"{head}\n---\n{tail.partition('---')[2]}", f"{head}@sha256:{'0' * 64}\n---\nWords.\n"):
        index.write_text(text)
        assert setting == "error" or passed(build(small, small / "plain"))
        report = release(small)
        assert rules(report) in (["release-pin"], ["stale-pin"]) and not (small / "site").exists()
        assert any(finding.hint and "dense@sha256:" in finding.hint for finding in report.findings)


def test_everything_is_told_at_once(small: Path) -> None:
    (small / "content" / "packs" / "dense" / "notes.txt").write_text("mine")
    (small / "content" / "packs" / "dense" / "tables" / "link.csv").symlink_to("/etc/passwd")
    write_writeup(small, "wrong", body="[Observed]\n\n99 of 100 passed.\n", section="")
    assert sorted(rules(release(small))) == ["unbound", "unsealed-file", "unsealed-file"]
    assert not (small / "site").exists()


def test_a_pack_that_git_does_not_have_stops_it_unless_that_is_allowed(small: Path) -> None:
    git(small, "init", "--quiet")
    git(small, "add", "content/writeups")
    git(small, "commit", "--quiet", "--message", "Words")
    assert rules(release(small)) == ["uncommitted"]
    report = passed(release(small, options=replace(OPTIONS, allow_dirty=True)))
    assert report.release and report.release.uncommitted == ("dense",)
    assert predicate(small)["packs"][0]["uncommitted"] is True
    git(small, "add", "content")
    git(small, "commit", "--quiet", "--message", "A pack")
    assert passed(release(small)).release
    assert predicate(small)["packs"][0]["uncommitted"] is False


def test_where_git_says_nothing_dirt_may_be_allowed_and_is_told(small: Path) -> None:
    git(small, "init", "--quiet")
    (small / ".git" / "config").write_text("[core\n")
    with pytest.raises(ClawpubError, match="git does not say"):
        release(small)
    passed(release(small, options=replace(OPTIONS, allow_dirty=True)))
    assert predicate(small)["packs"][0]["uncommitted"] is True


@pytest.mark.parametrize("name", ["a\\b.csv", "a\nb.csv", "a\u202eb.csv"])
def test_a_file_that_no_statement_can_name_stops_it(small: Path, name: str) -> None:
    passed(release(small))
    before = files_of(small / "site")
    (small / "content" / "writeups" / "first" / name).write_text("a,b\n")
    with pytest.raises(PublishError, match="cannot name") as refused:
        release(small)
    assert refused.value.hint
    assert files_of(small / "site") == before


@pytest.mark.parametrize(
    "changes",
    [{"checked": False}, {"coverage": {"unbound": 1}}, {"packs": {"gone": None}}],
    ids=lambda each: next(iter(each)),
)
def test_no_statement_is_made_of_what_was_not_verified(small: Path, changes: Mapping[str, Any]) -> None:
    verdicts = find_verdicts(small)
    project = load_project(small)
    assert predicate_of(project, verdicts, ()).texts
    wrong = replace(verdicts, writeups=tuple(replace(verdict, **changes) for verdict in verdicts.writeups))
    with pytest.raises(PublishError, match="not verified"):
        predicate_of(project, wrong, ())


def test_what_is_edited_while_a_release_is_made_stops_it(small: Path) -> None:
    passed(release(small))
    before = files_of(small / "site")
    index = small / "content" / "writeups" / "first" / "index.md"

    def edit(what: str, done: int, of: int) -> None:
        if what == "rendering":  # after the check
            index.write_text(index.read_text().replace("Words.", "99 of 100 passed."))

    with pytest.raises(PublishError, match="changed after it was checked"):
        build(small, small / "site", options=OPTIONS, key=KEY, progress=edit)
    assert files_of(small / "site") == before


KILLED = """
import sys
from datetime import date
from pathlib import Path
from generator.build import BuildOptions, build
root = Path(sys.argv[1])
index = root / "content" / "writeups" / "first" / "index.md"
options = BuildOptions(release=True, today=date(2026, 11, 25), cards=False, search=False)
print("ready", flush=True)
for number in range(1000):
    index.write_text(index.read_text().partition("Words.")[0] + "Words. " + "More. " * (number % 7))
    assert build(root, root / "site", options=options).passed
"""


def test_a_release_that_is_killed_leaves_one_that_holds(small: Path) -> None:
    """Whichever it is, the old one or the new, its statement is true of every file."""
    passed(release(small, key=None))
    dice = random.Random(7)
    for _ in range(50 if os.environ.get("CLAWPUB_SOAK") else 5):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", KILLED, str(small)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(dice.random() * 0.8)
            process.send_signal(signal.SIGKILL)
        site = files_of(small / "site")
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in site.items() if name not in OWN}
        assert read_statement(site[STATEMENT]).digests == digests


def test_an_unsigned_build_loads_no_cryptography(small: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import date; from generator.build import *\n"
        "options = BuildOptions(release=True, today=date(2026, 11, 25), cards=False, search=False)\n"
        "assert build(Path(sys.argv[1]), Path(sys.argv[2]), options=options).passed\n"
        "assert 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(small), str(small / "site")], check=True)
