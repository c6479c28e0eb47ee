"""A report from one's own sales file: right figures, clear refusals, nobody's name."""

import base64
import json
import re

import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from typer.testing import CliRunner

import crmkit as ck
from crmkit import cli, report
from crmkit.errors import CrmkitError


@pytest.fixture(scope="module")
def found(till_export):
    with ck.use_language("zh"):
        return report.analyse(till_export), till_export


@pytest.fixture(scope="module")
def page(found):
    with ck.use_language("zh"):
        return found[0].html()


def rows(frame):
    table = nw.from_native(frame)
    return (table.collect() if isinstance(table, nw.LazyFrame) else table).rows(named=True)


def test_its_figures_are_those_of_the_lines(found, lines):
    results = found[0].found
    bought = lines[lines["quantity"] > 0]
    summary = rows(results["summary"])[0]
    assert summary["revenue"] == pytest.approx(lines["amount"].sum(), abs=0.01)
    assert summary["orders"] == bought["sale_id"].nunique()
    members = bought.dropna(subset="member_id").groupby("member_id")["sale_id"].nunique()
    assert results["repeat"].value == pytest.approx((members > 1).mean())
    months = {one["month"]: one["revenue"] for one in rows(results["by_month"])}
    assert months["2025-05"] == pytest.approx(
        lines.loc[lines["sold_at"].dt.month == 5, "amount"].sum(), abs=0.01
    )
    assert sum(one["members"] for one in rows(results["groups"])) == len(members)


def test_the_page_says_it_in_chinese_and_needs_nothing_beside_it(page, lines):
    assert 'lang="zh-CN"' in page
    assert f"¥{lines['amount'].sum():,.2f}" in page
    for told in (
        "要点",
        "该做什么",
        "八个客户群",
        "算不出来的，和为什么",
        "各渠道对比",
        "往后 13 周",
    ):
        assert told in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    text = re.sub(r"<(style|pre)>.*?</\1>|<[^>]+>", " ", page, flags=re.S)
    assert not re.findall(r"\b(aov|upt|monetary|rfm_group|orders_both|quantity)\b", text)


def test_nobody_stands_in_it(found, page, lines):
    notebook = json.dumps(found[0].notebook(), ensure_ascii=False)
    for text in (page, notebook):
        assert "秀英" not in text
        assert not set(re.findall(r"\bM\d{5,}\b", text)) & set(lines["member_id"].dropna())
        assert not set(re.findall(r"1400\d{7}", text)) & set(lines["phone"].dropna())


def test_what_cannot_be_reckoned_is_told_with_its_reason(found):
    left = dict(found[0].left_out)
    assert left["各渠道对比"] == "文件里没有这一项：渠道。"
    assert "销售.csv、库存.csv" in left["缺货率"]


def test_advice_rests_on_a_figure_and_says_how_to_check(found):
    assert found[0].advice
    for one in found[0].advice:
        assert one.do and one.check and re.search(r"\d", one.because)


def test_the_notebook_within_runs_on_another_file(found, page, lines, names, tmp_path):
    within = re.search(r'ipynb\+json;base64,([^"]+)"', page)[1]
    notebook = json.loads(base64.b64decode(within))
    march = lines[lines["sold_at"].dt.month == 3]
    other = tmp_path / "march.csv"
    march[list(names)].rename(columns=names).to_csv(other, index=False)
    held: dict = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" or "plot" in source or "lifetime" in source:
            continue
        exec(source, held)
        if cell["metadata"].get("tags") == ["parameters"]:
            held["source"] = str(other)  # as papermill does it
    revenue = rows(held["summary"])[0]["revenue"]
    assert revenue == pytest.approx(march["amount"].sum(), abs=0.01)
    ck.set_language("en")


