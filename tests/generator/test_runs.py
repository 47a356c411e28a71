"""The pages of runs: everything that happened, in order, as text; and nothing that a model said is anything else."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from clawpub.pack.events import (
    CallFailed,
    Graded,
    Message,
    ModelAsked,
    ModelCalled,
    Prompted,
    RunEvent,
    RunResumed,
    RunStarted,
    RunStopped,
    ToolCall,
    ToolCalled,
    WorkspaceKept,
)
from clawpub.pack.model import PackInfo
from clawpub.pack.reader import Pack
from clawpub.pack.runs import attempts_of, print_transcript
from clawpub.pack.views import TaskTitle, compute_tables
from clawpub.pack.writer import PackFile, seal_pack
from generator.build import build
from generator.pages.runs import pack_runs
from generator.pages.transcript import MOST_CHARACTERS, attempt_views
from generator.urls import segment
from tests.builders import NOON, ZERO_DIGEST, make_campaign_info, make_run, seal_runs, tiny_events
from tests.generator.publication import SITE
from tests.generator.test_render import HOSTILE, first, handlers, words


def built(root: Path) -> Path:
    (root / "content" / "site.toml").write_text(SITE)
    report = build(root, root / "site")
    assert report.findings == ()
    return root / "site"


def page(site: Path, run: str, pack: str = "tiny") -> HTMLParser:
    return HTMLParser((site / "packs" / pack / "runs" / run / "index.html").read_text())


def everything(text: str, task: str = "task_01", run: int = 1) -> list[RunEvent]:
    """Return a run of two attempts in which all that can happen happens, and every text is this one."""
    who = {"task_id": task, "run": run, "at": NOON}
    late = {**who, "at": NOON + timedelta(seconds=90)}
    call, stray = ToolCall(id="1", name=text, arguments=text), ToolCall(id="2", name="never", arguments=text)
    opening = (Message(role="system", content=text), Message(role="user", content=text))
    tools = ({"name": text, "description": text, "parameters": {text: [text]}},)
    return [
        RunStarted(messages=opening, tools=tools, **who),
        ModelAsked(turn=1, **who),
        RunStopped(reason="error", latency_s=1, error=text, cause="connection", **who),
        RunStarted(messages=opening, attempt=2, **who),
        ModelAsked(turn=1, reserved_usd="0.25", attempt=2, **who),
        CallFailed(turn=1, cause="timeout", message=text, latency_s=30, again=True, wait_s=2, attempt=2, **who),
        ModelCalled(
            turn=1,
            text=text,
            tool_calls=(call, stray),
            finish="tool_calls",
            tokens_in=1200,
            tokens_out=7,
            latency_s=3,
            retries=1,
            reasoning=({"type": "reasoning", "text": text}, {"opaque": text}),
            attempt=2,
            **late,
        ),
        ToolCalled(
            turn=1,
            call_id="1",
            tool=text,
            arguments=text,
            status="unknown_tool",
            output=text,
            output_bytes=99999,
            duration_s=0.5,
            attempt=2,
            **late,
        ),
        Prompted(turn=1, text=text, attempt=2, **late),
        WorkspaceKept(turn=1, digest=ZERO_DIGEST, attempt=2, **late),
        RunResumed(turn=1, elapsed_s=90, attempt=2, **late),
        RunStopped(reason="answered", answer=text, latency_s=95, attempt=2, **late),
        Graded(verdict="wrong", reason=text, duration_s=0.1, attempt=2, **late),
    ]


def test_a_run_is_told_from_its_instructions_to_the_checkers_verdict(tmp_path: Path) -> None:
    seal_runs(tmp_path / "content" / "packs", everything("SAID"), tasks=["task_01"])
    tree = page(built(tmp_path), "task_01.1")
    lines = [words(line) for line in tree.css(".event__line")]
    assert [line.split(" SAID")[0] for line in lines if "attempt" not in line][:4] == [
        "System prompt",
        "Prompt",
        "Tools offered: 1",
        "Call sent, turn 1",
    ]
    told = " / ".join(lines)
    for line in (
        "Stopped: something broke that was not the model error 1.0 s in all · cause: connection",
        "Call sent, turn 1 at most $0.25",
        "Call failed, turn 1 timeout after 30.0 s · made again after 2.0 s · the server may have billed it",
        "Model, turn 1 1,200 tokens in · 7 out · took 3.0 s · 1 failed before · +90.0 s",
        "Tool call, turn 1 SAID unknown_tool took 0.5 s · +90.0 s",
        "Said by the harness +90.0 s",
        "Cut off, and gone on with after turn 1 90.0 s of its time were spent · +90.0 s",
        "Stopped: the model gave its answer answered 95.0 s in all · +90.0 s",
        "Checked wrong took 0.1 s · +90.0 s",
    ):
        assert line in told
    assert [words(node) for node in tree.css(".attempt__words")] == [
        "This attempt does not count.",
        "This attempt is the run’s outcome.",
    ]
    assert words(first(tree, ".outcome")) == "Failed: tool_call_hallucinated SAID"
    assert "The model was shown this much of 99,999 bytes." in first(tree, "main").text()


def test_an_answer_leads_to_the_calls_that_it_asked_for_and_shows_those_that_were_never_made(tmp_path: Path) -> None:
    seal_runs(tmp_path / "content" / "packs", everything("SAID"), tasks=["task_01"])
    tree = page(built(tmp_path), "task_01.1")
    (link,) = tree.css(".event__calls a")
    assert words(first(tree, f"{link.attributes['href']} .event__name")) == "SAID"
    assert "never, never dispatched" in first(tree, ".event--model").text()


def test_a_header_says_what_a_run_took_and_why_something_is_missing(tmp_path: Path) -> None:
    seal_runs(tmp_path / "content" / "packs", tiny_events())
    tree = page(built(tmp_path), "task_02.3")
    lines = {words(first(line, "dt")): words(first(line, "dd")) for line in tree.css(".campaign__lines > div")}
    assert lines["Model"] == "test-model"
    assert lines["Harness"] == "loop@1"
    assert lines["Task"] == "task_02 Title of task_02"
    assert (lines["Model calls"], lines["Tokens in"], lines["Latency"]) == ("1", "1,000", "4 s")
    assert lines["Cost"] == "— the campaign names no price"
    assert words(first(tree, "h1")) == "Title of task_02, run 3"
    assert words(first(tree, ".outcome")) == "Failed: timeout the total is 7, as expected"


def test_long_text_is_folded_with_its_size_and_very_long_text_is_cut(tmp_path: Path) -> None:
    long = "x" * (MOST_CHARACTERS + 5)
    run = everything("short\nlines")
    run[7] = run[7].model_copy(update={"output": long})
    seal_runs(tmp_path / "content" / "packs", run, tasks=["task_01"])
    tree = page(built(tmp_path), "task_01.1")
    folded = next(node for node in tree.css("details") if words(first(node, "summary")).startswith("result"))
    assert words(first(folded, "summary")) == f"result {MOST_CHARACTERS + 5:,} characters"
    assert first(folded, "pre").text().strip() == "x" * MOST_CHARACTERS
    assert [node.text().strip() for node in tree.css("pre")].count("short\nlines") > 5


def test_a_reader_may_hide_what_there_is_without_any_script(tmp_path: Path) -> None:
    seal_runs(tmp_path / "content" / "packs", [*everything("SAID"), *make_run("task_02")])
    site = built(tmp_path)
    css = next((site / "assets").glob("*.css")).read_text()
    boxes = page(site, "task_01.1").css(".filters input")
    assert [(box.attributes["id"], "checked" in box.attributes) for box in boxes] == [
        ("show-instructions", True),
        ("show-model", True),
        ("show-tools", True),
        ("show-faults", True),
        ("show-journal", False),
    ]
    for box in boxes:
        kind = str(box.attributes["id"]).removeprefix("show-")
        assert f".transcript:has(#show-{kind}:not(:checked)) .event--{kind}" in css
    assert [box.attributes["id"] for box in page(site, "task_02.1").css(".filters input")] == [
        "show-instructions",
        "show-model",
        "show-tools",
    ]


def test_what_a_model_and_its_tools_say_is_never_markup(tmp_path: Path) -> None:
    text = " ".join(HOSTILE) + " \x1b[31m \x00 \r https://evil.example/"
    odd = '../../"><script>alert(1)</script>'
    seal_odd(tmp_path, [*everything(text), *everything(text, task=odd)], tasks=["task_01", odd])
    site = built(tmp_path)
    for run in ("task_01.1", segment(odd) + ".1"):
        tree = page(site, run)
        assert not tree.css("script, style, iframe, form, object, main img, i"), run
        assert handlers(tree) == []
        for node in tree.css("[href]"):
            assert not re.match(r"\s*(javascript|vbscript|https?://evil)", str(node.attributes["href"]).lower())
        told = first(tree, ".transcript").text()
        for attack in HOSTILE[:6]:
            assert attack in told
        assert "⟨U+001B⟩[31m ⟨U+0000⟩ ⟨U+000D⟩" in told
        assert "⟨U+202E⟩gnp.exe" in told
        assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069\x1b\x00]", tree.html or "")
    assert not list(tmp_path.glob("**/evil*"))


def seal_odd(root: Path, events: Sequence[RunEvent], *, tasks: Sequence[str], packed: bool = False) -> Pack:
    """Return a pack whose transcripts are in one file, whatever its tasks are called."""
    data = print_transcript(events)
    name = "transcripts/1.jsonl.gz" if packed else "transcripts/1.jsonl"
    folder = root / "content" / "packs"
    folder.mkdir(parents=True, exist_ok=True)
    return seal_pack(
        folder / "tiny",
        title="Tiny",
        info=PackInfo(format=2, origin="executed", views="2", campaign=make_campaign_info()),
        tables=compute_tables(attempts_of(events), [TaskTitle(task, task) for task in tasks], (), None),
        files=[PackFile("t", name, gzip.compress(data, mtime=0) if packed else data, "", "application/jsonl")],
    )


def test_packed_transcripts_are_read_like_others(tmp_path: Path) -> None:
    seal_odd(tmp_path, tiny_events(), tasks=["task_01", "task_02"], packed=True)
    tree = page(built(tmp_path), "task_02.2")
    assert "Failed: wrong_answer" in words(first(tree, ".outcome"))
    assert first(tree, ".run__foot a").attributes["href"] == "../../data/transcripts/1.jsonl.gz"


def test_runs_are_listed_by_task_and_lead_to_each_other(tmp_path: Path) -> None:
    seal_runs(tmp_path / "content" / "packs", tiny_events())
    site = built(tmp_path)
    listed = HTMLParser((site / "packs/tiny/runs/index.html").read_text())
    assert [words(link) for link in listed.css(".run-list__runs a")] == [
        *(f"Run {run} Passed" for run in (1, 2, 3)),
        "Run 1 Passed",
        "Run 2 Failed: wrong_answer",
        "Run 3 Failed: timeout",
    ]
    near = [link.attributes["href"] for link in page(site, "task_02.1").css(".run__near a")]
    assert near == [f"../../../../packs/tiny/runs/{run}/index.html" for run in ("task_01.3", "task_02.2")]
    crumbs = [words(link) for link in page(site, "task_02.1").css(".crumbs a")]
    assert crumbs[0] == "Test Weekly" and crumbs[-2:] == ["tiny", "Runs"]


def test_rows_of_a_packs_tables_lead_to_their_runs(tmp_path: Path) -> None:
    seal_runs(tmp_path / "content" / "packs", tiny_events())
    tree = HTMLParser((built(tmp_path) / "packs/tiny/index.html").read_text())
    for name in ("task_outcomes", "run_metrics", "attempts", "tool_calls"):
        links = [link.attributes["href"] for link in tree.css(f"#table-{name} tbody th a")]
        assert links[0] == "../../packs/tiny/runs/task_01.1/index.html", name
        assert len(links) == 6, name


def test_a_long_campaign_shows_what_did_not_pass_and_says_so(tmp_path: Path) -> None:
    pack = seal_runs(tmp_path, tiny_events())
    runs, findings = pack_runs(pack, most=5)
    assert findings == []
    assert runs.order == (("task_02", 2), ("task_02", 3))
    assert runs.words.startswith("The pack holds transcripts of 6 runs. 2 that did not pass have a page here")
    assert runs.url("task_01", 1) == ""
    assert pack_runs(pack, most=1)[0].order == (("task_02", 2),)


def test_a_transcript_that_is_none_is_a_warning_and_the_pack_has_its_page_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "content" / "packs"
    folder.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    files = [PackFile("t", "transcripts/notes.txt", b"{}\n", "Notes", "text/plain")]
    seal_pack(folder / "other", title="Other", info=PackInfo(format=2, origin="imported"), tables=[], files=files)
    report = build(tmp_path, tmp_path / "site")
    assert [(finding.rule, finding.severity, finding.line) for finding in report.findings] == [
        ("transcript", "warning", 1)
    ]
    tree = HTMLParser((tmp_path / "site/packs/other/index.html").read_text())
    assert not tree.css("#runs-heading")


def test_arguments_are_shown_by_name_unless_that_would_hide_something() -> None:
    def labels(arguments: str) -> list[str]:
        run = make_run(calls=[("write", arguments, "ok")])
        (attempt,) = attempt_views(run, 1)
        tool = next(event for event in attempt.events if event.kind == "tools")
        return [f"{block.label}={block.text}" for block in tool.blocks[:-1]]

    assert labels('{"path": "a", "n": 2}') == ["path=a", "n=2"]
    for raw in ('{"path": "a", "path": "b"}', "[1]", "{}", "not json", "[" * 100_000, '{"n": ' + "9" * 5000 + "}"):
        assert labels(raw)[0].startswith("arguments, as written=")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("task_01", "task_01"),
        ("qwen.qwen3-32b-v1:0", "qwen.qwen3-32b-v1~3A0"),
        ("../x", "..~2Fx"),
        ("..", "~..."),
        ("", "~."),
        ("Index.html", "~.Index.html"),
        ("a~2F", "a~7E2F"),
        ("日", "~E6~97~A5"),
    ],
)
def test_any_text_can_be_part_of_an_address(text: str, part: str) -> None:
    assert segment(text) == part


def test_long_names_stay_apart_and_fit_a_file_system() -> None:
    parts = {segment("x" * 300 + end) for end in ("a", "b")}
    assert len(parts) == 2 and max(map(len, parts)) < 200


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"at": NOON.replace(tzinfo=None)}, "names no zone"),
        ({"run": -1}, ""),
        ({"run": 10**200}, ""),
        ({"reserved_usd": Decimal("1e999999")}, ""),
    ],
)
def test_odd_events_give_a_page_or_a_warning_and_never_a_traceback(
    tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    events = everything("SAID")[:2]
    events[1] = events[1].model_copy(update=change)
    folder = tmp_path / "content" / "packs"
    folder.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    files = [PackFile("t", "transcripts/x.jsonl", print_transcript(events), "", "application/jsonl")]
    seal_pack(folder / "odd", title="Odd", info=PackInfo(format=2, origin="imported"), tables=[], files=files)
    report = build(tmp_path, tmp_path / "site")
    assert [finding.severity for finding in report.findings] == (["warning"] if what else [])
    assert all(what in finding.message for finding in report.findings)
    assert bool(what) != (tmp_path / "site/packs/odd/runs/task_01.1/index.html").is_file()
