"""Every quantity of an Observed passage is accounted for, whatever it is wrapped in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clawpub.pack.reader import Pack
from generator.names import is_name
from generator.writeup import Coverage
from tests.generator.builders import check, make_pack, told

FACTS = '[total]\nis = "run_summary.score"\n[failures]\nis = "run_summary.failures"\n'
OBSERVED = "[Observed — data pack run_summary]\n\n"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return make_pack(tmp_path_factory.mktemp("packs"))


def test_counts_are_bound_waived_unbound_and_outside(tmp_path: Path, pack: Pack) -> None:
    body = (
        "The lead says 5.\n\n## Results\n\n"
        + OBSERVED
        + '[23/30]{fact=total}, [24/30]{fact=total}, [10-day]{waive="a name"}, 9, {{ fact("failures") }}.\n\n'
        "[Speculation] Next time [7]{fact=failures} or 25.\n"
    )
    checked = check(tmp_path, body, facts=FACTS, packs=[pack])
    assert checked.coverage == Coverage(quantities=5, bound=3, waived=1, unbound=1, outside=2)
    assert [claim.verdict for claim in checked.claims] == ["verified", "refuted", "waived", "verified", "verified"]
    assert [claim.number for claim in checked.claims] == [1, 2, 3, 4, 5]


def test_counts_outside_include_title_and_description(tmp_path: Path, pack: Pack) -> None:
    checked = check(tmp_path, "Text.", packs=[pack], title="Seven ways", front='description: "23/30"')
    assert checked.coverage == Coverage(0, 0, 0, 0, outside=2)


def test_list_start_and_titles_are_counted(tmp_path: Path, pack: Pack) -> None:
    checked = check(tmp_path, OBSERVED + '9. many\n\n[a](b "29/30")', packs=[pack])
    assert checked.coverage == Coverage(2, 0, 0, unbound=2, outside=0)
    assert {rule.split()[0] for rule in told(checked)} == {"unbound"}


@pytest.mark.parametrize(
    "typed",
    [
        "29/30",
        "**29**/30",
        "**2**9/30",
        "2*9*/30",
        "~~2~~9/30",
        "2&#57;/30",
        "&#50;&#57;&#47;30",
        "29\\/30",
        "29/\n30",
        "29\n/30",
        "29  \n/30",
        "[29](https://example.org)/30",
        "![29](x.png)/30",
        "2`9`/30",
        "29{{ fact('total') }}",
        "{{ fact('total') }}9",
        "[23/30]{fact=total}9",
        "2[3/30]{fact=total}",
        '[2]{waive="x"}9/30',
        "29<!-- -->/30",
        "２９/30",
        "2\u200b9/30",
        "2\u00ad9",
        "٢٩",
        "²⁹",
        "Ⅸ",
        "𝟐𝟗",
        "2\u0336\u00399",
        "twenty\\-nine",
        "twenty-*nine*",
        "three tenths",
        "$29",
        "29%",
    ],
)
@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "- a {}",
        "> {}",
        "## {}",
        "| a | b |\n|---|---|\n| x | {} |",
        "1. a\n   1. {}",
        "**{}**",
        "[{}](https://example.org)",
    ],
)
def test_nothing_hides_a_quantity(typed: str, wrap: str, tmp_path: Path, pack: Pack) -> None:
    if "\n" in typed and "|" in wrap:
        typed = typed.replace("\n", " ")  # a line break would end the row
    body = f"# Results\n\n{OBSERVED}" + wrap.format(typed)
    checked = check(tmp_path, body, facts=FACTS, packs=[pack])
    assert not checked.passed, checked.findings


@pytest.mark.parametrize("bound", ["23/30", "**23**/30", "2*3*/30", "2&#51;/30", "23\\/30", "~~23~~/30", "[23](u)/30"])
def test_markup_inside_a_span_does_not_matter(bound: str, tmp_path: Path, pack: Pack) -> None:
    checked = check(tmp_path, f"{OBSERVED}It passed [{bound}]{{fact=total}}.", facts=FACTS, packs=[pack])
    assert [claim.verdict for claim in checked.claims] == ["verified"]
    assert [finding.rule for finding in checked.findings] == ["unused-fact"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            ["29", "*", "**", "~~", "`", "[", "]", "(u)", "_", " ", "\n", "> ", "- ", "| ", "\\", "&#57;", "!"]
        )
    )
)
def test_a_twenty_nine_in_any_markup_is_code_or_a_finding(tmp_path: Path, pack: Pack, parts: list[str]) -> None:
    body = OBSERVED + "".join(parts) + "29"
    checked = check(tmp_path, body, packs=[pack])
    visible = any(
        "29" in (child.content if child.type == "text" else "")
        for token in checked.tokens
        for child in token.children or []
    )
    heading = any(token.type == "heading_open" for token in checked.tokens)  # it ends the passage
    assert not visible or heading or not checked.passed


@pytest.mark.parametrize("name", ["Claude 3.5 Sonnet", "RTX 4090", "SWE-bench Verified 500", "Llama 3.1 8B Instruct"])
def test_a_name_may_hold_digits(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["Reached 29 of 30 passes", "Coder passed 29 of 30 runs", "Coder cost $5 a run", "Coder Passed 29", "Reached 29"],
)
def test_a_sentence_is_no_name(name: str) -> None:
    assert not is_name(name)
