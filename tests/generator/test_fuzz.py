"""Hostile writeups, ledgers and packs: each gives findings or an error that says what to do, never a traceback.

A bounded sample runs with the other tests; `make soak` runs 100,000. A worker that hangs is stopped by the processor
time that one example may take, which does not depend on how busy the machine is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from clawpub.errors import ClawpubError
from clawpub.pack.model import DESCRIPTOR, SEAL
from clawpub.pack.reader import Pack, digest_of, open_pack, seal_text
from generator.build import build
from generator.content import load_writeup
from generator.findings import RULES
from generator.library import Library
from generator.pages.body import Body, render_body
from generator.pages.render import Theme, load_theme
from generator.publication import check_one, expression_tokens
from generator.writeup import CheckedWriteup
from tests.generator import dialect
from tests.generator.builders import campaign_tables, make_pack
from tests.generator.publication import BODY, LEDGER, SITE, seal_campaign, write_writeup

SOAK = "CLAWPUB_SOAK" in os.environ
WRITEUPS = 100_000 if SOAK else 400
PACKS = 2_000 if SOAK else 12
MOST_CPU_S = 20
"""Of one example; one takes milliseconds."""

CONTENT = Path(__file__).parents[2] / "content" / "writeups"
HTML_OF_OURS = frozenset(
    "html head body p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong s del a span div hr br img table thead "
    "tbody tfoot tr th td caption figure figcaption svg g line rect circle path text tspan title desc small time dl dt "
    "dd section article main q data header footer aside nav sup sub cite details summary colgroup col abbr".split()
)

TAGS = (
    "[Observed]", "[Observed — data pack run_summary]", "[Observed - data pack per_task_results, that run_summary]",
    "[Speculation]", "[Context]", "[Observed – harness spec]", "[observed]", "[Observed — ", "[Observed]: x",
    "[Observed — cross-campaign leaderboard]", "[Observed — nowhere]",
)  # fmt: skip
IDS = ("f1", "f2", "f3", "f4", "score", "nope")
SPANS = (
    "[23/30 (76.67%)]{fact=f1}", "[Seven]{fact=f2}", "[about 4.5 s]{fact=f3}", '[10-day]{waive="a name"}', "[x]{}",
    "[]{fact=f1}", "[a [b]{fact=f1} c]{fact=f2}", "[3–6 seconds]{fact=f4}", "[`wrong_answer`]{fact=score}",
    "[x]{fact=f1 onclick=alert(1)}", '[x]{waive="<script>alert(1)</script>"}', "[x]{fact=nope}", "[half]{fact='f1'}",
    "[**no** failures]{fact=f2}", "[1e999999]{fact=f1}", "[99999999999999999999999999%]{fact=f3}",
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "javascript:alert(1)",
    "[a](javascript:alert(1))", "![a](data:text/html,x)", "![a](https://x.example/a.png \"t 7\")", "<a href=//x>",
    "<!--",
    "&lt;b&gt;", "&#x202e;", "&#0;", "&nbsp;", "&#49;", "&NotEqualTilde;", "]]>", "<![CDATA[", "<?php", "</main>",
    "[ref]", "[ref]: https://x.example 'title 7'", "[a][ref]", "<https://x.example>", "\\{", "\\[", "`", "``", "```\n",
    "~~~\n", "***", "__", "~~", "| a | 7 |\n|---|---:|\n| b | 8 |\n", "23. ", "- ", "> ", "# ", "### 3. ", "---\n",
    "{{ fact(\"f1\") }}", '{{ table("run_summary") }}', '{{ table("words", columns=["a"]) }}', "{{ 7*7 }}",
    "{% if x %}",
    "{# x #}", "{{ ''.__class__ }}", '{{ compare_runs("this", "that") }}', "{{ interval_chart() }}", "{{",
    "{{ failure_chart() }}", '{{ bar_chart("run_metrics", x="task_id", y="latency_s") }}', "{{ cost_chart() }}", "}}",
    "(verified: data pack run_summary.score)", "verified", "\t", "    code 7\n", "\n\n", "\r", "\r\n", "\u2028",
)  # fmt: skip
NUMBERS = (
    "0", "7", "1,000", "39K", "$0.15/$0.60 per 1M", "≥ 2/3", "~40K", "2.3x", "10×", "twice", "one hundred and five",
    "no", "none", "both", "all three", "a dozen", "3–6", "24 to 27", "76.67%", "1e400", "-0", "١٢", "½", "²", "Ⅷ",
    "9" * 400, "1/0", "0/0", "1." + "0" * 300, "60% more", "#2", "second", "2026-05-21", "task_08", "cheaper",
    "the best",
    "5 percentage points", "thousands of", "1,2,3", "1.2.3", "0x1f", "€ 5", "5 %", "half of 7", "every", "at least 20",
    "more than twice as many as 3 of the 7", "likely", "because of",
)  # fmt: skip
ODD = (
    "\u202e\u200b\u2066\u00ad\ufeff\u0000\ufffd\ud7ff\ue000\U000e0041\u0130\u1e9eﬁ①１２％"
    "‰−‐‑‒–—―⁄∕㎏👍🏽é\u0301\u0085\u2029"
)
FACTS = (
    "run_summary.score", "run_summary.pass_rate", "run_summary.failures", "that.run_summary.score",
    "task_outcomes[task_05, 1].failure_mode", "per_task_results[task_08].score", "run_summary.nothing", "a.b.c.d",
    "select count(*) from task_outcomes",
    "select min(failure_mode = 'wrong_answer') from task_outcomes where not passed",
    "select this.passes - that.passes from this.run_summary this, that.run_summary that", "select 29", "select",
    "select max(latency_s) from run_metrics", "select null from run_summary", "select x'00' from run_summary", "",
    "select * from sqlite_master", "select 1; drop table run_summary", "with r(n) as (select 1) select n from r",
    "select passes from run_summary where '", "select '%' || score from run_summary", "select 9e999 from run_summary",
    "select sum(passed) * 1.0 / 0 from task_outcomes", "select group_concat(task_id) from task_outcomes",
    "select \"passes\" from run_summary -- x", "select passes /* {c} {t} */ from run_summary",
    "cross.leaderboard.score",
    "select '{c}' || passes from run_summary", "select wilson_low(passes, runs) from run_summary",
    "select median(latency_s) from run_metrics", "task_outcomes[', \"].passed", "task_outcomes[task_05,١].passed",
)  # fmt: skip
TOML = (
    "[f1]\n", "[[f1]]\n", "is = ", "holds = ", "inside = ", "cite = true\n", "unit = \"percent\"\n", "unit = 7\n", "= ",
    "[a.b]\n", "[\"\"]\n", "\"\"\"", "'''", "\\u0000", "\\ud800", "{ is = 1 }\n", "#", "1979-05-27T07:32:00Z",
    "nan\n", "x.y.z = 1\n",
    "is = []\n", "is = [[]]\n", "note = \"x\"\n", "is = [\"run_summary.score\", \"select 1\"]\n",
)  # fmt: skip
FRONT = (
    "title: T", "title: ", "title: '<script>alert(1)</script> 7'", "date: 2026-05-21", "date: 21 May", "draft: true",
    "draft: maybe", "lead: observed", "lead: x", "authors: [A, <b>]", "tags: &a [*a]", "section: {a: b}", "? x",
    "!!python/x y",
    "names: [Claude 3.5 Sonnet, '7']", "names: 7", "views:\n  leaderboard: sha256:00", "description: \"\\u202e 7%\"",
    "packs:\n  cross: x", "packs:\n  main: x", "packs: 7", "- x", "\t", "title: 1\ntitle: 2", "x: 1", "...",
    "%YAML 1.2", "[" * 50,
)  # fmt: skip


# --- what is made -----------------------------------------------------------------------------------------------------

odd = st.text(alphabet=st.sampled_from(ODD) | st.characters(), max_size=4)
pieces = st.sampled_from((*TAGS, *SPANS, *SPANS, *HOSTILE, *NUMBERS)) | odd
words = st.sampled_from(("The model passed", "runs of", ", and", ". ", " ", "\n", "\n\n", "failures", "than", "s", "%"))
grammar = st.lists(words | pieces, max_size=30).map(" ".join)
nested = st.builds(
    lambda what, times, inside: what * times + inside,
    st.sampled_from(("> ", "- ", "[", "*", "**", "1. ", "`", "![", "{", "{{", "(", "~~", "&#", "<")),
    st.integers(1, 300),
    pieces,
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[str, ...], parts: st.SearchStrategy[str]) -> str:
    """Return one of the seeds with a few places cut out and filled with something else."""
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 6))):
        at, cut = draw(st.integers(0, len(text))), draw(st.sampled_from((0, 0, 1, 3, 10, 80)))
        text = text[:at] + draw(parts) + text[at + cut :]
    return text


@cache
def seeds() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return bodies and ledgers that people wrote."""
    bodies = [re.sub(r"\n%% .*", "", case.body, flags=re.DOTALL) for case in dialect.cases()]
    bodies += [path.read_text().split("---\n", 2)[2] for path in sorted(CONTENT.glob("*/index.md"))]
    ledgers = [path.read_text() for path in sorted(CONTENT.glob("*/facts.toml"))]
    return (BODY, *bodies), (LEDGER, (dialect.FOLDER / "facts.toml").read_text(), *ledgers)


