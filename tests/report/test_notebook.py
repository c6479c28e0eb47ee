"""The notebook behind a report: the same figures, and those of another file by papermill."""

import json
import re

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

import crmkit as ck
from crmkit import report


@pytest.fixture(scope="module")
def found(till_export):
    with ck.use_language("zh"):
        return report.analyse(till_export)


def plain(result):
    """A result as plain values to compare."""
    if hasattr(result, "to_dict") and not hasattr(result, "columns"):
        return result.to_dict()
    frame = nw.from_native(result)
    return (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).rows()


def test_every_result_is_that_of_the_report(found):
    held: dict = {}
    with ck.use_language("zh"):
        for cell in found.notebook()["cells"]:
            if cell["cell_type"] == "code" and "_chart = " not in cell["source"]:
                exec(cell["source"], held)
    steps = [done.step.name for chapter in found.chapters.values() for done in chapter]
    assert len(steps) > 15
    for name in steps:
        assert plain(held[name]) == pytest.approx(plain(found.found[name])) or repr(
            plain(held[name])
        ) == repr(plain(found.found[name])), name


def test_a_heading_says_what_its_column_is_in_both_languages(found):
    """The headings of the notebook are those of the report; none is left in English or of cleaning."""
    for language in ("zh", "en"):
        with ck.use_language(language):
            for done in (one for chapter in found.chapters.values() for one in chapter):
                if done.step.members or not hasattr(found.found[done.step.name], "columns"):
                    continue
                heads = list(ck.show(found.found[done.step.name], rows=3).columns)
                told = f"{done.step.name}: {heads}"
                assert not re.search("修正|清理|整理|cleaned|repaired", told), told
                assert not any("_" in one for one in heads), told
                if language == "zh":
                    assert not any(re.search("[a-z]{2,}", one) for one in heads), told
                    assert done.table is None or set(done.table.columns) <= set(heads), told
    with ck.use_language("zh"):
        groups, growth = (list(ck.show(found.found[name]).columns) for name in ("groups", "growth"))
    assert "占会员人数" in groups and "会员销售占比" not in groups
    assert "上期" in growth


def test_papermill_runs_it_on_another_file(found, lines, names, tmp_path):
    papermill = pytest.importorskip("papermill")
    april = lines[lines["sold_at"].dt.month == 4]
    april[list(names)].rename(columns=names).to_csv(tmp_path / "april.csv", index=False)
    notebook = found.notebook()
    kept = [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("tags") or "import crmkit" in cell["source"] or cell["source"].startswith(("summary =", "shown ="))
    ]  # fmt: skip
    (tmp_path / "report.ipynb").write_text(json.dumps(notebook | {"cells": kept}), "utf-8")
    ran = papermill.execute_notebook(
        tmp_path / "report.ipynb", tmp_path / "next.ipynb", progress_bar=False,
        parameters={"source": str(tmp_path / "april.csv"), "language": "en"},
    )  # fmt: skip
    shown = str(ran.cells[-1]["outputs"])
    assert f"{april['amount'].sum():,.2f}" in shown and "Average order value" in shown


def test_the_notebook_of_a_file_that_had_to_be_tidied_runs(tmp_path):
    days = pd.date_range("2025-01-01", periods=90).strftime("%Y/%m/%d").tolist()
    days[4] = "2025年1月5日"
    lines = pd.DataFrame(
        {"单号": range(90), "日期": days, "会员号": ["M1", "M2", "M3"] * 30, "金额": 9.5}
    )
    file = tmp_path / "销售.csv"
    lines.to_csv(file, index=False)
    with ck.use_language("zh"):
        found = report.analyse(file)
        notebook = found.notebook()
        assert "2025年1月5日" in found.html()
    code = "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"
    )
    code = code.replace("%", "#%")
    known: dict = {}
    exec(code, known)
    assert len(known["rfm"]) == 3
    assert str(known["shown"](known["repeat"])).split()[:4] == ["名称", "值", "分子", "分母"]


def test_a_table_of_the_notebook_says_where_it_is_cut(found):
    with ck.use_language("zh"):
        cut = report.shown(found.found["between"], 5)
        whole = report.shown(found.found["between"], 1_000)
        n = len(whole)
        assert (
            f"这里是 {n} 行里的前 5 行" in repr(cut) and f"{n} 行里的前 5 行" in cut._repr_html_()
        )
        assert "行里的前" not in repr(whole) and len(cut) == 5
        none = report.shown(pd.DataFrame({"product_id": []}))
        assert "没有找到（0 行）" in repr(none) and "大小写" not in none._repr_html_()


def test_a_rate_is_read_with_its_counts_whole_and_its_shares_in_percent(found):
    for language, heads in (
        ("zh", ["名称", "值", "分子", "分母"]),
        ("en", ["Name", "Value", "Numerator", "Denominator"]),
    ):
        with ck.use_language(language):
            table = report.shown(found.found["repeat"])
            assert list(table.columns)[:4] == heads
            one = found.found["repeat"]
            assert table.iloc[0, 1:4].tolist() == [
                f"{one.value:.1%}",
                f"{one.numerator:,.0f}",
                f"{one.denominator:,.0f}",
            ]


def test_a_table_of_the_notebook_is_written_as_on_the_page(found):
    """Money with its sign, changes with theirs, goods and months by name; the axis of money, too."""
    notebook = found.notebook()["cells"]
    [opening] = [one["source"] for one in notebook if one["source"].startswith("shown = ")]
    known = {"report": report, "ck": ck, "names": found.opened.names} | found.found
    with ck.use_language("zh"):
        exec(opening, known)
        tables = 0
        for done in (one for chapter in found.chapters.values() for one in chapter):
            if done.step.members or done.table is None or done.step.rows < 2:
                continue
            table = known["shown"](found.found[done.step.name], rows=done.step.rows)
            assert table[list(done.table.columns)].values.tolist() == done.table.values.tolist()
            tables += 1
        assert tables > 6
        growth = known["shown"](found.found["growth"])
        assert growth["销售额"].str.startswith("¥").all()
        assert growth["环比"].iloc[1:].str.match("[+−±]").all()
        share = known["shown"](found.found["member_share"])
        assert share["分子"].iloc[0].startswith("¥")
        [chart] = [one["source"] for one in notebook if one["source"].startswith("by_month_chart")]
        exec(chart, known)
        assert known["by_month_chart"].get_ylabel() == "销售额（¥）"


def test_a_figure_has_as_many_digits_as_it_says_something():
    """Days are whole, a mean of counts has one decimal, cents stand only where money is small."""
    table = pd.DataFrame(
        {"recency_each": [14.86, 71.02], "frequency_each": [5.26, 1.0], "monetary": [131_452.5, 190.0], "aov": [348.364, 99.0]}
    )  # fmt: skip
    with ck.use_language("zh"):
        told = report.shown(table, sign="¥").values.tolist()
        assert told == [["15", "5.3", "¥131,452", "¥348.36"], ["71", "1.0", "¥190", "¥99.00"]]
        one = report.shown(table[["monetary"]].head(1), sign="¥")
        assert one.values.tolist() == [["¥131,452.50"]]  # checked against the till
