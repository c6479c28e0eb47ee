"""A shop's whole day on screen, by keyboard alone and by touch: afterwards the books stand as if
the same had been done at the desks without a screen."""

import re
import sqlite3

import pytest

from crmkit.i18n import use_language
from crmkit.practice import Shop
from crmkit.practice.scenes import FILE

pytestmark = pytest.mark.browser
LEDGERS = ("stock_move", "points_entry", "cash_entry", "value_entry", "sale_line", "payment", "sale", "refund", "return_line", "shift_close")  # fmt: skip
PASSING = {"at", "closed_at", "opened_at", "tendered"}
"""What differs from day to day."""
PHONE = "14200007777"
COUNTED = {10000: 4, 5000: 1, 500: 1, 100: 2, 50: 1, 10: 4}
"""What lies in the drawer at night, in cents: 457.90 yuan."""


def books(file):
    """Every row of the ledgers, in order, without the moments."""
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    try:
        return {
            table: [
                {name: row[name] for name in row.keys() if name not in PASSING}  # noqa: SIM118
                for row in connection.execute(f"select * from {table} order by 1, 2")
            ]
            for table in LEDGERS
        }
    finally:
        connection.close()


def without_a_screen(folder):
    """The day as the desks do it."""
    with use_language("en"):
        shop = Shop.practice("corner", folder=folder, staff="C1")
        shop.till.open_drawer(20_000)
        member = shop.members.register("Zhou Min", PHONE, consents=["sms"])
        first = shop.till.sell(
            [("P1", 1), ("P2", 2)], member_id=member.id, payments={"cash": 30_700}
        )
        shop.till.sell([("P4", 4)], payments={"wechat": 6_000})
        shop.till.sell([("P3", 1)], payments={"cash": 3_990})
        shop.till.give_back(first.sale_id, [("P2", 1)], reason="changed_mind")
        shop.as_staff("K1").stock.receive([("P1", 5), ("P2", 3)])
        shop.till.close_shift(sum(one * n for one, n in COUNTED.items()), left_in_drawer=20_000)
        shop.close()
    return books(folder / FILE)


class Keyboard:
    """Somebody without a mouse: Tab goes there, Enter and the keys of the till do it."""

    size, touch, language = (1280, 720), False, "en"

    def __init__(self, page):
        self.page = page

    def reach(self, what):
        self.page.locator(what).first.wait_for()
        for _press in range(120):
            if self.page.evaluate("what => document.activeElement.matches(what)", what):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {what}")

    def press(self, what, key=None):
        if key:
            self.page.locator(what).first.wait_for()
            return self.page.keyboard.press(key)
        self.reach(what)
        return self.page.keyboard.press("Enter")

    def write(self, what, words):
        self.reach(what)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def tick(self, what, value):
        box = f"input[data-name={what}][value={value}]"
        if self.page.locator(box).get_attribute("type") == "checkbox":
            self.reach(box)
            return self.page.keyboard.press("Space")
        self.reach(f"input[data-name={what}]:checked")
        for _option in range(10):
            if self.page.locator(box).is_checked():
                return None
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(value)

    def choose(self, what, value):
        self.reach(what)
        for _option in range(20):
            if self.page.locator(what).input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(value)

    def send(self, form):
        """Enter in a field is enough."""
        self.page.keyboard.press("Enter")


class Touch(Keyboard):
    """Somebody with a phone: a finger, and the letters of its own keyboard."""

    size, touch, language = (390, 720), True, "zh"

    def press(self, what, key=None):
        self.page.locator(what).first.tap()
        if "input" in what or "scan" in what:  # the letters come up a moment after the finger
            self.page.wait_for_function("what => document.activeElement.matches(what)", arg=what)

    def write(self, what, words):
        self.press(what)
        self.page.locator(what).first.fill("")
        self.page.keyboard.type(words)

    def tick(self, what, value):
        self.page.locator(f"label:has(input[data-name={what}][value={value}])").tap()

    def choose(self, what, value):
        self.page.locator(what).tap()
        self.page.locator(what).select_option(value)

    def send(self, form):
        self.page.locator(f"form[data-act='{form}'] button[type=submit]").tap()


@pytest.fixture(params=[Keyboard, Touch], ids=["by keyboard", "by touch"])
def hands(browser, served, browser_of, request):
    kind = request.param
    context = browser.new_context(
        viewport=dict(zip(("width", "height"), kind.size, strict=True)),
        has_touch=kind.touch,
        is_mobile=kind.touch,
    )
    name = "cy" if kind.touch else "bo"
    cookies = browser_of(name).cookies | {"crmkit_language": kind.language}
    context.add_cookies([{"name": k, "value": v, "url": served.address} for k, v in cookies.items()])  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(30_000)
    here = kind(page)
    here.learner = served.house.group.people[name]
    here.complaints = []
    page.on("console", lambda one: here.complaints.append(one.text) if one.type == "error" else None)  # fmt: skip
    page.goto(f"{served.address}/shop?change=1")
    yield here
    assert here.complaints == []
    context.close()


