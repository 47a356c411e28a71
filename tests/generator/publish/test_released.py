"""Only what was released goes out: a byte more, less or otherwise, and nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawpub.errors import PublishError
from generator.pages.output import MARKER
from generator.publish.released import open_release
from generator.release.signing import new_key, signed_envelope
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT
from tests.generator.publish.sites import released, small_site


def test_a_release_is_every_file_and_is_called_by_the_digest_of_its_statement(tmp_path: Path) -> None:
    found = released(tmp_path, small_site("one"))
    (tmp_path / MARKER).write_text("made by a build")
    assert [file.path for file in open_release(tmp_path).files] == sorted({*small_site("one"), "release.json"})
    assert found.digest == open_release(tmp_path).digest and len(found.digest) == 64


@pytest.mark.parametrize("path", sorted(small_site("one")))
def test_a_changed_file_is_named(tmp_path: Path, path: str) -> None:
    released(tmp_path, small_site("one"))
    data = bytearray((tmp_path / path).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / path).write_bytes(data)
    with pytest.raises(PublishError, match="has other bytes than were released") as error:
        open_release(tmp_path)
    assert path in str(error.value) and "clawpub build --release" in str(error.value)


def test_files_that_are_gone_or_were_added_and_links_are_named(tmp_path: Path) -> None:
    released(tmp_path, small_site("one"))
    (tmp_path / "more.html").write_text("typed by hand")
    with pytest.raises(PublishError, match=r"more\.html: was not released"):
        open_release(tmp_path)
    (tmp_path / "more.html").unlink()
    (tmp_path / "feed.xml").rename(tmp_path / "kept")
    (tmp_path / "feed.xml").symlink_to("kept")
    with pytest.raises(PublishError, match=r"feed\.xml: is a link"):
        open_release(tmp_path)
    (tmp_path / "feed.xml").unlink()
    (tmp_path / "kept").unlink()
    with pytest.raises(PublishError, match=r"feed\.xml: is not there"):
        open_release(tmp_path)


def test_a_signature_is_of_this_release(tmp_path: Path) -> None:
    key = new_key()
    released(tmp_path, small_site("one") | {PUBLIC_KEY: key.public.pem})
    statement = (tmp_path / STATEMENT).read_bytes()
    (tmp_path / ENVELOPE).write_bytes(signed_envelope(statement, key))
    assert ENVELOPE in {file.path for file in open_release(tmp_path).files}
    for wrong in (signed_envelope(statement + b" ", key), signed_envelope(statement, new_key())):
        (tmp_path / ENVELOPE).write_bytes(wrong)
        with pytest.raises(PublishError, match="no signature of this release"):
            open_release(tmp_path)
    (tmp_path / ENVELOPE).write_bytes(b"{")
    with pytest.raises(PublishError, match=r"release\.dsse\.json"):
        open_release(tmp_path)


def test_what_is_no_release_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(PublishError, match=r"only a folder with release\.json goes out"):
            open_release(folder)
    (tmp_path / "release.json").write_text("[]")
    with pytest.raises(PublishError, match="no in-toto Statement"):
        open_release(tmp_path)
