"""What tab-completion shows: what is meant to be called, nothing else."""

import inspect

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
