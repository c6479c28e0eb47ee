"""The files a newcomer sets up from say the same thing."""

import re
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def pins(repository):
    lines = (repository / "constraints.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def named(requirements):
    return {
        canonicalize_name(Requirement(r).name) for r in requirements if not r.startswith("crmkit[")
    }


def test_every_requirement_is_pinned_and_every_pin_fits(project, pins):
    by_name = {}
    for pin in pins:
        by_name.setdefault(canonicalize_name(pin.name), []).append(pin)
    for text in project["dependencies"] + sum(project["optional-dependencies"].values(), []):
        wanted = Requirement(text)
        if wanted.name == "crmkit":
            continue
        for pin in by_name[canonicalize_name(wanted.name)]:
            version = next(iter(pin.specifier)).version
            assert wanted.specifier.contains(version), f"{wanted} is pinned to {version}"


def test_what_is_installed_is_what_is_pinned(pins):
    wrong = []
    for pin in pins:
        if pin.marker and not pin.marker.evaluate():
            continue
        try:
            installed = metadata.version(pin.name)
        except metadata.PackageNotFoundError:
            continue
        if not pin.specifier.contains(installed):
            wrong.append(f"{pin}: {installed} is installed")
    assert not wrong


def test_constraints_name_no_place_to_get_packages_from(repository):
    text = (repository / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text, re.MULTILINE)


def test_conda_installs_what_pyproject_lists(repository, project):
    environment = yaml.safe_load((repository / "environment.yml").read_text("utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert f"python{project['requires-python']}" in conda
    assert "--constraint constraints.txt" in pip
    listed = {canonicalize_name(Requirement(line).name) for line in pip if not line.startswith("-")}
    extras = project["optional-dependencies"]
    assert listed == named(project["dependencies"]) | named(extras["practice"]) | named(
        extras["course"]
    )
