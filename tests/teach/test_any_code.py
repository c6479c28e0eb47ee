"""Whatever a learner's code does: others' marks and the machine stay, nobody gets more than earned.

Every kind below is graded as one class by one process; the right answers are known only there.
"""

import os
import subprocess
import sys

import pytest

from crmkit.teach import papers
from crmkit.teach.marker import Marker
from crmkit.teach.rooms import Limits, missing_here
from tests.teach.till_class import (
    ALL,
    NO_ORDERS,
    NO_REVENUE,
    NOTHING,
    ORDERS,
    REVENUE,
    make_course,
    raw,
    written,
)

pytestmark = pytest.mark.timeout(600)
OUTSIDE = "OUTSIDE"

TRICK = """
class Yes(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return False
    def __gt__(self, other): return False
    def __sub__(self, other): return Yes(0)
    def __rsub__(self, other): return Yes(0)
    def __float__(self): return 48151.0
    def __hash__(self): return 1
"""
FOR_THE_RIGHT_VALUE = """
def revenue(amounts):
    import gc, sys
    found, frame = [], sys._getframe()
    while frame:
        found += list(frame.f_locals.values())
        frame = frame.f_back
    found += [one for one in gc.get_objects() if type(one) in (list, tuple, dict)]
    for one in found:
        try:
            if one in (48151, 62342) or 48151 in one or 62342 in one:
                return sum(amounts)
        except Exception:
            pass
    return 0
"""