def entry(fact_id: str, key: str, facts: list[str], more: str) -> str:
    listed = [json.dumps(fact, ensure_ascii=True) for fact in facts]
    said = listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"
    return f"[{fact_id}]\n{key} = {said}\n{more}"


facts = st.sampled_from(FACTS) | st.builds(lambda a, b: a + b, st.sampled_from(FACTS), odd)
entries = st.builds(
    entry,
    st.sampled_from(IDS),
    st.sampled_from(("is", "is", "holds", "inside")),
    st.lists(facts, min_size=1, max_size=3),
    st.sampled_from(("", "", "cite = true\n", 'unit = "percent"\n')),
)
ledgers = st.one_of(
    st.lists(entries, max_size=6, unique_by=lambda text: text.split("\n")[0]).map("\n".join),
    st.lists(entries, max_size=6, unique_by=lambda text: text.split("\n")[0]).map("\n".join),
    mutated(seeds()[1], st.sampled_from(TOML) | pieces | facts),
)
bodies = st.one_of(grammar, mutated(seeds()[0], pieces | nested), st.lists(pieces | nested, max_size=8).map("\n".join))
fronts = st.one_of(
    st.just(""),
    st.just("draft: true"),
    st.just("lead: observed"),
    st.just("lead: speculation"),
    st.lists(st.sampled_from(FRONT) | odd, max_size=5).map("\n".join),
)


