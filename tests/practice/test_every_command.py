"""Every command: sent twice with one key it happens once, and no text injects anything."""

import csv
import inspect
import os
import random
import shutil
import signal
from datetime import UTC, datetime
from typing import get_args

import pytest
from sqlalchemy import event, func, select

from crmkit.i18n import label, use_language
from crmkit.practice import FixedClock, Shop, schema
from crmkit.practice.command import OPERATIONS, Desk
from crmkit.practice.display import heading
from crmkit.practice.engine import reading
from crmkit.practice.errors import BadValue, KeyReused, NotAllowed, NotFound, Refused

ANN, BOB = "M000001", "M000002"
SUMMER = {"starts_on": "2025-06-01", "ends_on": "2025-08-31"}
NOON = datetime(2025, 6, 30, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(furnished, tmp_path_factory, keys):
    """A shop with something of everything in it, made once."""
    where = tmp_path_factory.mktemp("busy") / "shop.db"
    shutil.copy(furnished("sqlite"), where)
    with use_language("en"):
        shop = Shop.open(where, "T1", keys=keys, clock=FixedClock(NOON))
        about = do_something_of_everything(shop)
        shop.close()
    return where, about


@pytest.fixture
def busy(template, tmp_path, keys):
    where, about = template
    shutil.copy(where, tmp_path / "shop.db")
    shop = Shop.open(tmp_path / "shop.db", "T1", keys=keys, clock=FixedClock(NOON))
    vars(shop).update(about)
    shop.table = tmp_path / "members.csv"
    shop.table.write_text("name,phone\nCy Moe,14055556666\n", encoding="utf-8")
    shop.folder = tmp_path
    yield shop
    shop.close()


def do_something_of_everything(s):
    """The numbers of what was made, by a name."""
    s.members.register("Ann Lee", "14012345678", email="ann@example.com", consents=["email"])
    s.members.register("Bob Ray", "14012345679")
    s.points.adjust(ANN, 1000, "welcome")
    s.points.set_reward("P4", 100)
    s.offers.add(
        "A1",
        "Ten",
        "threshold",
        threshold=5_000,
        amount_off=1_000,
        coupon_only=True,
        starts_on="2025-06-01",
        ends_on="2025-08-31",
    )
    s.coupon = s.offers.issue("A1", member_ids=[ANN])[0]
    s.first_sale = s.till.sell([("P1", 1), ("P2", 1)], member_id=ANN).sale_id
    s.kept = s.stock.reserve("P2", 1)
    s.as_staff("K2").stock.receive([("P3", 5)])
    s.incoming = s.as_staff("K2").stock.send("S1", [("P3", 2)]).id
    s.sheet = s.stock.open_count(["P5"]).stocktake_id
    s.on_the_way = s.stock.send("S2", [("P3", 1)]).id
    s.stock.set_shelf_life("P3", 540)
    s.stock.note_date("P3", "2025-12-01", 5)
    s.stock.add_supplier("W1", "Wholesale")
    s.order = s.stock.order("W1", [("P3", 5)]).id
    s.redeemed = (s.points.redeem(ANN, "P4"), s.points.redemptions(ANN)[0].id)[1]
    s.set_aside = s.till.hold([("P1", 1)], note="back soon")
    s.value_card = s.cards.issue(5_000).id
    s.ticket = s.service.open_ticket("phone", "repair", "Zip", "broken", member_id=ANN).id
    s.settled = s.service.open_ticket("phone", "repair", "Zip", "broken", member_id=ANN).id
    s.service.resolve(s.settled, "mended")
    s.improvement = s.service.improve("stronger zips", "B1", "2025-07-10", "2025-08-10").id
    s.improved = s.service.improve("stronger zips", "B1", "2025-07-10", "2025-08-10").id
    s.service.improvement_done(s.improved)
    s.marketing.make_segment("all", "Everyone", {"member_id": [ANN, BOB]})
    s.plan = s.followups.plan(
        "Visit", "all", "product_use", "How is it?", every_days=30, **SUMMER
    ).id
    s.followups.make_tasks(s.plan)
    s.task = s.followups.today()[0].id
    s.letter = s.marketing.make_template("Hello", "email", "en", "Good morning", subject="Hello")
    s.care = s.marketing.add_care("Holiday", "holiday", s.letter, month_day="10-01")
    s.draft = s.marketing.make_campaign("Summer", "all", s.letter).id
    s.frozen = s.marketing.make_campaign("Autumn", "all", s.letter, control_percent=0).id
    s.marketing.freeze(s.frozen)
    s.deal = s.pipeline.open(ANN, "A scarf", 12_900, next_action="call", next_on="2025-07-05").id
    s.members.prefer(ANN, "size", "M")
    s.survey = s.surveys.make("After the visit", "both")
    s.code = s.surveys.invite(s.survey, ANN, "email").code
    return {name: one for name, one in vars(s).items() if isinstance(one, int | str)}


def counted_twice(s):
    """The stocktake, in which a keeper found much less than there should be, twice."""
    keeper = s.as_staff("K1").stock
    for _time in range(2):
        keeper.count(s.sheet, "P5", 3)
        keeper.close_count(s.sheet)
    return s.sheet


RECIPES = {
    "office.add_store": lambda s: (("S3", "Hill"), {}),
    "office.add_staff": lambda s: (("Z1", "Zed", "S1", "cashier"), {}),
    "office.give_role": lambda s: (("C1", "sales", "S1"), {}),
    "office.take_role": lambda s: (("C1", "cashier", "S1"), {}),
    "office.set_password": lambda s: (("C1", "open sesame"), {}),
    "office.let_go": lambda s: (("C2",), {}),
    "office.add_product": lambda s: (("P9", "Socks", "care", 1_900, 700), {}),
    "office.set_price": lambda s: (("P1", 13_900), {}),
    "office.set_target": lambda s: (("2025-07", 5_000_000), {"staff_id": "A1"}),
    "office.count_visitors": lambda s: (("2025-06-30", 11, 42), {}),
    "office.set_on_sale": lambda s: (("P1", False), {}),
    "office.set_clock": lambda s: ((NOON,), {}),
    "office.set_setting": lambda s: (("points_valid_days", 30), {}),
    "members.register": lambda s: (
        ("Cy", "14012345670"),
        {"referred_by": ANN, "consents": ["sms"]},
    ),
    "members.correct": lambda s: ((ANN,), {"district": "north"}),
    "members.reveal": lambda s: ((ANN, "phone", "call back"), {}),
    "members.erase": lambda s: ((BOB, "own wish"), {}),
    "members.consent": lambda s: ((ANN, "marketing", "sms", True, "counter"), {}),
    "members.refer": lambda s: ((ANN,), {}),
    "members.prefer": lambda s: ((ANN, "colour", "blue"), {}),
    "members.forget_preference": lambda s: ((ANN, "size", "M"), {}),
    "members.merge": lambda s: ((ANN, BOB, "same person"), {}),
    "members.unmerge": lambda s: (s.members.merge(ANN, BOB, "same person"), ((BOB, "two"), {}))[1],
    "cards.issue": lambda s: ((10_000,), {"kind": "stored_value", "member_id": ANN}),
    "cards.load": lambda s: ((s.value_card, 2_000), {"method": "wechat"}),
    "files.import_members": lambda s: ((str(s.table),), {}),
    "files.export_members": lambda s: ((str(s.folder / "m.csv"),), {}),
    "files.export_sales": lambda s: ((str(s.folder / "s.csv"), "2025-06-01", "2025-06-30"), {}),
    "files.export_stock": lambda s: ((str(s.folder / "k.csv"),), {}),
    "service.open_ticket": lambda s: (("store", "complaint", "Colour", "it faded"), {}),
    "service.add_message": lambda s: ((s.ticket, "any news?"), {}),
    "service.reply": lambda s: ((s.ticket, "tomorrow"), {}),
    "service.add_note": lambda s: ((s.ticket, "called twice"), {}),
    "service.assign": lambda s: ((s.ticket, "A1"), {}),
    "service.edit": lambda s: ((s.ticket,), {"priority": "high", "subject": "The zip"}),
    "service.resolve": lambda s: ((s.ticket, "mended"), {}),
    "service.rate": lambda s: ((s.settled, 5), {}),
    "service.improve": lambda s: (("better zips", "B1", "2025-07-10", "2025-08-10"), {}),
    "service.improvement_done": lambda s: ((s.improvement,), {}),
    "service.recheck": lambda s: ((s.improved, "no more broken zips", True), {}),
    "followups.plan": lambda s: (
        ("News", "all", "new_arrivals", "Look"),
        {"every_days": 30} | SUMMER,
    ),
    "followups.make_tasks": lambda s: ((s.plan,), {}),
    "followups.stop": lambda s: ((s.plan,), {}),
    "followups.dial": lambda s: ((s.task,), {}),
    "followups.assign": lambda s: ((s.task, "A1"), {}),
    "followups.finish": lambda s: ((s.task, "happy", "none"), {}),
    "followups.reopen": lambda s: (s.followups.finish(s.task, "happy", "none"), ((s.task,), {}))[1],
    "marketing.make_segment": lambda s: (("gold", "Gold", {"level": ["gold"]}), {}),
    "marketing.refresh_segment": lambda s: (("all",), {}),
    "marketing.make_template": lambda s: (("News", "sms", "en", "We are open"), {}),
    "marketing.add_care": lambda s: (("Birthday", "birthday", s.letter), {}),
    "marketing.stop_care": lambda s: ((s.care,), {}),
    "marketing.run_care": lambda s: ((), {}),
    "marketing.make_campaign": lambda s: (("Winter", "all", s.letter), {}),
    "marketing.freeze": lambda s: ((s.draft,), {}),
    "marketing.send": lambda s: ((s.frozen,), {}),
    "marketing.send_one": lambda s: ((s.letter, ANN), {}),
    "marketing.cancel": lambda s: ((s.draft,), {}),
    "marketing.settle_unknown": None,  # needs a message in doubt: tests/practice/test_outbox.py
    "offers.add": lambda s: (("A2", "Ten", "percent_off"), {"percent_off": 10} | SUMMER),
    "offers.end": lambda s: (("A1", "2025-07-01"), {}),
    "offers.issue": lambda s: (("A1",), {"member_ids": [ANN, BOB]}),
    "offers.withdraw": lambda s: ((s.coupon,), {}),
    "pipeline.open": lambda s: (
        (BOB, "A bag", 9_900),
        {"next_action": "call", "next_on": "2025-07-05"},
    ),
    "pipeline.move": lambda s: (
        (s.deal, "contacted"),
        {"next_action": "invite", "next_on": "2025-07-08"},
    ),
    "pipeline.edit": lambda s: ((s.deal,), {"title": "Two scarves", "amount": 25_800}),
    "points.adjust": lambda s: ((ANN, -5, "typing mistake"), {}),
    "points.set_reward": lambda s: (("P3", 300), {}),
    "points.redeem": lambda s: ((ANN, "P4"), {}),
    "points.undo_redemption": lambda s: ((s.redeemed,), {}),
    "points.expire": lambda s: ((), {}),
    "points.review_level": lambda s: ((ANN,), {}),
    "stock.receive": lambda s: (([("P1", 2)],), {}),
    "stock.send_to_supplier": lambda s: (([("P1", 2)], "faulty"), {}),
    "stock.adjust": lambda s: (("P1", -1, "torn"), {}),
    "stock.reserve": lambda s: (("P1", 2), {}),
    "stock.release": lambda s: ((s.kept,), {}),
    "stock.send": lambda s: (("S2", [("P1", 2)]), {}),
    "stock.accept": lambda s: ((s.incoming, [("P3", 1)]), {"lost": [("P3", 1)]}),
    "stock.cancel_transfer": lambda s: ((s.on_the_way,), {}),
    "stock.add_supplier": lambda s: (("W2", "Importer"), {}),
    "stock.order": lambda s: (
        ("W1", [("P1", 5)]),
        {"costs": {"P1": 5_000}, "expected_on": "2025-07-10"},
    ),
    "stock.receive_order": lambda s: (
        (s.order, [("P3", 2)]),
        {"costs": {"P3": 1_500}, "document": "LS-77", "best_before": "2026-03-01"},
    ),
    "stock.cancel_order": lambda s: ((s.order,), {}),
    "stock.recount": lambda s: ((s.sheet, ["P5"]), {}),
    "stock.open_count": lambda s: (s.stock.cancel_count(s.sheet), ((["P1"],), {}))[1],
    "stock.count": lambda s: ((s.sheet, "P5", 9), {}),
    "stock.close_count": lambda s: ((s.sheet,), {}),
    "stock.cancel_count": lambda s: ((s.sheet,), {}),
    "stock.note_date": lambda s: (("P3", "2025-12-01", 4), {}),
    "stock.write_off": lambda s: (("P3", 2, "damaged"), {"best_before": "2025-12-01"}),
    "stock.set_shelf_life": lambda s: (("P2", 540), {}),
    "stock.sign_count": lambda s: ((counted_twice(s),), {}),
    "stock.note_cause": lambda s: ((counted_twice(s), "P5", "two torn"), {}),
    "stock.set_reorder_rule": lambda s: (("P1", 3, 9), {}),
    "surveys.make": lambda s: (("Short", "nps"), {}),
    "surveys.invite": lambda s: ((s.survey, BOB, "sms"), {}),
    "surveys.answer": lambda s: ((s.code,), {"csat_goods": 5, "csat_service": 4, "nps": 9}),
    "surveys.end": lambda s: ((s.survey,), {}),
    "till.sell": lambda s: (
        ([("P1", 1)],),
        {
            "member_id": ANN,
            "coupon": s.coupon,
            "pay_points": 50,
            "prices": {"P1": 12_000},
            "round_off": 30,
            "reason": "last one",
            "seller_id": "A1",
        },
    ),
    "till.give_back": lambda s: ((s.first_sale,), {"reason": "wrong_item"}),
    "till.exchange": lambda s: (
        (s.first_sale, [("P1", 1)], [("P2", 1)]),
        {"reason": "wrong_item"},
    ),
    "till.void": lambda s: ((s.first_sale, "scanned_wrong"), {}),
    "till.hold": lambda s: (([("P1", 1)],), {"member_id": ANN, "coupon": s.coupon, "note": "rack"}),
    "till.fetch": lambda s: ((s.set_aside,), {}),
    "till.drop": lambda s: ((s.set_aside,), {}),
    "till.open_drawer": lambda s: ((20_000,), {"drawer": "front"}),
    "till.pay_in": lambda s: ((5_000, "change"), {}),
    "till.pay_out": lambda s: ((1_000, "taxi"), {}),
    "till.close_shift": lambda s: (
        (20_000,),
        {"left_in_drawer": 5_000, "handed_to": "C1", "note": "all there"},
    ),
}


def sizes(shop):
    with reading(shop.engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in schema.metadata.sorted_tables
        }


def contents(shop):
    with reading(shop.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in schema.metadata.sorted_tables
        }


def test_there_is_a_recipe_for_every_command():
    of_desks = {one.name for one in OPERATIONS.values() if not one.name.startswith("shop.")}
    assert set(RECIPES) == {name for name in of_desks if OPERATIONS[name].writes}


def killed_in(shop, act) -> None:
    """Another process begins to do it and is killed: at one of its writes, or as it saves all."""
    child = os.fork()
    if child == 0:
        shop.engine.dispose(close=False)
        left = random.randint(1, 8)

        def writes(_connection, _cursor, statement, *_more):
            nonlocal left
            left -= statement.startswith(("INSERT", "UPDATE", "DELETE"))
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(shop.engine, "before_cursor_execute", writes)
        event.listen(shop.engine, "commit", lambda _one: os.kill(os.getpid(), signal.SIGKILL))
        try:
            act()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("command", [name for name, one in RECIPES.items() if one])
def test_a_command_killed_leaves_nothing_and_sent_twice_happens_once(busy, command):
    desk, _dot, method = command.partition(".")
    act = getattr(getattr(busy, desk), method)
    arguments, options = RECIPES[command](busy)
    before, books = sizes(busy), contents(busy)
    random.seed(command)
    killed_in(busy, lambda: act(*arguments, **options, key="once"))
    assert contents(busy) == books
    for written in busy.folder.glob("?.csv"):
        written.unlink()  # a list was written, but nobody was told so
    first = act(*arguments, **options, key="once")
    after = contents(busy)
    assert sizes(busy)["audit_entry"] == before["audit_entry"] + 1
    if command == "members.erase":
        return  # what it knew of the member is gone: repeating it is refused, see test_erasure
    assert act(*arguments, **options, key="once") == first
    assert contents(busy) == after
    assert busy.audit.problems() == ()
    (entry,) = busy.audit.list_log(size=1).rows
    with use_language("zh"):
        words = [label("thing", entry.subject.partition(":")[0]), *map(heading, entry.detail)]
    assert not [one for one in words if one.isascii()], entry
    with pytest.raises(KeyReused):
        busy.stock.receive([("P5", 77)], key="once")


# --- one text that SQL, a spreadsheet, HTML and a format would each take for theirs

INJECTION = "=1+1'); DROP TABLE member; --<b>{name}%s"


def signature(command):
    desk, _dot, method = command.partition(".")
    kind = next(one for one in Desk.__subclasses__() if one.name == desk)
    return inspect.signature(getattr(kind, method))


def takes_text(annotation):
    """Whether a value of this type is, or holds, a text."""
    return annotation in (str, dict) or any(map(takes_text, get_args(annotation)))


def text_arguments():
    """Every argument of every command in which a text can stand, from the signatures."""
    return [
        (command, one.name)
        for command in RECIPES
        for one in signature(command).parameters.values()
        if one.name != "key" and takes_text(one.annotation)
    ]


def injected(value, annotation):
    """A valid value with the injection for every text in it."""
    if isinstance(value, list | tuple) and value:
        return type(value)(injected(one, str) for one in value)
    if isinstance(value, dict) and value:
        return {
            INJECTION if isinstance(one, int) else key: injected(one, str)
            for key, one in value.items()
        }
    if isinstance(value, int) and annotation is str:
        return value  # a quantity beside a product, an amount beside a way to pay
    lists = not isinstance(value, str) and str not in (annotation, *get_args(annotation))
    return [INJECTION] if lists else INJECTION


def with_injection(shop, command, argument):
    """The recipe's call, the injection for its text."""
    arguments, options = (RECIPES[command] or (lambda s: ((1, True), {})))(shop)
    bound = signature(command).bind(None, *arguments, **options)
    bound.apply_defaults()
    annotation = signature(command).parameters[argument].annotation
    bound.arguments[argument] = injected(bound.arguments[argument], annotation)
    return bound


def all_texts(shop):
    """Every text that stands in the books, sealed ones opened."""
    found = set()
    with reading(shop.engine) as connection:
        for table in schema.metadata.sorted_tables:
            if table.name in ("audit_entry", "command_log"):
                continue
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    if column.endswith("_sealed"):
                        (key,) = table.primary_key.columns
                        value = shop.keys.open(value, f"{table.name}.{column}:{row[key.name]}")
                    found.add(value if isinstance(value, str) else "")
    return found


def exported_formulas(shop):
    """The cells of all its lists that a spreadsheet would reckon."""
    files = [shop.folder / f"{name}-out.csv" for name in ("members", "sales", "stock")]
    shop.files.export_members(str(files[0]))
    shop.files.export_sales(str(files[1]), "2025-06-01", "2025-06-30")
    shop.files.export_stock(str(files[2]))
    cells = []
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            cells += [cell for row in csv.reader(rows) for cell in row]
        file.unlink()
    return [one for one in cells if one.startswith(("=", "+", "@", "-"))]


KEPT_NOWHERE = {
    "office.set_password password",  # only its hash
    "stock.sign_count password",
    "till.sell password",
    "members.erase reason",  # it might name who is to be forgotten
}


READABLE = {
    # the shop's own words, about nobody in particular
    *(f"office.add_store {one}" for one in ("store_id", "name", "district")),
    *(f"office.add_staff {one}" for one in ("staff_id", "name")),
    *(
        f"office.add_product {one}"
        for one in ("product_id", "name", "category", "brand", "barcode")
    ),
    *(f"followups.plan {one}" for one in ("name", "script")),
    *(f"marketing.make_segment {one}" for one in ("segment_id", "name", "rule")),
    *(f"marketing.make_template {one}" for one in ("name", "body", "subject")),
    *(f"offers.add {one}" for one in ("offer_id", "name", "category")),
    "marketing.add_care name",
    "marketing.make_campaign name",
    "surveys.make name",
    *(f"stock.add_supplier {one}" for one in ("supplier_id", "name")),
    "stock.receive_order document",
    "stock.note_cause cause",
    "till.open_drawer drawer",
    "till.close_shift drawer",
    # what segments choose by; emptied with the person
    *(f"members.register {one}" for one in ("district", "occupation", "household")),
    "members.correct changes",
    *(f"members.prefer {one}" for one in ("value", "source")),
}


@pytest.mark.parametrize(("command", "argument"), text_arguments())
def test_an_injected_text_is_kept_as_typed_or_refused_whole(busy, command, argument):
    call = with_injection(busy, command, argument)
    desk, _dot, method = command.partition(".")
    before = sizes(busy)
    try:
        getattr(getattr(busy, desk), method)(*call.args[1:], **call.kwargs)
    except (BadValue, NotAllowed, NotFound, Refused) as refused:
        assert str(refused)
        assert sizes(busy) == before | {"audit_entry": before["audit_entry"] + 1}
    else:
        kept = any(INJECTION in text for text in all_texts(busy))
        assert kept or f"{command} {argument}" in KEPT_NOWHERE
        files = [one.read_bytes() for one in busy.folder.glob("shop.db*")]
        readable = any(INJECTION.encode() in one for one in files)
        assert readable == (f"{command} {argument}" in READABLE)
        assert busy.audit.problems() == ()
        assert exported_formulas(busy) == []


def test_new_fields_of_commands_are_tried_of_themselves():
    found = set(text_arguments())
    assert len(found) > 100
    assert {("members.register", "occupation"), ("members.correct", "changes")} <= found
    assert {("till.sell", "basket"), ("till.sell", "payments")} <= found
    assert {("offers.issue", "member_ids"), ("marketing.make_segment", "rule")} <= found
