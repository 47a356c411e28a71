"""What hostile code tries from inside a box: each attempt is one line of Python that must fail, or must find nothing.

The tests try all of it in every kind of box; `bench.sandbox_battery` makes a table of the same.
"""

from __future__ import annotations

import contextlib
import os
import platform
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from clawpub.errors import SandboxError
from runner.sandbox import Box, Result, seccomp

LIBC = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def must(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def syscall(*words):
    must(libc.syscall(*words))
"""

READS = {
    "read_the_password_hashes": "open('/etc/shadow').read()",
    "read_cloud_credentials": "open('/root/.aws/credentials').read()",
    "list_the_hosts_home": "assert os.listdir('/home')",
    "read_the_hosts_root_folder": "os.listdir('/root')",
    "read_the_checkout": "open({checkout!r} + '/pyproject.toml').read()",
    "read_environment_of_pid_1": "open('/proc/1/environ').read()",
    "read_memory_of_pid_1": "open('/proc/1/mem', 'rb').read(1)",
    "list_descriptors_of_pid_1": "os.listdir('/proc/1/fd')",
    "open_the_channel_of_pid_1": "[open(f'/proc/1/fd/{n}', 'wb') for n in os.listdir('/proc/1/fd')]",
    "enter_the_root_of_pid_1": "os.listdir('/proc/1/root/root')",
    "read_environment_of_a_host_process": "open('/proc/{host_pid}/environ').read()",
    "see_a_host_process": "os.stat('/proc/{host_pid}')",
    "find_cgroup_files": "assert os.listdir('/sys/fs/cgroup')",
    "read_a_block_device": "open('/dev/vda', 'rb').read(1)",
    "read_physical_memory": "open('/dev/mem', 'rb').read(1)",
    "read_the_kernels_log": "syscall(NUMBERS['syslog'], 3, ctypes.create_string_buffer(99), 99)",
}
WRITES = {
    "write_to_usr": "open('/usr/escaped', 'w')",
    "write_to_etc": "open('/etc/escaped', 'w')",
    "write_to_the_root": "open('/escaped', 'w')",
    "fill_dev_beyond_its_bound": "open('/dev/escaped', 'w')",
    "write_to_the_servers_source": "open('/box/__main__.py', 'w')",
    "replace_the_servers_source": "os.rename('/box', '/ws/box')",
    "write_through_a_symlink": "os.symlink('/etc/passwd', 'link'); open('link', 'w')",
    "link_a_file_of_the_host_into_the_workspace": "os.link('/usr/bin/env', 'linked')",
    "write_through_proc_self_root": "open('/proc/self/root/etc/escaped', 'w')",
    "write_the_core_pattern": "open('/proc/sys/kernel/core_pattern', 'w').write('|/bin/sh')",
    "press_sysrq": "open('/proc/sysrq-trigger', 'w').write('h')",
    "make_a_device": "os.mknod('device', 0o060666, os.makedev(254, 0)); open('device', 'rb').read(1)",
    "change_root": "os.chroot('/ws')",
    "mount": "must(libc.mount(b'none', b'/ws', b'tmpfs', 0, None))",
    "make_the_root_writable": "must(libc.mount(None, b'/', None, 32 | 4096, None))",
    "unmount": "must(libc.umount2(b'/proc', 2))",
    "open_a_new_mount": "syscall(NUMBERS['fsopen'], b'tmpfs', 0)",
    "rename_the_host": "socket.sethostname('escaped')",
}
POWERS = {
    "nest_a_user_namespace": "must(libc.unshare(0x10000000))",
    "nest_a_mount_namespace": "must(libc.unshare(0x00020000))",
    "clone_into_a_user_namespace": "syscall(NUMBERS['clone'], 0x10000000 | 17, 0, 0, 0, 0)",
    "clone3": "syscall(NUMBERS['clone3'], ctypes.create_string_buffer(88), 88)",
    "join_a_namespace": "must(libc.setns(os.open('/proc/self/ns/mnt', os.O_RDONLY), 0))",
    "become_root": "os.setuid(0)",
    "gain_by_a_setuid_program": "os.stat('/usr/bin/su'); assert subprocess.run(['su', '-c', 'true']).returncode == 0",
    "hold_a_capability": "assert int(re.search('CapEff:\\t(.*)', open('/proc/self/status').read())[1], 16)",
    "have_a_bounding_set": "assert int(re.search('CapBnd:\\t(.*)', open('/proc/self/status').read())[1], 16)",
    "shed_no_new_privileges": "assert 'NoNewPrivs:\\t0' in open('/proc/self/status').read()",
    "trace_pid_1": "must(libc.ptrace(16, 1, None, None))",
    "trace_a_child": "must(libc.ptrace(0, 0, None, None))",
    "read_another_process_by_vm": "syscall(NUMBERS['process_vm_readv'], 1, None, 0, None, 0, 0)",
    "steal_a_descriptor": "syscall(NUMBERS['pidfd_getfd'], os.pidfd_open(1), 3, 0)",
    "load_bpf": "syscall(NUMBERS['bpf'], 0, ctypes.create_string_buffer(128), 128)",
    "open_perf": "syscall(NUMBERS['perf_event_open'], ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    "set_up_io_uring": "syscall(NUMBERS['io_uring_setup'], 1, ctypes.create_string_buffer(128))",
    "handle_page_faults": "syscall(NUMBERS['userfaultfd'], 1)",
    "read_a_keyring": "syscall(NUMBERS['keyctl'], 0, -3, 1)",
    "open_by_handle": "syscall(NUMBERS['open_by_handle_at'], 3, ctypes.create_string_buffer(128), 0)",
    "load_a_kernel": "syscall(NUMBERS['kexec_load'], 0, 0, None, 0)",
    "load_a_module": "syscall(NUMBERS['init_module'], b'', 0, b'')",
    "set_the_clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "inject_into_the_terminal": "fcntl.ioctl(os.open('/dev/tty', os.O_RDWR), 0x5412, b'x')",
    "open_the_controlling_terminal": "open('/dev/tty')",
    "inject_into_any_descriptor": "fcntl.ioctl(0, 0x5412, b'x')",
    "call_as_another_architecture": "syscall(0x40000000 + 39)",
    "kill_a_host_process": "os.kill({host_pid}, 0)",
    "find_another_process": "assert [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]",
    "inherit_a_descriptor": "assert [fd for fd in range(3, 1024) if os.path.exists(f'/proc/self/fd/{fd}')]",
    "raise_a_limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))",
}
NETWORK = {
    "reach_a_loopback_service": "socket.create_connection(('127.0.0.1', {port}), 2)",
    "reach_the_internet": "socket.create_connection(('1.1.1.1', 53), 2)",
    "send_udp": "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('1.1.1.1', 53))",
    "resolve_a_name": "socket.getaddrinfo('example.org', 80)",
    "reach_an_abstract_socket": "socket.socket(socket.AF_UNIX).connect('\\0' + {abstract!r})",
    "reach_a_socket_by_path": "socket.socket(socket.AF_UNIX).connect({path!r})",
    "open_a_raw_socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "open_a_packet_socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "open_netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "open_vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "open_a_crypto_socket": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "see_a_network_interface": "assert [n for _, n in socket.if_nameindex() if n != 'lo']",
}
EXHAUSTS = {
    "start_a_thousand_processes": "for n in range(1000): os.fork() or (time.sleep(9), os._exit(0))",
    "fill_the_workspace": "for n in range(8): open(f'/ws/{n}', 'wb').write(bytes(15 * 2**20))",
    "fill_tmp": "for n in range(8): open(f'/tmp/{n}', 'wb').write(bytes(15 * 2**20))",
    "fill_shared_memory": "for n in range(8): open(f'/dev/shm/{n}', 'wb').write(bytes(15 * 2**20))",
    "make_a_file_of_a_terabyte": "os.truncate(os.open('/ws/huge', os.O_CREAT | os.O_RDWR), 2**40)",
    "take_two_gigabytes": "bytearray(b'x') * 2**31",
    "hold_three_gigabytes_in_no_process": "f = [os.memfd_create(str(n)) for n in range(200)]; "
    "[os.write(fd, bytes(15 * 2**20)) for fd in f]",
    "end_pid_1": "os.kill(1, 9); time.sleep(0.1); os.kill(1, 0); raise OSError('pid 1 is still there')",
    "stop_pid_1": "os.kill(1, 19); time.sleep(0.1); assert 'T' in open('/proc/1/stat').read().split()[2]",
}
GROUPS = {
    "read the host": READS,
    "write to the host": WRITES,
    "gain power": POWERS,
    "reach the network": NETWORK,
    "use everything up": EXHAUSTS,
}
ATTEMPTS = READS | WRITES | POWERS | NETWORK | EXHAUSTS
COLUMN = 0 if platform.machine() == "x86_64" else 1
NUMBERS = {name: both[COLUMN] for name, both in {**seccomp.DENIED, **seccomp.SPECIAL}.items()}
PREPARED = f"import fcntl, os, re, resource, socket, subprocess, time\n{LIBC}NUMBERS = {NUMBERS}\n"


OPEN_WITHOUT = (
    "reach_a_loopback_service",
    "reach_an_abstract_socket",
    "see_a_host_process",
    "find_another_process",
    "open_netlink",
    "trace_a_child",
    "nest_a_user_namespace",
    "find_cgroup_files",
)
"""What succeeds where there is no box. Otherwise the attempts would prove nothing."""
NEVER_WITHOUT = frozenset(
    {
        *EXHAUSTS,
        "replace_the_servers_source",
        "write_the_core_pattern",
        "press_sysrq",
        "gain_by_a_setuid_program",
        "load_a_kernel",
        "load_a_module",
        "set_the_clock",
        "inject_into_the_terminal",
        "inject_into_any_descriptor",
        "reach_the_internet",
        "send_udp",
        "resolve_a_name",
    }
)
"""What is not tried without a box: it would harm this machine if it succeeded, or leave it."""
OpenBox = AbstractAsyncContextManager[Box]


@contextlib.contextmanager
def prey(folder: Path, checkout: Path) -> Iterator[dict[str, object]]:
    """Yield what the host has that a box must not reach: services, processes, files. `folder` takes a socket."""
    path = str(folder / "service")
    abstract = f"clawpub-prey-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as named:
        named.bind(path)
        named.listen()
        Path(path).chmod(0o666)
        with socket.socket(socket.AF_UNIX) as unnamed:
            unnamed.bind(f"\0{abstract}")
            unnamed.listen()
            yield {
                "port": tcp.getsockname()[1],
                "path": path,
                "abstract": abstract,
                "host_pid": os.getpid(),
                "checkout": str(checkout),
            }


def wrapped(code: str, host: Mapping[str, object]) -> str:
    """Return a program that ends its output with `blocked` and why, or with `open`."""
    for name, value in host.items():
        code = code.replace(f"{{{name}!r}}", repr(value)).replace(f"{{{name}}}", str(value))
    failures = "(OSError, AssertionError, IndexError, ValueError, MemoryError)"
    why = "type(e).__name__, getattr(e, 'strerror', None) or e"
    attempt = f"try:\n    {code}\nexcept {failures} as e:\n    print('blocked', {why})\nelse:\n    print('open')\n"
    return PREPARED + attempt


async def attempt(names: Iterable[str], host: Mapping[str, object], opened: OpenBox) -> dict[str, str]:
    """Return how each attempt ended, all made in one box: `blocked` and why, `open`, or what else it printed."""
    outcomes = {}
    async with opened as box:
        for name in names:
            try:
                outcomes[name] = ending(
                    await box.exec(["python3", "-I", "-S", "-c", wrapped(ATTEMPTS[name], host)], timeout_s=20)
                )
            except SandboxError as error:
                outcomes[name] = f"open: the box is gone, {error.message}"
                break
    return outcomes


def ending(result: Result) -> str:
    """Return the last line of an attempt; a kernel that kills lets nothing be said."""
    last = result.output.strip().rsplit("\n", 1)[-1]
    return last if last or result.exit_code != 137 else "blocked killed by the box's bound"
