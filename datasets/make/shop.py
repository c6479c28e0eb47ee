"""The whole shop: every part in its order, then the tables of the column contract."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crmkit.codes import CHANNELS, INCOME_BANDS, LEVEL_DAYS, LEVEL_STEPS, RETURN_REASONS
from make import baskets, browse, care, floor, phrases, voices
from make.campaigns import CAMPAIGNS, make_contacts
from make.days import DAY0, DAYS, END, day_number, make_calendar
from make.draws import draws
from make.names import make_emails, make_names, make_phones
from make.people import PERSONA_CODES, make_people
from make.products import GIFT_ITEM, make_products
from make.promotions import make_promotions
from make.stock import run_stock
from make.stores import DISTRICTS, make_stores
from make.till import make_payments, make_returns, price_lines
from make.visits import make_visits

SEED = 11  # its draws leave the campaigns' groups alike before they start
MEMBERS = 6000
SALES_PER_BLOCK = 400_000  # room for ids: a block never writes more


@dataclass
class Shop:
    """What the simulation made: tables by name, and what only the simulation knows.

    tables: name → frame, the language-neutral ones
    texts: language → name → frame, those with names or texts
    hidden: facts for ``truth.json`` that no table shows
    """

    tables: dict[str, pd.DataFrame]
    texts: dict[str, dict[str, pd.DataFrame]]
    hidden: dict[str, object] = field(default_factory=dict)


def _time(day, minute=0, second=0) -> pd.Series:
    seconds = np.asarray(day, np.int64) * 86_400 + np.asarray(minute, np.int64) * 60
    return pd.Series((seconds + np.asarray(second, np.int64)).astype("datetime64[s]")).astype(
        "datetime64[us]"
    )


def _time_or_null(minutes) -> pd.Series:
    minutes = np.asarray(minutes, np.int64)
    return _time(0, np.maximum(minutes, 0)).mask(minutes < 0)


def _day(day) -> pd.Series:
    return _time(day)


def _day_or_null(day) -> pd.Series:
    day = np.asarray(day, np.int64)
    return _time(np.maximum(day, 0)).mask(day < 0)


def _yuan(cents) -> np.ndarray:
    return np.asarray(cents, np.int64) / 100


def _named(ids, place) -> pd.Series:
    """Ids by position, null for −1."""
    place = np.asarray(place, np.int64)
    taken = pd.Series(np.asarray(ids, object)[np.maximum(place, 0)])
    return taken.mask(place < 0).astype("str")


def _ids(letter: str, n: int, width: int, first: int = 1) -> np.ndarray:
    return np.array([f"{letter}{i:0{width}d}" for i in range(first, first + n)], dtype=object)


@dataclass
class Trade:
    """One block of stores with everything that happened at its tills."""

    seed: int
    block: int
    people: pd.DataFrame
    groups: list[np.ndarray]
    visits: pd.DataFrame
    last_day: np.ndarray
    lines: pd.DataFrame
    lost: pd.DataFrame
    returns: pd.DataFrame
    stock: dict[str, np.ndarray]
    staff: pd.DataFrame
    served_by: np.ndarray
    sales: pd.DataFrame
    payments: pd.DataFrame
    sale_of_order: np.ndarray


def trade(seed: int, block: int, members: int = MEMBERS) -> Trade:
    """Simulate one block of four stores up to its sales and payments.

    `members` may be smaller for a quick look; the walk-ins stay.
    """
    calendar, products, promotions = make_calendar(), make_products(seed), make_promotions()
    staff = floor.make_staff(seed, block)
    people = make_people(seed, block, members)
    groups = make_contacts(seed, block, people)
    visits, last_day = make_visits(seed, block, people, calendar, groups)
    since = baskets.make_assortment(seed, products)
    served_by = floor.who_serves(seed, block, staff, visits)
    skill = np.where(served_by >= 0, staff["skill"].to_numpy()[served_by], 0.0)
    asked = baskets.make_baskets(seed, block, visits, products, since, promotions, calendar, skill)
    got, stock = run_stock(seed, block, asked, visits, products, since, calendar)
    lost = asked.assign(quantity=asked["quantity"] - got).query("quantity > 0")
    lines = asked.assign(quantity=got).query("quantity > 0").reset_index(drop=True)
    lines = price_lines(seed, block, lines, visits, products, promotions, groups)
    returns = make_returns(seed, block, lines, visits, products)
    _book_gifts(stock, lines, visits)
    ids = {
        "store": make_stores(block)["store_id"].to_numpy(),
        "staff": staff["staff_id"].to_numpy(),
        "member": people["member_id"].to_numpy(),
        "product": products["product_id"].to_numpy(),
        "promotion": promotions["promotion_id"].to_numpy(),
    }
    sales, payments, sale_of_order = _till_roll(
        seed, block, lines, returns, visits, served_by, staff, ids
    )
    return Trade(
        seed, block, people, groups, visits, last_day, lines, lost, returns, stock, staff, served_by, sales,
        payments, sale_of_order,
    )  # fmt: skip


def _book_gifts(stock: dict[str, np.ndarray], lines: pd.DataFrame, visits: pd.DataFrame) -> None:
    """Gifts are delivered for the day they are given away: in and out of the stock book."""
    gifts = lines[lines["gift"]]
    at = visits.iloc[gifts["order"].to_numpy()]
    place = (at["store"].to_numpy(), gifts["product"].to_numpy(), at["day"].to_numpy() - DAY0)
    for column in ("received", "sold"):
        np.add.at(stock[column], place, gifts["quantity"].to_numpy())


def _till_roll(seed, block, lines, returns, visits, served_by, staff, ids):
    """Sales and returns as one table in the order of time, and how each was paid."""
    rng = draws(seed, "till roll", block)
    order = lines["order"].to_numpy()
    sold = pd.DataFrame(
        {
            "day": visits["day"].to_numpy()[order],
            "minute": visits["minute"].to_numpy()[order],
            "order": order,
            "back": -1,
            "line": np.arange(len(lines)),
            "quantity": lines["quantity"].to_numpy(),
            "discount": lines["discount"].to_numpy(),
            "reason": -1,
        }
    )
    # a return takes back its pieces' share of the discount
    pieces, line = returns["pieces"].to_numpy(), returns["line"].to_numpy()
    whole = lines["quantity"].to_numpy()[line]
    back = pd.DataFrame(
        {
            "day": returns["day"].to_numpy(),
            "minute": returns["minute"].to_numpy(),
            "order": order[line],
            "back": np.arange(len(returns)),
            "line": line,
            "quantity": -pieces,
            "discount": -(lines["discount"].to_numpy()[line] * pieces // whole),
            "reason": returns["reason"].to_numpy(),
        }
    )
    # goods of one order that come back the same day come back together
    back["back"] = back.groupby(["order", "day"])["back"].transform("min")
    back["minute"] = back.groupby("back")["minute"].transform("first")
    roll = pd.concat([sold, back], ignore_index=True)
    roll = roll.sort_values(["day", "minute", "order", "back", "line"], kind="stable")
    roll = roll.reset_index(drop=True)
    new_sale = (roll[["order", "back"]] != roll[["order", "back"]].shift()).any(axis=1)
    roll["sale"] = new_sale.cumsum() - 1
    first = block * SALES_PER_BLOCK + 1
    count = int(roll["sale"].iloc[-1]) + 1
    assert count <= SALES_PER_BLOCK, f"{count} sales in a block"
    sale_ids = _ids("T", count, 8, first)
    sale_of_order = np.full(len(visits), -1)
    forward = roll[roll["back"] < 0]
    sale_of_order[forward["order"]] = forward["sale"]

    line, order = roll["line"].to_numpy(), roll["order"].to_numpy()
    price = lines["list_price"].to_numpy()[line]
    quantity = roll["quantity"].to_numpy()
    amount = quantity * price - roll["discount"].to_numpy()
    unit_cost = lines["cost"].to_numpy()[line] // lines["quantity"].to_numpy()[line]
    returned = roll["back"].to_numpy() >= 0
    channel = visits["channel"].to_numpy()[order]
    # returns are taken by the store's first cashier
    at_till = staff[staff["role"] == "cashier"].groupby("store").head(1).index.to_numpy()
    store = visits["store"].to_numpy()[order]
    who = np.where(returned, at_till[store], served_by[order])
    member = visits["member"].to_numpy()[order]
    second = rng.integers(0, 60, len(sale_ids))[roll["sale"]]
    sales = pd.DataFrame(
        {
            "sale_id": pd.Series(sale_ids[roll["sale"]]).astype("str"),
            "sold_at": _time(roll["day"], roll["minute"], second),
            "store_id": pd.Series(ids["store"][store]).astype("str"),
            "staff_id": _named(ids["staff"], who),
            "member_id": _named(ids["member"], member),
            "product_id": pd.Series(ids["product"][lines["product"].to_numpy()[line]]).astype(
                "str"
            ),
            "quantity": quantity,
            "list_price": _yuan(price),
            "discount": _yuan(roll["discount"]),
            "amount": _yuan(amount),
            "cost": _yuan(unit_cost * quantity),
            "channel": pd.Series(np.array(CHANNELS, object)[np.where(returned, 0, channel)]).astype(
                "str"
            ),
            "promotion_id": _named(ids["promotion"], lines["promotion"].to_numpy()[line]),
            "return_reason": _named(RETURN_REASONS, roll["reason"]),
            "return_of": _named(sale_ids, np.where(returned, sale_of_order[order], -1)),
        }
    )
    total = np.bincount(roll["sale"], weights=amount).astype(np.int64)
    head = roll.drop_duplicates("sale")
    paid = make_payments(
        seed,
        block,
        total,
        visits["persona"].to_numpy()[head["order"]],
        member[~roll["sale"].duplicated()],
        (channel > 0)[~roll["sale"].duplicated()],
    )
    payments = pd.DataFrame(
        {
            "sale_id": pd.Series(sale_ids[paid["sale"]]).astype("str"),
            "method": paid["method"].astype("str"),
            "amount": _yuan(paid["amount"]),
        }
    )
    return sales, payments, sale_of_order


def _levels(sales: pd.DataFrame) -> pd.Series:
    """Each member's level by the net spend on the receipts of the last `LEVEL_DAYS`."""
    first = pd.Timestamp(END) + pd.Timedelta(days=1 - LEVEL_DAYS)
    recent = sales[(sales["sold_at"] >= first) & sales["member_id"].notna()]
    recent = recent[recent["return_of"].isna() | recent["return_of"].isin(recent["sale_id"])]
    spent = recent.groupby("member_id")["amount"].sum().round(2)
    edges = [level.from_spend for level in LEVEL_STEPS]
    place = np.searchsorted(edges, spent.clip(lower=0), "right") - 1
    return pd.Series(np.array([level.code for level in LEVEL_STEPS])[place], index=spent.index)