@contextmanager
def bounded() -> Iterator[None]:
    """Stop what takes more than MOST_CPU_S of the processor's time."""

    def stop(*_: object) -> None:
        raise AssertionError(f"more than {MOST_CPU_S} s of processor time for one example")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# --- writeups ---------------------------------------------------------------------------------------------------------


@cache
def stage() -> tuple[Path, dict[str, Pack], Library, Theme]:
    folder = Path(mkdtemp(prefix="clawpub-fuzz-"))
    this, that = make_pack(folder), make_pack(folder, "coder", tables=campaign_tables(22))
    packs = {pack.id: pack for pack in (this, that)}
    (folder / "content" / "writeups" / "fuzzed").mkdir(parents=True)
    return folder / "content" / "writeups" / "fuzzed", packs, Library(packs), load_theme()


def checked_of(front: str, body: str, ledger: str) -> tuple[CheckedWriteup, dict[str, Any]] | None:
    """Return a writeup, checked, and its expressions' views; None where loading says what is wrong with it."""
    folder, packs, library, _ = stage()
    pins = "".join(
        f"  {alias}: {pack.id}@{pack.digest}\n" for alias, pack in zip(("this", "that"), packs.values(), strict=True)
    )
    head = f"title: T\ndate: 2026-05-21\npacks:\n{pins}" if "title" not in front and "packs" not in front else ""
    text = f"---\n{head}{front}\n---\n{body}"
    (folder / "index.md").write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / "facts.toml").write_bytes(ledger.encode("utf-8", "surrogatepass"))
    try:
        writeup = load_writeup(folder)
    except ClawpubError as error:
        assert error.message and str(error)
        return None
    checked, views, findings = check_one(writeup, packs, {}, library)
    for finding in findings:
        assert finding.rule in RULES or finding.rule == "expression"
        assert finding.message and finding.path.parent == folder
        assert finding.line is None or 1 <= finding.line <= text.count("\n") + ledger.count("\n") + 10
    json.dumps([vars(claim) for claim in checked.claims], default=str, allow_nan=False)
    return checked, views


