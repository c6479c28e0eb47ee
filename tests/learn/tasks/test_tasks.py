"""Tasks are judged by the shop's books: where it stands counts, not the way there."""

import shutil
import sqlite3

import pytest

from crmkit.errors import CrmkitError
from crmkit.i18n import use_language
from crmkit.learn import Tasks, check, progress, records
from crmkit.learn.tasks.books import Books, untouched_books
from crmkit.practice import Shop

TASKS = """\
scene: corner
title: {zh: 收银, en: Till}
tasks:
  - id: sell
    ask: {zh: 卖两个保温杯给林小雨。, en: Sell two thermos flasks to M000001.}
    parts:
      - id: sale
        sold: {member: M000001, products: {P2: 2}}
  - id: take-back
    ask: {zh: 罗晨退围巾。, en: M000003 brings a scarf back.}
    parts:
      - id: return
        returned: {products: {P1: 1}, reason: changed_mind}
      - id: shelf
        on_hand: {store: S1, product: P1, quantity: 20}
  - id: careful
    ask: {zh: 别的不动。, en: Leave the rest.}
    parts:
      - id: others
        nothing_else: {}
"""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """Each scene made once; a test gets a copy of its file."""
    folder = tmp_path_factory.mktemp("scenes")
    for scene in ("corner", "member-desk"):
        Shop.practice(scene, folder=folder / scene).close()
    return folder


@pytest.fixture
def shop(desk, furnished):
    shutil.copy(furnished / "member-desk" / "shop.db", desk)
    return Shop.practice("member-desk")


@pytest.fixture
def till(desk, furnished):
    shutil.copy(furnished / "corner" / "shop.db", desk)
    (desk / "till-1.yaml").write_text(TASKS, "utf-8")
    return Tasks(desk / "till-1.yaml"), Shop.practice("corner")


def reason(task, part=None, name="member-desk"):
    outcome = Tasks(name).outcome(task, part)
    return outcome.reason or outcome.status


def register_lin_yue(shop, **other):
    given = {
        "name": "林悦",
        "phone": "14200000009",
        "birth_date": "1990-05-01",
        "consents": ["sms"],
    }
    return shop.members.register(**(given | other))


def do_everything(shop):
    register_lin_yue(shop)
    shop.members.correct("M000002", birth_date="1984-12-09")
    shop.members.merge("M000001", "M000004", "同一个人")


# --- done as asked


def test_doing_what_was_asked_gets_every_part(shop, language):
    do_everything(shop)
    for task in ("register", "correct", "merge", "careful"):
        outcome = Tasks("member-desk").outcome(task)
        assert outcome.status == "right", outcome
    assert Tasks("member-desk").text.count("✓") == 4


def test_an_untouched_shop_is_not_attempted(shop):
    for task in ("register", "correct", "merge", "careful"):
        assert Tasks("member-desk").outcome(task).status == "not_attempted"


def test_without_a_shop_the_message_says_how_to_open_it(desk):
    outcome = Tasks("member-desk").outcome("register")
    assert outcome.status == "not_attempted" and 'Shop.practice("member-desk")' in outcome.message


def test_parts_are_marked_on_their_own(shop):
    register_lin_yue(shop, birth_date=None, consents=[])
    assert reason("register", "record") == "right"
    assert reason("register", "birthday") == "empty"
    assert reason("register", "consent") == "no_consent"
    assert reason("register") == "empty"


def test_a_detour_costs_nothing(shop):
    wrong = register_lin_yue(shop, name="林月", birth_date="1990-01-05", consents=[])
    shop.members.correct(wrong.id, name="林悦", birth_date="1990-05-01")
    shop.members.consent(wrong.id, "marketing", "sms", True, "counter")
    shop.members.correct("M000002", birth_date="1984-01-01")
    shop.members.correct("M000002", birth_date="1984-12-09")
    shop.members.correct("M000003", district="Old Town")
    shop.members.correct("M000003", district=None)
    shop.members.merge("M000001", "M000004", "同一个人")
    assert [reason(task) for task in ("register", "correct", "merge", "careful")] == ["right"] * 4


# --- each mistake has its name


