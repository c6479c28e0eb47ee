"""How a learner's process shuts itself in before it runs a line of theirs.

Inside bubblewrap (which took away network, gradebook, solutions and homes) each forked process
still has neighbours: here it gets a network, a process table and a ``/tmp`` of its own. What Linux
offers without bubblewrap (no new processes, limits) is taken everywhere; other systems have less.
"""

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence

_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000
"""User, mounts, processes, network, shared memory."""
_PRIVATE, _NOSUID, _NODEV, _BIND = 0x44000, 2, 4, 0x1000 | 0x4000
_DEATH_SIGNAL, _SECCOMP, _NO_NEW_PRIVILEGES = 1, 22, 38
_DENIED = {
    "x86_64": (0xC000003E, 56, 435, (
        57, 58, 101, 155, 161, 165, 166, 248, 249, 250, 272, 298, 304, 308, 310, 311, 321, 323,
        425, 428, 429, 430, 431, 432, 442)),
    "aarch64": (0xC00000B7, 220, 435, (
        39, 40, 41, 51, 97, 117, 217, 218, 219, 241, 265, 268, 270, 271, 280, 282,
        425, 428, 429, 430, 431, 432, 442)),
}  # fmt: skip
"""The machine's number, clone, clone3, and: fork, ptrace, mounts, keys, namespaces, other
processes' memory, bpf, perf, userfaultfd, io_uring."""
_TO_ITSELF = {
    "x86_64": ((62, 234), (302,), (129, 200, 297, 424)),
    "aarch64": ((129, 131), (261,), (130, 138, 240, 424)),
}
"""Allowed on this process only, by its own number: signals; by nought: its limits. Never: other ways
to send a signal."""


def own_room(kept: Sequence[str], megabytes: int, memory: int, over: Callable[[], None]) -> None:
    """In a process forked inside bubblewrap: namespaces of its own, then go on as their first process.

    kept: folders under ``/tmp`` that are still needed; memory: the most it may come to hold, in
    bytes, before it is ended and `over` is called, out of its reach. Raises `OSError` where the
    system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    _must(libc.unshare(_NAMESPACES))
    for file, words in (("setgroups", "deny"), ("uid_map", f"1000 {user} 1"),
                        ("gid_map", f"1000 {group} 1")):  # fmt: skip
        with open(f"/proc/self/{file}", "w") as out:
            out.write(words)
    child = os.fork()
    if child:
        _watch(child, memory, over)
    _must(libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))
    _must(libc.mount(b"none", b"/", None, _PRIVATE, None))
    saved = [(path, os.open(path, os.O_PATH)) for path in kept]
    for path, size in (("/tmp", megabytes), ("/dev/shm", megabytes)):
        options = f"size={size}m,nr_inodes=20k,mode=0700".encode()
        _must(libc.mount(b"tmpfs", path.encode(), b"tmpfs", _NOSUID | _NODEV, options))
    for path, folder in saved:
        os.makedirs(path, exist_ok=True)
        _must(libc.mount(f"/proc/self/fd/{folder}".encode(), path.encode(), None, _BIND, None))
        os.close(folder)
    _must(libc.mount(b"tmpfs", b"/proc", b"tmpfs", _NOSUID | _NODEV | 1, b"size=4k"))
    nothing = struct.pack("6I", 0, 0, 0, 0, 0, 0)
    _must(libc.capset(struct.pack("Ii", 0x20080522, 0), nothing))


def _must(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _watch(child: int, memory: int, over: Callable[[], None]) -> None:
    """Stay behind as the one whose end the child follows, and end it when it holds too much."""
    start, page = 0, os.sysconf("SC_PAGE_SIZE")
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            os._exit(os.waitstatus_to_exitcode(status) & 0x7F)
        with contextlib.suppress(OSError, ValueError), open(f"/proc/{child}/statm") as sizes:
            held = int(sizes.read().split()[1]) * page
            start = start or held
            if held > start + memory:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                over()
                os._exit(1)
        time.sleep(0.05)


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Limits of this process: addresses beyond those it has (bytes), processor time, size of a file.

    Libraries reserve far more addresses than they use, so this is the outer bound only.
    """
    try:
        import resource
    except ImportError:
        return
    held = 2**31
    with contextlib.suppress(OSError), open("/proc/self/statm") as sizes:
        held = int(sizes.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    wished = {"AS": held + memory, "CPU": seconds, "FSIZE": file_size, "CORE": 0, "NOFILE": 256}
    if sys.platform != "linux":
        del wished["AS"]
    for name, most in wished.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def one_process() -> None:
    """From here on this process can start threads but no process, and touch no other; Linux only."""
    if sys.platform != "linux" or platform.machine() not in _DENIED:
        return
    machine, clone, clone3, denied = _DENIED[platform.machine()]
    load, equal, above, has, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, unknown = 0x7FFF0000, 0x00050001, 0x00050026
    steps = [(load, 0, 0, 4), (equal, 1, 0, machine), (answer, 0, 0, refuse), (load, 0, 0, 0)]
    steps += [(above, 0, 1, 0x40000000), (answer, 0, 0, refuse)]
    signals, limits, ways = _TO_ITSELF[platform.machine()]
    for number in (*denied, *ways):
        steps += [(equal, 0, 1, number), (answer, 0, 0, refuse)]
    for number, whom in [(one, os.getpid()) for one in signals] + [(one, 0) for one in limits]:
        steps += [(equal, 0, 4, number), (load, 0, 0, 16), (equal, 1, 0, whom)]
        steps += [(answer, 0, 0, refuse), (answer, 0, 0, allow)]
    steps += [(equal, 0, 1, clone3), (answer, 0, 0, unknown), (equal, 0, 3, clone)]
    steps += [(load, 0, 0, 16), (has, 1, 0, 0x10000), (answer, 0, 0, refuse), (answer, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_SECCOMP, 2, program, 0, 0)
