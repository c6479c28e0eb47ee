"""Set crmkit up in `.venv` beside this file: `python install.py [extra …]`.

Needs only Python >= 3.11 and a package index. Installs the versions in constraints.txt; does
nothing when they are already there. `make lab` and `make test` call this; on Windows call it
yourself. With CRMKIT_VERSIONS=lowest it sets up `.venv-lowest` with the oldest versions that
pyproject.toml promises (`make lowest`).
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOWEST = os.environ.get("CRMKIT_VERSIONS") == "lowest"
VENV = ROOT / (".venv-lowest" if LOWEST else ".venv")
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "crmkit-installed"


def pinned(package: str) -> str:
    """`package==version` as constraints.txt pins it."""
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line.startswith(f"{package}=="):
            return line.split(";")[0].strip()
    raise SystemExit(f"constraints.txt does not pin {package}")


def pip_configuration() -> dict[str, list[str]]:
    """Where pip is told to look for packages: uv does not read pip's configuration."""
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings: dict[str, list[str]] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = key.rsplit(".", 1)[-1].strip()
        values = value.strip().strip("'\"").replace("\\n", " ").split()
        settings.setdefault(name, []).extend(v for v in values if v not in settings.get(name, []))
    return settings


def uv_environment() -> dict[str, str]:
    """The environment for uv: pip's index, extra indexes, wheel folders and certificates."""
    settings = pip_configuration()
    env = dict(os.environ, VIRTUAL_ENV=str(VENV))
    # several indexes are searched together, as pip does
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    if settings.get("index-url"):
        env.setdefault("UV_DEFAULT_INDEX", settings["index-url"][-1])
    if settings.get("extra-index-url"):
        env.setdefault("UV_EXTRA_INDEX_URL", " ".join(settings["extra-index-url"]))
    if settings.get("find-links"):
        env.setdefault("UV_FIND_LINKS", ",".join(settings["find-links"]))
    if settings.get("cert"):
        env.setdefault("SSL_CERT_FILE", settings["cert"][-1])
    return env


def fingerprint(extras: list[str]) -> str:
    """Changes when what is to be installed changes."""
    digest = hashlib.sha256(",".join(extras).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def with_implied(extras: list[str]) -> set[str]:
    """The extras and those they contain: dev contains course, which contains practice."""
    import tomllib  # from 3.11 on; an older Python must get as far as being told so

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found, due = set(), list(extras)
    while due:
        extra = due.pop()
        if extra in found:
            continue
        found.add(extra)
        for requirement in project["optional-dependencies"].get(extra, []):
            if requirement.startswith("crmkit["):
                due += requirement.removeprefix("crmkit[").rstrip("]").split(",")
    return found


def installed_extras() -> list[str] | None:
    """What was installed from today's pyproject.toml and constraints.txt; None for nothing."""
    stamp = STAMP.read_text("utf-8").split() if STAMP.exists() else []
    return stamp[1:] if stamp and stamp[0] == fingerprint(stamp[1:]) else None


def is_installed(extras: list[str]) -> bool:
    """Whether these extras are there already, in the versions of today."""
    return with_implied(extras) <= with_implied(installed_extras() or [])


def say(zh: str, en: str) -> None:
    print(en if os.environ.get("CRMKIT_LANG") == "en" else f"{zh} · {en}", flush=True)


def main(extras: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036
        raise SystemExit(
            f"crmkit 需要 Python 3.11 或更新版本 · crmkit needs Python 3.11 or newer; "
            f"this is {sys.version.split()[0]}"
        )
    if is_installed(extras):
        return
    extras = sorted({*extras, *(STAMP.read_text("utf-8").split()[1:] if STAMP.exists() else [])})
    started = time.monotonic()
    if not PYTHON.exists():
        say(f"1/3 建立 {VENV.name}", f"1/3 creating {VENV.name}")
        venv.create(VENV, with_pip=True)
    say("2/3 安装 uv", "2/3 installing uv")
    subprocess.run([PYTHON, "-m", "pip", "install", "-q", pinned("uv")], check=True)
    say("3/3 安装 crmkit 和所需的包", "3/3 installing crmkit and what it needs")
    target = f".[{','.join(extras)}]" if extras else "."
    versions = ["--resolution=lowest-direct"] if LOWEST else ["-c", "constraints.txt"]
    subprocess.run(
        [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON, *versions, "-e", target],
        cwd=ROOT,
        env=uv_environment(),
        check=True,
    )
    STAMP.write_text(" ".join([fingerprint(extras), *extras]), "utf-8")
    seconds = time.monotonic() - started
    say(f"装好了,用时 {seconds:.0f} 秒", f"installed in {seconds:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:] or ["course"])
