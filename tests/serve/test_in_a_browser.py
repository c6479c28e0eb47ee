"""A cashier with a keyboard in a real browser: nothing lost, nothing doubled, nothing fetched."""

import re

import pytest

from crmkit.i18n import LANGUAGES
from crmkit.panels import DESKS

pytestmark = pytest.mark.browser


def test_a_sale_is_rung_up_and_paid_by_keyboard_alone(till, house):
    page = till
    before = len(house.group.people["ann"].shop("T1", "en").till.list_sales().rows)
    page.keyboard.insert_text("3*P1")
    page.keyboard.press("Enter")
    page.get_by_text("In the basket: 3 pieces").wait_for()
    page.keyboard.press("F8")
    page.locator("dialog[open] input[name=amount]:focus").wait_for()
    page.keyboard.type("400")
    page.keyboard.press("Enter")
    page.get_by_text("Change: 13.00 yuan").wait_for()
    assert page.locator("[data-scan]:focus").count() == 1
    sales = house.group.people["ann"].shop("T1", "en").till.list_sales().rows
    assert len(sales) == before + 1 and sales[0].total == 38_700


def test_nothing_gives_a_guess_away_before_it_is_made(page, served):
    page.goto(f"{served.address}/lesson/4-inventory/04-stock-in-numbers")
    guess = page.locator("[data-guess]").first
    guess.locator("input").wait_for()
    told = page.locator("[data-guess] + .later").first
    assert not told.is_visible()
    guess.locator("input").fill("40")
    guess.locator("button").first.click()
    told.wait_for(state="visible")
    page.reload()
    told.wait_for(state="visible")


def test_the_foot_of_a_page_follows_what_was_just_answered(page, served, monkeypatch):
    page.goto(f"{served.address}/lesson/4-inventory/04-stock-in-numbers")
    assert page.locator("footer.on a[href='/certificate/inventory']").count() == 0
    monkeypatch.setattr("crmkit.learn.journey.Progress.complete", True)
    guess = page.locator("[data-guess]").first
    guess.locator("input").fill("41")
    guess.locator("button").first.click()
    page.locator("footer.on a[href='/certificate/inventory']").wait_for()


def test_on_a_phone_what_is_wide_is_slid_in_its_own_box_and_says_so(page, served):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served.address}/lesson/4-inventory/04-stock-in-numbers")
    page.locator(".prose table[data-more='Slide sideways for more']").first.wait_for()
    page.locator("[data-guess] input").first.fill("40")
    page.locator("[data-guess] button").first.click()
    page.locator(".ck-scroll[data-more] .ck-picture").first.wait_for()
    assert page.locator(".ck-picture").first.evaluate("one => one.width") > 600
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_was_typed_outlives_a_refusal(page, served):
    page.goto(f"{served.address}/shop?change=1")
    page.locator("input[name=staff]").fill("C1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/till")
    page.goto(f"{served.address}/shop/members")
    page.get_by_role("button", name="Register", exact=True).first.click()
    page.locator("input[name=name]").fill("Zhou Min")
    page.locator("input[name=phone]").fill("1420301434")
    page.locator("input[name=birth_date]").fill("1990-02-03")
    page.locator("input[type=checkbox]").first.check()
    page.locator("form[data-act=register] button[type=submit]").click()
    page.get_by_role("alert").wait_for()
    kept = [page.locator(f"input[name={one}]").input_value() for one in ("name", "phone", "birth_date")]  # fmt: skip
    assert kept == ["Zhou Min", "1420301434", "1990-02-03"]
    assert page.locator("input[type=checkbox]").first.is_checked()
    page.locator("input[name=phone]").fill("14203014345")
    page.locator("form[data-act=register] button[type=submit]").click()
    page.get_by_text(re.compile(r"is member M\d+ now")).wait_for()
    assert page.get_by_role("alert").count() == 0


def begin_a_count(page, served, products):
    """A stock keeper signs in and begins a stocktake of these; one left open is cancelled."""
    page.goto(f"{served.address}/shop?change=1")
    page.locator("input[name=staff]").fill("K1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/*")
    page.goto(f"{served.address}/shop/stock")
    page.get_by_role("button", name="Stocktake", exact=True).click()
    if page.locator("[data-act='count.cancel']").count():
        page.get_by_role("button", name="Cancel this stocktake").click()
        throw_it_away = page.get_by_role("button", name="Throw it away")
        page.locator("textarea[name=products]").or_(throw_it_away).wait_for()
        if throw_it_away.count():  # something was counted already
            throw_it_away.click()
    page.locator("textarea[name=products]").fill(products)
    page.locator("form[data-act='count.open'] button[type=submit]").click()
    page.locator("input[name=product]:focus").wait_for()


