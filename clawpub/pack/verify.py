"""`clawpub pack verify`: every digest, every cell, every view, computed again from what was recorded."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from clawpub.errors import ClawpubError, PackError, Place
from clawpub.findings import Finding
from clawpub.pack.events import RunEvent, RunStarted
from clawpub.pack.model import CAMPAIGN_FILE, DESCRIPTOR, EVENTS_FILE, SEAL, SUITE_FILE, CampaignInfo
from clawpub.pack.predictions import PREDICTIONS_FILE, parse_predictions
from clawpub.pack.preflights import PREFLIGHT_TYPES, PreflightEvent, preflight_event, preflights_of
from clawpub.pack.reader import Pack, check_seal, digest_of, parse_descriptor, read_file
from clawpub.pack.runs import attempts_of
from clawpub.pack.schema import VIEWS_VERSIONS
from clawpub.pack.tables import Table, spell, to_csv
from clawpub.pack.transcripts import read_transcripts
from clawpub.pack.views import TaskTitle, Terms, compute_tables


def verify_pack(path: Path) -> list[Finding]:
    """Return everything about a pack that does not hold; an empty list means that it is what was sealed."""
    try:
        data = read_file(path / DESCRIPTOR, path)
    except PackError as error:
        return [_finding("unreadable", error, path)]
    findings = []
    try:
        check_seal(path, data)
    except PackError as error:
        findings.append(_finding("seal", error, path))
    try:
        pack = Pack(path, digest_of(data), parse_descriptor(data, path / DESCRIPTOR))
    except PackError as error:
        return [*findings, _finding("descriptor", error, path)]
    findings += _files(pack)
    findings += _tables(pack, {finding.path for finding in findings})
    if not findings and pack.info.origin == "executed":
        findings += _recomputed(pack)
    return findings


def _finding(rule: str, error: ClawpubError, fallback: Path) -> Finding:
    place = error.at or Place(fallback)
    return Finding(rule, error.message, place.path, place.line, place.column, error.hint)


def _files(pack: Pack) -> Iterator[Finding]:
    for resource in pack.descriptor.resources:
        try:
            pack.read(resource)
        except PackError as error:
            yield _finding("digest", error, pack.path)
    listed = {resource.path for resource in pack.descriptor.resources} | {DESCRIPTOR, SEAL}
    needed = {str(parent) for path in listed for parent in PurePosixPath(path).parents}
    for folder, folders, names in os.walk(pack.path):
        linked = [name for name in folders if (Path(folder) / name).is_symlink()]
        strays = [name for name in folders if name in linked or _inside(pack, folder, name) not in needed]
        folders[:] = sorted(set(folders) - set(strays))  # what lies in a stray folder goes with it
        for name in sorted([*strays, *(name for name in names if _inside(pack, folder, name) not in listed)]):
            file = Path(folder) / name
            what = "a folder that is not part" if file.is_dir() and not file.is_symlink() else "not part"
            yield Finding("stray-file", f"{what} of the sealed pack", file, hint="remove it")


def _inside(pack: Pack, folder: str, name: str) -> str:
    return (Path(folder) / name).relative_to(pack.path).as_posix()


def _tables(pack: Pack, damaged: set[Path]) -> Iterator[Finding]:
    for name in pack.table_names:
        if pack.path / pack.resources[name].path in damaged:
            continue
        try:
            pack.table(name)
        except PackError as error:
            yield _finding("table", error, pack.path)


def _recomputed(pack: Pack) -> Iterator[Finding]:
    """Compute every table from the transcripts, as sealing did, and compare byte by byte."""
    if pack.info.views not in VIEWS_VERSIONS:
        at, known = pack.path / DESCRIPTOR, ", ".join(VIEWS_VERSIONS)
        yield Finding("views", f"views version {pack.info.views!r}, known are {known}", at, hint="upgrade clawpub")
        return
    try:
        tables = tables_from_transcripts(pack)
    except PackError as error:
        yield _finding("transcript", error, pack.path)
        return
    for table in tables:
        file = pack.path / (pack.resources[table.name].path if pack.has(table.name) else f"tables/{table.name}.csv")
        if table.name not in pack.table_names:
            yield Finding("view", "missing: it follows from the transcripts", file, hint="seal the campaign again")
        elif to_csv(table) != to_csv(pack.table(table.name)):
            line, what = _difference(table, pack.table(table.name))
            yield Finding("view", f"does not follow from the transcripts: {what}", file, line, hint="seal it again")


def tables_from_transcripts(pack: Pack) -> list[Table]:
    """Return the tables that an executed pack's transcripts, suite and predictions give.

    Raises: PackError where one of those files is not what its format says.
    """
    campaign = pack.info.campaign
    if campaign is None:
        raise PackError("an executed pack without its campaign", at=pack.path / DESCRIPTOR)
    events = list(read_transcripts(pack))
    predictions = pack.read("predictions")
    at = pack.path / PREDICTIONS_FILE
    _refuse_other_than_frozen(pack, campaign, events)
    if campaign.predictions and digest_of(predictions) != campaign.predictions.digest:
        raise PackError("not the predictions that were frozen before the first run", at=at)
    tasks = _task_titles(pack.read("suite"), pack.path / SUITE_FILE)
    expected = parse_predictions(predictions, Place(at))
    try:
        terms = terms_of(pack, campaign)
        return compute_tables(attempts_of(events), tasks, expected, campaign.price, terms, pack.info.views)
    except (ArithmeticError, TypeError) as error:  # a time without a zone, a count beyond any table: no runner's work
        raise PackError(
            f"no tables follow from the transcripts: {str(error) or type(error).__name__}",
            at=pack.path / DESCRIPTOR,
            hint="a time, count or price among the events is none that a campaign records",
        ) from None


def terms_of(pack: Pack, campaign: CampaignInfo) -> Terms:
    """Return what the campaign says as a whole, as its descriptor and its events have it.

    Raises: PackError where an event of the campaign is none.
    """
    if not pack.has("events"):
        return Terms(campaign.planned_runs, campaign.scoring)
    asked = (_preflight(event, at) for event, at in _campaign_events(pack) if event["type"] in PREFLIGHT_TYPES)
    return Terms(campaign.planned_runs, campaign.scoring, preflights_of(asked))


def _campaign_events(pack: Pack) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Yield the events of the campaign as a whole, each with its line."""
    for number, line in enumerate(pack.read("events").splitlines(), start=1):
        at = Place(pack.path / EVENTS_FILE, number)
        try:
            event = json.loads(line)
            if not isinstance(event["type"], str):
                raise TypeError
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _no_event(at) from None
        yield event, at


