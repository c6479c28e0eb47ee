"""Set-up without make: `python install.py`."""

import importlib.util
import os
import subprocess
import sys

import pytest


@pytest.fixture
def install(repository):
    spec = importlib.util.spec_from_file_location("install", repository / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_second_time_there_is_nothing_to_do(repository, install):
    if not install.is_installed(["course"]):
        pytest.skip("this environment was not made by install.py")
    again = subprocess.run(
        [sys.executable, repository / "install.py", "course"], capture_output=True, text=True
    )
    assert (again.returncode, again.stdout) == (0, "")


def test_an_extra_brings_those_it_contains(install):
    assert {"dev", "course", "practice"} <= install.with_implied(["dev"])
    assert "spark" not in install.with_implied(["dev"])


def test_a_change_of_versions_is_noticed(install, tmp_path, monkeypatch):
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((install.ROOT / name).read_bytes())
    monkeypatch.setattr(install, "ROOT", tmp_path)
    before = install.fingerprint(["course"])
    with (tmp_path / "constraints.txt").open("a") as constraints:
        constraints.write("another==1\n")
    assert install.fingerprint(["course"]) != before
    assert install.fingerprint(["course", "dev"]) != install.fingerprint(["course"])


def test_uv_looks_where_pip_was_told_to_look(install, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "SSL_")):
            monkeypatch.delenv(name)
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://index.example/simple\n"
        "extra-index-url = https://one.example/simple https://two.example/simple\n"
        "find-links = /wheels\ncert = /certificates.pem\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setattr(install, "PYTHON", sys.executable)
    env = install.uv_environment()
    assert env["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert "https://one.example/simple https://two.example/simple" in env["UV_EXTRA_INDEX_URL"]
    assert "/wheels" in env["UV_FIND_LINKS"]
    assert env["SSL_CERT_FILE"]
