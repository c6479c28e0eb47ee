"""Errors as an analyst meets them: one sentence in their language first, which and what to type."""

import io
import sys
from contextlib import redirect_stdout

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from crmkit.i18n import use_language
from crmkit.learn.explained import explain, install

SALES = "sales = pd.DataFrame({'store_id': ['S01'], 'amount': [3.0], 'sold_at': pd.to_datetime(['2025-01-01']), 'note': ['x']})\n"

USUAL = {
    # what is typed: what the Chinese and the English sentence must say
    "print（3)": ("（", "(", "英文输入法"),
    "a = [1，2]": ("，", ","),
    "x = “B”": ("“", '"'),
    "x = ‘B’": ("‘", "'"),
    "a = 6 ÷ 2": ("÷", "/"),
    "a = 6 × 2": ("×", "*"),
    "a = 6 − 2": ("−", "-"),
    "a = 3 ≥ 2": ("≥", ">="),
    "a = １２": ("１", "1"),
    "if 1 > 0：\n    pass": ("：", ":"),
    "a =\u30003": ("全角空格",),
    "orders = 12单": ("12单", "12"),
    "weight = 3kg": ("3kg",),
    "price = ¥57.79": ("57.79", "货币"),
    "rate = 86.7%": ("86.7 / 100",),
    "rate = 1 / 2 * 100%": ("删掉", "* 100"),
    "one = sales.head(1)\nshare = one / sales": ("len(one)",),
    "def persons(members, pairs):\n    return chain['member_id']\nhint = 3\npersons(1, 2)": (
        "members, pairs",
    ),
    "digits = 07": ("07", "7"),
    "name = 'abc": ("引号",),
    'sales = ck.data.scan("C:\\Users\\chen\\sales.xlsx")': (r'r"C:\Users\chen\sales.xlsx"',),
    "print((1 + 2)\n": ("括号 (",),
    "print(1))": ("括号 )",),
    "print([1)": (")", "["),
    "if 1 > 0\n    pass": ("冒号",),
    "if a = 3:\n    pass": ("==",),
    "print('a' 'b' 3 4)": ("逗号",),
    "print 'a'": ("print(...)",),
    "return 3": ("return",),
    "print(end='', 3)": ("最后",),
    "3 = a": ("左边",),
    "class = 3": ("class",),
    "a = 3 +": ("没写完",),
    "def f():\nreturn 3": ("四个空格",),
    "  a = 3\n b = 4": ("缩进",),
    "a = 3\n    b = 4": ("缩进多了",),
    "if True:\n        a = 3\n    b = 4": ("对不齐",),
    "slaes": ("sales",),
    "pandas_frame_of_mine": ("单元格",),
    "np.mean([1])": ("import numpy as np",),
    "answer = 门店": ('"门店"',),
    "sales[amount]": ('"amount"',),
    "sales['amuont']": ("amount",),
    "sales['zzz']": ("store_id",),
    "sales.groupby('store_id')['amuont'].sum()": ("amount",),
    "sales[sales['store_id'] = 'S01']": ("==",),
    "sales[sales['store_id'] == 'S01' & sales['amount'] > 0]": ("(...) & (...)",),
    "sales.groupby('store_id')['amount'].sum.reset_index()": ("sum", "圆括号"),
    "sales['amount'].total()": (".sum",),
    "sales.groupby('store_id').['amount']": ("点",),
    "amount = 3\nAmount + 1": ("amount",),
    "sales[['store', 'amount']]": ("store_id",),
    "sales.groupby('stor_id').sum()": ("store_id",),
    "kept = {'a_key': 1}\nkept['a_kee']": ("a_key",),
    "sales.amuont": ("amount",),
    "sales.group_by": ("groupby",),
    "sales['note'].contains('x')": (".str.contains",),
    "(None).head()": ("None", "return"),
    "result = ...\nresult.head()": ("三个点",),
    "result = ...\nresult + 1": ("三个点",),
    "result = ...\nresult['a']": ("三个点",),
    "'3' + 4": ("float(...)",),
    "3 + '4'": ("同一种",),
    "sales('amount')": ("[ ]",),
    "sales.head[3]": ("圆括号",),
    "'a' < 3": ("比较",),
    "def f(a, b): pass\nf(1)": ("b",),
    "def f(a): pass\nf(b=1)": ("b=",),
    "def f(a): pass\nf(1, 2, 3)": ("3",),
    "len(5)": ("type(名字)",),
    "for x in 5: pass": ("列表",),
    "if sales['amount'] > 2: pass": ("&",),
    "(sales['amount'] > 2) and (sales['amount'] < 9)": ("&",),
    "float('1,329.10')": ("1,329.10",),
    "int('12单')": ("12单",),
    "sales['new'] = [1, 2, 3]": ("一样长",),
    "a, b = 1, 2, 3": ("个数",),
    "pd.to_datetime('2025-13-45')": ("2025-06-30",),
    "sales.merge(pd.DataFrame({'store_id': [1]}), on='store_id')": ("astype",),
    "1 / 0": ("除以 0",),
    "[1, 2][5]": ("从 0 开始",),
    "sales.iloc[7]": ("从 0 开始",),
    "import pandsa": ("pandas",),
    "import tensorflow_nothing": ("培训师",),
    "from math import sqrtt": ("sqrt",),
    "open('no-such.csv')": ("no-such.csv",),
    "b'\\xc4\\xe3'.decode()": ("gbk",),
    "def f(): return f()\nf()": ("调用自己",),
    "assert 1 == 2, 'ne'": ("ne",),
    "next(iter([]))": ("取",),
    "def f():\n    x = x + 1\nf()": ("x",),
}