def _no_event(at: Place) -> PackError:
    return PackError("no event of a campaign", at=at)


def _refuse_other_than_frozen(pack: Pack, campaign: CampaignInfo, events: Sequence[RunEvent]) -> None:
    """Raises: PackError where the campaign's events say that other files were frozen, or later than the first run."""
    if not pack.has("events"):
        return
    frozen = [(event, at) for event, at in _campaign_events(pack) if event["type"] == "campaign_started"]
    if not frozen:
        return
    event, at = frozen[-1]
    for field, name, found in (
        ("predictions_digest", PREDICTIONS_FILE, digest_of(pack.read("predictions"))),
        ("campaign_digest", CAMPAIGN_FILE, digest_of(pack.read("campaign"))),
        ("suite_digest", SUITE_FILE, campaign.suite.digest),
    ):
        if event.get(field) != found:
            raise PackError(
                f"not what was frozen before the first run: {str(found)[:19]}…, and {str(event.get(field))[:19]}… was",
                at=pack.path / name,
                hint=f"{EVENTS_FILE} line {at.line} says so; whoever sealed it changed one of them",
            )
    try:
        when = datetime.fromisoformat(event["at"])
        late = any(when > run.at for run in events if isinstance(run, RunStarted))
    except (ValueError, TypeError, KeyError):
        raise _no_event(at) from None
    if late:
        raise PackError("frozen after the first run had begun", at=at)


def _preflight(event: Mapping[str, Any], at: Place) -> PreflightEvent:
    try:
        return preflight_event.validate_python(event)
    except ValidationError:
        raise _no_event(at) from None


def _task_titles(data: bytes, file: Path) -> list[TaskTitle]:
    try:
        return [TaskTitle(str(task["id"]), str(task["title"])) for task in json.loads(data)["tasks"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise PackError(f"no suite: {error!r}", at=file, hint="expected tasks, each with id and title") from None


def _difference(computed: Table, stored: Table) -> tuple[int | None, str]:
    if computed.schema.column_names != stored.schema.column_names:
        return 1, "its columns are others"
    for number, (ours, theirs) in enumerate(zip(computed.rows, stored.rows, strict=False), start=2):
        for name in computed.schema.column_names:
            if ours[name] != theirs[name]:
                return number, f"{name} is {spell(theirs[name])!r}, computed {spell(ours[name])!r}"
    return None, f"{len(stored.rows)} rows, computed {len(computed.rows)}"
