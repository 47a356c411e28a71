"""An edition as a letter: what stands in it, where its links lead, how large it may be, and what stays text in it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image as Pixels
from selectolax.lexbor import LexborHTMLParser

from clawpub.errors import ConfigError
from clawpub.pack.importers.description import Description
from clawpub.pack.importers.importing import read_import, seal_import
from generator.build import build
from generator.mail.edition import letter_of
from generator.mail.letter import UNSUBSCRIBE, Letter, LetterReport
from generator.mail.setting import MOST_HTML
from tests.generator.publication import SITE, seal_campaign, write_edition, write_publication, write_writeup

HOME = "https://weekly.example/site"
WEEK = "2026-W48"
SCORE = '[score]\nis = "run_summary.score"\n'
OWN = "[Observed — data pack this run_summary]\n\nThis week a model passed [23/30]{fact=score} runs.\n"


def write_week(
    root: Path, *, body: str = OWN, ledger: str = SCORE, carried: str = "dense-enough", more: str = ""
) -> Path:
    """Return the file of an edition that says something itself and carries writeups."""
    pin = re.search(r"  this: .*\n", (root / "content/writeups/dense-enough/index.md").read_text())
    assert pin is not None
    front = f"description: What a week it was.\nauthors: [A. Tester]\n{more}writeups: [{carried}]\npacks:\n{pin[0]}"
    return write_edition(root, WEEK, front, body=body, ledger=ledger, title="A dense week")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of three packs, and an edition that carries its one writeup."""
    root = write_publication(tmp_path_factory.mktemp("publication"))
    write_week(root)
    return root


@pytest.fixture(scope="module")
def letter(root: Path) -> Letter:
    return made(letter_of(root, WEEK))


def made(report: LetterReport) -> Letter:
    assert report.letter is not None, report.findings
    return report.letter


def write_small(root: Path, *, body: str, title: str = "Words", edition: str = "") -> Path:
    """Return a publication of one pack whose edition carries one writeup."""
    packs = root / "content" / "packs"
    packs.mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    pack = seal_campaign(packs, "dense")
    write_writeup(root, "one", body=body, packs={"this": pack}, title=json.dumps(title))
    write_edition(root, WEEK, "writeups: [one]\n", body=edition, title=title)
    return root


def links(html: str) -> list[str]:
    return [str(node.attributes["href"]) for node in LexborHTMLParser(html).css("a")]


# --- what stands in it ---


def test_a_letter_has_the_editions_words_and_each_writeup_by_section(letter: Letter) -> None:
    page = LexborHTMLParser(letter.html)
    headings = [(node.tag, node.text(strip=True)) for node in page.css("h1, h2, h3, h4")]
    assert headings[:4] == [
        ("h1", "A dense week"),
        ("h2", "AI benchmarks"),
        ("h3", "Size is not everything"),
        ("h4", "The results"),
    ]
    for part in (letter.html, letter.text):
        assert "This week a model passed" in part
        assert "Whether the" in part and "First, the transcripts." in part
    assert letter.subject == "A dense week"
    assert letter.preheader == "What a week it was."
    assert letter.web_url == f"{HOME}/editions/2026-w48/"
    assert letter.week == WEEK


def test_the_same_edition_gives_the_same_bytes(root: Path, letter: Letter) -> None:
    assert made(letter_of(root, WEEK)) == letter


def test_every_link_leads_to_a_page_and_a_place_of_the_built_site(root: Path, letter: Letter, tmp_path: Path) -> None:
    assert build(root, tmp_path / "site").passed
    addresses = [*links(letter.html), *re.findall(r"https?://[^\s>]+", letter.text)]
    checked = set()
    for link in addresses:
        if link == UNSUBSCRIBE:
            continue
        assert link.startswith(HOME), link
        path = unquote(urlsplit(link).path)  # the publication stands at /site
        file = tmp_path / path.removeprefix("/") / ("index.html" if path.endswith("/") else "")
        assert file.is_file(), link
        if fragment := urlsplit(link).fragment:
            assert f'id="{fragment}"' in file.read_text(), link
        checked.add(link)
    assert len(checked) > 15