def tab(name):
    return f".ck-tabs button[data-arg='\"{name}\"']"


def become(hands, staff):
    if not hands.page.url.endswith("change=1"):
        hands.press(".more a")
        hands.page.wait_for_url("**change=1")
    hands.press(f"button[name=staff][value={staff}]")
    hands.page.wait_for_url(re.compile("/shop/(till|stock)$"))
    hands.page.locator(".ck-tabs").first.wait_for()
    if hands.page.locator("#tour[open]").count():
        hands.press("#tour .plain")
        hands.page.locator("#tour[open]").wait_for(state="detached")


def go(hands, desk):
    hands.press(f"a[href='/shop/{desk}']")
    hands.page.wait_for_url(f"**/shop/{desk}")
    hands.page.locator(".ck-tabs").first.wait_for()


def turn(hands, name, sees):
    hands.press(tab(name))
    hands.page.locator(sees).first.wait_for()


def scan(hands, code, gives):
    hands.press("[data-scan]", "F2")
    hands.write("[data-scan]", code)
    hands.page.keyboard.press("Enter")  # a phone's keyboard has that key, too
    hands.page.locator("caption", has_text=gives).wait_for()


def pay(hands, method=None, amount=""):
    """Take the money; the receipt is on the screen then."""
    hands.press("[data-shortcut=F8]", "F8")
    hands.page.locator("dialog[open] input[name=amount]").wait_for()
    if method:
        hands.tick("method", method)
    if amount:
        hands.write("dialog[open] input[name=amount]", amount)
    hands.send("take")
    hands.page.locator("dialog[open]").wait_for(state="detached")
    hands.page.locator(".ck-slip").wait_for()


def told(hands):
    hands.page.locator(".ck-message.ck-right").first.wait_for()


def work_the_day(hands):
    become(hands, "C1")
    turn(hands, "drawer", "input[name=float]")
    hands.write("input[name=float]", "200")
    hands.send("drawer.open")
    told(hands)

    go(hands, "members")
    turn(hands, "register", "input[name=phone]")
    hands.write("input[name=name]", "Zhou Min")
    hands.write("input[name=phone]", PHONE)
    hands.tick("consents", "sms")
    hands.press("form[data-act=register] button[type=submit]")
    told(hands)

    go(hands, "till")
    turn(hands, "sale", "[data-scan]")
    scan(hands, "P1", "1")
    scan(hands, "2*P2", "3")
    hands.press("input[name=member]", "F4")
    hands.write("input[name=member]", PHONE)
    hands.page.keyboard.press("Enter")
    hands.page.locator("[data-act='member.none']").wait_for()
    pay(hands, amount="400")

    scan(hands, "P3", "1")  # the next customer forgot something
    hands.press("[data-shortcut=F9]", "F9")
    hands.page.locator("dialog[open] input[name=note]").wait_for()
    hands.write("dialog[open] input[name=note]", "blue coat")
    hands.send("hold")
    hands.page.locator("dialog[open]").wait_for(state="detached")
    scan(hands, "4*P4", "4")
    pay(hands, "wechat")
    hands.press("[data-shortcut=F10]", "F10")
    hands.press("dialog[open] button[data-act=fetch]")
    hands.page.locator("dialog[open]").wait_for(state="detached")
    hands.page.locator("caption", has_text="1").wait_for()
    pay(hands)

    turn(hands, "receipts", "input[name=sale]")
    hands.write("input[name=sale]", "1")
    hands.page.keyboard.press("Enter")
    hands.page.locator("input[name='back/P2']").wait_for()
    hands.write("input[name='back/P2']", "1")
    hands.choose("select[name=reason]", "changed_mind")
    hands.press("form[data-act=back] button[type=submit]")
    told(hands)

    become(hands, "K1")
    go(hands, "stock")
    came = "button[data-act=begin][data-arg='\"stock.receive\"']"
    turn(hands, "way", came)
    hands.press(came)
    hands.write("textarea[name=units]", "P1 5\nP2 3")
    hands.press("form[data-act='more.do'] button[type=submit]")
    told(hands)

    become(hands, "C1")
    turn(hands, "drawer", "input[name=stays]")
    for kind, many in COUNTED.items():
        hands.write(f"input[name='kind/{kind}']", str(many))
    hands.write("input[name=stays]", "200")
    hands.send("drawer.close")
    told(hands)


def test_the_books_of_a_day_are_the_same_however_it_was_worked(hands, tmp_path):
    wanted = without_a_screen(tmp_path)
    assert wanted["cash_entry"] and wanted["points_entry"]
    hands.learner.reset_shop(hands.language)
    work_the_day(hands)
    hands.press(tab("sale"))
    found = books(hands.learner.shop_folder(hands.language) / FILE)
    for ledger, rows in wanted.items():
        assert found[ledger] == rows, ledger
    become(hands, "B1")
    go(hands, "manager")
    hands.page.get_by_text("317.90").first.wait_for()