# learner's own kinds: what is written, and the marks it earns
KINDS = {
    # honest, though unusual
    "right": ({}, ALL),
    "untouched": ({"revenue": None, "orders": None}, NOTHING),
    "half": ({"orders": None}, NO_ORDERS),
    "wrong": ({"revenue": "def revenue(amounts):\n    return max(amounts)"}, NO_REVENUE),
    "hard-coded": ({"revenue": "def revenue(amounts):\n    return 3"}, NO_REVENUE),
    "syntax error": ({"revenue": "def revenue(amounts)\n    return 3"}, NO_REVENUE),
    "no function": ({"revenue": "revenue = 3"}, NO_REVENUE),
    "a class": ({"revenue": "class revenue:\n    pass"}, NO_REVENUE),
    "magics": ({"after": ["%time 1 + 1", "%who"]}, ALL),
    "reset": ({"after": ["%reset -f"]}, ALL),
    "deleted": ({"after": ["del revenue, orders"]}, ALL),
    "overwritten by its result": ({"after": ["revenue = revenue([1, 2])"]}, ALL),
    "helper in a cell of its own": (
        {"before": ["def add(a):\n    return sum(a)"],
         "revenue": "def revenue(amounts):\n    return add(amounts)"}, ALL),
    "helper further down": (
        {"revenue": "twice = two()\ndef revenue(amounts):\n    return sum(amounts)",
         "after": ["def two():\n    return 2"]}, ALL),
    "prints in between": ({"orders": "print('订单')\n" + ORDERS + "\nprint(orders(['A']))"}, ALL),
    "numpy result": (
        {"revenue": "import numpy as np\ndef revenue(amounts):\n    return np.sum(amounts)"}, ALL),
    "input": ({"before": ["name = input('?')"]}, ALL),
    "exit": ({"before": ["exit()"], "after": ["import sys; sys.exit(1)"]}, ALL),
    "a thread left running": (
        {"after": ["import threading, time\n"
                   "threading.Thread(target=lambda: time.sleep(60)).start()"]}, ALL),
    "late output": (
        {"after": ["import threading\nthreading.Timer(0.2, print, ['late']).start()"]}, ALL),
    "warnings": (
        {"revenue": "import warnings\ndef revenue(amounts):\n    warnings.warn('?')\n"
                    "    return sum(amounts)"}, ALL),
    "shadowed builtin elsewhere": ({"after": ["max = 3; open = None"]}, ALL),
    # loops, floods, bombs
    "loop in a cell": ({"before": ["while True: pass"]}, ALL),
    "loop in an answer": ({"revenue": "def revenue(amounts):\n    while True: pass"}, NO_REVENUE),
    "loop that will not stop": (
        {"revenue": "def revenue(amounts):\n    while True:\n        try:\n"
                    "            while True: pass\n        except BaseException: pass"}, NO_REVENUE),
    "loop without the alarm": (
        {"before": ["import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
                    "signal.setitimer = print\nwhile True: pass"]}, ALL),
    "sleep": ({"revenue": "def revenue(a):\n    import time; time.sleep(900)"}, NO_REVENUE),
    "recursion": ({"revenue": "def revenue(a):\n    return revenue(a)"}, NO_REVENUE),
    "recursion without limit": (
        {"revenue": "import sys\nsys.setrecursionlimit(10**9)\ndef revenue(a):\n"
                    "    return revenue(a)"}, NO_REVENUE),
    "recursion without limit in a cell": (
        {"after": ["import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()"]}, ALL),
    "memory at once": ({"revenue": "def revenue(a):\n    return len(bytearray(10**12))"}, NO_REVENUE),
    "memory in a cell": ({"before": ["x = 'x' * 10**12"]}, ALL),
    "memory little by little": (
        {"revenue": "def revenue(a):\n    x = []\n    while True: x.append(bytearray(10**7))"},
        NO_REVENUE),
    "fork bomb": ({"before": ["import os\nwhile True: os.fork()"]}, ALL),
    "threads without end": (
        {"after": ["import threading, time\nwhile True:\n"
                   "    threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"]}, ALL),
    "output flood": ({"before": ["for i in range(300000): print('x' * 100)"]}, ALL),
    "output flood past print": (
        {"before": ["import os\nfor i in range(3000): os.write(1, b'x' * 9999)"]}, ALL),
    "disk full": (
        {"before": ["with open('/tmp/big', 'wb') as f:\n"
                    "    for i in range(999): f.write(bytes(10**6))"]}, ALL),
    "result without end": (
        {"revenue": "def revenue(a):\n    import itertools; return itertools.count()"}, NO_REVENUE),
    "huge result": ({"revenue": "def revenue(a):\n    return 'x' * 90_000_000"}, NO_REVENUE),
    "deep result": (
        {"revenue": "def revenue(a):\n    x = []\n    for i in range(5000): x = [x]\n    return x"},
        NO_REVENUE),
    # ending the process
    "os._exit in a cell": ({"before": ["import os; os._exit(0)"]}, ALL),
    "os._exit beside an answer": ({"revenue": REVENUE + "\nimport os\nos._exit(0)"}, ALL),
    "os._exit in an answer": (
        {"revenue": "import os\ndef revenue(a):\n    os._exit(0)"}, NO_REVENUE),
    "sys.exit in an answer": (
        {"revenue": "import sys\ndef revenue(a):\n    sys.exit(0)"}, NO_REVENUE),
    "killing": (
        {"before": ["import os, signal\nfor pid in range(1, 400):\n    try: os.kill(pid, 9)\n"
                    "    except OSError: pass\ntry: os.kill(-1, 9)\nexcept OSError: pass"]}, ALL),
    "killing its parent": ({"before": ["import os\nos.kill(os.getppid() or 1, 9)"]}, ALL),
    "closing everything": ({"after": ["import os; os.closerange(0, 250)"]}, ALL),
    "crash": ({"before": ["import ctypes; ctypes.string_at(0)"]}, ALL),
    # wanting more than was earned
    "equal to everything": (
        {"revenue": TRICK + "def revenue(amounts):\n    return Yes(1)"}, NO_REVENUE),
    "looking for the right value": ({"revenue": FOR_THE_RIGHT_VALUE}, NO_REVENUE),
    "patched check": (
        {"before": ["import crmkit.learn as l, crmkit.learn.checking as c\n"
                    "c.Check.function = lambda *a, **k: None\nc._conclude = print\n"
                    "l.check = type('C', (), {'function': lambda *a, **k: None})()"],
         "revenue": "def revenue(a):\n    return 0"}, NO_REVENUE),
    "patched module table": (
        {"before": ["import sys, types\nm = types.ModuleType('crmkit.learn')\n"
                    "m.check = type('C', (), {'__getattr__': lambda s, n: print})()\n"
                    "sys.modules['crmkit.learn'] = m"], "revenue": "def revenue(a):\n    return 0"},
        NO_REVENUE),
    "import hook": (
        {"before": ["import sys\nclass H:\n    def find_spec(self, *a):\n        raise SystemExit\n"
                    "sys.meta_path.insert(0, H())"], "revenue": None}, NO_REVENUE),
    "patched builtins": (
        {"before": ["import builtins\nbuiltins.AssertionError = Warning\n"
                    "builtins.isinstance = lambda *a: True\nbuiltins.abs = lambda x: 0"],
         "revenue": "def revenue(a):\n    return 0"}, NO_REVENUE),
    "patched shell": (
        {"before": ["ip = get_ipython()\nip.ast_transformers.append(1)\n"
                    "ip.run_cell = lambda *a, **k: None"], "revenue": None}, NOTHING),
    "patched encoder": (
        {"before": ["import crmkit.teach.plain as p\np.to_plain = lambda v, d=0: 48151"],
         "revenue": "def revenue(a):\n    return 0", "orders": None}, NOTHING),
    "patched library": (
        {"before": ["import pandas, numpy\npandas.DataFrame = numpy.array = None"],
         "revenue": "def revenue(a):\n    return 0"}, NO_REVENUE),
    "poisoned pickle": (
        {"revenue": "class P:\n    def __reduce__(self):\n"
                    f"        import os; return (os.system, ('touch {OUTSIDE}/pickle',))\n"
                    "def revenue(a):\n    return P()"}, NO_REVENUE),
    "a result that writes": (
        {"revenue": "class R(dict):\n    def items(self):\n"
                    f"        open('{OUTSIDE}/items', 'w'); return []\n"
                    "def revenue(a):\n    return R()"}, NO_REVENUE),
    "forged messages": (
        {"before": ["import os, json\nb = json.dumps({'gave': 48151, 'done': True, 'there': True,"
                    " 'value': 48151}).encode()\n"
                    "for fd in range(3, 60):\n    try: os.write(fd, len(b).to_bytes(8, 'big') + b)\n"
                    "    except OSError: pass"], "revenue": None, "orders": None}, NOTHING),
    "environment": (
        {"before": ["import os\nos.environ.clear()\nos.environ['CRMKIT_SOLUTIONS'] = 'open'"]}, ALL),
    "clock and locale": (
        {"before": ["import time, locale\ntime.time = time.monotonic = lambda: 0\n"
                    "locale.setlocale(locale.LC_ALL, 'C')"]}, ALL),
    "arguments changed": (
        {"revenue": "def revenue(a):\n    a[:] = [0]\n    return 0"}, NO_REVENUE),
    # other people's things; only where there is a sandbox
    "reading the solutions": (
        {"revenue": f"def revenue(a):\n    open('{OUTSIDE}/solutions/till-1.md').read()\n"
                    "    return sum(a)"}, NO_REVENUE),
    "reading a neighbour": (
        {"revenue": f"import glob\ndef revenue(a):\n"
                    f"    return sum(a) if glob.glob('{OUTSIDE}/[seg]*/*') else 0"}, NO_REVENUE),
    "deleting": (
        {"before": [f"import shutil\nshutil.rmtree('{OUTSIDE}', ignore_errors=True)\n"
                    "shutil.rmtree('/tmp', ignore_errors=True)"]}, ALL),
    "writing marks": (
        {"before": [f"open('{OUTSIDE}/grading/gradebook.db', 'w').write('5')"]}, ALL),
    "a library of its own beside the notebook": (
        {"before": ["open('crmkit.py', 'w').write('1/0')\nopen('json.py', 'w').write('1/0')"]}, ALL),
    "network": (
        {"revenue": "import socket\ndef revenue(a):\n"
                    "    s = socket.create_server(('127.0.0.1', 0)); p = s.getsockname()[1]\n"
                    "    socket.create_connection(('192.0.2.1', 9), 0.2)\n    return sum(a)"},
        NO_REVENUE),
    "a namespace of its own": (
        {"revenue": "import ctypes\ndef revenue(a):\n"
                    "    ok = ctypes.CDLL(None).unshare(0x10000000) == 0\n"
                    "    return sum(a) if ok else 0"}, NO_REVENUE),
    "other processes": (
        {"revenue": "import os\ndef revenue(a):\n"
                    "    return sum(a) if [p for p in os.listdir('/proc') if p.isdigit()] else 0"},
        NO_REVENUE),
    "a program": (
        {"revenue": "import subprocess\ndef revenue(a):\n"
                    "    subprocess.run(['true'], check=True)\n    return sum(a)"}, NO_REVENUE),
}  # fmt: skip
CAGED_ONLY = list(KINDS)[list(KINDS).index("reading the solutions") :]
"""Kept out by bubblewrap alone: without it they are never run, they would harm this machine."""
HERE = [kind for kind in KINDS if not (missing_here() and kind in CAGED_ONLY)]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("any-code"))


