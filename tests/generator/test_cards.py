"""A model card says nothing that it does not cite, and a bad one is a finding, not a traceback."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.pack.reader import open_pack
from generator.cards import load_card, load_cards
from generator.pages.boxes import card_of
from runner.models.registry import find_model

CONTENT = Path(__file__).parents[2] / "content"
CARD = """\
name = "M"
publisher = "P"
family = "F"
architecture = "dense"
licence = "MIT"
[sources.page]
title = "T"
url = "https://example.org/m"
read = 2026-11-24
[facts.layers]
value = 28
unit = "layers"
source = "page"
"""


def test_every_local_model_of_the_publication_has_a_card_of_the_very_file() -> None:
    cards = load_cards(CONTENT / "models")
    assert cards.findings == ()
    packs = [open_pack(path) for path in sorted((CONTENT / "packs").glob("*/"))]
    local = {pack.info.campaign.model.id for pack in packs if pack.info.campaign
             and pack.info.campaign.model.provider == "local"}  # fmt: skip
    assert local <= cards.by_model.keys()
    for model in local:
        card = cards.by_model[model]
        assert card.sources["file"].sha256 == find_model(model).sha256
        assert card.facts["file_size"].value == find_model(model).bytes
        assert card.facts["context"].value == find_model(model).context


def test_a_card_may_say_an_id_that_names_no_file_and_two_of_a_model_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "m-v1.toml").write_text('model = "acme.m-v1:0"\n' + CARD)
    assert load_cards(tmp_path).by_model.keys() == {"acme.m-v1:0"}
    (tmp_path / "other.toml").write_text('model = "acme.m-v1:0"\n' + CARD)
    (finding,) = load_cards(tmp_path).findings
    assert finding.message == "a second card of acme.m-v1:0" and finding.path == tmp_path / "other.toml"


def test_a_packs_card_shows_each_fact_with_its_source(tmp_path: Path) -> None:
    pack = open_pack(next((CONTENT / "packs").glob("*-smollm2-135m-loop-*")))
    assert card_of(pack, {}) is None
    file = tmp_path / "smollm2-135m-instruct-q4_1.toml"
    file.write_text(CARD.replace("value = 28", "value = 28_000.5"))
    shown = card_of(pack, load_cards(tmp_path).by_model)
    assert shown and shown.name == "M" and "dense" in shown.sentence
    (row,) = shown.rows
    assert (row.label, row.value, row.source.url) == ("Layers", "28,000.5 layers", "https://example.org/m")
    assert row.source_note == "read 2026-11-24"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "page"', 'source = "memory"', "cites 'memory', which is no source here; sources: page"),
        ('url = "https://example.org/m"\n', "", "a source needs a url or a sha256"),
        ('url = "https://example.org/m"', 'url = "javascript:alert(1)"', "url"),
        ("value = 28", "value = inf", "value"),
        ("value = 28", "value = ''", "value"),
        ('architecture = "dense"', 'architecture = "huge"', "architecture"),
        ('name = "M"', "name = ", "TOML"),
    ],
)
def test_a_card_that_is_none_is_a_finding_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "m.toml"
    file.write_text(CARD.replace(old, new))
    cards = load_cards(tmp_path)
    assert cards.by_model == {}
    (finding,) = cards.findings
    assert said in finding.message and finding.path == file and finding.severity == "error"


def test_a_number_keeps_its_digits(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text(CARD.replace("value = 28", "value = 0.494"))
    assert load_card(file).facts["layers"].value == Decimal("0.494")
