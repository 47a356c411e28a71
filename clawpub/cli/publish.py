"""`clawpub publish`: a release, put where readers are."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clawpub.cli.output import find_root, json_option, print_json, printable, root_option, shown, utc_now
from clawpub.cli.status import Status

if TYPE_CHECKING:
    from generator.publish.deploy import Asked
    from generator.publish.plan import Plan
    from generator.publish.released import Released
    from generator.publish.targets import Branch, Bucket, Folder

MOST_SHOWN = 20


@click.command()
@click.argument("target", required=False)
@root_option
@click.option("--site", type=click.Path(path_type=Path, file_okay=False), help="The release; default site/.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--adopt", is_flag=True, help="Write over files of the target that no deploy of clawpub put there.")
@click.option("--take-over", is_flag=True, help="Go on where another deploy holds the target's lock.")
@click.option("--verbose", "-v", is_flag=True, help="Name every file.")
@json_option
def publish(
    target: str | None,
    root: Path | None,
    site: Path | None,
    dry_run: bool,
    adopt: bool,
    take_over: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Put a release where readers are: TARGET is an address, or a name of publish.toml's [targets].

    Only a folder that `clawpub build --release` made goes out, and only if every file is what its release.json says.
    Only what changed is sent. Interrupt it whenever you like: each page is then the old or the new one, and the next
    run goes on from there.

    \b
    clawpub publish s3://bucket/prefix --dry-run
    clawpub publish s3://bucket/prefix
    clawpub publish git:origin#gh-pages
    clawpub publish folder:/srv/www
    clawpub publish production
    """
    from generator.publish.deploy import Asked
    from generator.publish.released import open_release
    from generator.publish.targets import Branch, Bucket, find_target
    from generator.publishing import load_publishing

    root = find_root(root)
    found = find_target(target, load_publishing(root), root)
    with Status() as status:
        released = open_release(site or root / "site", status)
        match found:
            case Bucket():
                asked = Asked(adopt, take_over, timedelta(hours=found.settings.keep_assets_h))
                told = _to_bucket(released, found, asked, status, dry_run=dry_run)
            case Branch():
                told = _to_branch(released, found, root, status, dry_run=dry_run)
            case _:
                told = _to_folder(released, found, dry_run=dry_run)
    told = {"target": _address(found), "release": f"sha256:{released.digest}", "dry_run": dry_run, **told}
    if as_json:
        print_json(told)
    else:
        _print(told, verbose=verbose)


def _address(target: Bucket | Branch | Folder) -> str:
    from generator.publish.git import without_password
    from generator.publish.targets import Branch, Bucket

    match target:
        case Bucket():
            return f"s3://{target.bucket}/{target.prefix}".rstrip("/")
        case Branch():
            return f"git:{without_password(target.remote)}#{target.branch}"
        case _:
            return shown(target.path)


def _to_bucket(released: Released, target: Bucket, asked: Asked, status: Status, *, dry_run: bool) -> dict[str, Any]:
    from generator.publish.cloudfront import CloudFront
    from generator.publish.deploy import deploy, look
    from generator.publish.lock import this_process
    from generator.publish.plan import make_plan
    from generator.publish.s3 import S3, sdk

    settings = target.settings
    store = S3(sdk("s3", region=settings.region, endpoint_url=settings.endpoint_url), target.bucket, target.prefix)
    if dry_run:
        plan = make_plan(released, look(store), utc_now(), adopt=asked.adopt, grace=asked.grace)
        return _plan_json(plan, cached=settings.distribution is not None)
    cache = None
    if settings.distribution:
        site = released.statement.predicate.publication.base_url
        cache = CloudFront(sdk("cloudfront", region=settings.region), settings.distribution, site)
    holder = this_process(secrets.token_hex(8))
    done = deploy(released, store, holder, utc_now, cache=cache, asked=asked, progress=status)
    return {
        **_plan_json(done.plan, cached=cache is not None),
        "invalidated": done.invalidated,
        "conditional_writes": done.conditional,
    }


def _plan_json(plan: Plan, *, cached: bool) -> dict[str, Any]:
    return {
        "put": [
            {"stage": stage, "files": len(steps), "bytes": sum(step.file.size for step in steps)}
            for stage, steps in plan.by_stage().items()
        ],
        "files": list(plan.keys),
        "bytes": plan.bytes,
        "unchanged": len(plan.unchanged),
        "removed": list(plan.removed),
        "kept_for_open_pages": sorted(plan.stale),
        "put_again": list(plan.healed),
        "invalidate": list(plan.invalidate) if cached else [],
        "continues": plan.interrupted,
    }


def _to_branch(released: Released, target: Branch, root: Path, status: Status, *, dry_run: bool) -> dict[str, Any]:
    from generator.publish.git import into_branch

    done = into_branch(released, target.remote, target.branch, root, utc_now(), push=not dry_run, progress=status)
    return {
        "files": list(done.changed),
        "unchanged": len(released.files) - len(set(done.changed) & {file.path for file in released.files}),
        "removed": list(done.removed),
        "commit": done.commit,
    }


def _to_folder(released: Released, target: Folder, *, dry_run: bool) -> dict[str, Any]:
    from generator.publish.folder import compare_folder, into_folder

    put, removed = compare_folder(released, target.path)
    if not dry_run:
        into_folder(released, target.path)
    return {"files": put, "unchanged": len(released.files) - len(put), "removed": removed}


def _print(told: dict[str, Any], *, verbose: bool) -> None:
    done = not told["dry_run"]
    for note in _notes(told):
        click.echo(f"note: {note}", err=True)
    for stage in told.get("put", ()):
        click.echo(f"  {stage['stage']:<15} {stage['files']:>6,} files  {stage['bytes']:>13,} bytes")
    if verbose:
        for sign, paths in (("+", told["files"]), ("-", told["removed"])):
            for path in paths:
                click.echo(f"  {sign} {printable(path)}")
    counts = f"{len(told['files'])} files {'put' if done else 'to put'}, {told['unchanged']} unchanged"
    counts += f", {len(told['removed'])} {'removed' if done else 'to remove'}"
    if asked := told.get("invalidated" if done else "invalidate"):
        counts += f", {asked if done else len(asked)} addresses {'invalidated' if done else 'to invalidate'}"
    click.echo(f"{told['target']}: {counts}")
    click.echo(f"release {told['release']}" + (f", commit {told['commit'][:12]}" if told.get("commit") else ""))
    if not done:
        click.echo("nothing was done: this was a dry run")


def _notes(told: dict[str, Any]) -> list[str]:
    notes = []
    if told.get("continues"):
        notes.append("this goes on with a deploy that was interrupted")
    if told.get("put_again"):
        notes.append(f"{len(told['put_again'])} files were gone or changed at the target since the last deploy")
    if told.get("conditional_writes") is False:
        notes.append("this store ignores conditions of writes: nothing but care keeps two deploys apart")
    return notes
