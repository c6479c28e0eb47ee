"""The side that asks for kernels: starts the warm process once and talks to it."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from crmkit.warm import messages

LOADING_SECONDS = 180
"""A busy machine may take long to import everything."""


class CannotFork(Exception):
    """No warm process here; the words say why."""


class Forked:
    """A kernel forked from the warm process, with the interface of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("a warm kernel", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def ended(self, returncode: int) -> None:
        """What the warm process reports, as its parent."""
        self.returncode = returncode
        self._ended.set()


class WarmProcess:
    """One warm process. It ends when this process ends, or when `close` is called."""

    def __init__(self, env: Mapping[str, str], before: Sequence[str] = ()) -> None:
        """before: a command that runs the process inside something, such as bubblewrap."""
        self._numbers = itertools.count()
        self._writing = threading.Lock()
        self._waiting: dict[int, Future[Forked]] = {}
        self._kernels: dict[int, Forked] = {}
        self.ready: Future[int] = Future()
        """Done when kernels can be forked, with the process's number."""
        self.complete: Future[int] = Future()
        """Done when everything is loaded."""
        self.refused = ""
        self._control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*before, sys.executable, "-m", "crmkit.warm", str(theirs.fileno())],
                env=_for_all_kernels(env),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        threading.Thread(target=self._listen, name="warm kernels", daemon=True).start()

    def start(
        self,
        arguments: Sequence[str],
        env: Mapping[str, str],
        cwd: str,
        files: tuple[int, int, int],
        enter: str = "",
    ) -> Future[Forked]:
        """Ask for a kernel: arguments of ipykernel, environment, folder, its three open files.

        `enter` names a function ("module:function") that the child calls before it becomes a
        kernel: where a sandbox is shut.
        """
        number = next(self._numbers)
        asked: Future[Forked] = Future()
        self._waiting[number] = asked
        job = {
            "id": number,
            "arguments": list(arguments),
            "env": dict(env),
            "cwd": cwd,
            "enter": enter,
        }
        try:
            with self._writing:
                messages.send(self._control, job, files)
        except OSError as error:
            raise CannotFork(str(error)) from error
        return asked

    def kill(self, kernel: Forked) -> None:
        """Have the warm process end a child: inside a sandbox its number means nothing here."""
        number = next((n for n, one in self._kernels.items() if one is kernel), None)
        if number is not None:
            with self._writing, contextlib.suppress(OSError):
                messages.send(self._control, {"kill": number})

    def usable(self) -> bool:
        """Whether it runs or is still loading."""
        return self.process.poll() is None

    def close(self) -> None:
        """End it, with every kernel it forked, and wait until it is gone."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self.process.wait(10)

    def _listen(self) -> None:
        while (received := messages.receive(self._control)) is not None:
            self._hear(received[0])
        gone = CannotFork("the warm process ended")
        asking: list[Future[Any]] = [self.ready, self.complete, *self._waiting.values()]
        for asked in asking:
            if not asked.done():
                asked.set_exception(gone)
        for kernel in self._kernels.values():
            kernel.ended(-signal.SIGKILL)
        self.process.wait()

    def _hear(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self.ready.set_result(message["ready"])
        elif "complete" in message:
            self.complete.set_result(message["complete"])
        elif "refused" in message:
            self.refused = message["refused"]
            for loading in (self.ready, self.complete):
                if not loading.done():
                    loading.set_exception(CannotFork(self.refused))
        elif "pid" in message:
            kernel = Forked(message["pid"])
            self._kernels[message["id"]] = kernel
            self._waiting.pop(message["id"]).set_result(kernel)
        else:
            self._kernels.pop(message["id"]).ended(message["returncode"])


_AT_START = ("PYTHON", "LD_", "DYLD_")
"""Variables that work only when an interpreter starts: kernels that differ there do not share."""


def _fixed(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in env.items() if k.startswith(_AT_START)))


def _for_all_kernels(env: Mapping[str, str]) -> dict[str, str]:
    return {**env, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}


_started: dict[tuple, WarmProcess] = {}
_starting = threading.Lock()


def warm_process(env: Mapping[str, str]) -> WarmProcess:
    """This process's warm process for kernels with this environment, started when first asked for."""
    key = _fixed(env)
    with _starting:
        there = _started.get(key)
        if there is not None and there.refused:
            raise CannotFork(there.refused)
        if there is None or not there.usable():
            there = _started[key] = WarmProcess(env)
        return there


def _forget_after_fork() -> None:
    # a copy of this process must neither use nor keep open what belongs to the original
    global _starting
    _starting = threading.Lock()
    for there in _started.values():
        there._control.close()
    _started.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
