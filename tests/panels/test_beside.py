"""A desk in a lesson: the shop beside the notebook, tasks that look again, large and back."""

import pytest

from crmkit.i18n import use_language
from crmkit.learn import ask
from crmkit.panels import practise


@pytest.fixture
def here(tmp_path, monkeypatch, corner_file):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.db").write_bytes(corner_file)
    with use_language("en"):
        yield tmp_path


def do(screen, act, arg=None, **values):
    return screen.did({"act": act, "arg": arg, "values": values})


def titles(walk, tree):
    return {one.get("title") for one in walk(tree) if one["t"] == "dialog" and one.get("open")}


def test_the_desk_works_and_another_desk_on_the_page_follows(here, walk):
    members, till = practise("members", "corner"), practise("till", "corner")
    view = type("View", (), {"tree": None})()
    till.seen_by(view)
    do(members, "search", "0001")
    assert any("M000001" in str(one.get("text")) for one in walk(members.tree))
    assert view.tree is None  # nothing was written
    do(members, "like", **{"like/kind": "colour", "like/value": "green"})
    assert view.tree is not None


def test_somebody_else_takes_the_desk_and_finds_the_record_open(here, walk):
    members = practise("members", "corner")
    do(members, "beside.staff", "C1")
    do(members, "search", "0001")
    merge = [one for one in walk(members.tree) if one.get("text") == "Merge"]
    assert merge[0]["why"].startswith("Only for")
    do(members, "beside.staff", "B1")
    merge = [one for one in walk(members.tree) if one.get("text") == "Merge"]
    assert "why" not in merge[0]
    do(members, "merge", **{"merge/other": "m000003", "merge/reason": "the same birthday"})
    assert any("M000003 is part of M000001 now." in str(o.get("text")) for o in walk(members.tree))


def test_large_and_back_and_anew(here, walk):
    till = practise("till", "corner")
    assert titles(walk, till.tree) == set()
    assert titles(walk, do(till, "beside.large")) == {"Till"}
    do(till, "scan", ["P1"])
    assert "P1" not in titles(walk, till.tree) and "Cotton scarf" in str(till.tree)
    assert titles(walk, do(till, "beside.close")) == set()
    assert "Cotton scarf" in str(till.tree)
    assert titles(walk, do(till, "beside.ask")) == {"Start the practice shop again?"}
    do(till, "beside.anew")
    assert "Cotton scarf" not in str(till.tree)
    assert (here / "shop-1.db").exists()


def test_grading_opens_no_shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert practise("till", "corner").text is not None
    assert list(tmp_path.iterdir()) == []


def test_a_task_looks_again_when_something_was_done_at_the_desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with use_language("en"):
        task, members = ask("cashier-01", "new_phone"), practise("members", "counter")
        assert "Not done yet" in task.screen.text
        do(members, "open", "M000058")
        do(members, "correct", **{"new/phone": "16000000085"})
        assert "it should be 16000000058" in task.screen.text
        do(members, "correct", **{"new/phone": "16000000058"})
        assert "It is the same record" in task.screen.text
