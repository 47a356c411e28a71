"""Prints a site's artifacts, each only where what it is made of changed: writeups while the check has them at hand,
everything else once all of them passed.

What a writeup's page is made of: its own files and rules (the key of its verdict), its packs, what it reads across
packs, the files beside it, and the frame. See generator/verdicts.py for how the first three are told apart.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import quote, unquote

from clawpub.findings import Finding
from clawpub.pack.reader import Pack
from generator.content import load_edition
from generator.forking import cores, forked
from generator.local import local_packs
from generator.pages.catalogue import Catalogue, catalogue_of, navigation
from generator.pages.contents import Contents
from generator.pages.contexts import EditionEntry, SourceLink, WriteupEntry
from generator.pages.editions import edition_link
from generator.pages.frame import Frame, Outline, outline_of, read, written
from generator.pages.memory import Link, Made, Memory
from generator.pages.output import Payload
from generator.pages.policy import HEADERS, headers_file
from generator.pages.render import warm
from generator.pages.search_page import search_files
from generator.pages.site import (
    Runs,
    dead_links,
    make_assets,
    make_demo,
    make_edition,
    make_feeds,
    make_lists,
    make_local,
    make_pack,
    make_runs,
    make_sources,
    make_text,
    make_views,
    make_writeup,
)
from generator.pages.sources import shared_files
from generator.progress import Progress
from generator.project import SITE_FILE
from generator.publication import check_edition
from generator.search import SCRIPT
from generator.texts import Text, load_texts
from generator.verdict_store import digest_of
from generator.verdicts import Check, Front, Verdict, Verdicts, files_in, folders_in, signature_of
from generator.views import View
from generator.weeks import edition_ledger, read_week
from generator.writeup import CheckedWriteup


class Press:
    def __init__(
        self,
        output: Path,
        spool: Path,
        progress: Progress,
        *,
        images: bool = False,
        search: bool = False,
        local: bool = True,
    ) -> None:
        self._output = output
        self._spool = spool
        """A folder for pages on their way into the site: all of them at once are more than memory should hold."""
        self._progress = progress
        self._images = images
        """Whether pages have an image that is shown where they are shared."""
        self._search = search
        """Whether there is a page that searches; its index is made of the finished pages (generator/search.py)."""
        self._local = local
        """Whether packs made on this machine are shown."""

    def begin(
        self, check: Check, packs: Mapping[str, str], fronts: Iterable[Front], editions: Sequence[Verdict]
    ) -> None:
        self._check = check
        self._packs = packs
        self._fronts = tuple(fronts)
        self._editions = sorted(editions, key=lambda each: each.slug, reverse=True)
        links = {each.slug: edition_link(read_week(each.slug), each.title) for each in editions}
        self._links = links
        self._carriers = {slug: links[each.slug] for each in editions for slug, _ in each.carries}
        self._across = check.across(packs)
        self.memory = Memory(check.store, check.root, self._output)

    def prepare(self, *, many: bool) -> None:
        _ = self.frame.digest
        if many:  # every process inherits what is read here
            warm(self.frame.theme)
            for name in self._packs:
                self._runs.read(name)

    # --- what pages are made of ---

    @cached_property
    def frame(self) -> Frame:
        return Frame(self._check.checking.project, self._outline, with_images=self._images, search=self._search)

    @cached_property
    def _outline(self) -> Outline:
        """The navigation and the pages that there are, remembered where no pack, card or plain page changed."""
        content = self._check.root / "content"
        folders = folders_in(self._check.root / ".clawpub/demo/packs", hidden=True) if self._local else []
        local = [signature_of(path)[0] for path in folders]
        key = self._check.key_of(
            *files_in(content / "pages", ".md"),
            *files_in(content / "models", ".toml"),
            self._check.root / "content" / SITE_FILE,
            more=[
                *sorted({repr(front) for front in self._fronts}),
                str(bool(self._editions)),
                *local,
                *(f"{name}@{digest}" for name, digest in self._packs.items()),
            ],
        )
        if key and (known := self._check.recalled("outline", "", key)):
            return read(known)
        catalogue = catalogue_of(self._contents)
        links = navigation(catalogue, self._fronts, editions=bool(self._editions))
        outline = outline_of(self._contents, catalogue.places, links)
        self._check.keep("outline", "", key, written(outline))
        return outline

    @cached_property
    def _contents(self) -> Contents:
        """All but writeups and editions."""
        checking = self._check.checking
        return Contents(
            project=checking.project,
            packs=self.packs,
            entries=(),
            editions=(),
            texts=self._texts,
            cards=checking.cards.by_model,
            library=checking.library,
            local=tuple(local_packs(checking.root)[0]) if self._local else (),
        )

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Those of the publication that can be trusted, by id."""
        return tuple(self._check.checking.packs[name] for name in sorted(self._packs))

    @cached_property
    def _texts(self) -> tuple[Text, ...]:
        return tuple(load_texts(self._check.checking.project.pages)[0])

    @cached_property
    def _cards(self) -> str:
        """Of the model cards: what they say, and the names that no page's scanner takes apart."""
        return self._check.key_of(*files_in(self._check.root / "content" / "models", ".toml")) or ""

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self._check.checking.packs)

    # --- writeups, one by one ---

    def has(self, verdict: Verdict, key: str | None) -> bool:
        return self._recall(verdict, key) is not None

    def print(self, checked: CheckedWriteup, views: Mapping[str, View]) -> str:
        names, edition = self._check.checking.library.known_names, self._carriers.get(checked.writeup.slug)
        made = make_writeup(self.frame, checked, views, names, self._runs, edition)
        links = [[link.path, link.target, link.line] for link in made.links]
        return json.dumps({"files": self._spooled(made), "links": links, "entry": dict(made.entry)})

    def take(self, verdict: Verdict, key: str | None) -> None:
        told = json.loads(verdict.page)
        links = tuple(Link(*link) for link in told["links"])
        made = Made(self._unspooled(told["files"]), (), links, told["entry"])
        self.memory.put(_name(verdict), self._key(verdict, key), made)

    def _spooled(self, made: Made) -> dict[str, str]:
        """Write an artifact's files into the spool, and return their names there by their paths in the site."""
        files: dict[str, str] = {}
        for path, payload in made.files.items():
            name = hashlib.sha256(path.encode()).hexdigest()
            (self._spool / name).write_bytes(payload if isinstance(payload, bytes) else payload())
            files[path] = name
        return files

    def _unspooled(self, files: Mapping[str, str]) -> dict[str, Payload]:
        return {path: (self._spool / name).read_bytes for path, name in files.items()}

    def _recall(self, verdict: Verdict, key: str | None) -> Made | None:
        own = self._key(verdict, key)
        made = self.memory.recall(_name(verdict), own) if own else None
        if made:
            self.memory.put(_name(verdict), own, made)
        return made

    def _key(self, verdict: Verdict, key: str | None) -> str:
        """Return a digest of all that a page is made of; empty where that is unknown."""
        beside = _beside(verdict.path.parent)
        if key is None or beside is None or (verdict.shared and self._across is None):
            return ""
        return digest_of(
            key,
            *(f"{name}@{digest}" for name, digest in verdict.packs.items()),
            self._across if verdict.shared else None,
            beside,
            repr(self._carriers.get(verdict.slug)),
            self.frame.digest,
            self._outline.around(tuple(verdict.packs)),
        )

    # --- all the rest ---

    def finish(self, verdicts: Verdicts, more: Sequence[str] = ()) -> tuple[dict[str, Payload], tuple[Finding, ...]]:
        """Return the site's files by path, and what only shows when all of them are known. `more` are the paths of
        those that are added to them.

        Raises: ConfigError where a template cannot be used, PackError where a pack changed under our hands.
        """
        entries = tuple(self._entry(verdict) for verdict in verdicts.writeups)
        editions = tuple(self._edition(number, entries) for number in range(len(self._editions)))
        artifacts = list(self._artifacts(entries, editions))
        self._print_runs([(name, key) for name, key, _ in artifacts if name.startswith("runs/")])
        for number, (name, key, make) in enumerate(artifacts):
            self._progress("rendering", number, len(artifacts))
            self.memory.settle(name, key, make)
        files: dict[str, Payload] = {path: payload for made in self.memory.made for path, payload in made.files.items()}
        files |= make_feeds(self.frame, entries, editions, self._listed)
        files[HEADERS] = headers_file([*files, *([SCRIPT] if self._search else []), *more])
        if self.frame.images:
            self.frame.images.forget(files)
        findings = [finding for made in self.memory.made for finding in made.findings]
        sources = {_name(verdict): verdict.path for verdict in verdicts.writeups}
        sources |= {f"edition/{each.slug}": each.path for each in self._editions}
        sources |= {f"text/{_slug(link.url)}": self._text_path(link.url) for link in self._outline.texts}
        for name, source in sources.items():
            findings += dead_links(source, self.memory[name].links, files)
        return files, tuple(findings)

    def _print_runs(self, artifacts: Sequence[tuple[str, str]]) -> None:
        """Make the pages of the runs of many packs in several processes: they are most of a site's pages."""
        missing = [(name, key) for name, key in artifacts if not self.memory.has(name, key)]
        packs = [unquote(name.removeprefix("runs/")) for name, _ in missing]
        if len(packs) < 2:
            return
        for pack in packs:
            self._runs.read(pack)
        spooled = forked(self._spooled_runs, packs, self._check.processes or cores())
        for number, ((name, key), files) in enumerate(zip(missing, spooled, strict=True), 1):
            self._progress("rendering the runs of packs", number, len(packs))
            self.memory.put(name, key, Made(self._unspooled(files)))

    def _spooled_runs(self, pack: str) -> dict[str, str]:
        return self._spooled(self._make_runs(pack))

    def _entry(self, verdict: Verdict) -> WriteupEntry:
        told = self.memory[_name(verdict)].entry
        lists = {name: tuple(told[name]) for name in ("authors", "tags", "packs")}
        return WriteupEntry(**{**told, **lists})

    def _edition(self, number: int, entries: Sequence[WriteupEntry]) -> EditionEntry:
        """Make the page of an edition unless it is there, and return the edition as lists show it."""
        verdict = self._editions[number]
        known = {entry.slug: entry for entry in entries}
        carried = [known[slug] for slug, _ in verdict.carries]
        before, after = (self._link(at) for at in (number + 1, number - 1))
        key = digest_of(
            self._check.code,
            verdict.path.read_bytes(),
            ledger.read_bytes() if (ledger := edition_ledger(verdict.path)).is_file() else None,
            *(f"{name}@{digest}" for name, digest in verdict.packs.items()),
            self._across if verdict.shared else None,
            json.dumps([carried, before, after], default=vars),
            self._cards,
            self.frame.digest,
            self._outline.around(tuple(verdict.packs)),
        )

        def make() -> Made:
            checking = self._check.checking
            checked, views = check_edition(
                load_edition(verdict.path), checking.packs, checking.project.site.severity, checking.library
            )
            names = checking.library.known_names
            return make_edition(self.frame, checked, views, carried, (before, after), names, self._runs)

        told = self.memory.settle(f"edition/{verdict.slug}", key, make).entry
        links = tuple(SourceLink(**each) if isinstance(each, dict) else each for each in told["writeups"])
        return EditionEntry(**{**told, "writeups": links, "authors": tuple(told["authors"])})

    def _link(self, number: int) -> SourceLink | None:
        return self._links[self._editions[number].slug] if 0 <= number < len(self._editions) else None

    def _artifacts(
        self, entries: tuple[WriteupEntry, ...], editions: tuple[EditionEntry, ...]
    ) -> Iterator[tuple[str, str, Callable[[], Made]]]:
        """Yield each artifact that is no writeup and no edition: its name, the digest of what it is made of, and what
        makes it."""
        frame, outline = self.frame, self._outline
        cards = self._cards
        packs = digest_of(*(f"{name}@{digest}" for name, digest in self._packs.items()))
        local = digest_of(*(f"{name}@{digest}" for name, digest in outline.local))
        theme = self._check.code + frame.digest
        yield "assets", theme, lambda: make_assets(frame)
        shared = [part for file in shared_files(frame.project) for part in (file.name, file.read_bytes())]
        yield "source", digest_of(self._check.code, *shared), lambda: make_sources(frame)
        for link in outline.texts:
            text = self._text_path(link.url)
            yield f"text/{_slug(link.url)}", digest_of(theme, text.read_bytes()), partial(self._make_text, text)
        for name, digest in self._packs.items():
            key = digest_of(theme, digest, cards, outline.around((name,)))
            yield f"pack/{quote(name)}", key, partial(self._make_pack, name)
            yield f"runs/{quote(name)}", key, partial(self._make_runs, name)
        if self._check.checking.views:
            yield "views", digest_of(theme, self._across or "", packs, cards), lambda: make_views(frame, self._contents)
        for name, digest in outline.local:
            key = digest_of(theme, digest, cards, written(outline))
            yield f"local/{quote(name)}", key, partial(self._make_local, name)
        if outline.local:
            yield "demo", digest_of(theme, local, packs), lambda: make_demo(frame, self._contents)
        if self._search:
            key = digest_of(theme, json.dumps(entries, default=vars))
            yield "search", key, lambda: Made(search_files(frame, entries))
        key = digest_of(theme, packs, cards, written(outline), json.dumps([entries, editions], default=vars))
        yield "lists", key, lambda: make_lists(frame, self._catalogue(entries, editions), self._runs)

    def _make_text(self, path: Path) -> Made:
        return make_text(self.frame, next(text for text in self._texts if text.path == path))

    def _make_pack(self, name: str) -> Made:
        runs, findings = self._runs.read(name)
        return make_pack(self.frame, self._contents, runs, findings)

    def _make_runs(self, name: str) -> Made:
        return make_runs(self.frame, self._runs[name])

    def _make_local(self, name: str) -> Made:
        contents = self._contents
        return make_local(self.frame, contents, next(pack for pack in contents.local if pack.id == name))

    def _catalogue(self, entries: tuple[WriteupEntry, ...], editions: tuple[EditionEntry, ...]) -> Catalogue:
        return catalogue_of(replace(self._contents, entries=entries, editions=editions))

    @property
    def _listed(self) -> list[str]:
        """The pages that the sitemap names besides the front page and the writeups."""
        packs = [f"packs/{name}/index.html" for name in self._packs]
        lists = [path for path in self.memory["lists"].files if path not in ("index.html", "404.html")]
        return [*packs, *(link.url for link in self._outline.texts), *lists]

    def _text_path(self, url: str) -> Path:
        return self._check.root / "content" / "pages" / f"{_slug(url)}.md"


def _name(verdict: Verdict) -> str:
    return f"writeup/{quote(verdict.slug, safe='', errors='surrogatepass')}"


def _slug(url: str) -> str:
    """Return the slug of a plain page, given its place in the site."""
    return url.split("/")[1]


def _beside(folder: Path) -> str | None:
    """Return a digest of the state of the files that go onto the site with a writeup; None where it is unknown."""
    with os.scandir(folder) as entries:
        alone = all(entry.name in ("index.md", "facts.toml") for entry in entries)
    return "" if alone else signature_of(folder)[0]
