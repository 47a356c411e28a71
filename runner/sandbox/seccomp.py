"""The system calls that nobody in a box needs, as a BPF program for bwrap's `--seccomp`.

A deny list: programs of every kind run in a box, so what is unknown stays allowed, and what is here are the ways into
the kernel and into other processes. `clone3` answers ENOSYS, so that the C library falls back to `clone`, whose flags
a filter can read.
"""

from __future__ import annotations

import errno
import platform
import struct

from clawpub.errors import SandboxError

# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]
NUMBER, ARCH, FIRST, SECOND = 0, 4, 16, 24
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000
NEW_NAMESPACE = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""
SOCKET_FAMILIES = (1, 2, 10)
"""Unix, IPv4 and IPv6: within a box without network they reach only the box itself."""
TERMINAL_INJECTION = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX."""

SPECIAL = {"clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "ioctl": (16, 29)}

DENIED = {
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "open_tree_attr": (467, 467), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268),
    # large doors into the kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "memfd_secret": (447, 447),
    "fanotify_init": (300, 262), "modify_ldt": (154, None), "lookup_dcookie": (212, 18), "vhangup": (153, 58),
    # keys, and files by handle
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # the machine
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116), "nfsservctl": (180, 42),
    "uselib": (134, None), "ustat": (136, None), "sysfs": (139, None),
}  # fmt: skip
"""Numbers on x86_64 and aarch64; None where it has none."""

UNCOUNTED_MEMORY = {"memfd_create": (319, 279), "shmget": (29, 194)}
"""Memory that belongs to no process. A cgroup counts it; summing up processes does not."""


def program(machine: str | None = None, *, count_memory: bool = False) -> bytes:
    """Return the filter for a machine, this one by default; with `count_memory`, also against `UNCOUNTED_MEMORY`.

    Raises: SandboxError on any other architecture.
    """
    machine = machine or platform.machine()
    if machine not in AUDIT_ARCH:
        raise SandboxError(f"no system call filter for {machine}", hint="boxes need x86_64 or aarch64")
    column = 0 if machine == "x86_64" else 1
    special = {name: numbers[column] for name, numbers in SPECIAL.items()}
    denied = {**DENIED, **(UNCOUNTED_MEMORY if count_memory else {})}
    rules = [
        op(LOAD, ARCH), op(EQUAL, AUDIT_ARCH[machine], 1, 0), op(RETURN, KILL),
        op(LOAD, NUMBER),
        op(AT_LEAST, X32_BIT, 0, 1), fail(errno.ENOSYS),
        op(EQUAL, special["clone3"], 0, 1), fail(errno.ENOSYS),
        *(rule for numbers in denied.values() if (number := numbers[column]) is not None
          for rule in (op(EQUAL, number, 0, 1), fail(errno.EPERM))),
        op(EQUAL, special["clone"], 0, 4),
        op(LOAD, FIRST), op(ANY_BIT, NEW_NAMESPACE, 0, 1), fail(errno.EPERM), op(RETURN, ALLOW),
        op(EQUAL, special["socket"], 0, 2 + len(SOCKET_FAMILIES) + 1),
        op(LOAD, FIRST),
        *(op(EQUAL, family, len(SOCKET_FAMILIES) - place, 0) for place, family in enumerate(SOCKET_FAMILIES)),
        fail(errno.EAFNOSUPPORT), op(RETURN, ALLOW),
        op(EQUAL, special["ioctl"], 0, 4),
        op(LOAD, SECOND), op(EQUAL, TERMINAL_INJECTION[0], 1, 0), op(EQUAL, TERMINAL_INJECTION[1], 0, 1),
        fail(errno.EPERM),
        op(RETURN, ALLOW),
    ]  # fmt: skip
    return b"".join(rules)


def op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One BPF instruction; the jumps count the instructions that are left out."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def fail(number: int) -> bytes:
    return op(RETURN, ERRNO | number)
