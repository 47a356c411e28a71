"""The build: all or nothing, the same bytes every time, and never a folder that is not its own."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from clawpub.errors import ConfigError, PublishError
from clawpub.pack.model import PackInfo
from clawpub.pack.writer import PackFile, seal_pack
from generator.build import BuildOptions, BuildReport, build
from generator.pages import output
from generator.pages.output import MARKER, write_site
from generator.publication import CheckedPublication, check_publication
from tests.builders import seal_runs, tiny_events
from tests.generator.publication import BODY, SITE, seal_campaign, write_publication, write_writeup
from tests.golden import SITE_FOLDER, build_golden, files_of

CHECKOUT = Path(__file__).parents[2]


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return each file's bytes and inode: the site is untouched when not even its files were written anew."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): (file.read_bytes(), file.stat().st_ino) for file in files}


def content(folder: Path) -> dict[str, bytes]:
    return {path: data for path, (data, _) in snapshot(folder).items()}


def rules(report: BuildReport | CheckedPublication) -> list[str]:
    return [finding.rule for finding in report.findings]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A publication with one writeup and no pack."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    write_writeup(tmp_path, "first", body="Words.\n")
    return tmp_path


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_the_tiny_site_is_the_golden_one(tmp_path: Path) -> None:
    """After a change that was meant: `python -m tests.golden`, and read the difference."""
    built, golden = files_of(build_golden(tmp_path)), files_of(SITE_FOLDER)
    assert sorted(built) == sorted(golden)
    for path, data in built.items():
        assert data.decode() == golden[path].decode(), path


def test_building_twice_gives_equal_bytes_in_any_place(tmp_path: Path) -> None:
    one, other = write_publication(tmp_path / "one", local=True), write_publication(tmp_path / "other", local=True)
    assert build(one, tmp_path / "a").passed
    assert build(other, tmp_path / "b").passed
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_second_build_writes_nothing(small: Path) -> None:
    site = small / "site"
    first = build(small, site)
    before = snapshot(site)
    second = build(small, site)
    assert (second.written, second.unchanged, second.removed) == (0, first.written, 0)
    assert snapshot(site) == before
    assert (first.pages, second.pages) == (5, 5)  # the writeup, its section, the front page, the method, the 404


def test_only_what_changed_is_written_and_what_is_stale_goes(small: Path) -> None:
    site = small / "site"
    write_writeup(small, "second", body="More.\n", day="2026-01-01")
    build(small, site)
    before = snapshot(site)
    shutil.rmtree(small / "content" / "writeups" / "second")
    report = build(small, site)
    assert (report.written, report.removed) == (
        5,
        3,
    )  # lists: the front page, its section, both feeds, the sitemap
    assert snapshot(site)["writeups/first/index.html"] == before["writeups/first/index.html"]
    assert not (site / "writeups" / "second").exists()


def test_the_packs_in_the_site_are_the_sealed_ones(tmp_path: Path) -> None:
    root = write_publication(tmp_path)
    build(root, root / "site")
    assert content(root / "site" / "packs" / "dense" / "data") == content(root / "content" / "packs" / "dense")
    shutil.unpack_archive(root / "site" / "packs" / "dense" / "dense.zip", tmp_path / "unpacked")
    assert content(tmp_path / "unpacked" / "dense") == content(root / "content" / "packs" / "dense")


def test_a_file_beside_a_writeup_goes_with_it(small: Path) -> None:
    folder = small / "content" / "writeups" / "first"
    (folder / "picture.png").write_bytes(b"png")
    (folder / "index.md").write_text((folder / "index.md").read_text() + "\n![A picture](picture.png)\n")
    assert build(small, small / "site").passed
    assert (small / "site" / "writeups" / "first" / "picture.png").read_bytes() == b"png"


def test_a_plain_page_is_linked_from_every_page(small: Path) -> None:
    (small / "content" / "pages").mkdir()
    (small / "content" / "pages" / "about.md").write_text("# About us\n\nTwo people and [a feed](../../feed.xml).\n")
    assert build(small, small / "site").passed
    assert "Two people" in (small / "site" / "pages" / "about" / "index.html").read_text()
    assert '<a href="pages/about/index.html">About us</a>' in (small / "site" / "index.html").read_text()


@pytest.mark.parametrize("body", ["[Observed] Two.", "[2]{fact=two}", '{{ table("x") }}'])
def test_a_plain_page_may_not_look_checked(small: Path, body: str) -> None:
    (small / "content" / "pages").mkdir()
    (small / "content" / "pages" / "about.md").write_text(f"# About us\n\n{body}\n")
    report = build(small, small / "site")
    assert [(finding.rule, finding.line) for finding in report.findings] == [("unchecked-page", 3)]


# --- what stops it ----------------------------------------------------------------------------------------------------


def test_a_wrong_number_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    root = write_publication(tmp_path)
    assert build(root, root / "site").passed
    before = snapshot(root / "site")
    index = root / "content" / "writeups" / "dense-enough" / "index.md"
    index.write_text(index.read_text().replace("23/30", "24/30"))
    report = build(root, root / "site")
    assert not report.passed
    assert "refuted" in rules(report)
    assert (report.pages, report.written) == (0, 0)
    assert snapshot(root / "site") == before


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    body = BODY.replace('table("per_task_results"', 'table("per_task_reslts"').replace("23/30", "24/30")
    root = write_publication(tmp_path, body=body)
    (root / "content" / "writeups" / "empty").mkdir()
    damaged = seal_campaign(root / "content" / "packs", "damaged")
    (damaged.path / "tables" / "run_summary.csv").write_text("damaged")
    report = build(root, root / "site")
    assert set(rules(report)) >= {"refuted", "expression", "unreadable", "damaged-pack"}
    wrong = next(finding for finding in report.findings if finding.rule == "expression")
    lines = (root / "content/writeups/dense-enough/index.md").read_text().splitlines()
    assert "per_task_reslts" in lines[(wrong.line or 0) - 1]
    assert wrong.hint is not None
    assert "per_task_results" in wrong.hint
    assert not (root / "site").exists()


def test_an_expression_in_the_middle_of_a_text_is_refused_where_it_stands(tmp_path: Path) -> None:
    root = write_publication(tmp_path, body='One line,\nthen {{ table("run_summary") }} here.\n', ledger="")
    report = build(root, root / "site")
    wrong = next(finding for finding in report.findings if finding.rule == "expression")
    lines = (root / "content/writeups/dense-enough/index.md").read_text().splitlines()
    assert lines[(wrong.line or 0) - 1].startswith("then {{")


def test_a_printed_fact_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    root = write_publication(tmp_path, body='[Observed]\n\n{{ fact("nope") }}\n', ledger="")
    wrong = [finding.rule for finding in build(root, root / "site").findings if finding.severity == "error"]
    assert wrong == ["unknown-fact"]


def test_checking_finds_what_building_would(tmp_path: Path) -> None:
    root = write_publication(tmp_path, body="{{ compare_runs('nobody') }}\n", ledger="")
    assert rules(check_publication(root)) == rules(build(root, root / "site"))


def test_a_link_that_leads_nowhere_is_refused(small: Path) -> None:
    index = small / "content" / "writeups" / "first" / "index.md"
    index.write_text(index.read_text() + "\nSee [the other](../other/index.html), or ![nothing](none.png).\n")
    report = build(small, small / "site")
    assert rules(report) == ["dead-link", "dead-link"]
    assert not (small / "site").exists()


def test_a_pack_with_a_file_that_a_browser_would_run_is_refused(tmp_path: Path) -> None:
    root = tmp_path
    packs = root / "content" / "packs"
    packs.mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    seal_runs(packs, tiny_events())
    assert build(root, root / "site").passed
    page = PackFile("page", "notes/READ.HTML", b"<script>alert(1)</script>", "A page", "text/html")
    seal_pack(packs / "active", title="", info=PackInfo(format=1, origin="imported"), tables=[], files=[page])
    report = build(root, root / "site")
    assert rules(report) == ["active-file"]


def test_a_draft_is_left_out_unless_asked_for(small: Path) -> None:
    write_writeup(small, "draft", body="Not yet.\n", draft=True)
    build(small, small / "site")
    assert not (small / "site" / "writeups" / "draft").exists()
    build(small, small / "site", options=BuildOptions(drafts=True))
    assert "Draft" in (small / "site" / "writeups" / "draft" / "index.html").read_text()


def test_a_template_that_cannot_be_used_names_itself(small: Path) -> None:
    (small / "templates" / "partials").mkdir(parents=True)
    (small / "templates" / "partials" / "_footer.html").write_text("<footer>\n{{ nobody.knows }}\n</footer>")
    with pytest.raises(ConfigError, match="'nobody' is undefined") as caught:
        build(small, small / "site")
    assert caught.value.hint
    (small / "templates" / "partials" / "_footer.html").write_text("<footer>\n{% if %}\n</footer>")
    with pytest.raises(ConfigError, match=r"_footer\.html:2: "):
        build(small, small / "site")


# --- the folder -------------------------------------------------------------------------------------------------------

OLD: Mapping[str, bytes] = {f"a/{number}.txt": b"old" * 50 for number in range(60)} | {"same.txt": b"same"}
NEW: Mapping[str, bytes] = {f"b/{number}.txt": b"new" * 50 for number in range(60)} | {"same.txt": b"same"}


def whole(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in content(folder).items() if path != MARKER}


def beside(folder: Path) -> list[str]:
    """Return what lies beside a site, but for the one that it took the place of."""
    ours = (folder.name, f".{folder.name}.previous")
    return sorted(path.name for path in folder.parent.iterdir() if path.name not in ours)


def test_a_foreign_folder_is_never_touched(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "thesis.tex").write_text("years of work")
    with pytest.raises(PublishError, match="no build of clawpub made it") as caught:
        write_site(site, NEW)
    assert caught.value.hint
    assert whole(site) == {"thesis.tex": b"years of work"}
    assert beside(site) == []


def test_a_file_in_the_outputs_place_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(PublishError):
        write_site(tmp_path / "site", NEW)
    assert (tmp_path / "site").read_text() == "a file"


def test_a_foreign_folder_with_the_staging_name_is_never_touched(tmp_path: Path) -> None:
    staging = tmp_path / ".site.previous"
    staging.mkdir()
    (staging / "thesis.tex").write_text("years of work")
    with pytest.raises(PublishError, match="in the way"):
        write_site(tmp_path / "site", NEW)
    assert (staging / "thesis.tex").exists()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write_site(tmp_path / "site", NEW)
    assert whole(tmp_path / "site") == NEW
    assert beside(tmp_path / "site") == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_site_is_replaced_whole(tmp_path: Path, at_once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not at_once:  # a file system without renameat2
        monkeypatch.setattr(output, "_exchange_at_once", lambda one, other: False)
    write_site(tmp_path / "site", OLD)
    inode = (tmp_path / "site" / "same.txt").stat().st_ino
    written = write_site(tmp_path / "site", NEW)
    assert (written.written, written.unchanged, written.removed) == (60, 2, 60)
    assert whole(tmp_path / "site") == NEW
    assert (tmp_path / "site" / "same.txt").stat().st_ino == inode
    assert beside(tmp_path / "site") == []


def test_a_payload_that_fails_leaves_the_old_site(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise PublishError("no")

    write_site(tmp_path / "site", OLD)
    with pytest.raises(PublishError):
        write_site(tmp_path / "site", {**NEW, "z.txt": fail})
    assert whole(tmp_path / "site") == OLD
    assert beside(tmp_path / "site") == []


@pytest.mark.parametrize("path", ["../out.txt", "/etc/x", "a//b", "a/./b", "nul\0"])
def test_no_path_leads_out_of_the_site(tmp_path: Path, path: str) -> None:
    with pytest.raises(PublishError):
        write_site(tmp_path / "site", {path: b"x"})
    assert beside(tmp_path / "site") == []


def test_a_file_and_a_folder_of_one_name_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(PublishError):
        write_site(tmp_path / "site", {"a": b"x", "a/b": b"y"})
    assert beside(tmp_path / "site") == []


def test_two_builds_at_once_are_one_and_an_error(tmp_path: Path) -> None:
    lock = tmp_path / ".site.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(PublishError, match="another build"):
            write_site(tmp_path / "site", NEW)
    write_site(tmp_path / "site", NEW)
    assert not lock.exists()


def test_a_link_in_the_outputs_place_leads_to_the_folder_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    write_site(tmp_path / "site", NEW)
    assert (tmp_path / "site").is_symlink()
    assert whole(tmp_path / "real") == NEW


@pytest.mark.parametrize("killed", ["staged", "one-renamed", "both-renamed"])
def test_a_build_killed_between_two_renames_is_mended(tmp_path: Path, killed: str) -> None:
    site, staging, old = tmp_path / "site", tmp_path / ".site.previous", tmp_path / ".site.old"
    write_site(site, OLD)
    write_site(staging, {**OLD, **NEW})
    if killed != "staged":
        site.rename(old)
    if killed == "both-renamed":
        staging.rename(site)
    write_site(site, NEW)
    assert whole(site) == NEW
    assert beside(site) == []


KILLED = """
import sys
from pathlib import Path
from generator.pages import output
OLD = {f"a/{number}.txt": b"old" * 50 for number in range(60)} | {"same.txt": b"same"}
NEW = {f"b/{number}.txt": b"new" * 50 for number in range(60)} | {"same.txt": b"same"}
site = Path(sys.argv[1])
if sys.argv[2] == "renames":
    output._exchange_at_once = lambda one, other: False
