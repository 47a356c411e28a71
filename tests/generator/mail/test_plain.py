"""A text as plain text: lists, quotations, links and pictures as a mail program without HTML shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.mail.edition import letter_of
from tests.generator.publication import SITE, write_edition, write_writeup

HOME = "https://weekly.example/site/editions/2026-w48"


def plain(root: Path, body: str) -> str:
    """Return an edition's own words in the letter's plain text."""
    (root / "content").mkdir()
    (root / "content" / "site.toml").write_text(SITE)
    write_writeup(root, "one", body="[Context] Words.\n")
    write_edition(root, "2026-W48", "writeups: [one]\n", body=body)
    report = letter_of(root, "2026-W48")
    assert report.letter is not None, report.findings
    _, _, rest = report.letter.text.partition("evidence on the web.\n")
    own, stars, _ = rest.partition("\n\n\n****")
    assert stars
    return own.strip("\n")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("One *two* **three** `four`\\\nfive", "One two three four\nfive"),
        ("- one\n- two\n\n  more\n  - three\n", "- one\n\n- two\n\n  more\n\n  - three"),
        ("3. one\n4. two\n   - deeper\n\nWords.\n", "3. one\n4. two\n   - deeper\n\nWords."),
        ("> quoted\n>\n> - one\n", "> quoted\n\n> - one"),
        ("## A heading\n\nWords.\n", "A heading\n---------\n\nWords."),
        ("[words](https://x.example/a)", "words <https://x.example/a>"),
        ("[there](../../index.html)", f"there <{HOME.rpartition('/')[0].rpartition('/')[0]}/index.html>"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("![a view](https://x.example/v.png)", "[Picture: a view <https://x.example/v.png>]"),
        ("```\n  kept   as it is\n```\n", "      kept   as it is"),
        ("[Context] Words.", "[Context] Words."),
        ("| A | B |\n|---|--:|\n| x | yy |\n", "A   B\n-  --\nx  yy"),
        ("a\n\n***\n\nb", "a\n\n* * *\n\nb"),
    ],
)
def test_plain_text_reads_as_people_type_it(tmp_path: Path, body: str, said: str) -> None:
    assert plain(tmp_path, body) == said