def block_members(t: Trade) -> pd.DataFrame:
    """The members of one block as the contract has them, without names and addresses."""
    rng = draws(t.seed, "member cards", t.block)
    people, visits = t.people, t.visits
    level = _levels(t.sales).reindex(people["member_id"]).fillna(LEVEL_STEPS[0].code).to_numpy()
    first_visit = visits[visits["member"] >= 0].drop_duplicates("member").set_index("member")
    minute = rng.integers(570, 1230, len(people))
    inside = people["joined"].to_numpy() >= DAY0
    minute[inside] = first_visit["minute"].reindex(np.flatnonzero(inside)).to_numpy()
    district = pd.Series(np.array(DISTRICTS, object)[people["district"]])
    return _tidy(
        pd.DataFrame(
            {
                "member_id": people["member_id"],
                "gender": people["gender"],
                "birth_date": _day(people["born"]),
                "district": district.mask(rng.random(len(people)) < 0.04),
                "occupation": people["occupation"].mask(rng.random(len(people)) < 0.07),
                "household": people["household"].mask(rng.random(len(people)) < 0.09),
                "level": level,
                "joined_at": _time(people["joined"], minute),
                "home_store_id": make_stores(t.block)["store_id"].to_numpy()[people["home"]],
                "referred_by": pd.Series([None] * len(people), dtype="str"),
                "consent_marketing": people["consent"],
            }
        )
    )


