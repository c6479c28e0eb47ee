"""The process that runs a learner's cells, and what it says: plain data, nothing else.

It is told the cells, runs them, and then calls the learner's functions with what it is given. It
knows no right answer. Messages are frames: the length, then a pickle on the way in (from the one
who marks) and JSON on the way out (from code that nobody trusts).
"""

import ast
import contextlib
import importlib
import io
import json
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

HEAD = 8
MOST_TEXT = 20_000
MOST_OUTPUTS = 20
MOST_SHOWN = 400_000


# nothing is imported any more once a learner's code has run
_NEEDED = ("crmkit.teach.plain", "crmkit.learn.ran", "crmkit.learn.checking",
           "IPython.utils.capture", "IPython.core.displayhook", "IPython.core.displaypub")  # fmt: skip


class TimeUp(BaseException):
    """The time for a cell or a call is over; not an `Exception`, so that few catch it."""


def send(out: BinaryIO, body: bytes) -> None:
    """Write one frame."""
    out.write(len(body).to_bytes(HEAD, "big") + body)
    out.flush()


def receive(of: BinaryIO, most: int = 2**31) -> bytes | None:
    """Read one frame; None at the end, or where it would be longer than `most`."""
    head = of.read(HEAD)
    size = int.from_bytes(head, "big")
    if len(head) < HEAD or size > most:
        return None
    body = of.read(size)
    return body if len(body) == size else None


class Capped(io.TextIOBase):
    """Keeps the beginning of what is printed and forgets the rest."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = MOST_TEXT
        self.cut = False

    def write(self, text: str) -> int:
        if self.left > 0:
            self.parts.append(str(text)[: self.left])
        self.cut = self.cut or len(text) > self.left
        self.left -= len(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    @property
    def text(self) -> str:
        return "".join(self.parts) + ("\n…" if self.cut else "")


class Room:
    """One learner's cells and names."""

    def __init__(self, out: BinaryIO, job: dict[str, Any]):
        self.out, self.job = out, job
        self.seen: dict[str, Any] = {}
        self.best: dict[str, Any] = {}
        self.stopped: set[str] = set()
        self.shell = _shell()
        from crmkit.learn import ran
        from crmkit.learn.checks.functions import silence, where_it_stopped
        from crmkit.learn.explained import explain
        from crmkit.teach.plain import to_plain

        self.explain = explain
        self.sets, self.plain = ran.sets, to_plain
        self.silence, self.where = silence, where_it_stopped
        self.names = self.shell.user_ns

    def say(self, **message: Any) -> None:
        send(self.out, json.dumps(message).encode())

    def run(self) -> None:
        """Run every cell; then once more those that only missed a name from further down."""
        _withhold(self.job["withheld"])
        again = []
        for number, cell in enumerate(self.job["cells"]):
            if self._cell(number, cell) == "NameError":
                again.append((number, cell))
        for number, cell in again:
            self._cell(number, cell)
        self._put_back()
        self.say(done=True, stopped=sorted(self.stopped), names=sorted(map(str, self.names))[:5000])

    def _cell(self, number: int, cell: dict[str, Any]) -> str:
        source = cell["source"]
        if number in self.job["careful"]:
            source = definitions(source)
        self.say(cell=number)
        with _captured(self.shell) as shown, _within(self.job["seconds"]):
            result = self.shell.run_cell(source)
        error = result.error_before_exec or result.error_in_exec
        name = type(error).__name__ if error is not None else ""
        if cell["kind"] != "check":
            (self.stopped.update if error else self.stopped.difference_update)(self.sets(source))
        outputs = shown.outputs()
        if error is not None:
            outputs.append(_error(self.shell, error))
        self.say(ran=number, error=name, outputs=outputs)
        for key in self.job["wanted"]:
            value = self.names.get(key, ...)
            if value is not ... and (callable(value) or not callable(self.best.get(key))):
                self.best[key] = value
        with contextlib.suppress(Exception):
            self.seen.update(self.names)
        return name

    def _put_back(self) -> None:
        """Names that were deleted, or whose function was overwritten by what it gave."""
        for key, value in self.seen.items():
            self.names.setdefault(key, value)
        self.names.update(self.best)

    def value(self, name: str) -> None:
        there = name in self.names
        value = self.names.get(name)
        if callable(value):
            self.say(function=True, type=isinstance(value, type))
        else:
            self.say(there=there, value=self.plain(value))

    def call(self, name: str, arguments: tuple) -> None:
        """Call a function of the learner's; tell what it gave back, or how it stopped."""
        function = self.names[name]
        try:
            with self.silence(), _within(self.job["seconds"]):
                given = self.plain(function(*arguments))
        except TimeUp:
            self.say(limit="time")
        except MemoryError:
            self.say(limit="memory")
        except BaseException as error:
            kinds = [one.__name__ for one in type(error).__mro__]
            try:
                text, at = str(error)[:500], self.where(error, function)[:300]
                told = self.explain(error)[:600]
            except BaseException:
                text = at = told = ""
            self.say(raised=kinds, text=text, at=at, told=told)
        else:
            self.say(gave=given)