def test_the_command_writes_one_page_and_refuses_in_a_line(
    till_export, lines, tmp_path, monkeypatch
):
    small = tmp_path / "week.csv"
    lines[lines["sold_at"] < "2025-01-08"][["sale_id", "sold_at", "amount"]].to_csv(
        small, index=False
    )
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli.app, ["analyse", str(small), "--notebook", "week.ipynb"])
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "week report.html").read_text("utf-8")
    assert "The file has no column for: Member." in page
    assert "The file holds 7 days; this needs 60 at least." in page
    ran = CliRunner().invoke(cli.app, ["analyse", str(small)])
    assert (tmp_path / "week report 2.html").exists()  # the first one stands as it was
    assert "Units" not in page  # nobody said how many pieces a line is
    assert json.loads((tmp_path / "week.ipynb").read_text("utf-8"))["nbformat"] == 4
    ran = CliRunner().invoke(cli.app, ["analyse", str(small), "--to", "nowhere/report.html"])
    assert isinstance(ran.exception, CrmkitError) and "nowhere" in str(ran.exception)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (pd.DataFrame({"name": ["a"], "phone": ["1"]}), "hardly a table of sales"),
        (pd.DataFrame({"sale_id": ["a"], "sold_at": ["2025-03-05"], "sum": [1]}), "--column Amount=…"),
        (pd.DataFrame({"sale_id": [], "sold_at": [], "amount": []}), "holds no rows"),
    ],
)  # fmt: skip
def test_what_is_no_sales_file_is_refused_with_what_to_do(table, told, tmp_path):
    file = tmp_path / "file.csv"
    table.to_csv(file, index=False)
    with pytest.raises(CrmkitError, match=told):
        report.opened(file)


def test_a_column_is_taken_for_what_one_says(tmp_path):
    file = tmp_path / "file.csv"
    pd.DataFrame({"no": ["1", "2"], "day": ["2025-03-05"] * 2, "sum": [3, 4]}).to_csv(
        file, index=False
    )
    opened = report.opened(file, columns={"sale_id": "no", "sold_at": "day", "amount": "sum"})
    assert rows(ck.kpi.sales_summary(opened.sales))[0]["revenue"] == 7
    for said in (
        {"单号": "no", "日期": "day", "实付金额": "sum"},
        {"no": "sale_id", "day": "sold_at", "sum": "amount"},
    ):
        assert (
            rows(ck.kpi.sales_summary(report.opened(file, columns=said).sales))[0]["revenue"] == 7
        )
    for wrong, told in (({"amout": "sum"}, "no amout"), ({"amount": "summe"}, "no column summe")):
        with pytest.raises(CrmkitError, match=told):
            report.opened(file, columns=wrong)


def test_a_folder_of_tables_brings_stock_and_names(tmp_path, lines):
    lines[lines["sold_at"] >= "2025-06-01"].drop(columns=["name", "phone"]).to_parquet(tmp_path / "sales.parquet")  # fmt: skip
    stock = ck.load("stock_daily")
    stock[(stock["store_id"] == "S03") & (stock["date"] >= "2025-06-01")].to_csv(tmp_path / "stock_daily.csv", index=False)  # fmt: skip
    ck.load("products").to_csv(tmp_path / "products.csv", index=False)
    opened = report.opened(tmp_path)
    assert set(opened.tables) == {"products", "stock_daily"}
    assert opened.names["P0065"] == ck.load("products").set_index("product_id")["name"]["P0065"]
    held = {"ck": ck, "sales": opened.sales, **opened.tables}
    [step] = [s for s in report.chapters.chapters(opened)["Stock"] if s.name == "turnover"]
    own = eval(step.code, held)
    june = stock[(stock["store_id"] == "S03") & (stock["date"] >= "2025-06-01")]
    assert rows(own)[0]["days"] == june["date"].nunique()


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_a_table_of_any_kind_is_taken_as_it_is(lines, kind):
    table = lines.drop(columns=["name", "phone"]).head(500)
    table = table if kind == "pandas" else nw.from_native(table).to_polars()
    opened = report.opened(table)
    assert type(opened.sales) is type(table)
    assert opened.name == "a table" and opened.timed and opened.counted


def test_online_retail_gives_its_published_figures(retail_data):
    opened = report.opened(retail_data / "online_retail.parquet")
    [known] = rows(report.purchases(opened.sales))
    assert (known["lines"], known["members"], known["orders"]) == (397_884, 4_338, 18_532)
    assert known["revenue"] == pytest.approx(8_911_407.904, abs=0.001)
    assert opened.names["22423"] == "REGENCY CAKESTAND 3 TIER"
    assert not any(column in opened.columns for column in ("Country", "Description"))


def test_complete_journey_gives_its_published_counts(retail_data):
    file = retail_data / "completejourney" / "transactions_sample.parquet"
    opened = report.opened(file)
    assert opened.look.reading.rows == 75_000
    raw = pd.read_parquet(file)
    assert raw["household_id"].nunique() == 2_377
    members = nw.from_native(opened.sales).select(nw.col("member_id").n_unique())
    assert rows(members.to_native())[0]["member_id"] == 2_377
    summary = rows(ck.kpi.sales_summary(opened.sales))[0]
    assert summary["revenue"] == pytest.approx(raw["sales_value"].sum(), abs=0.01)
