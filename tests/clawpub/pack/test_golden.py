"""Every format ever sealed stays readable, to the byte: these packs are never written again."""

from __future__ import annotations

from pathlib import Path

from clawpub.pack.reader import open_pack
from clawpub.pack.verify import verify_pack

PACKS = Path(__file__).parents[2] / "golden" / "packs"


def test_a_pack_of_format_1_opens_verifies_and_says_what_it_always_said() -> None:
    pack = open_pack(PACKS / "format-1")
    assert verify_pack(pack.path) == []
    assert pack.digest == "sha256:df632834b54af612cd8d40c220d1beae6d1a4c85ee3e3cc031af7580a86a587e"
    assert pack.table("run_summary").rows[0]["score"] == "4/6"
    (scored,) = pack.table("predictions_scoring").rows
    assert (scored["result"], scored["miss"], str(scored["brier"])) == ("Wrong", "1 pass below range", "0.36")
