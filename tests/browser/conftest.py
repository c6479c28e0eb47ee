"""A real JupyterLab on a learner's own copies, and a real Chromium to look at it with."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager

import pytest

from crmkit.learn import workspace
from crmkit.learn.course import Course
from crmkit.learn.lab import command, environment


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@contextmanager
def served(course: Course, language: str):
    """JupyterLab as `crmkit lab` starts it, without a token; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    workspace.fill(course, language)
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token="]
    options.append("--LabApp.expose_app_in_browser=True")
    log = course.root / f"lab-{language}.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            command(options),
            env=environment(course, language),
            cwd=course.work(language),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _wait in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).read()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def learners_course(tmp_path_factory, repository):
    """The course as a learner's fresh copy holds it."""
    root = tmp_path_factory.mktemp("learner")
    for folder in ("course", "exercises"):
        shutil.copytree(repository / folder, root / folder)
    for folder in ("solutions", "datasets", "grading"):
        (root / folder).symlink_to(repository / folder)
    return Course(root)


class Lab:
    """JupyterLab as a learner sees it."""

    def __init__(self, page, address):
        self.page = page
        self.address = address

    def open(self, path):
        """Open a notebook of the learner's folder and wait until its kernel is ready."""
        self.page.goto(f"{self.address}/lab/tree/{path}?reset")
        self.page.wait_for_selector(".jp-NotebookPanel:visible .jp-Cell", timeout=60_000)
        self.page.wait_for_function(
            """() => {
                const panel = window.jupyterapp?.shell.currentWidget;
                const kernel = panel?.sessionContext?.session?.kernel;
                return kernel && kernel.status === 'idle';
            }""",
            timeout=60_000,
        )

    def run_all(self, seconds=120):
        """Run every cell, wait for the last one."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            """() => {
                const cells = window.jupyterapp.shell.currentWidget.content.widgets
                    .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.source);
                return cells.length && cells.every(cell => cell.model.executionCount);
            }""",
            timeout=seconds * 1000,
        )

    def end_kernels(self):
        """End what runs, so that the next test begins with a fresh kernel."""
        self.page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")

    def errors(self):
        """What the cells that failed say."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets
                .filter(cell => cell.model.type === 'code')
                .flatMap(cell => cell.model.outputs.toJSON())
                .filter(output => output.output_type === 'error')
                .map(output => output.ename + ': ' + output.evalue)"""
        )


@pytest.fixture(scope="session")
def address_of(learners_course):
    """The address of each language's JupyterLab, started when first asked for."""
    with ExitStack() as running:
        addresses = {}

        def address(language):
            if language not in addresses:
                addresses[language] = running.enter_context(served(learners_course, language))
            return addresses[language]

        yield address


@pytest.fixture
def lab(address_of, browser, language):
    """A learner's JupyterLab in each language; kernels end with the test."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)
    lab = Lab(page, address_of(language))
    yield lab
    lab.end_kernels()
    page.close()
