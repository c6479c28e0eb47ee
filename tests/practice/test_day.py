"""A whole shop day from a Python prompt, in both languages."""

import os
import re
import subprocess
import sys

import pytest

DAY = """
shop
cashier, seller = shop.as_staff("C1"), shop.as_staff("A1")
keeper, manager = shop.as_staff("K1"), shop.as_staff("B1")
cashier.till
member = cashier.members.register("何小雨", "14012345678", consents=["sms"])
member
offer = manager.offers.add("A1", "满100减10", "threshold", threshold=10000, amount_off=1000, starts_on="2025-06-01", ends_on="2025-07-31")
cashier.stock.find("P3")
sale = cashier.till.sell([("P1", 1), ("P3", 2)], member_id=member.id, payments={"wechat": 19880})
sale
print("sold", sale.total, sale.points_earned, sale.at.hour)
back = cashier.till.give_back(sale.sale_id, [("P3", 1)], reason="changed_mind")
back
print("refunded", back.refunded)
transfer = keeper.stock.send("S2", [("P2", 3)])
shop.as_staff("K2").stock.accept(transfer.id, [("P2", 2)], lost=[("P2", 1)])
sheet = keeper.stock.open_count(["P5"])
counted = keeper.stock.count(sheet.stocktake_id, "P5", 19)
print("difference", keeper.stock.close_count(sheet.stocktake_id).lines[0].difference)
keeper.till.sell([("P1", 1)])
ticket = seller.service.open_ticket("sms", "repair", "拉链", "坏了", member_id=member.id)
seller.service.reply(ticket.id, "明天修好")
seller.service.waiting()
seller.pipeline.open(member.id, "围巾", 12900, next_action="打电话", next_on="2025-07-05")
template = manager.marketing.make_template("生日", "sms", "zh", "{name}，生日快乐！")
seller.marketing.send_one(template, member.id)
seller.marketing.send_one(template, "M000001")
cashier.till.close_shift(0)
cashier.till.shift()
print("close", cashier.till.close_shift(0).difference)
print("revenue", cashier.till.shift().revenue)
print("frames", round(shop.frames()["sales"]["amount"].sum() * 100))
manager.audit.list_log(where={"outcome": "refused"})
manager.audit.problems()
help(cashier.till)
help(cashier.cards.issue)
print("books", shop.audit.problems(), shop.audit.first_break())
"""


def live_the_day(language, folder, *options):
    command = [sys.executable, "-m", "crmkit", "practice", "--scene", "corner", "--reset"]
    return subprocess.run(
        [*command, "--folder", str(folder), "--lang", language, *options],
        input=DAY,
        capture_output=True,
        encoding="utf-8",
        timeout=400,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(folder / "cache")},
    )


@pytest.mark.parametrize(
    ("language", "shown", "refused"),
    [
        (
            "zh",
            [
                "周老师，2025-06-30 10:00",
                "支付方式 微信支付 198.80",
                "收银 被拒绝 – 原因 没有权限",
                "issue(amount, …) 发礼品卡",
                "角色：收银员、",
                "method=… 支付方式：wechat（微信支付）",
            ],
            [
                "小郑 在门店 S1 没有这项权限：收银。请找店长。",
                "M000001 没有同意通过短信接收优惠信息",
            ],
        ),
        (
            "en",
            [
                "Trainer Zhou, 2025-06-30 10:00",
                "Payments WeChat Pay 198.80",
                "Nothing.",
                "Roles: Cashier, ",
                "method=… payment method: wechat (WeChat Pay)",
            ],
            ["Zheng may not do this at store S1: ring up a sale. Ask the store manager."],
        ),
    ],
)
def test_a_shop_day_at_the_prompt(language, shown, refused, tmp_path):
    done = live_the_day(language, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    lines = [re.sub(r"^(>>> |\.\.\. )+", "", line) for line in done.stdout.splitlines()]
    said = dict(line.split(" ", 1) for line in lines if re.match(r"[a-z]+ \S", line))
    assert said["sold"] == "19880 198 10", done.stdout + done.stderr
    assert said["difference"] == "-1"
    assert said["close"] == "0"
    assert said["revenue"] == said["frames"] == str(19_880 - int(said["refunded"]))
    assert said["books"] == "() None"
    read = re.sub(" +", " ", done.stdout)
    assert f"{int(said['revenue']) / 100:.2f}" in read
    for words in shown:
        assert words in read, words
    for words in refused:
        assert words in done.stderr, words


def test_beginning_anew_says_where_the_old_shop_is_kept(tmp_path):
    assert "shop-1.db" not in live_the_day("en", tmp_path, "--no-prompt").stdout
    assert "kept in" in live_the_day("en", tmp_path, "--no-prompt").stdout
    assert (tmp_path / "shop-1.db").is_file()
