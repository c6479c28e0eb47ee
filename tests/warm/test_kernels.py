"""Kernels forked from a warm process behave as ordinary ones do."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

from crmkit import warm
from crmkit.warm import owner

pytestmark = pytest.mark.skipif(
    warm.why_not() is not None or not sys.platform.startswith("linux"),
    reason="no forked kernels on this machine",
)


class Kernel:
    """A running kernel and what one asks it."""

    def __init__(self, **how):
        self.manager, self.client = start_new_kernel(
            kernel_name=warm.KERNEL, startup_timeout=120, **how
        )

    def run(self, code, seconds=60):
        said = []

        def hear(message):
            content = message["content"]
            said.append(content.get("text") or content.get("ename") or "")

        self.client.execute_interactive(code, output_hook=hear, timeout=seconds)
        return "".join(said).strip()

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel():
    running = []

    def start(**how):
        running.append(Kernel(**how))
        return running[-1]

    yield start
    for one in running:
        one.end()


def gone(pid, seconds=15):
    """Whether a process ends in this time and leaves no zombie."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not psutil.pid_exists(pid):
            return True
        time.sleep(0.1)
    return False


def test_the_kernelspec_is_installed():
    assert warm.kernel_name() == warm.KERNEL


def test_a_kernel_is_a_fork_that_has_loaded_everything_already(kernel):
    kernel()
    owner.warm_process(os.environ).complete.result(120)
    one = kernel()
    assert "True True True" in one.run(
        "import sys; print(*(m in sys.modules for m in ('pandas', 'sklearn', 'crmkit.kpi')))"
    )
    assert psutil.Process(one.pid).parent().cmdline()[1:3] == ["-m", "crmkit.warm"]


def test_folder_and_environment_are_the_requesters(kernel, tmp_path):
    (tmp_path / "beside.py").write_text("VALUE = 41")
    one = kernel(cwd=str(tmp_path), env=dict(os.environ, SHOP="S07", TZ="Asia/Shanghai"))
    assert one.run("import os; print(os.getcwd(), os.environ['SHOP'])") == f"{tmp_path} S07"
    assert one.run("import beside, time; print(beside.VALUE, time.tzname[0])") == "41 CST"
    other = kernel(env={k: v for k, v in os.environ.items() if k != "SHOP"})
    assert other.run("import os; print(os.environ.get('SHOP'))") == "None"


def test_two_kernels_draw_different_numbers_and_know_nothing_of_each_other(kernel):
    draw = "import random, numpy; mine = 1; print(random.random(), numpy.random.rand())"
    one, other = kernel(), kernel()
    first, second = one.run(draw).split(), other.run(draw).split()
    assert not set(first) & set(second)
    assert one.run("del mine; import crmkit; crmkit.set_language('en'); crmkit.marked = 1") == ""
    assert other.run("import crmkit; print(mine, hasattr(crmkit, 'marked'))") == "1 False"