@pytest.mark.parametrize(
    ("does", "task", "named"),
    [
        (lambda shop: register_lin_yue(shop, phone="14200000008"), "register", "nobody"),
        (lambda shop: register_lin_yue(shop, name="林月"), "register", "wrong_field"),
        (lambda shop: register_lin_yue(shop, birth_date="1990-01-05"), "register", "wrong_field"),
        (lambda shop: register_lin_yue(shop, consents=["email"]), "register", "no_consent"),
        (lambda shop: shop.members.correct("M000002", birth_date="1984-12-08"), "correct", "wrong_field"),
        (lambda shop: shop.members.merge("M000004", "M000001", "同一个人"), "merge", "wrong_way_round"),
        (lambda shop: shop.members.merge("M000003", "M000004", "同一个人"), "merge", "wrong_partner"),
        (lambda shop: shop.as_staff("B1").members.erase("M000004", "重复的档案"), "merge", "erased"),
        (lambda shop: shop.as_staff("B1").members.erase("M000002", "重新登记"), "correct", "erased"),
        # strangers
        (lambda shop: shop.as_staff("B1").members.erase("M000003", "顾客不要了"), "careful", "stranger_gone"),
        (lambda shop: shop.members.merge("M000001", "M000003", "看错了"), "careful", "stranger_merged"),
        (lambda shop: shop.members.correct("M000003", name="罗辰"), "careful", "stranger_changed"),
        (lambda shop: register_lin_yue(shop, phone="14200000077"), "careful", "one_too_many"),
        (lambda shop: shop.as_staff("K1").stock.receive([("P1", 3)]), "careful", "stock_changed"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_name(shop, does, task, named, language):
    does(shop)
    outcome = Tasks("member-desk").outcome(task)
    assert (outcome.status, outcome.reason) == ("wrong", named)
    assert len(outcome.message) > 5


def test_what_stands_as_it_stood_at_first_was_not_tried_yet(shop, language):
    register_lin_yue(shop)
    for task, named in (("correct", "wrong_field"), ("merge", "not_merged")):
        outcome = Tasks("member-desk").outcome(task)
        assert (outcome.status, outcome.reason) == ("not_attempted", named)


def test_a_channel_that_was_not_wanted_is_told(shop, desk):
    (desk / "join.yaml").write_text(
        "scene: member-desk\ntitle: {zh: 登记, en: Register}\ntasks:\n"
        "  - {id: join, ask: {zh: 登记。, en: Register.}, parts: [{id: one, member: {phone: '14200000009',"
        " name: {zh: 林悦, en: Lin Yue}, agrees_to: [sms], declines: [email]}}]}\n",
        "utf-8",
    )
    member = register_lin_yue(shop, consents=["sms", "email"])
    assert reason("join", name=desk / "join.yaml") == "still_agrees"
    shop.members.consent(member.id, "marketing", "email", False, "counter")
    assert reason("join", name=desk / "join.yaml") == "right"


def test_a_stranger_who_was_forgotten_costs_only_the_part_about_care(shop):
    do_everything(shop)
    shop.as_staff("B1").members.erase("M000003", "顾客不要了")
    assert [reason(task) for task in ("register", "correct", "merge")] == ["right"] * 3
    assert reason("careful") == "stranger_gone"


# --- the till and the shelf


def test_a_sale_and_a_return_are_seen_in_the_books(till):
    tasks, shop = till
    clerk = shop.as_staff("C1")
    sale = clerk.till.sell([("P1", 1)], member_id="M000003", payments={"cash": 12_900})
    clerk.till.give_back(sale.sale_id, reason="changed_mind")
    clerk.till.sell([("P2", 2)], member_id="M000001", payments={"cash": 17_800})
    assert tasks.outcome("sell").status == "right"
    assert tasks.outcome("take-back").status == "right"
    assert tasks.outcome("careful").status == "right"


@pytest.mark.parametrize(
    ("sells", "named"),
    [
        ({"member_id": None, "payments": {"cash": 17_800}, "units": 2}, "wrong_member"),
        ({"member_id": "M000002", "payments": {"cash": 17_800}, "units": 2}, "wrong_member"),
        ({"member_id": "M000001", "payments": {"cash": 8_900}, "units": 1}, "wrong_quantity"),
    ],
)
def test_a_wrong_sale_says_how(till, sells, named):
    tasks, shop = till
    units = sells.pop("units")
    shop.as_staff("C1").till.sell([("P2", units)], **sells)
    assert tasks.outcome("sell").reason == named
    assert tasks.outcome("take-back").reason == "not_returned"


def test_a_return_for_another_reason_says_so(till):
    tasks, shop = till
    clerk = shop.as_staff("C1")
    sale = clerk.till.sell([("P1", 1)], payments={"cash": 12_900})
    assert tasks.outcome("take-back", "shelf").reason == "wrong_stock"
    clerk.till.give_back(sale.sale_id, reason="unreliable")
    assert tasks.outcome("take-back", "return").reason == "wrong_reason"
    assert tasks.outcome("sell").reason == "not_sold"


# --- reading only, and books that are not in order


def test_checking_changes_nothing(shop, desk):
    register_lin_yue(shop)
    shop.close()
    before = (desk / "shop.db").read_bytes()
    for _time in range(2):
        assert reason("register") == "right"
    assert (desk / "shop.db").read_bytes() == before


def test_books_changed_past_the_desks_are_seen(shop, desk):
    register_lin_yue(shop)
    shop.close()
    with sqlite3.connect(desk / "shop.db") as database:
        database.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE audit_entry SET staff_id = 'B1' WHERE id = 5")
    assert reason("register") == "tampered"


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 200])
def test_a_damaged_shop_is_wrong_and_says_what_to_do(desk, content):
    (desk / "shop.db").write_bytes(content)
    outcome = Tasks("member-desk").outcome("register")
    assert outcome.status == "wrong" and "reset=True" in outcome.message


def test_a_shop_of_another_scene_is_said_to_be_one(desk):
    Shop.practice("corner").close()
    assert reason("register") == "other_scene"


def test_the_scene_is_the_same_every_time():
    first = untouched_books("member-desk", "zh")
    untouched_books.cache_clear()
    assert untouched_books("member-desk", "zh") == first
    assert isinstance(first, Books) and first.whole


def test_a_shop_worked_in_in_one_language_is_judged_by_a_trainer_of_the_other(desk, tmp_path):
    (desk / "course-1.yaml").write_text(
        "scene: cashier-1\n"
        "title: {zh: 登记, en: Register}\n"
        "tasks:\n"
        "  - {id: join, ask: {zh: 登记。, en: Register her.},"
        " parts: [{id: record, member: {phone: '14200000009', name: Lin Yue}}]}\n"
        "  - {id: careful, ask: {zh: 别的不动。, en: Leave the rest.},"
        " parts: [{id: others, nothing_else: {}}]}\n",
        "utf-8",
    )
    with use_language("en"):
        shop = Shop.practice("cashier-1", folder=tmp_path / "english")
        shop.members.register("Lin Yue", "14200000009")
        shop.close()
    with use_language("zh"):
        tasks = Tasks(desk / "course-1.yaml")
        for task in ("join", "careful"):
            assert tasks.outcome(task, folder=tmp_path / "english").status == "right"


# --- in a notebook, under nbgrader, on the path


def test_a_check_cell_shows_in_a_notebook_and_raises_under_nbgrader(shop, monkeypatch, capsys):
    check.task("member-desk", "register")
    assert capsys.readouterr().out.startswith("○ member-desk: register")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match="register"):
        check.task("member-desk", "register")
    register_lin_yue(shop)
    check.task("member-desk", "register", "record")
    with pytest.raises(AssertionError, match="still two records"):
        check.task("member-desk", "merge")


