"""Practice scenes: shops that are the same for every learner, at a moment that stands still."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import schema
from crmkit.practice.clock import FixedClock
from crmkit.practice.engine import reading
from crmkit.practice.errors import CannotOpen
from crmkit.practice.shop import Shop

FILE = "shop.db"
SCENES: dict[str, tuple[str, Callable[[Path], Shop]]] = {}


def scene(name: str, staff: str) -> Callable:
    """Register how a scene is made, and who signs in first."""

    def register(make: Callable[[Path], Shop]) -> Callable[[Path], Shop]:
        SCENES[name] = (staff, make)
        return make

    return register


def open_scene(name: str, *, staff: str | None, folder: Path, reset: bool) -> Shop:
    if name not in SCENES:
        raise CannotOpen(
            _("There is no scene {name}. There are: {names}.").format(
                name=name, names=", ".join(sorted(SCENES))
            )
        )
    first, make = SCENES[name]
    path = folder / FILE
    if reset and path.exists():
        _keep(path)
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{FILE}.new")
        fresh.unlink(missing_ok=True)
        make(fresh).close()
        fresh.replace(path)
    shop = Shop.open(path, staff or first)
    with reading(shop.engine) as connection:
        found = connection.scalar(select(schema.shop.c.scene))
    if found != name:
        shop.close()
        raise CannotOpen(
            _("{path} is the scene {found}. Open it with reset=True to begin {name}.").format(
                path=path, found=found, name=name
            )
        )
    return shop


def _keep(path: Path) -> None:
    number = 1
    while (backup := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    shutil.move(path, backup)


@scene("corner", staff="T1")
def corner(path: Path) -> Shop:
    """A tiny shop for trying things out: two stores, a handful of goods and members."""
    clock = FixedClock(datetime(2025, 6, 30, 2, 0, tzinfo=UTC))
    shop = Shop.create(
        path,
        name="街角小店 · Corner shop",
        store=("S1", "街角店 · Corner"),
        owner=("T1", "周老师 · Trainer Zhou"),
        kind="practice",
        scene="corner",
        clock=clock,
    )
    office = shop.office
    office.set_clock(clock.at)
    office.add_store("S2", "河边店 · Riverside")
    for staff, who, store, role in (
        ("C1", "小陈 · Chen", "S1", "cashier"),
        ("A1", "小吴 · Wu", "S1", "sales"),
        ("K1", "小郑 · Zheng", "S1", "stock_keeper"),
        ("B1", "王店长 · Manager Wang", "S1", "manager"),
        ("C2", "小冯 · Feng", "S2", "cashier"),
        ("K2", "小褚 · Chu", "S2", "stock_keeper"),
    ):
        office.add_staff(staff, who, store, role)
    for product, what, category, price, cost in (
        ("P1", "棉布围巾 · Cotton scarf", "accessories", 12_900, 5_200),
        ("P2", "保温杯 · Thermos", "home", 8_900, 3_900),
        ("P3", "护手霜 · Hand cream", "care", 3_990, 1_400),
        ("P4", "礼品盒 · Gift box", "gifts", 1_500, 600),
        ("P5", "帆布包 · Canvas bag", "accessories", 9_900, 4_100),
    ):
        office.add_product(product, what, category, price, cost)
        shop.stock.receive([(product, 20)])
    for name, phone, gender in (
        ("林小雨", "14000000001", "female"),
        ("何大江", "14000000002", "male"),
        ("罗晨", "14100000003", "female"),
    ):
        shop.members.register(name, phone, gender=gender)
    return shop
