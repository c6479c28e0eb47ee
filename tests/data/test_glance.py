"""Lines that are sound at a glance are what a careful reading makes of them, and quick to tell."""

import importlib
import re
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmkit.data import read
from crmkit.data.reading import glance
from crmkit.data.reading.dates import moment_kinds, two_ways
from crmkit.data.reading.kind import TOTALS
from crmkit.errors import CrmkitError

typing = importlib.import_module("crmkit.data.reading.typed")  # read's own module has a function
DATES = ["31/12/2024", "12/31/2024 9:05", "31.12.24", "12/31/2024 9:05 AM"]
MOMENTS = [kind for kind in moment_kinds(True) if kind.sure]
MOMENTS += [two_ways([written], None)[0] for written in DATES]

SIGNS = (",", ";", "\t", "|")
SOUND = ("T{0:03}", "2025-0{1}-1{1}", "M{0}", "{0}", "{0}.{1}0", "Anna {0}")
ODD = {
    "sale_id": ["", "Total", "total-1", "subtotal: 5", "合计", "NULL", " T9", "T 9", "='7", "Ｔ９", "\u200bT9",
                "sum", "3 rows", "`9", "12%", "sale_id", "第 1 页", "no digit", "null-1", "北京01", '="0012"'],
    "sold_at": ["", "2025-02-29", "2024-02-29", "2025-02-30", "2025-4-31", "2025/01/02", "-", "sold_at",
                "2025-01-01 24:00", "2025-01-01T07:08:09.123", "0001-01-01", "Total", " 2025-01-03"],
    "member_id": ["", "NULL", "na", "-", " M1", "M1 ", "='x", "Ｍ", "member_id", "nobody", "n/a1"],
    "quantity": ["", "1.5", "-3", "+4", "007", "1e3", "NA", "x", "1 000", "9999999999999999", "(2)", "٣"],
    "amount": ["", "¥9.50", "12.50-", "1,234.50", "1.234,50", "NaN", "inf", "1_000", "0x1F", " 3.5", "Total", ".5", "5."],
    "name": ["", "小计", 'say "so"', "a,b;c|d\te", "two\nlines", "Total", "sum", "Grand total", "name", "Œuvre\x1f"],
}  # fmt: skip
TORN = ["", " ", "T1", 'T1,"2025-01-01', 'a"b,"c', ",,,,,,,,", "T9,2025-01-01,,,,,", "\ufeff"]


def test_every_moment_that_is_sure_can_be_made():
    for kind in MOMENTS:
        seen = []
        _drawn(kind.sure, seen.append)
        values = ", ".join(f"('{value}')" for value in seen)
        made = f"TRY({kind.made_of('x')}) IS NULL OR NOT regexp_full_match(x, '{kind.fits}')"
        assert not duckdb.sql(f"FROM (VALUES {values}) v(x) WHERE {made}").fetchall(), kind.fits


def _drawn(pattern, keep):
    @settings(max_examples=8, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def draw(value):
        keep(value)

    draw()


@settings(max_examples=200, deadline=None)
# the database's digits are those of ASCII, its letters of every script
@given(
    st.one_of(
        st.from_regex(re.compile(f"(?i) *(?:{TOTALS})[:： ]*", re.ASCII), fullmatch=True),
        st.just("ſum"),
    )
)
def test_no_total_of_others_is_sound_at_a_glance(total):
    column = glance._Column.__new__(glance._Column)
    column.sign, column.heading = ",", "x"
    assert not re.fullmatch(column._title(), total, re.ASCII)
    column.may_total = True
    assert not re.fullmatch(column._code(), total, re.ASCII)


@st.composite
def files(draw):
    """Many sound rows, with a few cells and lines that want care among them, early or late."""
    sign, order = draw(st.sampled_from(SIGNS)), draw(st.permutations(range(len(ODD))))
    names = [list(ODD)[at] for at in order]
    rows = [[SOUND[at].format(n, n % 9 + 1) for at in order] for n in range(30)]
    for _cell in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(names))
        at = draw(st.sampled_from([3, 20, 21, 29]))
        rows[at][names.index(name)] = draw(st.sampled_from(ODD[name]))
    if draw(st.booleans()):
        rows.append(names)
    lines = [names, *rows]
    every = draw(st.booleans())
    written = [
        sign.join(
            '"' + cell.replace('"', '""') + '"' if every or set(cell) & {sign, '"', "\n"} else cell
            for cell in row
        )
        for row in lines
    ]
    if draw(st.integers(0, 4)) == 0:
        written.insert(draw(st.sampled_from([2, 15, 31])), draw(st.sampled_from(TORN)))
    return draw(st.sampled_from(["\n", "\r\n"])).join(written) + draw(st.sampled_from(["", "\n"]))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(files(), st.sampled_from([5, 10_000]))