def test_an_unknown_task_is_refused_with_the_ones_there_are(desk):
    with pytest.raises(CrmkitError, match="There are: register/record"):
        Tasks("member-desk").outcome("sing")
    with pytest.raises(CrmkitError, match="member-desk"):
        Tasks("nothing-1")
    assert progress("cashier").track == "cashier"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  - id: take-back", "  - id: sell", "line 9.*stands twice"),
        ("reason: changed_mind}", "}", "reason is missing"),
        ("sold: {member", "slod: {member", "slod is not known"),
        ("P2: 2", "P2: 0", "line 8"),
    ],
)
def test_a_careless_text_is_refused_by_line(desk, old, new, says):
    assert TASKS.count(old) == 1
    (desk / "t.yaml").write_text(TASKS.replace(old, new), "utf-8")
    with pytest.raises(CrmkitError, match=says):
        Tasks(desk / "t.yaml")


def test_what_was_done_before_the_shop_was_begun_anew_is_told(shop, at_notebook, language):
    at_notebook("member-desk.ipynb", "1")
    do_everything(shop)
    asked = Tasks("member-desk")
    parts = [one for task in asked.data["tasks"] for one in task["parts"]]
    for task in asked.data["tasks"]:
        for part in task["parts"]:
            records.note("task", asked.name, f"{task['id']}/{part['id']}", "right")
    Shop.practice("member-desk", reset=True).close()
    assert parts and asked.done_before() == {task["id"] for task in asked.data["tasks"]}
    words = {"zh": "以前做对过", "en": "Done before"}[language]
    assert words in str(asked.form().tree)