RAN = {"writeups": 0, "loaded": 0, "rendered": 0, "packs": 0, "opened": 0, "built": 0}


@pytest.mark.timeout(0 if SOAK else 300)
@settings(max_examples=WRITEUPS, deadline=None, suppress_health_check=list(HealthCheck))
@given(fronts, bodies, ledgers)
def test_any_writeup_gives_findings(front: str, body: str, ledger: str) -> None:
    RAN["writeups"] += 1
    with bounded():
        found = checked_of(front, body, ledger)
        if found is None:
            return
        RAN["loaded"] += 1
        checked, views = found
        printed = [token for token, _ in expression_tokens(checked.tokens) if token.meta.get("claim") is None]
        if all(token.content in views for token in printed):
            RAN["rendered"] += 1
            html = render_body(checked.tokens, Body(stage()[3], checked.packs, views, "../"), checked.writeup.lead_tag)
            harmless(str(html))


def harmless(html: str) -> None:
    """Fail where markup holds what only an input can have brought: an element, a handler, an address that runs."""
    html.encode("utf-8")
    for node in HTMLParser(f"<!doctype html><body>{html}").css("*"):
        assert node.tag in HTML_OF_OURS, node.html
        for name, value in node.attributes.items():
            assert not name.startswith("on") and name not in ("style", "srcdoc", "formaction"), node.html
            if name in ("href", "src", "xlink:href", "action"):
                scheme = re.match(r"[\x00-\x20]*([^/?#:]*):", value or "")
                assert scheme is None or scheme[1].lower() in ("http", "https", "mailto"), node.html


# --- packs ------------------------------------------------------------------------------------------------------------

CELLS = (
    *HOSTILE,
    *NUMBERS,
    "=1+1",
    '=HYPERLINK("x")',
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "x" * 5000,
    "true",
    "NULL",
    "",
    "\u0000",
)
NAMES = (
    "a b", "<b>", "select", "rowid", "ROWID", "oid", "_rowid_",
    "a\"b", "", "é", "x" * 300, "passes", "{{ x }}", "a.b", "a]b", "1", "%", "\u202e", "sqlite_x", "count(*)"
)  # fmt: skip
VALUES: tuple[Any, ...] = (None, True, 0, -1, 1 << 70, 1.5, "", [], {}, [[]], *HOSTILE, *NAMES)


@cache
def sealed() -> Path:
    folder = Path(mkdtemp(prefix="clawpub-fuzz-packs-"))
    return seal_campaign(folder, "hostile").path


class Files(dict[str, bytes]):
    """A pack's files by path; a failing test shows what differs from the pack they were made of."""

    def __repr__(self) -> str:
        changed = {name: data for name, data in self.items() if (sealed() / name).read_bytes() != data}
        return repr({name: data if len(data) < 5000 else data[:5000] for name, data in changed.items()})


