"""A class of thirty opens the same lesson within a minute and works five minutes: ``python tests/bench/bench_class.py``.

The server is `crmkit page --class`, held to two cores; the learners sit in other processes, each with
a line of their own, who open the lesson, answer, scan at the till and look away in between. Told are
the first view (the first opener and all others), a click and back at the 95th percentile, and the
memory of the server. ``--learners 5 --minutes 1`` is a small one.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import psutil
import tornado.httpclient
import tornado.websocket
from tornado.httputil import HTTPHeaders, parse_cookie

REPOSITORY = Path(__file__).parents[2]
LESSON = "/lesson/2-cashier/03-my-shift-in-numbers"
CORES = 2
OPENERS = 60.0
"""Within so many seconds everybody opens the lesson."""
ROOMS = 3
"""The class sits in so many processes; loading one for each learner would be measured, too."""
PAUSE = (2.0, 8.0)
"""Somebody reads for so many seconds between two clicks."""


class Learner:
    """One of the class: cookies, a page and the line of its screens."""

    def __init__(self, address: str, name: str):
        self.address, self.name, self.cookies = address, name, {"crmkit_language": "zh"}
        self.client = tornado.httpclient.AsyncHTTPClient()
        self.sent = 0

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def ask(self, path: str, **fields: str) -> str:
        body = urlencode({"_xsrf": self.cookies.get("_xsrf", "")} | fields) if fields else None
        answer = await self.client.fetch(
            self.address + path, method="POST" if fields else "GET", body=body,
            headers=HTTPHeaders({"Cookie": self._cookie()}), follow_redirects=False,
            raise_error=False, request_timeout=120,
        )  # fmt: skip
        for one in answer.headers.get_list("Set-Cookie"):
            self.cookies.update(parse_cookie(one.split(";")[0]))
        assert answer.code in (200, 302), (path, answer.code)
        return (answer.body or b"").decode()

    async def enter(self) -> None:
        await self.ask("/sign-in")
        await self.ask("/sign-in", name=self.name, code=f"code-of-{self.name}")

    async def line(self, page: str):
        request = tornado.httpclient.HTTPRequest(
            f"{self.address.replace('http', 'ws', 1)}/live?page={page}",
            headers={"Cookie": self._cookie(), "Origin": self.address},
        )
        return await tornado.websocket.websocket_connect(request)

    async def click(self, line, screen: int, act: str, **more) -> float:
        """Seconds until the screen shows what came of it."""
        self.sent += 1
        mine = f"{self.name}:{self.sent}"
        message = {"screen": screen, "act": act, "from": self.name, "n": self.sent} | more
        began = time.perf_counter()
        await line.write_message(json.dumps(message))
        while json.loads(await line.read_message()).get("done") != mine:
            pass
        return time.perf_counter() - began


def questions(page: str) -> list[tuple[int, str]]:
    """The screens of the lesson on which something is answered, and the first field of each."""
    trees = json.loads(re.search(r'id="trees">(.*?)</script>', page, re.S)[1])
    found = []
    for number, tree in trees.items():
        todo = [tree]
        while todo:
            part = todo.pop()
            if part.get("t") == "form" and part.get("act") == "answer":
                fields = re.findall(r'"t": "(?:field|select|choice)"[^{}]*?"name": "(\w+)"', json.dumps(part))  # fmt: skip
                found += [(int(number), name) for name in fields[:1]]
            todo += [one for one in part.get("of", ()) if isinstance(one, dict)]
    return found


async def a_learner(address: str, name: str, starts: float, ends: float) -> dict:
    who, draw = Learner(address, name), random.Random(name)
    await who.enter()
    await asyncio.sleep(max(0.0, starts - time.monotonic()))
    began = time.perf_counter()
    page = await who.ask(LESSON)
    view, asked, clicks = time.perf_counter() - began, questions(page), []
    line = await who.line(LESSON)
    await who.ask("/shop", staff="E0002")
    await who.ask("/shop/till")
    till = await who.line("/shop/till")
    while time.monotonic() < ends:
        if asked and draw.random() < 0.7:
            screen, field = draw.choice(asked)
            took = await who.click(line, screen, "answer", values={field: str(draw.randint(1, 99))})
        else:
            took = await who.click(till, 0, "scan", arg=[f"P{draw.randint(1, 40):04}"])
        clicks.append(took)
        await asyncio.sleep(draw.uniform(*PAUSE))
    return {"name": name, "starts": starts, "view": view, "clicks": clicks, "asked": len(asked)}


def in_a_process(given: list[tuple]) -> list[dict]:
    async def together() -> list[dict]:
        return await asyncio.gather(*(a_learner(*one) for one in given))

    return asyncio.run(together())


def memory(process: psutil.Process) -> float:
    """Megabytes of the server and of all it started."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def a_course(root: Path, learners: int) -> list[str]:
    for part in ("course", "solutions", "exercises", "datasets"):
        (root / part).symlink_to(REPOSITORY / part)
    (root / "grading").mkdir()
    names = [f"L{number:02}" for number in range(1, learners + 1)]
    (root / "grading/roster.csv").write_text("\n".join(["id", *names]) + "\n", "utf-8")
    return names


