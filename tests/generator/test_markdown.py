"""The dialect, rule by rule (tests/fixtures/dialect), and what the parser makes of hostile prose."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it.token import Token

from generator.findings import RULES
from generator.markdown import parser
from generator.markdown.passages import read_passages
from generator.markdown.prose import OBJECT, read_prose
from generator.markdown.source_map import Locator
from tests.generator.dialect import FOLDER, Case, cases, run_case

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.title}")
def test_dialect(case: Case, tmp_path: Path) -> None:
    assert run_case(tmp_path, case.body) == case.expected


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_passing_and_a_failing_case(rule: str) -> None:
    told = [any(line.startswith(f"{rule} ") for line in case.expected) for case in CASES if case.rule == rule]
    assert True in told and False in told, f"{FOLDER / rule}.md"


def inlines(body: str) -> list[Token]:
    return [token for token in parser().parse(body) if token.type == "inline"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("**2**3/30", "23/30"),
        ("2&#51;/3&#48;", "23/30"),
        ("23\n/30", "23 /30"),
        ("23  \n/30", "23 /30"),
        ("a *b **c** d* e", "a b c d e"),
        ("~~a~~b", "ab"),
        (r"\*a\* \[b\]", "*a* [b]"),
        ("a `code` b", f"a {OBJECT} b"),
        ("[words](https://example.org)", "words"),
        ("<https://example.org/23>", OBJECT),
        ("![alt *text*](x.png)", f"{OBJECT}alt text{OBJECT}"),
        ("[Context] a {{ x }} b", f"{OBJECT} a {OBJECT} b"),
        ("[23/30]{fact=a}!", "23/30!"),
        ("<b>2</b>", "<b>2</b>"),
        ("a_b_c **d", "a_b_c **d"),
    ],
)
def test_prose_is_what_a_reader_sees(body: str, text: str) -> None:
    assert read_prose(inlines(body)[0]).text == text


@pytest.mark.parametrize(
    "body",
    [
        "plain",
        "a &amp; b &lt;c&gt; \\* d\\_e",
        "**a *b* `c` d** ~~e~~ f_g_ __h__",
        'a [b *c*]{fact=x} d [e [f](g) h]{waive="y"} i',
        '[l *m* n](o "p") q ![r *s* ![t](u) v](w) x',
        "> a\n> *b*\n> > c\nd",
        "- a\n  1. b &#66; c\n     d\n\n     e",
        "| a | *b* |\n|---|---|\n| c \\| d | `e` f |\n| d |  |",
        "Title *a*\nb\n===",
        "   ###   a *b*   ##  ",
        "\ta\n\n1.\ta\n\n\tb *c*",
        "**** a *** b ~~~ c ** d* _",
        "[a]\n\n[a]: b\n\n[a][] c",
        "{{ x }} a {{ y }}",
        "a  \n  b\\\n   c",
    ],
)
def test_every_letter_is_found_again_in_the_source(body: str) -> None:
    """A letter of the prose that was typed as itself stands at the place that the locator gives for it."""
    lines = body.split("\n")
    locator = Locator(body, 1)
    seen = 0
    for block in read_passages(parser().parse(body), None):
        place = locator.of(block.inline, cell=block.container == "cell")
        for offset, char in enumerate(block.prose.text):
            if char.isalpha() and block.prose.is_typed(offset):
                line, column = place(block.prose.source(offset))
                assert lines[line - 1][column - 1] == char, (block.prose.text, offset)
                seen += 1
    assert seen


@pytest.mark.parametrize(
    "body",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](data:text/html;base64,eA==)",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x][y]\n\n[y]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](data:image/svg+xml;base64,eA==)",
        "![x](//example.org/x.png)",
        "![x][y]\n\n[y]: http://example.org/x.png",
        "![x](javascript:alert(1))",
        '[x]{onclick="alert(1)" style="x" fact=a}',
        "<!-- hidden -->",
    ],
)
def test_nothing_that_runs_or_loads_gets_through(body: str) -> None:
    html = parser().render(body)
    for bad in (
        'href="javascript',
        'href="data',
        'href="vbscript',
        'href="file',
        "<script",
        "<img src=x",
        "onclick=",
        "<!--",
    ):
        assert bad not in html
    for token in inlines(body):
        for child in token.children or []:
            src = str(child.attrGet("src") or "")
            assert not src or src.startswith("https:")


def test_images_come_from_https_or_from_the_writeup() -> None:
    html = parser().render("![a](https://example.org/a.png) ![b](b/c.png) ![d](/e.png)")
    assert html.count("<img") == 3


def test_text_stays_as_typed() -> None:
    assert "a -- b ... \"c\" 'd' (c)" in parser().render("a -- b ... \"c\" 'd' (c)").replace("&quot;", '"')


def test_tag_token_has_kind_and_sources() -> None:
    token = next(
        t for t in inlines("**[Observed —\n data pack a\\_b, c d]** x")[0].children or [] if t.type == "provenance"
    )
    assert (token.meta["kind"], token.meta["sources"]) == ("observed", ("data pack a_b", "c d"))


def test_expression_alone_takes_its_paragraph_s_place() -> None:
    tokens = parser().parse('a {{ x("}}") }}\n\n{{ table("a|b") }}\n\n- {{ y }}')
    found = [token for token in tokens if token.type == "expression"]
    assert [(token.content, token.block) for token in found] == [('table("a|b")', True), ("y", True)]
    inline = [child for token in tokens for child in token.children or [] if child.type == "expression"]
    assert [(token.content, token.block) for token in inline] == [('x("}}")', False)]


OPENING = "[Observed — data pack run_summary]\n\n"
HOSTILE = {
    "open brackets": "[" * 3000,
    "nested brackets": "[" * 2000 + "]" * 2000,
    "nested spans": "[" * 300 + "x" + "]{fact=total}" * 300,
    "nested links": "[" * 1000 + "x" + "](u)" * 1000,
    "unclosed images": "![" * 2000,
    "unclosed attributes": '[x]{fact="' * 1000,
    "unclosed expressions": '{{ "' * 5000,
    "quotes in quotes": ">" * 2000 + " 23",
    "lists in lists": "".join("  " * level + "- 23\n" for level in range(200)),
    "emphasis": "*a **b " * 5000,
    "backticks": "`a``b" * 5000,
    "one line of a megabyte": "word " * 200_000,
    "one word of a megabyte": "a" * 1_000_000,
    "one number of a megabyte": "1" * 1_000_000,
    "control characters": "".join(map(chr, range(32))) * 500 + "\u202e23/30\u202c",
    "scripts": "<script>alert(23)</script>\n\n" * 300,
    "half tags": "[obsreved " * 1000,
    "half marks": "(verified " * 5000,
    "references": "[a]: x\n\n" * 1000,
    "separators": "\u2028\u2029\x85\x0c\x0b 23 " * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(60)
def test_hostile_prose_gives_findings_and_ends(name: str, tmp_path: Path) -> None:
    for line in run_case(tmp_path, OPENING + HOSTILE[name]):
        assert line.partition(" ")[0] in RULES