def _error(shell: Any, error: BaseException) -> dict[str, Any]:
    name, text = type(error).__name__, ""
    with contextlib.suppress(BaseException):
        text = str(error)[:2000]
    if isinstance(error, SyntaxError) and error.lineno:
        text = f"{error.msg} ({error.lineno})"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}


def definitions(source: str) -> str:
    """Only what a cell defines and imports: for one that did not come to an end.

    >>> print(definitions("import os\\ndef f():\\n    return 1\\nos._exit(0)"))
    import os
    <BLANKLINE>
    def f():
        return 1
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    kept = (ast.FunctionDef, ast.Import, ast.ImportFrom, ast.ClassDef)
    tree.body = [one for one in tree.body if isinstance(one, kept) and not _decorated(one)]
    return ast.unparse(tree)


def _decorated(node: ast.AST) -> bool:
    return bool(getattr(node, "decorator_list", ()))


def _withhold(paths: list[str]) -> None:
    """Functions of the kit that this exercise has the learner write: they say so when called."""
    for path in paths:
        module, _dot, name = path.rpartition(".")
        function = getattr(sys.modules.get(module) or __import__(module, fromlist=[name]), name)
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        code = getattr(function, "__code__", None)
        if code is not None and not code.co_freevars:
            function.__code__ = _not_here.__code__


def _not_here(*_arguments: Any, **_named: Any) -> None:
    raise NotImplementedError


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    settings.InteractiveShell.cache_size = 0
    InteractiveShell.clear_instance()

    class Quiet(InteractiveShell):
        def showtraceback(self, *_more: Any, **_named: Any) -> None:
            pass

        showsyntaxerror = showtraceback

    return Quiet.instance(config=settings)


class _Shown:
    def __init__(self, published: Any, out: Capped, err: Capped):
        self.published, self.out, self.err = published, out, err

    def outputs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for name, said in (("stdout", self.out), ("stderr", self.err)):
            if said.text:
                found.append({"output_type": "stream", "name": name, "text": said.text})
        left = MOST_SHOWN
        for one in self.published.outputs[:MOST_OUTPUTS]:
            data = {
                kind: content
                for kind, content in one["data"].items()
                if kind in ("text/plain", "text/html", "image/png") and isinstance(content, str)
            }
            left -= sum(map(len, data.values()))
            if data and left > 0:
                found.append({"output_type": "display_data", "data": data, "metadata": {}})
        return found


@contextlib.contextmanager
def _captured(shell: Any) -> Iterator[_Shown]:
    hooks = sys.modules["IPython.core.displayhook"], sys.modules["IPython.core.displaypub"]
    before = sys.stdout, sys.stderr, shell.display_pub, shell.display_trap.hook
    published = hooks[1].CapturingDisplayPublisher()
    sys.stdout, sys.stderr = out, err = Capped(), Capped()
    shell.display_pub = published
    shell.display_trap.hook = hooks[0].CapturingDisplayHook(shell=shell, outputs=published.outputs)
    try:
        yield _Shown(published, out, err)
    finally:
        sys.stdout, sys.stderr, shell.display_pub, shell.display_trap.hook = before


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer; whoever does not stop then is ended from outside."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def over(_signal: int, _frame: Any) -> None:
        raise TimeUp

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """The two ends to the one who marks, moved where nobody prints by mistake."""
    come, go = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)
    return os.fdopen(come, "rb"), os.fdopen(go, "wb")


def live() -> None:
    """Be a learner's process, from the first message to the last; never returns."""
    from crmkit.teach import shut

    come, go = _channels()
    try:
        limits = json.loads(os.environ["CRMKIT_ROOM"])
        memory, file_size = limits["memory"], limits["file_size"]
        shut.limit(3 * memory, limits["processor"], file_size)
        if limits["caged"]:

            def over() -> None:
                send(go, json.dumps({"limit": "memory"}).encode())

            shut.own_room(limits["kept"], file_size // 2**20, memory, over)
            for folder in (os.environ["HOME"], limits["folder"]):
                os.makedirs(folder, exist_ok=True)
        os.chdir(limits["folder"])
        shut.one_process()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _serve(come, go)
    except BaseException as error:
        with contextlib.suppress(BaseException):
            send(go, json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}).encode())
    finally:
        time.sleep(0)
        os._exit(0)


def _serve(come: BinaryIO, go: BinaryIO) -> None:
    from crmkit.i18n import set_language

    first = receive(come)
    if first is None:
        return
    job = pickle.loads(first)
    set_language(job["language"])
    for name, content in job["files"].items():
        with open(name, "wb") as out:
            out.write(content)
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    sys.modules["matplotlib"].use("agg") if "matplotlib" in sys.modules else None
    for name in _NEEDED:
        importlib.import_module(name)
    room = Room(go, job)
    room.run()
    while (message := receive(come)) is not None:
        asked = pickle.loads(message)
        if "call" in asked:
            room.call(asked["call"], asked["arguments"])
        else:
            room.value(asked["value"])
    return


if __name__ == "__main__":
    live()
