"""The warm process: imports once, then forks a kernel whenever its owner asks for one.

It never starts a thread, because what another thread holds at the moment of a fork stays held in the
child for ever. It ends, with all its kernels, when its owner ends.
"""

import contextlib
import gc
import importlib
import os
import random
import selectors
import signal
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from crmkit.warm import messages

FIRST = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "IPython.core.completer",
    "pandas",
    "narwhals.stable.v2",
    "matplotlib.pyplot",
    "matplotlib.dates",
    # the backend that shows figures wires itself to a kernel when imported, so that waits
    "matplotlib.backends.backend_agg",
    "ipywidgets",
    "anywidget",
    "crmkit.data",
    "crmkit.kpi.sales",
    "crmkit.labels",
    "crmkit.plot.kpi",
    "crmkit.plot._style:register_font",
)
"""What a lesson's first chart needs: kernels are forked as soon as this is there."""

THEN = (
    "crmkit.practice.shop",
    "crmkit.screen",
    "crmkit.kpi.goals",
    "crmkit.kpi.loyalty",
    "crmkit.kpi.visits",
    "crmkit.kpi.voice",
    "crmkit.segment",
    "crmkit.stock",
    "crmkit.clean",
    "crmkit.campaign",
    "crmkit.profile",
    "crmkit.plot.segment",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.metrics",
    "sklearn.preprocessing",
)
"""What follows while nobody asks for a kernel."""


def run(descriptor: int) -> None:
    """Load, tell the owner, fork on request; a forked child leaves here as a kernel."""
    control = socket.socket(fileno=descriptor)
    if sys.path and os.path.abspath(sys.path[0]) == os.getcwd():
        del sys.path[0]
    # these would otherwise start threads at import; each kernel gets OpenBLAS's after the fork
    os.environ.update(dict.fromkeys(_BLAS, "1"), JE_ARROW_MALLOC_CONF="background_thread:false")
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # gives back what reading a file took
    gc.disable()
    for name in FIRST:
        load(name)
    if not _announce(control, "ready"):
        os._exit(1)
    job = _serve(control)
    if job is None:
        os._exit(0)
    _become_kernel(job)


def load(name: str) -> None:
    """Import a module, or import and call "module:function"; what is not there is passed over."""
    module, _colon, function = name.partition(":")
    with contextlib.suppress(ImportError, OSError):
        loaded = importlib.import_module(module)
        if function:
            getattr(loaded, function)()


def _announce(control: socket.socket, what: str) -> bool:
    """Tell the owner what is there, or that a library has started threads and forking is unsafe."""
    gc.collect()
    gc.freeze()  # pages that nobody touches stay shared between all kernels
    threads = _threads()
    safe = threads == 1
    messages.send(control, {what: os.getpid()} if safe else {"refused": f"{threads} threads"})
    return safe


_BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        return threading.active_count()


def _serve(control: socket.socket) -> dict[str, Any] | None:
    """Answer the owner until it is gone (None), or until this process is a new child (its job)."""
    ears, mouth = socket.socketpair()
    ears.setblocking(False)
    mouth.setblocking(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    children: dict[int, int] = {}
    left = list(THEN)
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        waiting.register(ears, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _events in waiting.select(0 if left else None)]
            if left and not ready:
                load(left.pop(0))
                if not left and not _announce(control, "complete"):
                    break
                continue
            if ears in ready:
                ears.recv(4096)
                if not _report_ends(control, children):
                    break
            if control not in ready:
                continue
            received = messages.receive(control)
            if received is None:
                break
            job, files = received
            if "kill" in job:
                for child, number in children.items():
                    if number == job["kill"]:
                        _end(child)
                continue
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                for one in (control, ears, mouth):
                    one.close()
                return {**job, "files": files}
            for file in files:
                os.close(file)
            children[child] = job["id"]
            messages.send(control, {"id": job["id"], "pid": child})
    for child in children:  # the owner is gone, so nobody can talk to them any more
        _end(child)
    return None


def _report_ends(control: socket.socket, children: dict[int, int]) -> bool:
    for child in list(children):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            try:
                messages.send(control, {"id": children.pop(child), "returncode": code})
            except OSError:
                return False
    return True


def _end(child: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
            return
        except OSError:
            continue


def _become_kernel(job: Mapping[str, Any]) -> None:
    """In the child: be what a fresh process started by the requester would be, then the kernel."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in enumerate(job["files"]):
        os.dup2(descriptor, number)
    for descriptor in job["files"]:
        if descriptor > 2:
            os.close(descriptor)
    os.environ.clear()
    os.environ.update(job["env"])
    # the kernel ends by itself when this process is no longer its parent
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    time.tzset()
    os.chdir(job["cwd"])
    _forget_the_parent()
    sys.argv = ["ipykernel_launcher", *job["arguments"]]
    if job["enter"]:
        module, _colon, function = job["enter"].partition(":")
        getattr(importlib.import_module(module), function)()
    from ipykernel.kernelapp import IPKernelApp

    # its default was read from the environment of this process, before there was a requester
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(job["arguments"])
    widgets = sys.modules.get("ipywidgets")
    if widgets is not None:  # imported before there was a kernel to register with
        widgets.load_ipython_extension(app.shell)
    if os.environ.get("JPY_SESSION_NAME"):  # somebody sits at a notebook: errors are told in words
        load("crmkit.learn")
    app.start()


def _forget_the_parent() -> None:
    """What a fresh interpreter would have of its own: chance, backend, threads, clean collection."""
    gc.enable()
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
    matplotlib = sys.modules.get("matplotlib")
    backend = os.environ.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline"
    if matplotlib is not None:
        os.environ["MPLBACKEND"] = backend
        matplotlib.rcParams["backend"] = backend
    pandas = sys.modules.get("pandas")
    if pandas is not None:  # without a notebook around it, it made its tables for a terminal
        pandas.set_option("display.max_columns", 20)
    for extra in reversed(os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        if extra and extra not in sys.path:
            sys.path.insert(0, extra)
    if "threadpoolctl" in sys.modules:
        asked = (os.environ.get(name, "") for name in (*_BLAS, "OMP_NUM_THREADS"))
        wished = next((int(number) for number in asked if number.isdigit()), 0)
        available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        sys.modules["threadpoolctl"].threadpool_limits(wished or available, user_api="blas")
