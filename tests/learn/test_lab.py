"""`crmkit lab` as a learner starts it: one line, a page that answers, nothing of the trainer's."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

FOLDERS = ("course", "exercises", "solutions", "datasets", "grading")
GREETING = {"zh": r"课程已经打开：(\S+)", "en": r"The course is open at (\S+)"}


@pytest.fixture
def lab(tmp_path, repository):
    """Start `crmkit lab` in a fresh copy; gives what it printed first and its page's settings."""
    for folder in FOLDERS:
        (tmp_path / folder).symlink_to(repository / folder)
    running = []

    def start(language, *options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "crmkit", "lab", "--no-browser", f"--port={port}", *options],
                env=dict(os.environ, CRMKIT_COURSE=str(tmp_path), CRMKIT_LANG=language),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        said = [running[-1].stdout.readline()]
        while options and said[-1] and not re.search(GREETING[language], said[-1]):
            said.append(running[-1].stdout.readline())  # a trainer may hear from extensions, too
        address = re.search(GREETING[language], said[-1])
        assert address, said
        page = urllib.request.urlopen(address[1], timeout=60).read().decode()
        config = re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)
        return running[-1], json.loads(config[1])

    yield start
    for server in running:
        server.kill()
        server.wait()
        server.stdout.close()
    shutil.rmtree(tmp_path / "work")


def test_one_line_tells_the_address_and_ctrl_c_closes_without_a_word(lab, language):
    server, page = lab(language)
    assert {"@jupyter/nbgrader", "@jupyterlab/lsp-extension"} <= set(page["disabledExtensions"])
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 0
    assert server.stdout.read() == ""


def test_a_trainers_has_the_buttons_of_nbgrader(lab):
    _server, page = lab("en", "--trainer")
    assert "@jupyter/nbgrader" not in page["disabledExtensions"]
