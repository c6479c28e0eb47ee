"""A cashier with a keyboard in a real browser: nothing lost, nothing doubled, nothing fetched."""

import re

import pytest

pytestmark = pytest.mark.browser
SCANS = 300


def test_three_hundred_scans_are_paid_by_keyboard_alone(page, served, house):
    page.goto(f"{served.address}/shop?change=1")
    page.locator("input[name=staff]").fill("C1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/till")
    page.locator("[data-scan]:focus").wait_for()
    if page.locator("[data-act=clear]:not([disabled])").count():
        page.locator("[data-act=clear]").click()
        page.keyboard.press("F2")
    before = len(house.group.people["ann"].shop("T1", "en").till.list_sales().rows)
    for _scan in range(SCANS):
        page.keyboard.insert_text("P4")
        page.keyboard.press("Enter")
    page.get_by_text(f"In the basket: {SCANS} pieces").wait_for()
    page.reload()
    page.get_by_text(f"In the basket: {SCANS} pieces").wait_for()
    page.locator("button[data-act=remove]").click()  # only twenty stand on the shelf
    page.keyboard.press("F2")
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


def test_what_is_typed_while_the_last_is_being_noted_stays(page, served):
    page.goto(f"{served.address}/shop?change=1")
    page.locator("input[name=staff]").fill("K1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/*")
    page.goto(f"{served.address}/shop/stock")
    page.get_by_role("button", name="Stocktake", exact=True).click()
    page.locator("textarea[name=products]").fill("P1 P2")
    page.locator("form[data-act='count.open'] button[type=submit]").click()
    page.locator("input[name=product]:focus").wait_for()
    for one in ("P1", "Enter", "7", "Enter", "P2"):  # a scanner ends what it types with Enter
        page.keyboard.press(one) if one == "Enter" else page.keyboard.type(one)
    page.get_by_text("Cotton scarf × 7").wait_for()
    assert page.locator("input[name=product]").input_value() == "P2"
    page.keyboard.press("Enter")
    for one in ("soon", "Enter"):
        page.keyboard.press(one) if one == "Enter" else page.keyboard.type(one)
    page.get_by_text("Counted: “soon”").wait_for()
    kept = [page.locator(f"input[name={one}]").input_value() for one in ("product", "counted")]
    assert kept == ["P2", "soon"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_on_the_pages_keeps_anyone_out(page, served, serious, theme):
    page.context.add_cookies([{"name": "crmkit_theme", "value": theme, "url": served.address}])
    page.goto(f"{served.address}/shop?change=1")
    assert serious() == []
    page.locator("button[value=B1]").click()
    for path in ("/", "/shop/till", "/shop/members", "/shop/stock", "/shop/manager", "/exercise/sales-1"):  # fmt: skip
        page.goto(served.address + path)
        page.wait_for_timeout(200)
        assert serious() == [], path
    page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/", "/shop/till", "/exercise/sales-1"):
        page.goto(served.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, (path, wide)
