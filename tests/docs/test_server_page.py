"""Every step of the page on running a shop on a server is a command that works."""

import os
import re
import shlex
import subprocess
import sys

import pytest


def steps(page):
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        yield from block.splitlines()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_steps_of_the_page_run_one_after_the_other(tmp_path, repository, language):
    environment = os.environ | {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "CRMKIT_PASSWORD": "open sesame",
        "CRMKIT_LANG": language,
    }
    environment.pop("CRMKIT_KEYS", None)
    done = []
    for step in steps(repository / "docs" / language / "server.md"):
        program, *words = shlex.split(step)
        assert program == "crmkit"
        run = subprocess.run(
            [sys.executable, "-c", "from crmkit.cli import main; main()", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, f"{step}: {run.stderr}"
        assert run.stdout.strip(), step
        done.append(words[1])
    assert set(done) == {"create", "keys", "backup", "restore", "rotate", "upgrade", "check"}
    assert {one.name for one in tmp_path.glob("*.db")} >= {"shop.db", "again.db"}


def test_both_languages_name_the_same_steps(repository):
    pages = [repository / "docs" / one / "server.md" for one in ("zh", "en")]
    zh, en = ([re.sub(r'"[^"]*"', "", step) for step in steps(page)] for page in pages)
    assert zh == en