print("ready", flush=True)
while True:
    output.write_site(site, NEW)
    output.write_site(site, OLD)
"""


@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_a_killed_build_leaves_the_old_or_the_new_site_whole(tmp_path: Path, way: str) -> None:
    """With two renames instead of the exchange, the site may be away for a moment; the next build brings it back."""
    site = tmp_path / "site"
    write_site(site, OLD)
    dice = random.Random(7)
    for _ in range(12):
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        command = [sys.executable, "-c", KILLED, str(site), way]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(dice.random() * 0.05)
            process.send_signal(signal.SIGKILL)
        if way == "exchange" or site.exists():
            assert whole(site) in (OLD, NEW)
        else:
            assert whole(tmp_path / ".site.old") in (OLD, NEW)
    write_site(site, NEW)
    assert whole(site) == NEW
    assert beside(site) == []


def test_a_release_makes_what_is_optional_unless_told_otherwise() -> None:
    assert BuildOptions(release=True).makes_cards
    assert not BuildOptions(release=True, cards=False).makes_cards
    assert not BuildOptions().makes_search
    assert BuildOptions(search=True).makes_search


def test_a_release_refuses_drafts() -> None:
    with pytest.raises(ConfigError, match="no drafts"):
        BuildOptions(drafts=True, release=True)