def test_each_claim_leads_to_its_own_evidence(letter: Letter) -> None:
    page = LexborHTMLParser(letter.html)
    found = {node.text(): node.attributes["href"] for node in page.css("a.claim")}
    assert found["23/30 (76.67%)"] == f"{HOME}/writeups/dense-enough/#claim-1"
    assert found["23/30"] == f"{HOME}/editions/2026-w48/#claim-1"
    observed = [node.attributes["href"] for node in page.css("a.tag--observed")]
    assert set(observed) == {f"{HOME}/writeups/dense-enough/#evidence", f"{HOME}/editions/2026-w48/#evidence"}
    assert "(verified: data pack" in page.body.text()  # type: ignore[union-attr]


def test_a_proof_of_a_draft_says_so_and_is_made_for_nobody_else(tmp_path: Path) -> None:
    root = write_small(tmp_path, body="Words.\n")
    file = root / "content" / "editions" / f"{WEEK}.md"
    file.write_text(file.read_text().replace("---\ntitle", "---\ndraft: true\ntitle", 1))
    with pytest.raises(ConfigError, match="draft"):
        letter_of(root, WEEK)
    proof = made(letter_of(root, WEEK, drafts=True))
    assert proof.subject == "Draft: Words"
    assert "Draft: a proof" in proof.html and "DRAFT: a proof" in proof.text


def test_a_published_edition_carries_no_draft(tmp_path: Path) -> None:
    root = write_small(tmp_path, body="Words.\n")
    index = root / "content/writeups/one/index.md"
    index.write_text(index.read_text().replace("draft: false", "draft: true"))
    report = letter_of(root, WEEK, drafts=True)
    assert report.letter is None and [each.rule for each in report.findings] == ["edition-writeup"]


def test_a_letter_waits_for_the_day_of_all_that_is_in_it(root: Path) -> None:
    with pytest.raises(ConfigError, match="2026-W48 is dated 2026-11-25, and waits"):
        letter_of(root, WEEK, today=date(2026, 11, 24))
    assert letter_of(root, WEEK, today=date(2026, 11, 25)).passed


@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        ("content/editions/2026-W48.md", "[23/30]", "[24/30]"),
        ("content/writeups/dense-enough/index.md", "[Seven]", "[Eight]"),
    ],
)
def test_one_claim_that_does_not_hold_and_there_is_no_letter(tmp_path: Path, where: str, old: str, new: str) -> None:
    root = write_publication(tmp_path / "site")
    write_week(root)
    assert letter_of(root, WEEK).passed  # and no memory of that is believed
    (root / where).write_text((root / where).read_text().replace(old, new, 1))
    report = letter_of(root, WEEK)
    assert report.letter is None
    assert [each.rule for each in report.findings if each.severity == "error"] == ["refuted"]


