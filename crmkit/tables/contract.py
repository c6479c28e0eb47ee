"""The one column contract: which columns a table has, what they mean, which of them it needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of the contract: the kind of its values, and how small or large they may be."""

    kind: str  # key, code, text, time, number, flag
    meaning: str
    least: float | None = None
    most: float | None = None


def _columns(**columns: tuple | Column) -> dict[str, Column]:
    return {n: c if isinstance(c, Column) else Column(*c) for n, c in columns.items()}


CONTRACT: dict[str, dict[str, Column]] = {
    "sales": _columns(
        sale_id=("key", "the order (receipt) the line belongs to"),
        sold_at=("time", "when, on the shop's clock"),
        store_id=("key", "which store"),
        staff_id=("key", "who sold it"),
        member_id=("key", "who bought it; null: a walk-in"),
        product_id=("key", "what"),
        quantity=("number", "pieces; negative: a return"),
        list_price=("number", "price tag of one piece, currency units", 0),
        discount=("number", "taken off the whole line, currency units"),
        amount=("number", "what the line brought, net, tax included; negative: a return"),
        cost=("number", "what the whole line cost the shop; negative: a return"),
        channel=("code", "store, web, mini-program …"),
        promotion_id=("key", "the offer that applied; null: none"),
        return_reason=("code", "why it came back; null: not a return"),
    ),
    "payments": _columns(
        sale_id=("key", "the order"),
        method=("code", "cash, card, points …"),
        amount=("number", "paid this way, currency units"),
    ),
    "members": _columns(
        member_id=("key", "the member"),
        name=("text", "name"),
        phone=("text", "phone"),
        email=("text", "e-mail"),
        gender=("code", "gender"),
        birth_date=("time", "date of birth"),
        district=("code", "where they live"),
        occupation=("code", "occupation"),
        household=("code", "whom they live with"),
        level=("code", "member level"),
        joined_at=("time", "when they joined"),
        home_store_id=("key", "the store they joined at"),
        referred_by=("key", "the member who brought them; null: nobody"),
        consent_marketing=("flag", "may be written to"),
    ),
    "products": _columns(
        product_id=("key", "the product"),
        name=("text", "name"),
        category=("code", "category"),
        brand=("code", "brand"),
        list_price=("number", "price tag of one piece, currency units", 0),
        cost=("number", "what one piece costs the shop, currency units", 0),
        launched_on=("time", "first day on sale"),
        shelf=("code", "where it lies"),
    ),
    "stores": _columns(
        store_id=("key", "the store"),
        name=("text", "name"),
        district=("code", "where it is"),
        size=("number", "square metres", 0),
        climate=("code", "climate"),
        spending_level=("code", "how much people spend there"),
    ),
    "staff": _columns(
        staff_id=("key", "the person"),
        name=("text", "name"),
        store_id=("key", "where they work"),
        role=("code", "cashier, sales …"),
    ),
    "targets": _columns(
        store_id=("key", "the store"),
        staff_id=("key", "the person"),
        month=("code", "as 2025-06"),
        revenue=("number", "wanted, currency units"),
    ),
    "promotions": _columns(
        promotion_id=("key", "the offer"),
        kind=("code", "threshold, percent, gift"),
        starts_on=("time", "first day"),
        ends_on=("time", "last day"),
    ),
    "footfall": _columns(
        store_id=("key", "the store"),
        hour=("time", "the hour that begins then"),
        visitors=("number", "people counted at the door", 0),
    ),
    "stock_daily": _columns(
        store_id=("key", "the store"),
        product_id=("key", "the product"),
        date=("time", "the day"),
        on_hand=("number", "pieces at the end of the day"),
        received=("number", "pieces that came in that day"),
        sold=("number", "pieces sold that day"),
    ),
    "surveys": _columns(
        member_id=("key", "who answered"),
        asked_at=("time", "when"),
        channel=("code", "how they were asked"),
        csat_goods=("number", "satisfied with the goods, 1 to 5", 1, 5),
        csat_service=("number", "satisfied with the service, 1 to 5", 1, 5),
        nps=("number", "would recommend the shop, 0 to 10", 0, 10),
        comment=("text", "in their words"),
    ),
    "referrals": _columns(
        member_id=("key", "who recommended"),
        at=("time", "when"),
        joined_member_id=("key", "who joined through it; null: nobody"),
    ),
    "browsing": _columns(
        session_id=("key", "one visit"),
        member_id=("key", "who; null: unknown"),
        at=("time", "when"),
        channel=("code", "web, mini-program"),
        product_id=("key", "the product looked at"),
        event=("code", "view, basket, checkout, buy"),
    ),
    "comments": _columns(
        at=("time", "when"),
        channel=("code", "where"),
        text=("text", "in their words"),
        product_id=("key", "what it is about"),
    ),
    "campaigns": _columns(
        campaign_id=("key", "the campaign"),
        starts_on=("time", "first day"),
        ends_on=("time", "last day"),
    ),
    "campaign_contacts": _columns(
        member_id=("key", "the member"),
        campaign_id=("key", "the campaign"),
        group=("code", "treatment or control"),
        contacted_at=("time", "when"),
    ),
}


#: Columns without which a table says nothing
NEEDED = {
    "sales": ("sale_id", "sold_at", "amount"),
    "payments": ("sale_id", "method", "amount"),
    "members": ("member_id",),
    "products": ("product_id",),
    "stores": ("store_id",),
    "staff": ("staff_id",),
    "targets": ("month", "revenue"),
    "promotions": ("promotion_id",),
    "footfall": ("store_id", "hour", "visitors"),
    "stock_daily": ("store_id", "product_id", "date", "on_hand"),
    "surveys": ("asked_at",),
    "referrals": ("member_id", "at"),
    "browsing": ("session_id", "at", "event"),
    "comments": ("at", "text"),
    "campaigns": ("campaign_id",),
    "campaign_contacts": ("member_id", "campaign_id"),
}


#: The columns that name a row
KEYS = {
    "members": "member_id",
    "products": "product_id",
    "stores": "store_id",
    "staff": "staff_id",
    "promotions": "promotion_id",
    "campaigns": "campaign_id",
}


WHEN = {
    "sales": "sold_at",
    "stock_daily": "date",
    "surveys": "asked_at",
    "browsing": "at",
    "referrals": "at",
    "footfall": "hour",
}
"""The moment by which a table's lines are cut into days and grouped by parts of time."""


LOOK_UP = {
    "products": "product_id",
    "stores": "store_id",
    "staff": "staff_id",
    "members": "member_id",
}
"""Tables that describe what a line names, and the key to find it by."""


PERIODS = ("year", "quarter", "month", "week", "day", "hour", "weekday")
