"""Every example in a docstring runs and says what it says."""

import doctest
import importlib
import warnings
from pathlib import Path

import pytest

import crmkit

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PACKAGE = Path(crmkit.__file__).parent
MODULES = sorted(
    ".".join(["crmkit", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text("utf-8") and path.name != "__main__.py"
)


def examples(module):
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for test in finder.find(module, module.__name__) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name, monkeypatch, tmp_path, request):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    tests = examples(module)
    assert tests, "the module has >>> somewhere, but no example that runs"
    said = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for test in tests:
            crmkit.set_language("en")
            test.globs["getfixture"] = request.getfixturevalue
            doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert not said, "".join(said)
