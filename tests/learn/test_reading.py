"""People type as they write on paper; the field understands or asks back, and never guesses twice."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import i18n
from crmkit.learn.reading import KINDS, NotUnderstood, Understood, letter, read


@pytest.mark.parametrize(
    ("typed", "value"),
    [("20%", 20), ("百分之二十", 20), ("两成", 20), ("一半", 50), ("half", 50), ("大概40左右", 40), ("30多位", 30),
     ("around 30", 30), ("30 or so", 30), ("快三十", 30)],
)  # fmt: skip
def test_a_guess_how_many_of_a_hundred_may_be_rough(typed, value):
    assert read("count", typed, low=0, high=100, unit="位", rough=True).value == value


@pytest.mark.parametrize(
    ("typed", "unit", "other"),
    [
        ("15个月", "天", "个月"),
        ("15 months", "days", "months"),
        ("2周", "天", "周"),
        ("3小时", "天", "小时"),
    ],
)
def test_a_number_in_another_span_of_time_is_asked_back(typed, unit, other):
    with pytest.raises(NotUnderstood, match=other):
        read("count", typed, unit=unit)
    assert read("count", "475" + unit, unit=unit).value == 475


@pytest.mark.parametrize("typed", ["245×80%", "80%×245", "245 * 80％", "245x80%"])
def test_a_percentage_may_stand_in_a_calculation(typed):
    assert read("number", typed).value == pytest.approx(196)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("count", "12罐", 12),
        ("count", "三盒", 3),
        ("count", "two bags", 2),
        ("count", "12 tins", 12),
        ("money", "¥57.79", 57.79),
        ("money", "￥57.79", 57.79),
        ("money", "57.79元", 57.79),
        ("money", "57.79 块", 57.79),
        ("money", "RMB 57.79", 57.79),
        ("money", "57。79", 57.79),
        ("money", "５７．７９", 57.79),
        ("money", "1.2万", 12_000),
        ("money", "1，329.10", 1329.10),
        ("money", "(1,000+200)÷100", 12),
        ("money", "（1000＋200）／100", 12),
        ("percent", "86.7%", 86.7),
        ("percent", "86.7％", 86.7),
        ("percent", "86.7 %", 86.7),
        ("percent", "百分之86.7", 86.7),
        ("percent", "130÷200×100%", 65),
        ("percent", "-8.3", -8.3),
        ("percent", "－8.3％", -8.3),
        ("percent", "+12.5%", 12.5),
        ("hour", "10:00", 10),
        ("hour", "10：00", 10),
        ("hour", "10点", 10),
        ("hour", "十点", 10),
        ("hour", "晚上8点", 20),
        ("hour", "8 p.m.", 20),
        ("hour", "10:00-11:00", 10),
        ("hour", "10", 10),
        ("percent", "36.3个百分点", 36.3),
        ("percent", "36.3 percentage points", 36.3),
        ("percent", "8.3 points", 8.3),
        ("count", "12单", 12),
        ("count", "4分", 4),
        ("count", "orders = 12单", 12),
        ("count", "１２", 12),
        ("count", "“12”", 12),
        ("count", "十二单", 12),
        ("count", "07", 7),
        ("count", "12.0", 12),
        ("count", "3×4", 12),
        ("count", "3·4", 12),
        ("count", "3 x 4", 12),
        ("count", "两百零五", 205),
        # as people say it: the last digit counts the next smaller unit
        ("money", "一百二", 120),
        ("percent", "八成七五", 87.5),
        ("percent", "八成半", 85),
        ("count", "two", 2),
        ("count", "Fifty-four members", 54),
        ("count", "three hundred and fifty seven members", 357),
        ("money", "twelve yuan", 12),
        ("money", "three hundred nine point 7", 309.7),
        ("percent", "seven point six per cent", 7.6),
        ("number", "minus five", -5),
        ("money", "三千五", 3500),
        ("money", "1万2", 12_000),
        ("money", "一万二千", 12_000),
        ("count", "一百一十二", 112),
        ("money", "三块五", 3.5),
        ("money", "三块五毛二", 3.52),
        ("money", "一百二十三块四", 123.4),
        ("money", "3毛", 0.3),
        ("percent", "六成五", 65),
        ("percent", "七成半", 75),
        ("percent", "跌了一成", -10),
        ("percent", "百分之六十五", 65),
        ("percent", "四分之三", 75),
        ("percent", "百分之九十一点一", 91.1),
        ("count", "37号", 37),
        ("count", "三十七号", 37),
        ("count", "No. 6", 6),
        ("count", "card 6", 6),
        ("count", "第6张", 6),
        ("hour", "十二点五十八", 12),
        ("digits", "07", "07"),
        ("digits", "7", "07"),
        ("date", "2025年6月7日", dt.date(2025, 6, 7)),
        ("date", "6月7号", dt.date(2025, 6, 7)),
        ("date", "2025/6/7", dt.date(2025, 6, 7)),
        ("date", "20250607", dt.date(2025, 6, 7)),
        ("date", "7 Jun 2025", dt.date(2025, 6, 7)),
        ("date", "June 7th, 2025", dt.date(2025, 6, 7)),
        ("text", " 明天补货 ", "明天补货"),
    ],
)
def test_what_people_type_is_understood(kind, typed, value):
    found = read(kind, typed, length=2, year=2025)
    assert found.value == pytest.approx(value) if isinstance(value, float) else found.value == value
    assert found.shown


def test_money_divided_is_shown_as_money():
    found = read("money", "1,329.10/23")
    assert found.value == pytest.approx(1329.10 / 23)
    assert found.shown == "¥57.79"


def test_a_share_is_taken_for_a_percentage_only_where_nothing_else_can_be_meant():
    found = read("percent", "0.867", low=1, high=100)
    assert found.value == pytest.approx(86.7)
    assert found.shown == "86.7%"
    assert read("percent", "1.6", low=20, high=1000).shown == "160%"
    assert read("percent", "around 95", low=1, high=200).value == 95
    assert read("percent", "0.867", low=-100, high=100).value == 0.867
    assert read("percent", "0.867%", low=-100, high=100).value == 0.867


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("money", "1.5 million", 1_500_000),
        ("money", "150万", 1_500_000),
        ("money", "12k", 12_000),
        ("money", "393块3", 393.3),
        ("money", "393块3毛5", 393.35),
        ("count", "17 evenings", 17),
        ("count", "1 evening", 1),
        ("percent", "跌了14.1%", -14.1),
        ("percent", "下降百分之12", -12),
        ("percent", "down 14.1 %", -14.1),
        ("percent", "(1200-1000)÷1000", 20),
        ("percent", "(1200-1000)/1000*100", 20),
    ],
)
def test_what_learners_typed_and_was_refused(kind, typed, value):
    assert read(kind, typed, low=-100, high=2e6, unit="evenings").value == pytest.approx(value)


def test_a_sentence_stays_as_it_was_written():
    assert (
        read("text", "  晚上八点最忙，11 单； 两台都开。 ").value
        == "晚上八点最忙，11 单； 两台都开。"
    )


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("money", "57,79", "57.79"),
        ("money", "1.329,10", "1329.10"),
        ("money", "57.7.9", "two dots"),
        ("money", "abc", "not a number"),
        ("money", "不知道", "not a number"),
        ("money", "", "empty"),
        ("money", "“”", "empty"),
        ("money", "(1+2", "not complete"),
        ("money", "1/0", "divided by zero"),
        ("money", "9**9**9", "could not be understood"),
        ("money", "__import__('os').getcwd()", "not a number"),
        ("count", "12.5", "not a whole number"),
        ("count", "86%", "without the % sign"),
        ("count", "12单和3单", "could not be understood"),
        ("hour", "25", "0 to 23"),
        ("hour", "早上", "as an hour"),
        ("digits", "123", "2 are asked for"),
        ("date", "2025-02-30", "as a date"),
    ],
)
def test_what_cannot_be_understood_is_asked_back_with_what_to_type(kind, typed, says):
    with pytest.raises(NotUnderstood, match="(?s)" + says.replace("(", r"\(")):
        read(kind, typed, length=2)


@pytest.mark.parametrize("typed", [None, True, [1], {"a": 1}, object()])
def test_what_no_one_can_type_is_refused_all_the_same(typed):
    for kind in KINDS:
        with pytest.raises(NotUnderstood):
            read(kind, typed)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.text(max_size=60), st.sampled_from(i18n.LANGUAGES))
def test_nothing_that_is_typed_makes_it_stumble(kind, typed, language):
    with i18n.use_language(language):
        try:
            found = read(kind, typed, low=0, high=100, length=2, year=2025)
        except NotUnderstood as error:
            assert str(error)
        else:
            assert isinstance(found, Understood)


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_a_plain_number_means_itself(number):
    assert read("number", f"{number:.4f}").value == pytest.approx(round(number, 4))


@pytest.mark.parametrize("typed", ["B", "“B”", "b)", "Ｂ", "(b)", "选B", "no", "No.", "NO"])
def test_an_option_is_known_by_its_letter_its_id_or_its_words(typed):
    assert letter(typed, {"yes": "Yes, at once", "no": "No"}) == "no"
    assert letter("C", {"yes": "Yes", "no": "No"}) is None


@pytest.mark.parametrize(
    "typed", ["大概五六个", "三四十单", "两三位", "十五六", "七八百", "三五行"]
)
def test_two_figures_said_together_are_asked_back(typed):
    with pytest.raises(NotUnderstood, match="one number or another"):
        read("count", typed)


@pytest.mark.parametrize(
    ("typed", "value"), [("五十六", 56), ("一二三", 123), ("一百二", 120), ("三百四十五", 345)]
)
def test_a_number_in_words_is_still_one(typed, value):
    assert read("count", typed).value == value


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("£163,867", "£163,867.00"), ("163867 usd", "$163,867.00"), ("163867元", "¥163,867.00")],
)
def test_a_currency_that_was_typed_is_shown_as_it_was_typed(typed, shown):
    assert read("money", typed).shown == shown
