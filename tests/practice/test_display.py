"""What staff read at a prompt or in a notebook: tables in their language, money in yuan."""

import re
from datetime import UTC, date, datetime

import pytest

from crmkit.i18n import use_language
from crmkit.practice import records
from crmkit.practice.desks.dates import Wastage
from crmkit.practice.display import tables

CHINESE = re.compile("[一-鿿]")


@pytest.fixture
def receipt(shop):
    member = shop.members.register("Ann", "14000000001", consents=["sms"])
    return shop.till.sell(
        [("P1", 1), ("P3", 2)], member_id=member.id, payments={"wechat": 20_000, "cash": 880}
    )


def words(value):
    return re.sub(" +", " ", str(value))


def test_a_receipt_is_read_in_yuan_and_labels(receipt):
    said = words(receipt)
    assert "Payments WeChat Pay 200.00; Cash 8.80" in said
    assert "Total 208.80" in said
    assert "1 P1 Scarf 1 129.00 0.00 129.00 No" in said
    with use_language("zh"):
        said = words(receipt)
    assert "支付方式 微信支付 200.00；现金 8.80" in said
    assert "合计 208.80" in said


def test_a_receipt_stays_exact_to_reckon_with(receipt):
    assert (receipt.total, receipt.lines[0].amount) == (20_880, 12_900)
    assert "total=20880" in repr(receipt)


def test_moments_come_on_the_shops_own_clock(shop, receipt):
    assert receipt.at == datetime(2025, 6, 30, 4, 0, tzinfo=UTC)
    assert receipt.at.hour == 12
    assert "Time 2025-06-30 12:00" in words(receipt)
    again = shop.till.sell([("P2", 1)], key="once")
    assert shop.till.sell([("P2", 1)], key="once").at.hour == again.at.hour == 12


def test_several_records_are_one_table_of_what_matters(shop):
    for n in range(2):
        shop.members.register(f"Ann {n}", f"1400000000{n}")
    found = shop.members.find_by_name("Ann 1").members
    assert " Number Name Phone Level Points Home store" in words(found)
    assert "M000002 A** 1** 140****0001 Regular 0 S1" in words(found)
    assert found == (found[0],)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_of_every_record_has_its_heading(language):
    with use_language(language):
        for kind in records._known.values():
            if kind.__module__.startswith("crmkit.practice.desks"):
                for name, _how in records.display._parts(kind):
                    heading = records.display.heading(name, kind)
                    assert heading != name or language == "en", (kind.__name__, name)
                    if language == "zh":
                        assert CHINESE.search(heading) or heading.isupper(), (kind.__name__, name)


def test_a_day_in_chinese_shows_no_english_word(shop, receipt):
    """Codes, headings and answers; names and numbers of people and goods are their own."""
    shop.members.prefer("M000001", "colour", "蓝")
    shop.points.adjust("M000001", 30, "补偿")
    ticket = shop.service.open_ticket("phone", "repair", "拉链", "坏了", member_id="M000001")
    shop.service.reply(ticket.id, "明天修好")
    shop.pipeline.open("M000001", "围巾", 12_900, next_action="联系", next_on="2025-07-05")
    back = shop.till.give_back(receipt.sale_id, [("P3", 1)], reason="changed_mind")
    sent = shop.stock.send("S2", [("P2", 3)])
    sheet = shop.stock.open_count(["P5"])
    shop.stock.count(sheet.stocktake_id, "P5", 9)
    with use_language("zh"):
        shown = [
            receipt,
            back,
            sent,
            shop.members.show("M000001"),
            shop.members.preferences("M000001"),
            shop.members.completeness("M000001"),
            shop.points.history("M000001"),
            shop.points.balance("M000001"),
            shop.service.waiting(),
            shop.service.show(ticket.id),
            shop.pipeline.board(),
            shop.pipeline.forecast(),
            shop.stock.close_count(sheet.stocktake_id),
            shop.stock.find("P1"),
            shop.stock.passbook("P3"),
            shop.till.shift(),
            shop.audit.list_log(where={"outcome": "done"}, size=5).rows,
            shop.office.team(),
            shop.till,
            shop,
        ]
        said = "\n".join(map(str, shown))
    own = "Scarf Thermos Hand cream Canvas bag Corner Riverside Test shop Chen Wu Zheng Wang Zhou"
    english = {
        word
        for line in said.splitlines()
        if not re.match(r"  \S+(\(.*\))? +\S", line)  # what is typed: sell(basket, …)
        for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"\w+:\w+|\b[A-Z]\d+\b", "", line))
    }
    assert english - set(own.split()) == set()


def test_what_a_person_typed_is_escaped_in_a_notebook(shop):
    shop.office.add_product("P9", "<script>alert(1)</script>", "care", 100, 50)
    html = shop.stock.find("P9")._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert html.startswith('<table><thead><tr><th scope="col"')


def test_a_desk_says_what_one_may_do_there(shop):
    said = str(shop.as_staff("C1").till)
    assert "sell(basket, …)  ring up a sale" in said
    assert "give_back(sale_id, reason=…, …)" in said
    assert "receive" not in str(shop.as_staff("C1").stock)
    assert "receive(units, …)" in str(shop.as_staff("K1").stock)
    assert str(shop.as_staff("C1").marketing).endswith("Nothing here is yours to do.")


def test_the_shop_says_where_and_when_one_is_and_which_desks_are_open(shop):
    said = str(shop.as_staff("K1"))
    assert said.startswith("Test shop, store S1: Zheng, 2025-06-30 12:00")
    assert "shop.stock" in said
    assert "shop.marketing" not in said


def test_two_records_of_one_name_are_refused():
    with pytest.raises(TypeError, match="two records"):

        @records.record
        class Receipt:
            """Another one."""

            total: int


def test_an_empty_part_is_a_dash(shop):
    sale = shop.till.sell([("P1", 1)])
    (_title, _headings, card), _lines = tables(sale)
    assert ["Member", "–"] in card


def test_a_notebook_shows_tables_and_refusals_as_one_sentence(shop, capsys):
    from IPython.core.interactiveshell import InteractiveShell

    notebook = InteractiveShell()
    notebook.user_ns["shop"] = shop
    shown, _about = notebook.display_formatter.format(shop.stock.find("P1"))
    assert shown["text/html"].startswith("<table>")
    assert "Scarf" in shown["text/plain"]
    notebook.run_cell('shop.till.sell([("P9", 1)])')
    said = capsys.readouterr()
    assert (said.out + said.err).strip() == "There is no product P9."


@pytest.mark.parametrize(("expired", "read"), [(0, "0.0%"), (4_000, "0.05%"), (100_000, "1.2%")])
def test_a_small_share_is_not_read_as_none(expired, read):
    day = date(2025, 6, 30)
    found = Wastage(day, day, expired, 0, 8_000_000, expired / 8_000_000)
    _title, _headings, card = next(iter(tables(found)))
    assert ["Wastage rate", read] in card
