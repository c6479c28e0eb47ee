"""Keeping customers: care at the right moment, a service more, what calls give."""

import random
import tempfile
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from crmkit import data
from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn.questions import Key
from crmkit.lessons.foundations.trust import MANAGER, SCENE
from crmkit.lessons.view import pictured, yuan
from crmkit.plot import _style
from crmkit.practice import Shop
from crmkit.screen import Part, Screen, parts

SINCE, TODAY = "2024-07-01", "2025-06-30"
NEAR = 7
"""So many days before and after count as around a birthday."""

FEASTS = (
    "before_spring_festival",
    "mid_autumn",
    "national_day",
    "labour_day",
    "qixi",
    "valentines",
)
KINDS = ("product_use", "new_arrivals", "offer")
FRESH, ASLEEP = 10, 45
"""Who bought within so many days is asked how it is working out; who has not for so many gets an offer."""

CARED_FOR, WITH_POINTS = "M003971", "M004314"
"""Whose birthday it is at the practice shop's opening, and whose points run out that day."""

GIFT, GIFT_BAG, REWARD = "P0251", "P0257", "P0255"


@lru_cache(maxsize=1)
def around_birthday() -> float:
    """Orders a day around a member's birthday, where any other day brings 100."""
    sales = data.load("sales")
    orders = sales[
        sales["member_id"].notna() & (sales["quantity"] > 0) & (sales["sold_at"] >= SINCE)
    ].drop_duplicates("sale_id")
    born = orders["member_id"].map(data.load("members").set_index("member_id")["birth_date"])
    apart = (orders["sold_at"].dt.day_of_year - born.dt.day_of_year).dropna()
    near = ((apart + 182) % 365 - 182).abs() <= NEAR
    days = 2 * NEAR + 1
    return 100 * float((near.sum() / days) / ((~near).sum() / (365 - days)))


@lru_cache(maxsize=1)
def feasts() -> Any:
    """Orders a day in the stores by holiday, where a day without one brings 100; most first."""
    sales = data.load("sales")
    orders = sales[(sales["quantity"] > 0) & (sales["channel"] == "store")].drop_duplicates(
        "sale_id"
    )
    days = data.load("calendar").set_index("date")["holiday"].fillna("none")
    count = orders.groupby(orders["sold_at"].dt.normalize().map(days)).size() / days.value_counts()
    found = (100 * count / count["none"])[list(FEASTS)]
    return found.sort_values(ascending=False)


@lru_cache(maxsize=1)
def wrapped() -> tuple[int, int]:
    """The year's receipts with a gift box, and how many of them have wrapping or a bag on them."""
    sales = data.load("sales")
    lines = sales[(sales["quantity"] > 0) & (sales["sold_at"] >= SINCE)]
    family = lines["product_id"].map(data.load("products").set_index("product_id")["family"])
    boxes, bags = (set(lines.loc[family == one, "sale_id"]) for one in ("gift_boxes", "wrapping"))
    return len(boxes), len(boxes & bags)


@lru_cache(maxsize=1)
def calls() -> Any:
    """The year's follow-ups by kind: due, done, and of those happy, bought, declined, no_answer,
    problem."""
    import pandas as pd

    visits = data.load("followups")
    found = pd.crosstab(visits["kind"], visits["outcome"]).loc[list(KINDS)]
    by_kind = visits.groupby("kind")
    return found.assign(due=by_kind.size(), done=by_kind["done_on"].count())


@cache
def wished() -> dict[str, int]:
    """Whom a birthday greeting by text message reaches in an untouched shop: members (with a birthday
    in July), queued (who will get it)."""
    with tempfile.TemporaryDirectory(prefix="crmkit-care-") as folder:
        shop = Shop.practice(SCENE, staff=MANAGER, folder=folder)
        try:
            name = _("Birthday greeting")
            words = _("Happy birthday, {name}! Your coupon waits at the till of {store}.")
            template = shop.marketing.make_template(name, "sms", get_language(), words)
            made = shop.marketing.make_campaign(name, "july_birthdays", template, control_percent=0)
            shop.marketing.freeze(made.id)
            sent = shop.marketing.send(made.id)
            return {"members": sent.treatment, "queued": sent.queued}
        finally:
            shop.close()


@lru_cache(maxsize=1)
def _last_bought() -> Any:
    """Who bought in the year: member_id, days since, favourite (category), consent."""
    import pandas as pd

    sales = data.load("sales")
    lines = sales[
        sales["member_id"].notna() & (sales["quantity"] > 0) & (sales["sold_at"] >= SINCE)
    ]
    category = lines["product_id"].map(data.load("products").set_index("product_id")["category"])
    spent = lines.groupby(["member_id", category])["amount"].sum().unstack(fill_value=0.0)
    last = lines.groupby("member_id")["sold_at"].max().dt.normalize()
    members = data.load("members").set_index("member_id")
    return pd.DataFrame(
        {
            "days": (pd.Timestamp(TODAY) - last).dt.days,
            "favourite": spent.idxmax(axis=1),
            "agreed": members["consent_marketing"].reindex(spent.index),
        }
    )


