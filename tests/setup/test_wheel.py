"""The wheel carries what people need without the repository: the shop's data and the words."""

import os
import subprocess
import sys
import zipfile


def test_the_wheel_works_away_from_the_repository(repository, tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation", "-o", tmp_path]
        + [repository],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if "/make/" in name], "the factory is in it"
        archive.extractall(tmp_path / "installed")
    code = (
        "import crmkit as ck; print(ck.__file__); ck.set_language('zh'); "
        "print(len(ck.load('stores')), ck.show(ck.load('stores')).columns[0])"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("CRMKIT_")}
    shown = subprocess.run(
        [sys.executable, "-c", code],
        env=dict(env, PYTHONPATH=str(tmp_path / "installed")),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    where, said = shown.stdout.splitlines()
    assert where.startswith(str(tmp_path))
    assert said == "4 门店"