@pytest.fixture(scope="module")
def shell():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    install(shell)
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(400)  # IPython looks long at a thousand frames
    yield shell
    sys.setrecursionlimit(deepest)
    InteractiveShell.clear_instance()


def error_of(shell, code, frames="Minimal"):
    """The error of a cell and what the cell shows, with IPython's frames, slow to draw, if asked."""
    shell.InteractiveTB.set_mode(frames)
    shell.reset(new_session=False)
    shell.user_ns["pd"] = pd
    shell.run_cell(SALES, silent=True)
    with redirect_stdout(io.StringIO()) as said:
        result = shell.run_cell(code)
    return result.error_before_exec or result.error_in_exec, said.getvalue()


@pytest.mark.parametrize("code", USUAL)
def test_the_sentence_names_what_was_typed_and_what_to_type(shell, code):
    with use_language("zh"):
        error, said = error_of(shell, code)
        sentence = explain(error)
        for words in USUAL[code]:
            assert words in sentence
        assert f"✗ {sentence}" in said
        assert said.index("✗") < said.index(type(error).__name__)
        assert "Traceback" not in said and "Python 停在" not in sentence
    english = explain(error)
    assert english != sentence and not any("\u4e00" <= letter <= "\u9fff" for letter in english.replace("12单", "").replace("门店", ""))  # fmt: skip
    assert "\n" not in sentence + english


def test_an_error_nobody_thought_of_still_says_where(shell):
    error, _said = error_of(shell, "x = 1\nraise LookupError('odd')")
    assert "line 2" in explain(error) and "LookupError" in explain(error)


def test_what_the_kit_refuses_is_said_in_its_own_words(shell):
    error, said = error_of(
        shell, "import crmkit as ck; ck.load('nothing-like-it')", frames="Context"
    )
    assert f"✗ {error}" in said and "There is no table" in said


def test_a_graded_check_that_fails_is_left_alone(shell):
    failing = "from crmkit.learn.checks.outcome import *; raise CheckFailed(Outcome(WRONG, 'it', message='No.'))"
    _error, said = error_of(shell, failing)
    assert said.count("✗ it: No.") == 1


def test_the_cell_still_ends_in_the_error_so_that_run_all_stops(shell):
    error, said = error_of(shell, "1 / 0", frames="Context")
    assert isinstance(error, ZeroDivisionError)
    assert "Traceback" not in said and "---->" not in said


def test_a_failing_explanation_shows_the_error_itself(shell, monkeypatch):
    monkeypatch.setattr("crmkit.learn.explained.running.explain", lambda error: 1 / 0)
    _error, said = error_of(shell, "[][1]", frames="Context")
    assert "IndexError" in said


OTHER = "other = pd.DataFrame({'aov': [1.0]})\n"


@pytest.mark.parametrize(
    ("code", "says", "never"),
    [
        ("sales.groupby('store_id')['amuont'].sum()", "amount", "aov"),
        ("other['zzz']", "aov", "store_id"),
        ("sales['门店']", '"store_id"', "aov"),
        ("sales.groupby('门店')['amount'].sum()", '"store_id"', "aov"),
        ("eight", "eight", "exit"),
        ("lines", "lines", "list"),
        ("prnt(3)", "print", "单元格"),
        ("count = 3\nCOUNTIF(count, 2)", '(table["column"] >= 2).sum()', "您是不是"),
        ("sales['store_id', 'amount']", '[["store_id", "amount"]]', "没有"),
        ("sales[sales['sold_at'] >= 2025-06-01]", '"2025-06-01"', "不能用 0 开头"),
        ("sales[sales['store_id'] <> 'S01']", "!=", "读不懂"),
        ("=SUM(sales['amount'])", "=", "读不懂"),
        ("IF(sales['amount'] > 1, 2, 3)", ".where(", "单元格"),
        ("SUM(sales['amount'])", "SUM", "您是不是"),
        ("vlookup(sales)", ".merge(", "您是不是"),
        ("import crmkit as ck\nck.conform(sales)", "ck.data.conform", "查一查"),
        ("import crmkit as ck\nck.rfm(sales)", "ck.segment.rfm", "查一查"),
    ],
)
def test_what_a_spreadsheet_user_types_is_told_with_the_table_at_hand(shell, code, says, never):
    with use_language("zh"):
        error, _said = error_of(shell, OTHER + code)
        sentence = explain(error)
    assert says in sentence and never not in sentence, sentence


def test_a_name_of_a_cell_that_has_not_run_is_told_so(shell, at_notebook):
    at_notebook("5-analyst/01.ipynb", "from crmkit.lessons.analyst import exports", "eight = 3")
    for name in ("eight", "exports"):
        error, _said = error_of(shell, name)
        assert explain(error) == (
            f"{name} is made in another cell, which has not run yet: run the cells above first "
            "(▶▶ runs them all)."
        )
    error, _said = error_of(shell, "nine")
    assert "another cell" not in explain(error)


def test_a_day_that_is_still_text_is_told_how_it_becomes_a_moment():
    days = pd.Series(pd.to_datetime(["2025-06-28"]))
    with use_language("en"), pytest.raises(TypeError) as caught:
        "2025-06-30" - days
    with use_language("en"):
        assert "pd.Timestamp" in explain(caught.value)