def kind_for(days: int, agreed: bool) -> str:
    """Which call a member gets: by what they bought last, and whether news may reach them."""
    if days <= FRESH:
        return "product_use"
    if not agreed:
        return "leave"
    return "offer" if days > ASLEEP else "new_arrivals"


def for_number(number: int) -> Any:
    """The member of a number: each of the four kinds comes in turn."""
    found = _last_bought()
    kinds = [kind_for(d, a) for d, a in zip(found["days"], found["agreed"], strict=True)]
    wanted = (*KINDS, "leave")[number % 4]
    mine = found[[one == wanted for one in kinds]]
    return mine.iloc[random.Random(f"call {number}").randrange(len(mine))]


def purchase_of(number: int) -> tuple[str, float, float]:
    """A number's purchase: the member's level, what they spent in 12 months before, what they pay."""
    draw = random.Random(f"give back {number}")
    step, above = draw.choice(list(pairwise(LEVEL_STEPS)))
    room = above.from_spend - step.from_spend
    before = step.from_spend + round(room * draw.uniform(0.2, 0.7), 1)
    return step.code, before, round(draw.uniform(0.05, 0.2) * room + 0.5, 1)


def around() -> Part:
    """The figure around a birthday as bars."""
    value = around_birthday()

    def draw(ax: Any) -> None:
        names = [_("any other day"), _("around the birthday")]
        drawn = ax.barh(names[::-1], [value, 100], color=[_style.ACCENT, _style.MAIN])
        ax.bar_label(drawn, fmt="%.0f", padding=4)
        ax.set_title(_("Orders a day (any other day = 100)"))

    return pictured(draw, _("Around the birthday {value:.0f}").format(value=value), size=(9, 2.4))


def holidays() -> Screen:
    """How much busier each holiday is."""
    found = feasts()
    rows = [(label("holiday", one), f"{value:.0f}") for one, value in found.items()]
    title = _("Orders a day in the stores (an ordinary day = 100)")
    heads = [_("Holiday"), _("Orders")]
    return Screen(
        lambda: parts.card(parts.table(title, heads, rows, list(found / found.max()))), {}, "feasts"
    )


def care() -> Screen:
    """Whom July's birthday greetings reach."""
    found = wished()
    pairs = (
        (_("Members of this store with a birthday in July"), f"{found['members']}"),
        (_("will get the text message"), f"{found['queued']}"),
    )
    return Screen(
        lambda: parts.card(parts.facts(*pairs), title=_("Birthday greetings for July")), {}, "care"
    )


def boxes() -> Screen:
    """Gift boxes sold, and how many left the shop wrapped."""
    sold, with_wrapping = wrapped()
    pairs = (
        (_("Receipts with a gift box"), f"{sold:,}"),
        (_("of them with paper, ribbon or a bag"), f"{with_wrapping:,}"),
    )
    return Screen(
        lambda: parts.card(parts.facts(*pairs), title=_("All stores, July 2024 to June 2025")),
        {},
        "boxes",
    )


def what_calls_gave() -> Screen:
    """The year's follow-up visits by kind and outcome."""
    found = calls()
    names = ("due", "done", "happy", "bought", "declined", "no_answer", "problem")
    rows = [(label("kind", r.Index), *(f"{getattr(r, one):,}" for one in names)) for r in found.itertuples()]  # fmt: skip
    heads = [
        _("Kind of visit"),
        _("To be done"),
        _("Made"),
        *(label("outcome", one) for one in names[2:]),
    ]
    return Screen(
        lambda: parts.card(parts.table(_("A year of follow-up visits"), heads, rows)), {}, "calls"
    )


def steps() -> Screen:
    """The four levels: from where, and what each earns."""
    rows = [(label("level", s.code), yuan(s.from_spend), f"{s.points_per_100_yuan}") for s in LEVEL_STEPS]  # fmt: skip
    heads = [heading("level"), _("Spent in 12 months, from"), _("Points for 100 yuan")]
    return Screen(
        lambda: parts.card(parts.table(_("Levels and points"), heads, rows)), {}, "levels"
    )


def rung_up(member: str, basket: dict[str, int], other: str) -> Key:
    """A purchase with the birthday coupon, and the ways to miss it."""

    def sell(shop: Any, who: str = member, units: Any = None, coupon: bool = True) -> None:
        held = next((one.id for one in shop.offers.coupons(who) if one.usable), None)
        how = {"coupon": held} if coupon else {}
        lines = list((units or basket).items())
        due = shop.till.quote(lines, member_id=who, **how).due
        shop.till.sell(lines, member_id=who, payments={"wechat": due}, **how)

    first = next(iter(basket))
    return Key(
        sell,
        {
            "no_offer": lambda shop: sell(shop, coupon=False),
            "other_goods": lambda shop: sell(shop, units={first: 1}),
            "wrong_member": lambda shop: sell(shop, who=other),
        },
    )


def handed_out(member: str, product: str) -> Key:
    """Goods for points, and the same for another member by mistake."""
    return Key(
        lambda shop: shop.points.redeem(member, product),
        {"wrong_handed_out": lambda shop: shop.points.redeem("M001085", product)},
    )
