"""A whole shop day from a Python prompt, in both languages."""

import os
import re
import subprocess
import sys

import pytest

DAY = """
from crmkit.practice.errors import PracticeError
cashier, keeper = shop.as_staff("C1"), shop.as_staff("K1")
member = cashier.members.register("何小雨", "14012345678", consents=["sms"])
offer = shop.offers.add("A1", "满100减10", "threshold", threshold=10000, amount_off=1000, starts_on="2025-06-01", ends_on="2025-07-31")
sale = cashier.till.sell([("P1", 1), ("P3", 2)], member_id=member.id)
print("sold", sale.total, sale.points_earned)
back = cashier.till.give_back(sale.sale_id, [("P3", 1)], reason="changed_mind")
print("refunded", back.refunded)
transfer = keeper.stock.send("S2", [("P2", 3)])
arrived = shop.as_staff("K2").stock.accept(transfer.id, [("P2", 2)], lost=[("P2", 1)])
sheet = keeper.stock.open_count(["P5"])
counted = keeper.stock.count(sheet.stocktake_id, "P5", 19)
print("difference", keeper.stock.close_count(sheet.stocktake_id).lines[0].difference)
try:
    keeper.till.sell([("P1", 1)])
except PracticeError as error:
    print("refused", error)

print("close", cashier.till.close_shift(sale.paid - back.refunded).difference)
print("revenue", cashier.till.shift().revenue)
print("frames", round(shop.frames()["sales"]["amount"].sum() * 100))
print("books", shop.audit.problems(), shop.audit.first_break())
"""


@pytest.mark.parametrize(
    ("language", "refusal"), [("zh", "没有这项权限：收银"), ("en", "may not do this at store S1")]
)
def test_a_shop_day_at_the_prompt(language, refusal, tmp_path):
    command = [sys.executable, "-m", "crmkit", "practice", "--scene", "corner", "--reset"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path), "--lang", language],
        input=DAY,
        capture_output=True,
        encoding="utf-8",
        timeout=400,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert done.returncode == 0, done.stderr
    lines = [re.sub(r"^(>>> |\.\.\. )+", "", line) for line in done.stdout.splitlines()]
    said = dict(line.split(" ", 1) for line in lines if " " in line)
    assert said["sold"] == "19880 198", done.stdout + done.stderr
    assert said["difference"] == "-1"
    assert said["close"] == "0"
    assert said["revenue"] == said["frames"] == str(19_880 - int(said["refunded"]))
    assert said["books"] == "() None"
    assert refusal in said["refused"]