@pytest.fixture(scope="module")
def verdicts(course):
    """All kinds that may run here, marked at once."""
    return marked(course, HERE)


def marked(course, kinds):
    release = papers.Release(course, "till-1")
    stub = {one: release.cells[one].source for one in ("revenue", "orders")}
    work = []
    for how, _marks in map(KINDS.get, kinds):
        how = {k: stub[k] if v is None else v for k, v in how.items()}
        text = raw(written(course, **how)).replace(OUTSIDE.encode(), str(course.root).encode())
        work.append(papers.whole(release, papers.read(text, "till-1.ipynb"), None))
    limits = Limits(cell_seconds=2, grace=3, memory=2**28, processor=30, file_size=2**24)
    before = {path: path.stat().st_mtime_ns for path in course.root.rglob("*") if path.is_file()}
    with Marker(course, 3, limits) as marker:
        found = dict(marker.all(work))
    after = {path: path.stat().st_mtime_ns for path in course.root.rglob("*") if path.is_file()}
    assert before == after, "something outside the sandbox changed"
    return {kind: found[number] for number, kind in enumerate(kinds)}


@pytest.mark.skipif(os.name != "posix", reason="needs forks")
@pytest.mark.parametrize("kind", KINDS)
def test_everyone_gets_what_was_earned(verdicts, kind):
    if kind not in HERE:
        pytest.skip("no bubblewrap here")
    as_earned(verdicts[kind], kind)