@st.composite
def resealed(draw: st.DrawFn) -> Files:
    """Return the files of a pack in which cells, names and members are others, sealed as a publisher would."""
    there = {path.relative_to(sealed()).as_posix(): path for path in sorted(sealed().rglob("*")) if path.is_file()}
    files = Files({name: path.read_bytes() for name, path in there.items() if not name.startswith("transcripts")})
    descriptor = json.loads(files[DESCRIPTOR])
    descriptor["resources"] = [resource for resource in descriptor["resources"] if resource["path"] in files]
    tables = [resource for resource in descriptor["resources"] if resource.get("type") == "table"]
    for _ in range(draw(st.integers(0, 4))):
        resource = draw(st.sampled_from(tables))
        text = files[resource["path"]].decode()
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from((0, 0, 1, 5, 40)))
        what = draw(st.sampled_from(CELLS) | odd)
        files[resource["path"]] = (text[:at] + what + text[at + cut :]).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.integers(0, 2))):
        resource = draw(st.sampled_from(tables))
        column = draw(st.sampled_from(resource["schema"]["fields"]))
        old, new = column["name"], draw(st.sampled_from(NAMES) | odd)
        column["name"] = new
        resource["schema"]["primaryKey"] = [
            new if key == old else key for key in resource["schema"].get("primaryKey", [])
        ]
        header, _, rest = files[resource["path"]].decode("utf-8", "replace").partition("\n")
        quoted = '"' + new.replace('"', '""') + '"'
        names = [quoted if name == old else name for name in header.split(",")]
        files[resource["path"]] = (",".join(names) + "\n" + rest).encode("utf-8", "surrogatepass")
    for resource in descriptor["resources"]:
        if resource["path"] in files:
            resource["bytes"], resource["hash"] = len(files[resource["path"]]), digest_of(files[resource["path"]])
    for _ in range(draw(st.integers(0, 3))):
        replace_one(descriptor, draw)
    files[DESCRIPTOR] = json.dumps(descriptor, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    files[SEAL] = seal_text(files[DESCRIPTOR]).encode()
    return files


def replace_one(value: Any, draw: st.DrawFn) -> None:
    """Put something else into one place of a JSON value."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        if not isinstance(value[key], dict | list) or draw(st.integers(0, 5)) == 0:
            value[key] = deepcopy(draw(st.sampled_from(VALUES) | odd))
            return
        value = value[key]


@pytest.mark.timeout(0 if SOAK else 300)
@settings(max_examples=PACKS, deadline=None, suppress_health_check=list(HealthCheck))
@given(resealed(), bodies, ledgers)
def test_any_sealed_pack_gives_findings_or_a_harmless_site(files: Files, body: str, ledger: str) -> None:
    RAN["packs"] += 1
    root = Path(mkdtemp(prefix="clawpub-fuzz-site-"))
    try:
        with bounded():
            packs = root / "content" / "packs" / "hostile"
            for name, data in files.items():
                (packs / name).parent.mkdir(parents=True, exist_ok=True)
                (packs / name).write_bytes(data)
            (root / "content" / "site.toml").write_text(SITE)
            try:
                pack = open_pack(packs)
                names = pack.table_names
            except ClawpubError as error:
                assert error.message and str(error)
                names = []
            else:
                RAN["opened"] += 1
                shown = [f"{{{{ table({json.dumps(name)}) }}}}" for name in names]
                charts = [f"{{{{ {name}_chart() }}}}" for name in ("interval", "failure", "latency", "cost", "task")]
                calls = ["{{ compare_runs() }}", "{{ compare_tasks() }}", *charts]
                write_writeup(root, "all", body="\n\n".join([*shown, *calls]), packs={"this": pack})
                write_writeup(root, "fuzzed", body=body, ledger=ledger, packs={"this": pack})
            if not build(root, root / "site").passed:  # then what the pack alone makes
                shutil.rmtree(root / "content" / "writeups", ignore_errors=True)
                build(root, root / "site")
            for page in sorted((root / "site").rglob("*.html")):
                harmless_page(page.read_text())
            RAN["built"] += (root / "site").is_dir()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def harmless_page(html: str) -> None:
    tree = HTMLParser(html)
    assert not tree.css("iframe, object, embed, style, form, base"), html[:300]
    for node in tree.css("main *"):
        assert node.tag in HTML_OF_OURS, node.html
    for node in tree.css("*"):
        assert not any(name.startswith("on") for name in node.attributes), node.html


@pytest.fixture(scope="module", autouse=True)
def _told() -> Iterator[None]:
    yield
    for folder in (stage()[0].parents[2], sealed().parent):
        shutil.rmtree(folder, ignore_errors=True)
    print(", ".join(f"{number:,} {what}" for what, number in RAN.items()))
