"""What people hand in is taken as it comes, and whose it is found by content and roster."""

import io
import json
import zipfile

import nbformat
import pytest

from crmkit.teach import collect, papers
from crmkit.teach.collect import File, Person, files_in, safe_name, sort_out
from tests.teach.till_class import ORDERS, REVENUE, changed, make_course, raw, written


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("collect"))


@pytest.fixture(scope="module")
def release(course):
    return papers.Release(course, "till-1")


def read(release, content, name="till-1.ipynb"):
    return papers.whole(release, papers.read(content, name), None)


def runs(paper):
    """What the paper's functions give, run in order, as the grader would."""
    names = {}
    for cell in paper.cells:
        if cell["kind"] in ("answer", "own"):
            exec(cell["source"], names)
    return names["revenue"]([1, 4]), names["orders"](["A", "A"])


def each(data, change):
    for cell in data["cells"]:
        change(cell)


def without_marks(data):
    each(data, lambda cell: cell["metadata"].pop("nbgrader", None))
    each(data, lambda cell: cell.pop("id"))


def old_format(data):
    for cell in data["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    data["worksheets"] = [{"cells": data.pop("cells"), "metadata": {}}]
    data["nbformat"] = 3


def split(data):
    at = next(n for n, c in enumerate(data["cells"]) if c["id"] == "revenue")
    first, second = ("def revenue(amounts):", "    return sum(amounts)")
    data["cells"][at]["source"] = first
    data["cells"].insert(at + 1, data["cells"][at] | {"source": second})


def duplicated(data):
    stub = "def revenue(amounts):\n    total = ...  # 在这里写 · write here\n    return total"
    at = next(n for n, c in enumerate(data["cells"]) if c["id"] == "revenue")
    data["cells"].insert(at + 1, data["cells"][at] | {"source": stub + "\n"})
    data["cells"].insert(at + 1, dict(data["cells"][at]))


def merged(data):
    without_marks(data)
    for cell in data["cells"]:
        if "def orders" in cell["source"]:
            cell["source"] = ""
        if "def revenue" in cell["source"]:
            cell["source"] = REVENUE + "\n" + ORDERS


CHANGES = {
    "as it was": lambda data: None,
    "marks and ids lost": without_marks,
    "only ids lost": lambda data: each(data, lambda cell: cell.pop("id")),
    "cells in another order": lambda data: data["cells"].reverse(),
    "checks edited": lambda data: each(
        data, lambda c: c.update(source="pass") if "check.f" in c["source"] else None
    ),
    "checks deleted": lambda data: data.update(
        cells=[c for c in data["cells"] if "check.f" not in c["source"]]
    ),
    "prose deleted": lambda data: data.update(
        cells=[c for c in data["cells"] if c["cell_type"] == "code"]
    ),
    "split cell": split,
    "duplicated cell": duplicated,
    "merged cells": merged,
    "old format": old_format,
    "another kernel": lambda data: data["metadata"].update(kernelspec={"name": "ir", "language": "R"}),
    "no metadata": lambda data: data.update(metadata={}),
    "another tool's metadata": lambda data: each(
        data, lambda cell: cell["metadata"].update(colab={"x": 1}, nbgrader=cell["metadata"].get("nbgrader"))
    ),
    "sources in one piece": lambda data: each(
        data, lambda cell: cell.update(source="".join(cell["source"]))
    ),
    "outputs that are nonsense": lambda data: each(data, lambda cell: cell.update(outputs=[3, {"data": 1}])),
    "cells that are nonsense": lambda data: data["cells"].extend([3, None, {"source": 5}, {}]),
    "ten thousand cells": lambda data: data["cells"].extend(
        {"cell_type": "code", "source": "1", "metadata": {}, "outputs": []} for _n in range(10_000)
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_notebook_is_repaired_from_the_release(course, release, change):
    paper = read(release, changed(course, CHANGES[change]))
    assert runs(paper) == (5, 1)
    assert [c["key"] for c in paper.cells if c["kind"] == "check"] == [
        "revenue-check", "orders-check"
    ]  # fmt: skip
    assert all(
        c["source"] == release.cells[c["key"]].source for c in paper.cells if c["kind"] == "check"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_a_notebook_in_another_encoding_is_read(course, release, encoding):
    text = nbformat.writes(written(course, before=["小票 = '销售额 100 元'"]))
    paper = read(release, text.encode(encoding))
    assert runs(paper) == (5, 1)
    assert "小票" in paper.cells[0]["source"] + paper.cells[1]["source"]


def test_a_damaged_notebook_gives_what_can_be_read(course, release):
    text = raw(written(course)).decode()
    for damaged in (text[: text.index('"orders-check"')], text.replace("],", "],,", 3)):
        paper = read(release, damaged.encode())
        assert paper.notes
        assert "return sum(amounts)" in "".join(cell["source"] for cell in paper.cells)


@pytest.mark.parametrize("mark", ["", "# %%\n", "# In[3]:\n"])
def test_a_script_is_taken_for_the_notebook(release, mark):
    text = f"{mark}{REVENUE}\n\n{mark}{ORDERS}\n"
    assert runs(read(release, text.encode(), "till-1.py")) == (5, 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 50, b"\x89PNG\r\n", b"{}", b"[]", b'{"cells": 3}', b'{"cells": []', b"{"],
)
def test_what_is_no_notebook_is_set_aside_with_a_reason(content):
    with pytest.raises(papers.SetAside, match=r"\w"):
        papers.read(content, "till-1.ipynb")


def zipped(files, links=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
        for name in links:
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            packed.writestr(link, "/etc/passwd")
    return out.getvalue()


CLASS = [Person("u1", ("陈晓",)), Person("u2", ("Lin Yue", "林悦")), Person("u12", ("王[二]",))]


def collected(course, release, tmp_path, files, people=CLASS, **more):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    aside = []
    found = sort_out(files_in(tmp_path, aside), {"till-1": release}, people, aside, **more)
    return {(one.learner, one.assignment) for one in found}, aside, found


@pytest.mark.parametrize(
    "place",
    ["u2/till-1.ipynb", "till-1 (1) 林悦.ipynb", "Lin Yue/Untitled1-Copy.ipynb", "U2_TILL-1.IPYNB",
     "chat/2025/u2 homework/x.ipynb", "林悦.py"],
)  # fmt: skip
def test_a_file_finds_its_learner_and_exercise(course, release, tmp_path, place):
    content = f"{REVENUE}\n{ORDERS}".encode() if place.endswith("py") else raw(written(course))
    whose, aside, _found = collected(course, release, tmp_path, {place: content})
    assert (whose, aside) == ({("u2", "till-1")}, [])


def test_zips_in_zips_are_opened_and_their_names_are_only_names(course, release, tmp_path):
    inner = zipped({"../../../u1/till-1.ipynb": raw(written(course))}, links=["u2/till-1.ipynb"])
    whose, aside, _found = collected(
        course, release, tmp_path, {"all.zip": zipped({"in.zip": inner})}
    )
    assert (whose, aside) == ({("u1", "till-1")}, [])


def test_names_in_a_zip_from_a_chinese_windows_are_read(course, release, tmp_path):
    packed = zipped({"aaaa/till-1.ipynb": raw(written(course))})
    packed = packed.replace(b"aaaa", "陈晓".encode("gbk"))
    whose, _aside, _found = collected(course, release, tmp_path, {"class.zip": packed})
    assert whose == {("u1", "till-1")}


@pytest.mark.parametrize(
    "content",
    [zipped({"u1.ipynb": b"0" * 3_100_000}), b"PK\x03\x04 and nothing", b"Rar!\x1a\x07"],
    ids=["bomb", "damaged", "rar"],
)
def test_an_archive_that_cannot_be_opened_is_set_aside(
    course, release, tmp_path, content, monkeypatch
):
    monkeypatch.setattr(collect, "MOST_UNPACKED", 3_000_000)
    name = "u1.rar" if content[:3] == b"Rar" else "u1.zip"
    whose, aside, _found = collected(course, release, tmp_path, {name: content})
    assert (whose, len(aside)) == (set(), 1)


def test_a_link_is_not_followed(course, release, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "u1.ipynb").write_bytes(raw(written(course)))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "u2.ipynb").symlink_to(tmp_path / "real" / "u1.ipynb")
    (tmp_path / "in" / "u12").symlink_to(tmp_path / "real")
    aside = []
    assert list(files_in(tmp_path / "in", aside)) == []
    assert {one.file for one in aside} == {"u2.ipynb", "u12"}


def test_what_is_not_clear_is_asked_back_and_the_trainers_word_counts(course, release, tmp_path):
    files = {"till-1 (2).ipynb": raw(written(course)), "u1 u2/till-1.ipynb": raw(written(course))}
    whose, aside, _found = collected(course, release, tmp_path, files)
    assert (whose, len(aside)) == (set(), 2)
    confirmed = {"till-1 (2).ipynb": ("u12", "till-1")}
    whose, aside, _found = collected(course, release, tmp_path, {}, confirmed=confirmed)
    assert (whose, len(aside)) == ({("u12", "till-1")}, 1)


def test_of_several_copies_the_one_that_was_written_on_counts(course, release, tmp_path):
    files = {
        "u1/till-1 (1).ipynb": raw(written(course)),
        "u1/till-1 (2).ipynb": course.release("till-1", "en").read_bytes(),
    }
    _whose, _aside, found = collected(course, release, tmp_path, files)
    assert found[0].file.name == "till-1 (1).ipynb"


def test_answers_beside_a_notebook_are_its_learners(release, course, tmp_path):
    kept = json.dumps({"name": "till-1", "answers": {"a": 3, "b": ["x"], "c": {"no": 1}}}).encode()
    files = {"u1/till-1.ipynb": raw(written(course)), "u1/till-1.answers.json": kept}
    _whose, _aside, found = collected(course, release, tmp_path, files)
    assert found[0].answers == {"a": "3", "b": ["x"]}


def test_a_name_can_name_a_folder_everywhere():
    assert safe_name("../张[三]*\n") == "_张_三___"
    assert str(File(("a", "b"), b"")) == "a/b"
