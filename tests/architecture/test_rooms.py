"""The rooms of the house and the direction of imports between them."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_only_point_up_the_list_of_rooms(monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