def make_shop(seed: int = SEED) -> Shop:
    """The course shop in full."""
    t = trade(seed, 0)
    calendar, products, promotions = make_calendar(), make_products(seed), make_promotions()
    stores = make_stores()
    people, visits, lines, staff = t.people, t.visits, t.lines, t.staff
    store_id = stores["store_id"].to_numpy()
    staff_id, member_id = staff["staff_id"].to_numpy(), people["member_id"].to_numpy()
    product_id = products["product_id"].to_numpy()
    sale_ids = t.sales["sale_id"].drop_duplicates().to_numpy(dtype=object)
    tables: dict[str, pd.DataFrame] = {"sales": t.sales, "payments": t.payments}
    texts: dict[str, dict[str, pd.DataFrame]] = {"zh": {}, "en": {}}

    def both(table: str, frame: pd.DataFrame, at: int, /, **columns: dict[str, object]) -> None:
        """The same table in both languages; each text column goes in at place `at`."""
        for language, tables_of in texts.items():
            copy = frame.copy()
            for place, (column, values) in enumerate(columns.items(), start=at):
                copy.insert(
                    place, column, pd.Series(np.asarray(values[language], object), dtype="str")
                )
            tables_of[table] = copy

    # referrals first: they say who brought whom
    orders_of = np.bincount(visits["member"][visits["member"] >= 0], minlength=len(people))
    referrals = voices.make_referrals(seed, 0, people, t.last_day, orders_of)
    brought_by = np.full(len(people), -1)
    joined_rows = referrals[referrals["joined"] >= 0]
    brought_by[joined_rows["joined"]] = joined_rows["member"]
    rng = draws(seed, "referral times")
    tables["referrals"] = pd.DataFrame(
        {
            "referral_id": _ids("R", len(referrals), 5),
            "member_id": _named(member_id, referrals["member"]),
            "at": _time(referrals["day"], rng.integers(540, 1320, len(referrals))),
            "joined_member_id": _named(member_id, referrals["joined"]),
        }
    )

    # members
    zh, en, mail = make_names(draws(seed, "names"), len(people))
    cards = block_members(t)
    cards.insert(1, "phone", make_phones(len(people)))
    emails = make_emails(draws(seed, "e-mails"), mail)
    cards.insert(2, "email", pd.Series(emails).where(people["has_email"]))
    cards["referred_by"] = _named(member_id, brought_by)
    both("members", cards, 1, name={"zh": zh, "en": en})
    left = t.last_day < DAY0 + DAYS
    tables["members_truth"] = pd.DataFrame(
        {
            "member_id": member_id,
            "persona": np.array(PERSONA_CODES)[people["persona"]],
            "income_band": np.array(INCOME_BANDS)[people["income"]],
            "visits_per_30_days": np.round(people["rate"] * 30, 4),
            "chance_to_stop": np.round(people["stop"], 4),
            "left_on": _day_or_null(np.where(left, t.last_day, -1)),
        }
    )

    # what is sold, where, by whom
    both(
        "products",
        pd.DataFrame(
            {
                "product_id": product_id,
                "category": products["category"],
                "family": products["family"],
                "brand": products["brand"],
                "list_price": _yuan(products["list_price"]),
                "cost": _yuan(products["cost"]),
                "launched_on": _day(products["launched"]),
                "shelf": products["shelf"],
            }
        ),
        1,
        name={"zh": products["name_zh"], "en": products["name_en"]},
    )
    both(
        "stores",
        stores[
            ["store_id", "city", "district", "size", "climate", "spending_level", "opened_on",
             "opens_at", "closes_at"]
        ].astype({"opened_on": "datetime64[us]"}),
        1,
        name={"zh": stores["name_zh"], "en": stores["name_en"]},
        street={"zh": stores["street_zh"], "en": stores["street_en"]},
    )  # fmt: skip
    both(
        "staff",
        pd.DataFrame(
            {
                "staff_id": staff_id,
                "store_id": store_id[staff["store"]],
                "role": staff["role"],
                "gender": staff["gender"],
                "hired_on": _day(staff["hired"]),
            }
        ),
        1,
        name={"zh": staff["name_zh"], "en": staff["name_en"]},
    )
    gift = int(np.flatnonzero(products["item"] == GIFT_ITEM)[0])
    both(
        "promotions",
        pd.DataFrame(
            {
                "promotion_id": promotions["promotion_id"],
                "kind": promotions["kind"],
                "category": promotions["category"].astype("str"),
                "starts_on": _day(promotions["first"]),
                "ends_on": _day(promotions["last"]),
                "percent_off": promotions["percent"].astype("Int64"),
                "threshold": promotions["threshold"].astype("float64"),
                "amount_off": promotions["amount_off"].astype("float64"),
                "gift_product_id": pd.Series(product_id[gift], index=promotions.index).where(
                    promotions["kind"] == "gift"
                ),
            }
        ),
        1,
        name={"zh": promotions["name_zh"], "en": promotions["name_en"]},
    )
    tables["calendar"] = calendar[["date", "weekday", "season", "holiday", "is_workday"]].assign(
        date=calendar["date"].astype("datetime64[us]"), holiday=calendar["holiday"].astype("str")
    )

    # the floor
    footfall = floor.make_footfall(seed, 0, visits, calendar)
    tables["footfall"] = pd.DataFrame(
        {
            "store_id": store_id[footfall["store"]],
            "hour": _time(footfall["day"], footfall["hour"] * 60),
            "visitors": footfall["visitors"],
        }
    )
    months = calendar["date"].dt.year * 12 + calendar["date"].dt.month
    month_of_day = (months - months.iloc[0]).to_numpy()
    order = lines["order"].to_numpy()
    revenue = pd.DataFrame(
        {
            "store": visits["store"].to_numpy()[order],
            "staff": t.served_by[order],
            "month": month_of_day[visits["day"].to_numpy()[order] - DAY0],
            "amount": lines["amount"].to_numpy(),
        }
    )
    revenue = revenue.groupby(["store", "staff", "month"], as_index=False)["amount"].sum()
    targets = floor.make_targets(seed, 0, revenue, staff)
    month_names = calendar["date"].dt.strftime("%Y-%m").unique()
    tables["targets"] = pd.DataFrame(
        {
            "store_id": store_id[targets["store"]],
            "staff_id": _named(staff_id, targets["staff"]),
            "month": month_names[targets["month"]],
            "revenue": _yuan(targets["revenue"]),
        }
    )
    tables["stock_daily"] = _stock_table(t.stock, store_id, product_id)

    # voices
    waited = floor.make_waiting(seed, 0, visits)
    missed = np.zeros(len(visits), dtype=int)
    missed[t.lost["order"].unique()] = 1
    sold_something = np.zeros(len(visits), dtype=bool)
    sold_something[order] = True
    surveys = voices.make_surveys(seed, 0, visits, waited, missed)
    surveys = surveys[sold_something[surveys["order"]]].reset_index(drop=True)
    both(
        "surveys",
        pd.DataFrame(
            {
                "survey_id": _ids("Q", len(surveys), 6),
                "member_id": _named(member_id, surveys["member"]),
                "asked_at": _time(0, surveys["at"]),
                "channel": surveys["channel"],
                "store_id": store_id[visits["store"].to_numpy()[surveys["order"]]],
                "sale_id": _named(sale_ids, t.sale_of_order[surveys["order"]]),
                "waited": surveys["waited"],
                "csat_goods": surveys["csat_goods"],
                "csat_service": surveys["csat_service"],
                "nps": surveys["nps"],
            }
        ),
        10,
        comment={k: voices.survey_comments(surveys, k) for k in texts},
    )
    comments = voices.make_comments(seed, 0, products)
    both(
        "comments",
        pd.DataFrame(
            {
                "comment_id": _ids("K", len(comments), 5),
                "at": _time(0, comments["at"]),
                "channel": comments["channel"],
                "product_id": _named(product_id, comments["product"]),
            }
        ),
        3,
        text={k: _comment_texts(comments, products, k) for k in texts},
    )

    # campaigns
    both(
        "campaigns",
        pd.DataFrame(
            {
                "campaign_id": [c.campaign_id for c in CAMPAIGNS],
                "kind": [c.kind for c in CAMPAIGNS],
                "starts_on": _day([day_number(c.first) for c in CAMPAIGNS]),
                "ends_on": _day([day_number(c.last) for c in CAMPAIGNS]),
                "threshold": pd.Series([c.threshold for c in CAMPAIGNS], dtype="float64"),
                "amount_off": pd.Series([c.amount_off for c in CAMPAIGNS], dtype="float64"),
                "cost_per_contact": [c.cost_per_contact for c in CAMPAIGNS],
            }
        ),
        1,
        name={"zh": [c.name_zh for c in CAMPAIGNS], "en": [c.name_en for c in CAMPAIGNS]},
    )
    contacts = []
    rng = draws(seed, "contact times")
    for campaign, group in zip(CAMPAIGNS, t.groups, strict=True):
        who = np.flatnonzero(group)
        at = _time(day_number(campaign.first), rng.integers(600, 660, len(who)))
        contacts.append(
            pd.DataFrame(
                {
                    "campaign_id": campaign.campaign_id,
                    "member_id": member_id[who],
                    "group": np.array(["", "treatment", "control"])[group[who]],
                    "contacted_at": at.mask(group[who] == 2),
                }
            )
        )
    tables["campaign_contacts"] = pd.concat(contacts, ignore_index=True)

    # care
    tickets = care.make_tickets(seed, 0, visits, lines, t.returns, people, staff)
    both(
        "tickets",
        pd.DataFrame(
            {
                "ticket_id": _ids("H", len(tickets), 5),
                "member_id": _named(member_id, tickets["member"]),
                "store_id": store_id[tickets["store"]],
                "staff_id": _named(staff_id, tickets["staff"]),
                "kind": tickets["kind"],
                "channel": tickets["channel"],
                "sale_id": _named(sale_ids, t.sale_of_order[tickets["order"]]),
                "product_id": _named(product_id, tickets["product"]),
                "opened_at": _time(0, tickets["at"]),
                "first_response_at": _time_or_null(tickets["first"]),
                "closed_at": _time_or_null(tickets["closed"]),
                "status": tickets["status"],
                "satisfaction": tickets["satisfaction"].astype("Int64"),
            }
        ),
        13,
        subject={
            k: [
                phrases.TICKET[k][kind][which % len(phrases.TICKET[k][kind])]
                for kind, which in zip(tickets["kind"], tickets["which"], strict=True)
            ]
            for k in texts
        },
    )
    followups = care.make_followups(seed, 0, visits, lines, products, people, staff)
    tables["followups"] = pd.DataFrame(
        {
            "followup_id": _ids("F", len(followups), 5),
            "member_id": _named(member_id, followups["member"]),
            "store_id": store_id[followups["store"]],
            "staff_id": _named(staff_id, followups["staff"]),
            "sale_id": _named(sale_ids, t.sale_of_order[followups["order"]]),
            "product_id": _named(product_id, followups["product"].fillna(-1)),
            "kind": followups["kind"],
            "due_on": _day(followups["due"]),
            "done_on": _day_or_null(followups["done"]),
            "outcome": followups["outcome"],
            "next_step": followups["next_step"],
        }
    )
    deals, history = care.make_opportunities(seed, 0, people, t.last_day, products, staff)
    deal_ids = _ids("O", len(deals), 5)
    tables["opportunities"] = pd.DataFrame(
        {
            "opportunity_id": deal_ids,
            "member_id": _named(member_id, deals["member"]),
            "store_id": store_id[deals["store"]],
            "staff_id": _named(staff_id, deals["staff"]),
            "product_id": _named(product_id, deals["product"]),
            "value": _yuan(deals["value"]),
            "stage": deals["stage"],
            "opened_on": _day(deals["opened"]),
            "closed_on": _day_or_null(deals["closed"]),
            "next_action_on": _day_or_null(deals["next_day"]),
            "lost_reason": deals["lost_reason"],
        }
    )
    tables["opportunity_stages"] = pd.DataFrame(
        {
            "opportunity_id": deal_ids[history["opportunity"]],
            "stage": history["stage"],
            "entered_at": _time(history["day"], history["minute"]),
        }
    )
    events = browse.make_browsing(seed, 0, visits, lines, people, t.last_day, products)
    tables["browsing"] = pd.DataFrame(
        {
            "session_id": _ids("B", int(events["session"].max()) + 1, 6)[events["session"]],
            "member_id": _named(member_id, events["member"]),
            "at": _time(events["day"], events["minute"], events["second"]),
            "channel": events["channel"],
            "product_id": product_id[events["product"]],
            "event": events["event"],
        }
    )

    for frames in (tables, *texts.values()):
        for name, frame in frames.items():
            frames[name] = _tidy(frame)
    return Shop(tables, texts, {"trade": t, "surveys": surveys, "waited": waited})