@example("sale_id,amount\n" + "T{},1.5\n" * 9 + "Total,13.5\n", 5)
@example("sale_id,day,name,amount\n" + "T{},Mon,Anna {},1.5\n" * 9 + ",,Total,13.5\n", 5)
@example("shop,sale_id,amount\n" + "S1,T{},1.5\n" * 9 + "S1 Total,,13.5\n", 10_000)
def test_what_is_sound_at_a_glance_is_read_as_with_care(text, sample):
    with pytest.MonkeyPatch.context() as change:
        change.setattr(typing, "SAMPLE", sample)
        assert _read(text, change, 0) == _read(text, change, 10**9)


def _read(text, change, worthwhile):
    change.setattr(glance, "WORTHWHILE", worthwhile)
    file = Path(tempfile.mkdtemp()) / "any.csv"
    file.write_bytes(text.encode())
    try:
        table, report = read(file)
        rows = sorted(map(repr, table.fetchall()))
    except CrmkitError as error:
        return str(error).replace(str(file), "")
    finally:
        file.unlink()
        file.parent.rmdir()
    return rows, report.columns, len(report.notes), report.totals, report.left_out


def test_a_large_file_is_told_at_a_glance_and_only_its_odd_lines_are_read_with_care(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(glance, "WORTHWHILE", 0)
    asked = []
    looked = glance.glance

    def seen(texts, plan):
        asked.append(looked(texts, plan))
        return asked[-1]

    monkeypatch.setattr(typing, "glance", seen)
    rows = [f"T{n:05},2025-01-0{n % 9 + 1},{n},{n}.50" for n in range(12_000)]
    rows[11_000] = "T11000,2025-01-09,NA,7.50"
    (tmp_path / "a.csv").write_text("sale_id,sold_at,quantity,amount\n" + "\n".join(rows))
    table, report = read(tmp_path / "a.csv")
    assert asked[-1].fine == 11_999
    assert report.rows == 12_000
    assert table.aggregate("count(quantity), sum(amount)").fetchall() == [
        (11_999, sum(range(12_000)) + 6_000 - 11_000 + 7)
    ]


def test_files_of_a_folder_are_told_at_a_glance_together(tmp_path, monkeypatch):
    monkeypatch.setattr(glance, "WORTHWHILE", 0)
    for month in (1, 2):
        rows = "".join(f"T{n};{n},50;S{month}\n" for n in range(50))
        (tmp_path / f"{month}.csv").write_text("sale_id;amount;store_id\n" + rows)
    (tmp_path / "3.csv").write_text("store_id;sale_id;amount\nS3;T1;1.234,50\nS3;T2;x\n")
    _table, report = read(tmp_path)
    assert report.rows == 102
    assert {row[0]: row[2] for row in report.columns}["amount"] == "text"
    (tmp_path / "3.csv").write_text("store_id;sale_id;amount\nS3;T1;1.234,50\n")
    assert read(tmp_path)[0].aggregate("sum(amount)").fetchall()[0][0] == 1225 * 2 + 50 + 1234.5