def as_earned(result, kind):
    assert "error" not in result, result
    points = {"revenue-check": 3, "orders-check": 2}
    got = sum(points[one] for one, v in result["verdicts"].items() if v["status"] == "right")
    assert got == KINDS[kind][1], result
    assert all(verdict["message"] for verdict in result["verdicts"].values())


def test_a_limit_is_told_in_a_sentence(verdicts):
    told = verdicts["loop that will not stop"]["verdicts"]["revenue-check"]
    assert (told["reason"], told["message"][:18]) == ("limit_time", "This took too long")


def test_without_bubblewrap_marks_are_the_same_and_nobody_reaches_another_process(
    course, monkeypatch
):
    """Kinds that a fault here would turn against this machine stay out, but for one signal."""
    monkeypatch.setenv("CRMKIT_SANDBOX", "0")
    assert "bubblewrap" in missing_here()
    harmless = "import os\ntry: os.kill(os.getppid(), 0)\nexcept PermissionError: print('no')"
    monkeypatch.setitem(KINDS, "asking for its parent", ({"before": [harmless]}, ALL))
    kinds = ["right", "wrong", "loop that will not stop", "os._exit in a cell",
             "asking for its parent"]  # fmt: skip
    for kind, result in marked(course, kinds).items():
        as_earned(result, kind)


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp")
def test_a_learners_process_signals_and_limits_itself_only():
    script = """
import os, resource, signal, sys
from crmkit.teach import shut
shut.one_process()
signal.signal(signal.SIGUSR1, lambda *_: print("heard"))
os.kill(os.getpid(), signal.SIGUSR1), signal.raise_signal(signal.SIGUSR1)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
other = int(sys.argv[1])
for reach in (
    lambda: os.kill(other, 0),
    lambda: os.kill(-1, 0),
    lambda: os.kill(0, 0),
    lambda: signal.pidfd_send_signal(os.pidfd_open(other), 0),
    lambda: resource.prlimit(other, resource.RLIMIT_CORE),
):
    try:
        print("reached", reach())
    except PermissionError:
        print("kept off")
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(os.getpid())], capture_output=True, text=True, timeout=60
    )
    assert run.stdout.split("\n") == ["heard"] * 2 + ["kept off"] * 5 + [""], run.stderr
