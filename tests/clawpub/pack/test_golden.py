"""Every format ever sealed stays readable, to the byte: these packs are never written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawpub.pack.reader import open_pack
from clawpub.pack.schema import RUN_SUMMARY, is_standard
from clawpub.pack.verify import verify_pack

PACKS = Path(__file__).parents[2] / "golden" / "packs"


def test_a_pack_of_format_1_opens_verifies_and_says_what_it_always_said() -> None:
    pack = open_pack(PACKS / "format-1")
    assert verify_pack(pack.path) == []
    assert pack.digest == "sha256:df632834b54af612cd8d40c220d1beae6d1a4c85ee3e3cc031af7580a86a587e"
    assert pack.table("run_summary").rows[0]["score"] == "4/6"
    (scored,) = pack.table("predictions_scoring").rows
    assert (scored["result"], scored["miss"], str(scored["brier"])) == ("Wrong", "1 pass below range", "0.36")


def test_a_pack_of_format_2_opens_verifies_and_is_read_as_the_standard_tables() -> None:
    pack = open_pack(PACKS / "format-2")
    assert verify_pack(pack.path) == []
    assert pack.digest == "sha256:39205cab317be9713ad7b0156d0b93e46e17757e65c97a6af40cacb3582d6bb9"
    row = pack.table("run_summary").rows[0]
    assert (row["score"], row["planned"], row["headline_score"], row["attempts"]) == ("4/6", 6, "4/6", 6)


@pytest.mark.parametrize("name", ["format-1", "format-2"])
def test_the_tables_of_every_version_are_known_as_what_they_are(name: str) -> None:
    pack = open_pack(PACKS / name)
    assert all(is_standard(table.schema) for table in pack.tables())
    assert is_standard(pack.table("run_summary").schema, RUN_SUMMARY)
    assert not is_standard(pack.table("run_metrics").schema, RUN_SUMMARY)
