"""What tab-completion shows: what is meant to be called, nothing else."""

import inspect
import re
from pathlib import Path

import pytest

import crmkit as ck

ANALYSIS = ("campaign", "clean", "data", "kpi", "plot", "profile", "recommend", "segment", "stock")
MODULES = (*ANALYSIS, "learn", "practice")


@pytest.mark.parametrize("module", MODULES)
def test_tab_completion_shows_only_what_is_meant_to_be_called(module):
    shown = dir(getattr(ck, module))
    assert shown
    for name in shown:
        value = getattr(getattr(ck, module), name)
        home = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
        assert not name.startswith("_")
        assert home is None or home.startswith("crmkit."), f"ck.{module}.{name} is not the kit's"


def test_the_modules_themselves_are_shown():
    assert set(MODULES) < set(dir(ck))


@pytest.mark.parametrize("stub", sorted(Path(ck.__file__).parent.rglob("*.pyi")), ids=str)
def test_no_file_is_called_like_what_its_room_offers(stub):
    """Whoever imports the file first would find the file where the function is meant."""
    offered = re.findall(r"^from \.(\w+) import (\w+)", stub.read_text("utf-8"), re.M)
    files = {path.stem for path in stub.parent.glob("*.py")}
    if stub.parent != Path(ck.__file__).parent:
        assert not files & {name for _file, name in offered}