@pytest.mark.parametrize(("week", "said"), [("2026-W47", "no edition"), ("48", "no week"), ("2026-W54", "no week 54")])
def test_a_week_without_an_edition_says_which_there_are(root: Path, week: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        letter_of(root, week)


# --- what mail programs want ---


def test_styles_are_in_place_and_nothing_is_fetched_or_run(letter: Letter) -> None:
    page = LexborHTMLParser(letter.html)
    assert {node.tag for node in page.css("*")} & {"script", "form", "link", "iframe", "object", "svg", "base"} == set()
    sources = [str(node.attributes["src"]) for node in page.css("img")]
    assert sources == [f"cid:{image.cid}" for image in letter.images] != []
    assert "url(" not in letter.html and "@import" not in letter.html and "var(" not in letter.html
    claim = page.css_first("a.claim")
    assert claim is not None and "color" in str(claim.attributes["style"])
    assert page.css_first("html").attributes["lang"] == "en"  # type: ignore[union-attr]
    assert all(node.attributes.get("alt") for node in page.css("img"))


def colours(letter: Letter, scheme: str) -> Iterator[tuple[str, str, str]]:
    """Yield each class that has a colour with it and with the ground that it stands on."""
    head = letter.html.partition("<style>")[2].partition("</style>")[0]
    night = head.partition("prefers-color-scheme: dark")[2].partition("@media")[0]
    paper = re.search(r"\.paper \{ background-color: (#\w+)", night)
    assert paper is not None
    for node in LexborHTMLParser(letter.html).css("[class]"):
        style = str(node.attributes.get("style", ""))
        for name in str(node.attributes["class"]).split():
            rule = re.search(rf"^\.{re.escape(name)} \{{([^}}]*)\}}", night, re.MULTILINE)
            said = (rule[1] if rule else "") if scheme == "dark" else style
            ink = re.search(r"(?<!-)color:\s*(#\w{6})", said)
            ground = re.search(r"background-color:\s*(#\w{6})", said)
            if ink:
                yield name, ink[1], ground[1] if ground else paper[1] if scheme == "dark" else "#fdfcf8"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_meet_the_contrast_of_wcag_aa_by_day_and_by_night(letter: Letter, scheme: str) -> None:
    seen = set(colours(letter, scheme))
    assert {name for name, _, _ in seen} >= {"paper", "claim", "note", "kicker", "tag--observed", "tag--speculation"}
    for name, ink, ground in seen:
        one, other = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 4.5, f"{scheme}: {name}, {ink} on {ground}"


def test_a_theme_of_ones_own_colours_letters_and_words_them(tmp_path: Path) -> None:
    root = write_small(tmp_path, body="Words.\n")
    templates = root / "templates"
    (templates / "email").mkdir(parents=True)
    (templates / "assets" / "css").mkdir(parents=True)
    default = Path(__file__).parents[3] / "templates"
    tokens = (default / "assets/css/tokens.css").read_text()
    (templates / "assets/css/tokens.css").write_text(tokens.replace("--accent: #1b5a46", "--accent: #123456"))
    words = (default / "email/edition.html").read_text()
    (templates / "email/edition.html").write_text(words.replace("read on the web", "see it there"))
    letter = made(letter_of(root, WEEK))
    assert "color:#123456" in letter.html and "see it there" in letter.html
    (templates / "email/letter.css").write_text("p { color: var(--nowhere); }")
    with pytest.raises(ConfigError, match="--nowhere"):
        letter_of(root, WEEK)


def test_charts_are_opaque_pictures_of_few_colours_at_twice_their_size(letter: Letter) -> None:
    page = LexborHTMLParser(letter.html)
    assert letter.images
    for image, node in zip(letter.images, page.css("img"), strict=True):
        with Pixels.open(io.BytesIO(image.png)) as picture:
            assert (picture.format, picture.mode) == ("PNG", "P")
            assert "transparency" not in picture.info
            assert picture.width == 2 * int(str(node.attributes["width"]))
            assert abs(picture.height - 2 * int(str(node.attributes["height"]))) <= 2
            assert len(picture.convert("RGB").getcolors() or ()) > 4  # something is drawn
        assert image.alt == node.attributes["alt"] and "acme.sparse-30b, loop@1: 75.9 %, 22/29" in image.alt
        assert len(image.png) < 40_000


# --- plain text ---


def test_plain_text_has_tags_marks_tables_and_charts_in_words(letter: Letter) -> None:
    text = letter.text
    assert "[Observed — data pack per_task_results, run_summary, task_outcomes]" in text
    assert "[Speculation] A dense model of a quarter" in text
    assert "(verified: data pack run_summary.pass_rate, run_summary.score)" in " ".join(text.split())
    assert re.search(r"^Sibling +Score\n-+ +-+\nsparse +22/29 \[\d\]$", text, re.MULTILINE)
    assert "A dot and the line of its interval for each campaign" in text
    assert "[1-3]" in text and f"[1] and so on: {HOME}/writeups/dense-enough/#evidence" in text
    assert "> A quotation, for the look of it." in text
    assert "\n1. First, the transcripts.\n" in text.replace("\n\n", "\n")
    assert "\n    clawpub pack verify dense\n" in text


def test_plain_text_fits_72_columns_but_for_addresses(letter: Letter) -> None:
    for line in letter.text.split("\n"):
        assert len(line) <= 72 or HOME in line, line
        assert line == line.rstrip()


def test_no_line_is_longer_than_mail_allows(tmp_path: Path) -> None:
    word, address = "ü" * 3000, "https://x.example/" + "a" * 3000
    body = f"{word}\n\n[words]({address})\n\n```\n{word}\n```\n"
    root = write_small(tmp_path, body=body, title=f"T {'ü' * 900}")
    letter = made(letter_of(root, WEEK))
    assert max(len(line.encode()) for line in letter.text.split("\n")) < 998
    assert letter.text.count("ü") == 2 * 900 + 2 * 3000


# --- size ---


def paragraphs(count: int) -> str:
    return "\n\n".join(f"Words of paragraph, {'many of them, ' * 60}and an end." for _ in range(count))


def test_where_there_is_no_room_each_writeup_only_begins(tmp_path: Path) -> None:
    body = f"A lead.\n\n## One\n\n{paragraphs(150)}\n\n" + '{{ failure_chart("this") }}\n\n## Two\n\nAn end of it.\n'
    report = letter_of(write_small(tmp_path, body=body), WEEK)
    letter = made(report)
    assert report.shortened
    assert letter.html_bytes < MOST_HTML
    for part in (letter.html, letter.text):
        assert "A lead." in part and "Read on: " in part
        assert "Words of paragraph" not in part and "An end of it" not in part
    assert len(letter.images) == 1 and "How runs ended" in letter.images[0].alt


def test_where_even_beginnings_have_no_room_the_edition_says_what_to_do(tmp_path: Path) -> None:
    root = write_small(tmp_path, body="Words.\n", edition=paragraphs(150))
    with pytest.raises(ConfigError) as caught:
        letter_of(root, WEEK)
    assert "each writeup only begins" in caught.value.message and "carry fewer writeups" in str(caught.value.hint)


def test_a_long_table_leads_to_the_rest_of_its_rows(tmp_path: Path) -> None:
    rows = "".join(f"| row {number} | words |\n" for number in range(1, 76))
    letter = made(letter_of(write_small(tmp_path, body=f"| A | B |\n|---|---|\n{rows}\nAnd after it.\n"), WEEK))
    for part in (letter.html, letter.text):
        assert "row 50" in part and "row 51" not in part
        assert "25 more rows" in part and "And after it." in part


def test_a_beginning_has_few_rows_of_its_table(tmp_path: Path) -> None:
    """However long they are: a table of a pack has cells of 300 characters, and 200 rows."""
    rows = "".join(f"| row {number} | {'long ' * 60} | {'longer ' * 60} |\n" for number in range(1, 76))
    body = f"| A | B | C |\n|---|---|---|\n{rows}\n\n## Then\n\n{paragraphs(150)}\n"
    report = letter_of(write_small(tmp_path, body=body), WEEK)
    assert report.shortened
    for part in (made(report).html, made(report).text):
        assert "row 10" in part and "row 11" not in part
        assert "65 more rows" in part


# --- hostile content ---


def test_no_content_can_write_the_placeholder_or_markup(tmp_path: Path) -> None:
    body = (
        "Words `{{unsubscribe}}` and [<i>a link</i>](https://x.example/?q={{unsubscribe}}).\n\n"
        "```\n{{unsubscribe}} <script>alert(1)</script>\n```\n\n"
        "| <b>cell</b> | `{{unsubscribe}}` |\n|---|---|\n| a | b |\n\n"
        '<javascript:alert> ![x" onerror="y](picture.png) \u202eturned\n'
    )
    title = '{{unsubscribe}} <script>alert("x")</script> \u202eevil'
    root = write_small(tmp_path, body=body, title=title)
    (root / "content/writeups/one/picture.png").write_bytes(b"\x89PNG")
    index = root / "content/writeups/one/index.md"
    index.write_text(index.read_text().replace("authors: [A. Tester]", "authors: ['<img src=x>{{unsubscribe}}']"))
    site = root / "content/site.toml"
    site.write_text(f'{site.read_text()}[severity]\nhidden-character = "off"\n')
    letter = made(letter_of(root, WEEK))
    page = LexborHTMLParser(letter.html)
    assert [node.attributes.get("href") for node in page.css("a")].count(UNSUBSCRIBE) == 1
    assert letter.html.count(UNSUBSCRIBE) == 1 and letter.text.count(UNSUBSCRIBE) == 1
    assert not page.css("script") and not page.css("i") and not page.css("img")
    assert not [node for node in page.css("*") if any(name.startswith("on") for name in node.attributes)]
    assert not [link for link in links(letter.html) if link.startswith("javascript")]
    assert "\u202e" not in letter.html and "\u202e" not in letter.text and "\u202e" not in letter.subject
    sent = letter.html.replace(UNSUBSCRIBE, "https://x.example/u")
    assert LexborHTMLParser(sent).body.text().count("{{unsubscribe}}") >= 4  # type: ignore[union-attr]


def test_cells_of_a_foreign_table_stay_text_in_every_part(tmp_path: Path) -> None:
    """A pack is anybody's: its words go into cells, into a chart's labels and into what is said of the chart."""
    nasty = ["<script>alert(1)</script>", "{{unsubscribe}}", "\u202eturned", "日本語", "&lt;b&gt;", "w" * 5000]
    rows = "".join(f'"{text}",{number}\n' for number, text in enumerate(nasty, 1))
    (tmp_path / "table.csv").write_text(f"name,amount\n{rows}")
    root = write_small(tmp_path, body="Words.\n")
    said = {"id": "foreign", "title": "A <b>table</b> {{unsubscribe}}", "source": "Its own log", "licence": "CC0-1.0"}
    read = read_import(Description.model_validate(said), [tmp_path / "table.csv"], base=tmp_path)
    pack = seal_import(read, root / "content" / "packs" / "foreign")
    shutil.rmtree(root / "content/writeups/one")
    body = '{{ table("table") }}\n\n{{ bar_chart("table", x="name", y="amount") }}\n'
    write_writeup(root, "one", body=body, packs={"this": pack})
    letter = made(letter_of(root, WEEK))
    page = LexborHTMLParser(letter.html)
    assert not page.css("script") and not page.css("div[tabindex] b")
    assert letter.html.count(UNSUBSCRIBE) == 1 == letter.text.count(UNSUBSCRIBE)
    assert "\u202e" not in letter.html + letter.text
    assert "⟨U+202E⟩turned" in letter.text and "日本語" in letter.text
    assert "<script>" in letter.images[0].alt and "cut; the file has all" in letter.html
    with Pixels.open(io.BytesIO(letter.images[0].png)) as picture:
        assert picture.width == 880


def test_the_placeholder_stands_once_where_a_reader_unsubscribes(letter: Letter) -> None:
    assert links(letter.html).count(UNSUBSCRIBE) == 1 == letter.html.count(UNSUBSCRIBE)
    assert f"Unsubscribe: {UNSUBSCRIBE}\n" in letter.text
    assert letter.text.count(UNSUBSCRIBE) == 1
    assert {each.name for each in fields(letter)} >= {"text", "html", "images"}


# --- what is missing ---


@pytest.mark.parametrize("module", ["css_inline", "resvg_py", "PIL"])
def test_without_what_makes_letters_the_error_says_how_to_get_it(root: Path, module: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from pathlib import Path\n"
        "from clawpub.errors import ConfigError\n"
        "from generator.mail.edition import letter_of\n"
        f"try: letter_of(Path({str(root)!r}), {WEEK!r})\n"
        "except ConfigError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "not installed" in done.stdout and "make extra NAME=mail" in done.stdout
