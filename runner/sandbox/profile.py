"""What a box looks like from inside: the arguments of bwrap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from runner.sandbox import Limits
from runner.sandbox.programs import SYSTEM_PATH

WORKSPACE = "/ws"
SERVER = "/box"
"""The folder of the exec server."""
MB = 2**20
TMP_MB = 64
SHM_MB = 16
UID_INSIDE = 1000
ENV = {"PATH": SYSTEM_PATH, "HOME": WORKSPACE, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
USERS = {
    "/etc/passwd": f"agent:x:{UID_INSIDE}:{UID_INSIDE}::{WORKSPACE}:/bin/sh\n".encode(),
    "/etc/group": f"agent:x:{UID_INSIDE}:\n".encode(),
}
NAMESPACES = (
    "--unshare-user", "--uid", str(UID_INSIDE), "--gid", str(UID_INSIDE), "--unshare-pid", "--unshare-net",
    "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns", "--die-with-parent", "--new-session",
    "--as-pid-1", "--cap-drop", "ALL", "--hostname", "sandbox", "--clearenv",
)  # fmt: skip


def tmpfs(path: str, size_mb: int) -> list[str]:
    return ["--size", str(size_mb * MB), "--tmpfs", path]


def host_folders(root: Path = Path("/")) -> Iterable[str]:
    """Yield what of the host is seen inside, all of it read-only: its programs and libraries."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        folder = root / name
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), f"/{name}")
        elif folder.is_dir():
            yield from ("--ro-bind", f"/{name}", f"/{name}")
    for path in ("/etc/alternatives", "/etc/ld.so.cache"):
        yield from ("--ro-bind-try", path, path)


def arguments(
    command: list[str],
    *,
    limits: Limits,
    env: Mapping[str, str],
    data: Mapping[str, int],
    folders: Mapping[str, Path],
    seccomp: int,
    info: int,
) -> list[str]:
    """Return bwrap's arguments; `data`, `seccomp` and `info` are descriptors.

    `data` are files and `folders` are the host's folders, by absolute path in the box. /dev is made read-only as a
    folder (it is a tmpfs without a bound); its devices stay as they are.
    """
    parents = sorted({str(parent) for path in data for parent in PurePosixPath(path).parents} - {"/"})
    return [
        *NAMESPACES,
        *(word for name, value in env.items() for word in ("--setenv", name, value)),
        *(word for folder in parents for word in ("--dir", folder)),
        *host_folders(),
        *(word for inside, folder in folders.items() for word in ("--ro-bind", str(folder), inside)),
        *(word for path, fd in data.items() for word in ("--ro-bind-data", str(fd), path)),
        *("--proc", "/proc", "--dev", "/dev"),
        *tmpfs("/tmp", TMP_MB),
        *tmpfs("/dev/shm", SHM_MB),
        *tmpfs(WORKSPACE, limits.workspace_mb),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORKSPACE),
        *("--seccomp", str(seccomp), "--info-fd", str(info)),
        "--",
        *command,
    ]  # fmt: skip
