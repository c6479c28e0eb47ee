"""A till that is scanned at as fast as keys go, pressed twice, open twice or cut off in the middle,
and fields that somebody fills with anything: nothing is lost, doubled or run."""

import pytest

from crmkit.panels import DESKS

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>'\";--\u202e\u200f😀{{7*7}}" + "长" * 10_000  # fmt: skip


def scan(page, *codes):
    for code in codes:
        page.locator("[data-scan]").focus()
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def to_the_money(page):
    """The dialog in which the amount is typed."""
    page.keyboard.press("F8")
    page.locator("dialog[open] input[name=amount]:focus").wait_for()
    page.keyboard.type("400")


@pytest.mark.parametrize("between", [0, 2, 10])
def test_three_hundred_scans_at_every_speed_are_each_in_the_basket_once(till, between):
    for _scan in range(300):
        till.keyboard.type("P4", delay=between)
        till.keyboard.press("Enter")
    till.get_by_text("In the basket: 300 pieces").wait_for()
    till.reload()
    till.get_by_text("In the basket: 300 pieces").wait_for()
    till.locator("button[data-act=remove]").click()
    till.get_by_text("In the basket: 300 pieces").wait_for(state="detached")


def test_a_button_that_is_pressed_twice_takes_the_money_once(till):
    before = till.sales()
    scan(till, "P1")
    till.get_by_text("In the basket: 1 piece").wait_for()
    to_the_money(till)
    till.locator("dialog[open] button[type=submit]").dblclick()
    till.get_by_text("Change:").wait_for()
    assert till.sales() == before + 1


def test_the_same_basket_in_two_tabs_is_paid_once(till):
    before = till.sales()
    scan(till, "P1")
    till.get_by_text("In the basket: 1 piece").wait_for()
    second = till.context.new_page()
    second.set_default_timeout(60_000)
    second.goto(till.url)
    second.get_by_text("In the basket: 1 piece").wait_for()
    to_the_money(till)
    second.bring_to_front()
    amount = second.locator("dialog[open] input[name=amount]")
    amount.fill("400")
    amount.press("Enter")
    second.get_by_text("Change:").wait_for()
    till.bring_to_front()
    if till.locator("dialog[open] input[name=amount]").count():  # not shut by the other tab
        till.keyboard.press("Enter")
    till.locator("dialog[open]").wait_for(state="detached")
    till.locator(".ck:not([aria-busy])").first.wait_for()
    assert till.sales() == before + 1
    second.close()


def test_a_line_that_breaks_in_the_middle_neither_loses_nor_doubles_what_was_done(till):
    till.evaluate("""() => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (what) { window.lines = (window.lines || 0) + 1; window.line = this; return send.call(this, what); };
    }""")
    before = till.sales()
    scan(till, "P1")
    till.get_by_text("In the basket: 1 piece").wait_for()
    till.evaluate("() => window.line.close()")
    scan(till, "P1", "P1")
    till.get_by_text("In the basket: 3 pieces").wait_for()
    to_the_money(till)
    till.keyboard.press("Enter")
    till.evaluate("() => window.line.close()")
    till.get_by_text("Change:").wait_for()
    assert till.sales() == before + 1


@pytest.mark.parametrize("desk", DESKS)
def test_whatever_is_typed_into_a_field_is_shown_and_never_run(page, served, desk):
    page.on("dialog", lambda one: pytest.fail(one.message))
    page.goto(f"{served.address}/shop?change=1")
    page.locator("button[value=B1]").click()
    page.wait_for_url("**/shop/*")
    page.goto(f"{served.address}/shop/{desk}")
    page.locator(".ck-tabs button").first.wait_for()
    filled = 0
    for tab in range(page.locator(".ck-tabs button").count()):
        page.locator(".ck-tabs button").nth(tab).click()
        page.locator(".ck:not([aria-busy])").first.wait_for()
        typed = page.locator("input[type=text]:visible, textarea:visible")
        for number in range(typed.count()):
            field = page.locator("input[type=text]:visible, textarea:visible").nth(number)
            if field.count():
                field.fill(HOSTILE)
                field.press("Enter")
                filled += 1
                page.locator(".ck:not([aria-busy])").first.wait_for()
        assert page.evaluate("window.ran") is None
        assert page.locator("main img[src=x], main script:not([type])").count() == 0
    assert filled
    page.locator(".ck-tabs button").first.click()  # the desk stays where it was left
    page.locator(".ck-tabs button[aria-current]").first.wait_for()
