"""`clawpub verify` on folders: what holds is proved, and each thing that a forger does is named."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from clawpub.errors import PublishError
from generator.build import BuildOptions, build
from generator.pages.output import MARKER
from generator.release.signing import new_key
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT, read_statement
from generator.verify.folder import Folder
from generator.verify.verifying import origin_of, verify
from tests.generator.verify.forging import (
    KEY,
    OPTIONS,
    PAGE,
    SOURCE,
    change,
    errors,
    flip,
    names_of,
    of_other_code,
    proved,
    restate,
    said,
    write_release,
)

SOAK = bool(os.environ.get("CLAWPUB_SOAK"))
DATA = "packs/dense/data"


def test_a_release_is_proved(released: Path) -> None:
    report = proved(released)
    assert report.passed and not report.findings and not report.notes
    assert report.files == len(names_of(released)) and report.links > 200
    assert report.packs == 1 and report.texts == 3 and report.claims == 2
    assert report.comparison.how == "bytes"
    pages = sum(name.endswith(".html") for name in names_of(released))
    assert report.comparison.equal == report.comparison.pages == pages
    assert report.signature.fingerprint == KEY.public.fingerprint and not report.signature.pinned


def test_what_was_kept_can_be_proved_again(released: Path, tmp_path: Path) -> None:
    assert proved(released, digests_only=True, keep=tmp_path / "kept").passed
    report = proved(tmp_path / "kept", digests_only=True)
    assert report.passed and report.files == len(names_of(released))
    with pytest.raises(PublishError, match="not empty"):
        proved(released, keep=tmp_path / "kept")


# --- whose it is ---


def test_a_pinned_key_must_have_signed(released: Path) -> None:
    assert proved(released, digests_only=True, pinned=KEY.public).signature.pinned
    other = new_key().public
    report = proved(released, digests_only=True, pinned=other)
    assert said(report) == {("signature", ENVELOPE)} and not report.signature.fingerprint
    assert other.fingerprint in errors(report)[0].message and KEY.public.fingerprint in errors(report)[0].message


def test_a_release_that_nobody_signed_is_told_apart(site: Path) -> None:
    (site / PUBLIC_KEY).unlink()
    restate(site, key=None)
    report = proved(site, digests_only=True)
    assert report.passed and not report.signature.fingerprint
    assert said(proved(site, digests_only=True, pinned=KEY.public)) == {("signature", ENVELOPE)}


def test_a_signature_that_was_taken_away_is_missed(site: Path) -> None:
    (site / ENVELOPE).unlink()
    assert said(proved(site, digests_only=True)) == {("signature", ENVELOPE)}


def test_a_changed_statement_is_not_the_signed_one(site: Path) -> None:
    change(site, STATEMENT, '"Test Weekly"', '"Best Weekly"')
    report = proved(site, digests_only=True)
    assert said(report) == {("signature", ENVELOPE)} and "what is signed" in errors(report)[0].message


def test_a_forger_who_signs_with_another_key_is_found(site: Path) -> None:
    restate(site, key=new_key(), edit=lambda told: told["publication"].update(title="Mine"))
    assert said(proved(site, digests_only=True)) == {("signature", ENVELOPE)}


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"payloadType": 1}'])
def test_an_envelope_that_is_none_is_a_finding(site: Path, content: bytes) -> None:
    (site / ENVELOPE).write_bytes(content)
    assert said(proved(site, digests_only=True)) == {("signature", ENVELOPE)}


def test_a_key_that_is_none_is_a_finding(site: Path) -> None:
    (site / PUBLIC_KEY).write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    assert said(proved(site, digests_only=True)) == {("signature", ENVELOPE), ("digest", PUBLIC_KEY)}


# --- every byte ---


def test_one_changed_byte_is_named_in_any_file(site: Path) -> None:
    """A sample in CI, every file of the release with CLAWPUB_SOAK=1."""
    names = names_of(site)
    chosen = names if SOAK else random.Random(7).sample(names, 8)
    for name in chosen:
        before = (site / name).read_bytes()
        flip(site / name, random.Random(name).randrange(len(before) or 1))
        report = proved(site, digests_only=True)
        found = {(rule, path) for rule, path in said(report) if rule != "dead-link"}
        (site / name).write_bytes(before)
        expected = {("digest", name)} | ({("signature", ENVELOPE)} if name == PUBLIC_KEY else set())
        assert found == expected, name
    assert proved(site, digests_only=True).passed


def test_all_are_named_at_once_and_none_only_first(site: Path) -> None:
    names = [name for name in names_of(site) if name != PUBLIC_KEY]
    for name in names:
        flip(site / name)
    report = proved(site)
    assert {name for rule, name in said(report) if rule == "digest"} == set(names)
    assert report.files == 1 and any("were not checked" in note for note in report.notes)


def test_the_line_that_was_changed_is_shown_beside_what_the_source_makes(site: Path) -> None:
    change(site, PAGE, "Whether the <em>recipe</em>", "Nobody asks whether the <em>recipe</em>")
    (found,) = errors(proved(site))
    assert (found.rule, found.path.as_posix()) == ("digest", PAGE)
    assert found.line and "Nobody asks" in (site / PAGE).read_text().splitlines()[found.line - 1]
    assert "Nobody asks" in found.message and "Whether the <em>" in found.message


def test_missing_and_additional_files_are_named(site: Path) -> None:
    (site / "robots.txt").unlink()
    (site / "packs" / "dense" / "extra.html").write_text("x")
    (site / ".clawpub").mkdir()
    (site / ".clawpub" / "deploy.json").write_text("{}")
    (site / ".nojekyll").write_text("")
    assert (site / MARKER).is_file()
    assert said(proved(site, digests_only=True)) == {("missing", "robots.txt"), ("unlisted", "packs/dense/extra.html")}


def test_no_link_of_a_folder_is_followed(site: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(site / "robots.txt", tmp_path / "elsewhere" / "robots.txt")
    (site / "robots.txt").unlink()
    (site / "robots.txt").symlink_to(tmp_path / "elsewhere" / "robots.txt")
    (site / "models").rename(tmp_path / "models")
    (site / "models").symlink_to(tmp_path / "models")
    found = said(proved(site, digests_only=True))
    assert ("unreachable", "robots.txt") in found and ("missing", "models/index.html") in found
    os.mkfifo(site / "pipe")
    assert ("unlisted", "pipe") in said(proved(site, digests_only=True))


def test_links_lead_to_what_the_release_names(site: Path) -> None:
    change(site, PAGE, "../../packs/dense/data/suite.json", "../../packs/dense/data/sweet.json")
    restate(site)
    assert said(proved(site, digests_only=True)) == {("dead-link", PAGE)}


# --- forgers who make all digests agree ---


def test_a_changed_page_is_not_what_its_source_makes(site: Path) -> None:
    change(site, PAGE, "4/6 (66.67%)</a>", "5/6 (83.33%)</a>")
    restate(site)
    report = proved(site)
    assert said(report) == {("reprint", PAGE)} and report.comparison.equal == report.comparison.pages - 1
    assert "5/6" in errors(report)[0].message and "4/6" in errors(report)[0].message


def test_a_changed_page_without_claims_is_found_too(site: Path) -> None:
    change(site, "pages/about/index.html", "<em>test</em>", "<em>trust</em>")
    restate(site)
    assert said(proved(site)) == {("reprint", "pages/about/index.html")}


@pytest.mark.parametrize("name", ["feed.xml", "_headers", "robots.txt", "packs/dense/dense.zip"])
def test_what_is_no_page_is_compared_too(site: Path, name: str) -> None:
    flip(site / name, 40)
    restate(site)
    assert ("reprint", name) in said(proved(site))


def test_scripts_and_stylesheets_are_those_of_this_package(site: Path) -> None:
    (script,) = (site / "assets").glob("recheck.*.js")
    script.write_text(script.read_text() + "alert(1);\n")
    restate(site)
    assert said(proved(site)) == {("reprint", f"assets/{script.name}")}


def test_a_file_that_nothing_makes_is_found(site: Path) -> None:
    (site / "assets" / "extra.js").write_text("alert(1)")
    restate(site)
    assert said(proved(site)) == {("reprint", "assets/extra.js")}


def test_a_claim_that_was_changed_in_page_and_source_is_refuted(site: Path) -> None:
    for name in (PAGE, SOURCE):
        change(site, name, "4/6 (66.67%)", "5/6 (83.33%)")
    restate(site)
    report = proved(site)
    (found,) = errors(report)
    assert (found.rule, found.path.as_posix()) == ("refuted", SOURCE) and found.line
    assert any("not printed again" in note for note in report.notes)


def test_words_that_were_changed_in_the_source_alone_show_on_the_page(site: Path) -> None:
    change(site, SOURCE, "First, the transcripts.", "First, the weather.")
    restate(site)
    assert ("reprint", PAGE) in said(proved(site))


def test_a_statement_that_counts_more_claims_is_found(site: Path) -> None:
    restate(site, edit=lambda told: told["texts"][0].update(verified=60))
    report = proved(site)
    assert said(report) == {("statement", SOURCE)} and "60" in errors(report)[0].message


def test_a_changed_pack_is_named(site: Path) -> None:
    outcomes = f"{DATA}/tables/task_outcomes.csv"
    change(site, outcomes, "task_02,2,false", "task_02,2,true")
    assert ("digest", outcomes) in said(proved(site)) and ("pack-digest", outcomes) in said(proved(site))
    restate(site)
    assert ("pack-digest", outcomes) in said(proved(site))


def test_a_pack_that_was_sealed_anew_does_not_follow_from_its_transcripts(site: Path) -> None:
    from clawpub.pack.reader import digest_of, seal_text

    outcomes, descriptor = site / DATA / "tables/task_outcomes.csv", site / DATA / "datapackage.json"
    before = outcomes.read_bytes()
    change(site, f"{DATA}/tables/task_outcomes.csv", "task_02,2,false,wrong_answer", "task_02,2,true,")
    after = outcomes.read_bytes()
    told = descriptor.read_text().replace(digest_of(before), digest_of(after))
    told = told.replace(f'"bytes": {len(before)}', f'"bytes": {len(after)}')
    was = digest_of(descriptor.read_bytes())
    descriptor.write_text(told)
    (site / DATA / "SEAL").write_text(seal_text(told.encode()))
    now = digest_of(told.encode())
    for file in (site / "source").rglob("*.md"):
        file.write_text(file.read_text().replace(was, now))
    restate(site, edit=lambda told: told["packs"][0].update(digest=now))
    found = said(proved(site))
    assert ("pack-view", f"{DATA}/tables/task_outcomes.csv") in found


def test_a_pack_that_is_not_the_one_of_the_statement_is_named(site: Path) -> None:
    restate(site, edit=lambda told: told["packs"][0].update(digest="sha256:" + "0" * 64))
    assert said(proved(site)) == {("pack-digest", f"{DATA}/datapackage.json")}


# --- other code, other templates ---


def test_a_page_of_other_code_is_compared_by_words(site: Path) -> None:
    change(site, PAGE, "<main", '<main class="other"')
    restate(site, edit=of_other_code)
    report = proved(site)
    assert report.passed and report.comparison.how == "words"
    assert any("weaker" in note for note in report.notes) and any(PAGE in note for note in report.notes)


def test_a_claim_that_was_changed_on_a_page_of_other_code_is_found(site: Path) -> None:
    change(site, PAGE, "4/6 (66.67%)</a>", "5/6 (83.33%)</a>")
    restate(site, edit=of_other_code)
    report = proved(site)
    assert said(report) == {("words", PAGE)} and "4/6 (66.67%)" in errors(report)[0].message


def test_a_statement_cannot_lead_the_comparison_to_another_page(site: Path) -> None:
    def edit(told: dict[str, Any]) -> None:
        of_other_code(told)
        told["texts"][0].update(page="index.html")

    change(site, PAGE, "4/6 (66.67%)</a>", "5/6 (83.33%)</a>")
    restate(site, edit=edit)
    assert said(proved(site)) == {("words", PAGE), ("statement", SOURCE)}
    (site / PAGE).unlink()
    restate(site, edit=edit)
    assert {("words", PAGE), ("statement", SOURCE)} <= said(proved(site))


def test_a_pretended_search_index_is_a_file_that_nothing_makes(site: Path) -> None:
    (site / "pagefind").mkdir()
    (site / "pagefind" / "pagefind.js").write_text("alert(1)")
    restate(site)
    assert said(proved(site)) == {("reprint", "pagefind/pagefind.js")}


def test_words_that_are_there_and_hidden_do_not_stand_on_a_page(site: Path) -> None:
    page = (site / PAGE).read_text()
    forged = page.replace("<p>Total:", "<p hidden>Total:") + "<p>Total: 5/6</p>"
    (site / PAGE).write_text(forged)
    restate(site, edit=of_other_code)
    assert said(proved(site)) == {("words", PAGE)}


def test_the_same_version_is_held_to_bytes_though_its_code_has_another_digest(site: Path) -> None:
    change(site, "pages/about/index.html", "<em>test</em>", "<em>trust</em>")
    restate(site, edit=lambda told: told["checker"].update(code="0" * 64))
    assert said(proved(site)) == {("reprint", "pages/about/index.html")}


def test_own_templates_are_never_run_and_the_claims_are_looked_for(tmp_path: Path) -> None:
    own = tmp_path / "made" / "templates" / "macros"
    own.mkdir(parents=True)
    marker = tmp_path / "ran"
    (own.parent / "assets" / "css").mkdir(parents=True)
    (own.parent / "assets" / "css" / "90-own.css").write_text("p { color: red }\n")
    site = write_release(tmp_path / "made", key=None)
    assert read_statement((site / STATEMENT).read_bytes()).predicate.made_with.own_templates
    evil = site / "source" / "templates" / "layouts"
    evil.mkdir(parents=True)
    (evil / "writeup.html").write_text(f"{{{{ cycler.__init__.__globals__.os.mkdir('{marker}') }}}}")
    restate(site, key=None)
    report = proved(site)
    assert report.passed and report.comparison.how == "words" and report.claims == 2
    assert any("templates of its own" in note for note in report.notes) and not marker.exists()
    change(site, PAGE, "Two</a>", "One</a>")
    restate(site, key=None)
    assert said(proved(site)) == {("words", PAGE)}


# --- images and search ---


def test_images_and_index_are_made_again_or_told(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    pytest.importorskip("pagefind_bin")
    options = BuildOptions(release=True, today=OPTIONS.today)
    site = write_release(tmp_path / "made", options=options)
    report = proved(site)
    assert report.passed and not report.notes and report.comparison.how == "bytes"
    (card,) = (site / "cards" / "writeups").glob("dense-enough.*.png")
    flip(card)
    index = next((site / "pagefind").glob("*.pf_meta"))
    flip(index)
    restate(site)
    report = proved(site)
    assert said(report) == {("reprint", card.relative_to(site).as_posix())}
    assert any("search index" in note for note in report.notes)


def test_an_image_of_another_pillow_is_only_noted(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    options = BuildOptions(release=True, today=OPTIONS.today, search=False)
    site = write_release(tmp_path / "made", options=options)
    (card,) = (site / "cards" / "writeups").glob("dense-enough.*.png")
    change(site, PAGE, card.name, "dense-enough.12345678.png")
    card.rename(card.with_name("dense-enough.12345678.png"))
    restate(site, edit=lambda told: told["checker"].update(code="0" * 64))
    report = proved(site)
    assert report.passed and report.comparison.equal == report.comparison.pages
    assert any("1 share images" in note for note in report.notes)


# --- what is no release ---


def test_a_folder_without_a_release_says_so(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("x")
    with pytest.raises(PublishError, match="no release here"):
        verify(Folder(tmp_path))
    with pytest.raises(PublishError, match="no such folder"):
        origin_of(str(tmp_path / "nowhere"))


def test_a_site_that_is_no_release_says_so(tmp_path: Path) -> None:
    from tests.generator.publication import write_publication

    root = write_publication(tmp_path / "made")
    assert build(root, root / "site").passed
    with pytest.raises(PublishError, match="no release here"):
        verify(Folder(root / "site"))