def test_what_is_typed_while_the_last_is_being_noted_stays(page, served):
    begin_a_count(page, served, "P1 P2")
    for one in ("P1", "Enter", "7", "Enter", "P2"):  # a scanner ends what it types with Enter
        page.keyboard.press(one) if one == "Enter" else page.keyboard.type(one)
    page.get_by_text("Cotton scarf × 7").wait_for()
    assert page.locator("input[name=product]").input_value() == "P2"
    page.keyboard.press("Enter")
    for one in ("soon", "Enter"):
        page.keyboard.press(one) if one == "Enter" else page.keyboard.type(one)
    page.get_by_text("Counted: “soon”").wait_for()
    page.get_by_text("Not noted, count again: P2 × soon").wait_for()
    for one in ("P2", "Enter", "3", "Enter"):
        page.keyboard.press(one) if one == "Enter" else page.keyboard.type(one)
    page.get_by_text("Cotton scarf").first.wait_for()
    page.get_by_text("Not noted").wait_for(state="detached")


@pytest.mark.parametrize("between", [0, 5])
def test_goods_counted_as_fast_as_a_scanner_types_are_all_noted(page, served, between):
    begin_a_count(page, served, "P1 P2 P3 P4 P5")
    for goods, number in (("P1", 11), ("P2", 12), ("P99", 5), ("P3", 13), ("P4", 14), ("P5", 15)):
        for typed in (goods, str(number)):
            page.keyboard.type(typed, delay=between)
            page.keyboard.press("Enter")
    page.get_by_text("5 of 5 counted").wait_for()
    for number in range(11, 16):
        page.get_by_role("cell", name=str(number), exact=True).wait_for()
    page.get_by_text("Not noted, count again: P99 × 5").wait_for()
    page.locator("[data-act='count.seen']").click()
    page.get_by_text("Not noted").wait_for(state="detached")


def test_a_managers_board_shows_what_is_sold_meanwhile(page, served, house):
    page.goto(f"{served.address}/shop?change=1")
    page.locator("button[value=B1]").click()
    page.wait_for_url("**/shop/*")
    page.goto(f"{served.address}/shop/manager")
    orders = page.locator(".ck-stat", has_text="Orders").locator("b")
    before = int(orders.inner_text())
    shop = house.group.people["ann"].shop("C1", "en")
    shop.till.sell([("P5", 1)], payments={"cash": 9_900})
    shop.close()
    page.locator(".ck-stat", has_text="Orders").get_by_text(str(before + 1), exact=True).wait_for()


ZOOMED = (640, 360)
"""1280 × 720 at 200 %."""


@pytest.mark.parametrize(("theme", "size"), [("light", (1280, 720)), ("dark", (390, 720))])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_keeps_anyone_out_or_must_be_scrolled_sideways(
    page, served, serious, language, theme, size
):
    for name, value in (("language", language), ("theme", theme)):
        page.context.add_cookies([{"name": f"crmkit_{name}", "value": value, "url": served.address}])  # fmt: skip

    def read(where):
        assert serious() == [], where
        for width, height in (ZOOMED, size):
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (where, width, wide)

    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{served.address}/shop?change=1")
    read("the shop's door")
    page.locator("button[value=T1]").click()
    page.wait_for_url("**/shop/till")
    for desk in DESKS:
        page.goto(f"{served.address}/shop/{desk}")
        page.locator(".ck-tabs button").first.wait_for()
        for tab in page.locator(".ck-tabs button").all():
            tab.click()
            page.locator(".ck-tabs button[aria-current]", has_text=tab.inner_text()).wait_for()
            page.locator(".ck:not([aria-busy])").wait_for()
            read((desk, tab.inner_text()))
    for path in ("/", "/exercise/sales-1", "/certificate/cashier", "/board"):
        page.goto(served.address + path)
        page.wait_for_timeout(200)
        read(path)
    page.locator("main input[name=code]").fill("trainer-password")
    page.keyboard.press("Enter")
    page.locator(".address").wait_for()
    for path in ("/board", "/trainer"):
        page.goto(served.address + path)
        read(path)