def served(root: Path) -> tuple[subprocess.Popen, str]:
    """The server on two cores, as soon as its door opens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cores = sorted(os.sched_getaffinity(0))[:CORES] if hasattr(os, "sched_getaffinity") else []
    server = subprocess.Popen(
        [sys.executable, "-m", "crmkit", "page", "--class", str(root / "grading/roster.csv")]
        + ["--host", "127.0.0.1", f"--port={port}", "--no-browser"],
        env=dict(os.environ, CRMKIT_COURSE=str(root), CRMKIT_LANG="zh"),
        stdout=subprocess.DEVNULL,
    )
    if cores:
        psutil.Process(server.pid).cpu_affinity(cores)
    address = f"http://127.0.0.1:{port}"
    for _wait in range(600):
        try:
            urllib.request.urlopen(f"{address}/sign-in", timeout=5).read()
            return server, address
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.1)
    raise AssertionError("the door stays shut")


def rested(process: psutil.Process) -> None:
    """Come back when the server has read its lessons, as before a class begins."""
    still = 0
    while still < 3:
        still = still + 1 if process.cpu_percent(interval=1) < 10 else 0


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--learners", type=int, default=30)
    options.add_argument("--minutes", type=float, default=5.0)
    given = options.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        names = a_course(Path(folder), given.learners)
        server, address = served(Path(folder))
        process, most = psutil.Process(server.pid), 0.0
        try:
            with multiprocessing.get_context("spawn").Pool(ROOMS) as pool:
                pool.map(abs, range(ROOMS), chunksize=1)
                rested(process)
                now = time.monotonic() + 3 + given.learners / 3  # everybody signs in first
                ends = now + OPENERS + 60 * given.minutes
                work = [
                    (address, name, now + OPENERS * at / len(names), ends)
                    for at, name in enumerate(names)
                ]
                rooms = [work[number::ROOMS] for number in range(ROOMS)]
                doing = pool.map_async(in_a_process, rooms, chunksize=1)
                while not doing.ready():
                    most = max(most, memory(process))
                    time.sleep(5)
                done = sorted(sum(doing.get(), []), key=lambda one: one["starts"])
        finally:
            server.terminate()
            server.wait(20)
    views = [one["view"] for one in done]
    clicks = np.array([took for one in done for took in one["clicks"]])
    print(f"{len(done)} learners, {done[0]['asked']} questions in the lesson, {len(clicks)} clicks")
    print(f"first view: the first opener {views[0]:.2f} s, the others at most {max(views[1:]):.2f} s (< 1 s)")  # fmt: skip
    print(f"click: median {1000 * np.median(clicks):.0f} ms, 95th percentile {1000 * np.quantile(clicks, 0.95):.0f} ms (< 150 ms)")  # fmt: skip
    print(f"server's memory at most {most:.0f} MB (< 1500 MB)")
    print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
