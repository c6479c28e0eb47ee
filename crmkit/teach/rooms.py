"""Starting and ending learners' processes, and talking to one within limits."""

import json
import os
import pickle
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crmkit import warm
from crmkit.i18n import gettext as _
from crmkit.teach import room
from crmkit.warm.owner import LOADING_SECONDS, CannotFork, WarmProcess

MOST_SAID = 64 * 2**20


class Ended(Exception):
    """The learner's process ended, or was ended: `limit` says by which limit, if by one."""

    def __init__(self, limit: str):
        super().__init__(limit)
        self.limit = limit


@dataclass(frozen=True)
class Limits:
    """What a learner's code may use; passing one is a result with a sentence."""

    cell_seconds: float = 20
    grace: float = 10
    processor: int = 120
    memory: int = 2**30
    file_size: int = 64 * 2**20


class Rooms:
    """Where learners' processes come from: one warm process, in bubblewrap where there is one."""

    def __init__(self, datasets: Path, limits: Limits):
        self.limits, self.datasets = limits, datasets
        self.bubblewrap = _bubblewrap()
        self._warm: WarmProcess | None = None
        self._lock = threading.Lock()
        self.folder = Path(tempfile.mkdtemp(prefix="crmkit-rooms-"))
        self._number = 0

    def start(self) -> None:
        """Begin loading; `open` waits for it."""
        with self._lock:
            if self._warm is None and warm.why_not() is None:
                before = _cage(self.bubblewrap, self.datasets) if self.bubblewrap else []
                self._warm = WarmProcess(self._env("/tmp/home"), before)

    def open(self) -> "Talk":
        """A new learner's process, ready for its cells."""
        self.start()
        if self._warm is not None:
            try:
                return self._forked(self._warm)
            except CannotFork:
                if self.bubblewrap:
                    raise
        return self._spawned()

    def close(self) -> None:
        """End all processes and remove their folders."""
        if self._warm is not None:
            self._warm.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _env(self, home: str) -> dict[str, str]:
        kept = ("PATH", "TZ", "PYTHONPATH", "SYSTEMROOT", "CRMKIT_WARM")
        caged = bool(self.bubblewrap)
        limits = asdict(self.limits) | {
            "caged": caged,
            "kept": [one for one in _needed(self.datasets) if one.startswith("/tmp/")],
            "folder": "/tmp/work" if caged else home,
        }
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": home,
            "TMPDIR": "/tmp" if caged else home,
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MPLBACKEND": "agg",
            "CRMKIT_DATA": str(self.datasets),
            "CRMKIT_ROOM": json.dumps(limits),
        }

    def _own_folder(self) -> str:
        with self._lock:
            self._number += 1
            folder = self.folder / str(self._number)
        folder.mkdir()
        return str(folder)

    def _forked(self, warm_process: WarmProcess) -> "Talk":
        home = "/tmp/home" if self.bubblewrap else self._own_folder()
        warm_process.ready.result(LOADING_SECONDS)
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            asked = warm_process.start(
                [], self._env(home), "/", (their_in, their_out, nothing), "crmkit.teach.room:live"
            )
            process = asked.result(LOADING_SECONDS)
        except BaseException:
            os.close(our_in)
            os.close(our_out)
            raise
        finally:
            for one in (their_in, their_out, nothing):
                os.close(one)
        return Talk(
            os.fdopen(our_in, "rb"), os.fdopen(our_out, "wb"), lambda: warm_process.kill(process)
        )

    def _spawned(self) -> "Talk":
        """Without a warm process: an interpreter of its own, in bubblewrap where there is one."""
        home = "/tmp/home" if self.bubblewrap else self._own_folder()
        before = _cage(self.bubblewrap, self.datasets) if self.bubblewrap else []
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "crmkit.teach.room"],
            env=self._env(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/" if self.bubblewrap else home,
        )
        assert process.stdin and process.stdout

        def end() -> None:
            process.kill()
            process.wait()

        return Talk(process.stdout, process.stdin, end)


class Talk:
    """A conversation with one learner's process, every answer awaited no longer than allowed."""

    def __init__(self, come: Any, go: Any, kill: Any):
        self._come, self._go, self._kill = come, go, kill
        self._said: queue.Queue[bytes | None] = queue.Queue(maxsize=8)
        self._open = True
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while (said := room.receive(self._come, MOST_SAID)) is not None:
                self._said.put(said)
                if not self._open:
                    break
        except (OSError, ValueError):
            pass
        self._said.put(None)

    def say(self, message: dict[str, Any]) -> None:
        """Send a message. Raises `Ended` when nobody is there any more."""
        try:
            room.send(self._go, pickle.dumps(message))
        except (OSError, ValueError):
            raise Ended("died") from None

    def hear(self, seconds: float) -> dict[str, Any]:
        """The next message. Raises `Ended` when there is none in time, or no sense in it."""
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            self.end()
            raise Ended("time") from None
        try:
            message = json.loads(said) if said is not None else None
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self.end()
            raise Ended("died")
        return message

    def end(self) -> None:
        """End the process, whatever it does."""
        if not self._open:
            return
        self._open = False
        self._kill()
        for one in (self._go, self._come):
            try:
                one.close() if one is self._go else None
            except OSError:
                continue
        while not self._said.empty():
            self._said.get_nowait()


def _bubblewrap() -> str:
    """Bubblewrap's path, where it can do its work; ``CRMKIT_SANDBOX=0`` does without."""
    found = shutil.which("bwrap")
    if not found or sys.platform != "linux" or os.environ.get("CRMKIT_SANDBOX") == "0":
        return ""
    tried = subprocess.run(
        [found, "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True, check=False
    )
    return found if tried.returncode == 0 else ""


def missing_here() -> str:
    """What this machine lacks for a whole sandbox, as a sentence; empty where nothing does."""
    if _bubblewrap():
        return ""
    if sys.platform == "linux":
        return _(
            "bubblewrap is missing or not allowed here, so learners' code runs with limits only: "
            "it could read other files and use the network. On Debian or Ubuntu: apt install "
            "bubblewrap."
        )
    return _(
        "This system has no bubblewrap, so learners' code runs with limits only: it could read "
        "other files and use the network. Grade code of people you do not know on Linux."
    )


def _needed(datasets: Path) -> list[str]:
    """The folders that learners' code may read: the interpreter, the kit, the course's data."""
    kit = Path(room.__file__).parents[1]
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(kit), str(datasets)}
    folders |= {str(Path(sys.executable).resolve().parent)}
    for path in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if path and Path(path, "crmkit").resolve() != kit:
            folders.add(path)
    whole = sorted(str(Path(one).resolve()) for one in folders if Path(one).is_dir())
    inside = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
    return [one for one in whole if not one.startswith(inside)] + sorted(
        {sys.prefix, str(kit), str(datasets)} - set(whole)
    )


def _cage(bubblewrap: str, datasets: Path) -> list[str]:
    command = [bubblewrap, "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for folder in ("/usr", "/lib", "/lib64", "/bin", "/sbin"):
        if Path(folder).is_symlink():
            command += ["--symlink", os.readlink(folder), folder]
        elif Path(folder).is_dir():
            command += ["--ro-bind", folder, folder]
    for file in ("ld.so.cache", "ld.so.conf", "alternatives", "fonts", "localtime", "mime.types"):
        command += ["--ro-bind-try", f"/etc/{file}", f"/etc/{file}"]
    for folder in _needed(datasets):
        command += ["--ro-bind", folder, folder]
    return [*command, "--chdir", "/", "--"]