def _stock_table(stock: dict[str, np.ndarray], store_id, product_id, days: int = 365):
    """The last `days` of the stock book, one row per store, carried product and day."""
    part = {name: values[:, :, -days:] for name, values in stock.items()}
    store, product, day = np.nonzero(part["on_hand"] >= 0)
    return pd.DataFrame(
        {
            "store_id": store_id[store],
            "product_id": product_id[product],
            "date": _day(day + DAY0 + DAYS - days),
            **{name: values[store, product, day] for name, values in part.items()},
        }
    )


def _comment_texts(comments: pd.DataFrame, products: pd.DataFrame, language: str) -> list[str]:
    names = products[f"name_{language}"].to_numpy()
    about = phrases.COMMENT_PRODUCT[language]
    shop = phrases.COMMENT_SHOP[language]
    return [
        (about if p >= 0 else shop)[tone][which % len((about if p >= 0 else shop)[tone])].format(
            name=names[p]
        )
        for p, tone, which in zip(
            comments["product"], comments["tone"], comments["which"], strict=True
        )
    ]


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Final dtypes: str for ids, codes and texts, int64 for counts, microseconds for times."""
    frame = frame.reset_index(drop=True)
    for column in frame.columns:
        kind = frame[column].dtype
        if pd.api.types.is_object_dtype(kind):
            frame[column] = frame[column].astype("str")
        elif kind.kind == "M":
            frame[column] = frame[column].astype("datetime64[us]")
        elif kind.kind in "iu" and kind != "Int64":
            frame[column] = frame[column].astype("int64")
    return frame