def test_an_interrupt_reaches_the_cell_and_the_kernel_goes_on(kernel):
    one = kernel()
    waiting = one.client.execute("import time; print('here', flush=True); time.sleep(60)")
    while one.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
        pass
    one.manager.interrupt_kernel()
    while (reply := one.client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != waiting:
        pass
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert one.run("print(6 * 7)") == "42"


def test_a_restart_forgets_and_comes_back(kernel):
    one = kernel()
    before = one.pid
    one.run("kept = 1")
    one.manager.restart_kernel(now=True)
    one.client.wait_for_ready(timeout=60)
    assert one.run("print('kept' in dir())") == "False"
    assert one.pid != before
    assert gone(before)


def test_shutting_down_leaves_no_zombie(kernel):
    one = kernel()
    pid = one.pid
    one.manager.shutdown_kernel()
    assert gone(pid)
    assert not one.manager.is_alive()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_kernel_that_dies_is_noticed_and_the_next_one_starts(kernel, how):
    one = kernel()
    os.kill(one.pid, how)
    assert gone(one.pid)
    until = time.monotonic() + 10
    while one.manager.is_alive() and time.monotonic() < until:
        time.sleep(0.1)
    assert not one.manager.is_alive()
    assert kernel().run("print('next')") == "next"


def test_a_cell_that_ends_the_process_is_noticed(kernel):
    one = kernel()
    one.client.execute("import os; os._exit(3)")
    assert gone(one.pid)
    assert one.manager.provisioner.process.wait(10) == 3


def test_threads_processes_and_arithmetic_on_all_cores_work_in_a_fork(kernel):
    one = kernel()
    said = one.run(
        """
import threading, subprocess, sys, numpy as np, pandas as pd
from concurrent.futures import ThreadPoolExecutor
from sklearn.cluster import KMeans
with ThreadPoolExecutor(3) as pool:
    print(sum(pool.map(lambda n: n * n, range(4))))
a = np.ones((400, 400))
print(int((a @ a)[0, 0]), len(set(KMeans(3, n_init=2, random_state=1).fit_predict(np.random.rand(300, 2)))))
print(int(pd.DataFrame({"a": ["x"] * 3}).astype("string[pyarrow]").groupby("a").size().iloc[0]))
print(subprocess.run([sys.executable, "-c", "print(5)"], capture_output=True, text=True).stdout)
"""
    )
    assert said.split() == ["14", "400", "3", "3", "5"]


def test_charts_are_shown_and_panels_answer(kernel):
    one = kernel()
    kinds = []
    one.client.execute_interactive(
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()\n"
        "import ipywidgets; display(ipywidgets.IntSlider(3))",
        output_hook=lambda m: kinds.extend(m["content"].get("data", {})),
        timeout=60,
    )
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(kinds)
    registered = "print('jupyter.widget' in get_ipython().kernel.comm_manager.targets)"
    assert one.run(registered) == "True"


def test_a_wide_table_looks_as_in_an_ordinary_kernel(kernel):
    code = "import pandas as pd, sys; print('pandas' in sys.modules, pd.get_option('display.max_columns'))"
    assert kernel().run(code) == "True 20"


def test_the_warm_process_has_one_thread(kernel):
    parent = psutil.Process(kernel().pid).parent()
    assert parent.num_threads() == 1


OWNER = """
import sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="crmkit", startup_timeout=120)
print(manager.provisioner.pid, flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_warm_process_and_kernels_die_with_their_owner_however_it_ends(how):
    asking = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    kernel = int(asking.stdout.readline())
    process = psutil.Process(kernel).ppid()
    asking.send_signal(how)
    asking.wait(20)
    assert gone(process)
    assert gone(kernel)


def test_a_warm_process_that_was_killed_is_replaced(kernel):
    one = kernel()
    process = psutil.Process(one.pid).parent()
    process.kill()
    assert gone(one.pid)
    assert kernel().run("print('again')") == "again"


def test_where_nothing_can_be_forked_an_ordinary_kernel_starts_and_it_is_said(
    kernel, monkeypatch, caplog
):
    from crmkit.warm.provisioner import WarmProvisioner

    monkeypatch.setenv("CRMKIT_WARM", "0")
    monkeypatch.setattr(WarmProvisioner, "_said", set())
    said = []
    monkeypatch.setattr(WarmProvisioner, "_say", lambda self, reason: said.append(reason))
    one = kernel()
    assert said == ["CRMKIT_WARM=0"]
    assert one.run("print('works')") == "works"
    assert psutil.Process(one.pid).ppid() == os.getpid()


@pytest.mark.parametrize(
    ("platform", "env", "can"),
    [("darwin", "", False), ("darwin", "1", True), ("linux", "", True), ("linux", "0", False)],
)
def test_a_mac_forks_only_when_asked_to(monkeypatch, platform, env, can):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("CRMKIT_WARM", env)
    assert (warm.why_not() is None) == can


def test_windows_has_no_fork(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(os, "fork")
    assert warm.why_not() == "win32"


def test_what_a_sandbox_shuts_is_shut_before_the_kernel_starts(tmp_path, monkeypatch):
    (tmp_path / "cage.py").write_text(
        "import resource\ndef shut():\n    resource.setrlimit(resource.RLIMIT_NPROC, (7000, 7000))\n"
    )
    manager = KernelManager(kernel_name=warm.KERNEL)
    spec = manager.kernel_spec
    spec.metadata["kernel_provisioner"] = {
        "provisioner_name": warm.PROVISIONER,
        "config": {"enter": "cage:shut"},
    }
    manager.start_kernel(env=dict(os.environ, PYTHONPATH=str(tmp_path)))
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        said = []
        client.execute_interactive(
            "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[1])",
            output_hook=lambda m: said.append(m["content"].get("text", "")),
            timeout=60,
        )
        assert "".join(said).strip() == "7000"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_kernel_that_cannot_be_shut_in_does_not_start_outside(monkeypatch):
    monkeypatch.setenv("CRMKIT_WARM", "0")
    manager = KernelManager(kernel_name=warm.KERNEL)
    manager.kernel_spec.metadata["kernel_provisioner"] = {
        "provisioner_name": warm.PROVISIONER,
        "config": {"enter": "cage:shut"},
    }
    with pytest.raises(owner.CannotFork):
        manager.start_kernel()
    assert not manager.has_kernel or not manager.is_alive()


def test_a_port_that_another_program_takes_first_does_not_stop_a_kernel(kernel):
    one = kernel()
    assert one.manager.transport == "ipc"
    sockets = [f"{one.manager.ip}-{number}" for number in one.manager.ports]
    assert all(os.path.exists(name) for name in sockets)
    one.end()
    assert not any(os.path.exists(name) for name in sockets)


def test_where_the_folder_for_passing_files_has_too_long_a_name_ports_serve(
    kernel, monkeypatch, tmp_path
):
    from crmkit.warm import provisioner

    long = tmp_path / ("long" * 30)
    monkeypatch.setattr(provisioner, "_folder", lambda: str(long))
    one = kernel()
    assert one.manager.transport == "tcp"
    assert one.run("print(6 * 7)") == "42"


def test_threads_that_start_kernels_at_once_share_one_folder(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    from crmkit.warm import provisioner

    class Slow(provisioner.tempfile.TemporaryDirectory):
        def __init__(self, *words, **named):
            time.sleep(0.05)
            super().__init__(*words, **named)

    monkeypatch.setattr(provisioner.tempfile, "TemporaryDirectory", Slow)
    monkeypatch.setattr(provisioner, "_folders", [])
    with ThreadPoolExecutor(4) as pool:
        found = {one.result() for one in [pool.submit(provisioner._folder) for _ in range(4)]}
    assert len(found) == 1 and os.path.isdir(*found)
