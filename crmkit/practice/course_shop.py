"""The course shop as a practice shop: one store's recent past, ready for the next morning's work.

The past is written into the ledgers as it happened (through the same key ring, with running
balances), so that the books add up; from the opening on, everybody goes through the desks.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, update

from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import gettext as _
from crmkit.practice import chain, schema
from crmkit.practice.clock import FixedClock, day_bounds, local_day
from crmkit.practice.engine import in_a_hurry, writing
from crmkit.practice.goods import initials
from crmkit.practice.people import new_card, sealed_columns
from crmkit.practice.shop import Shop

ZONE = ZoneInfo("Asia/Shanghai")
OPENING = datetime(2025, 7, 1, 9, 0, tzinfo=ZONE).astimezone(UTC)
HOME, NEIGHBOUR = "S01", "S02"
RECENT_DAYS = 14
A_YEAR_AGO = (date(2024, 6, 28), date(2024, 7, 4))
SLEEPING_DAYS, SLEEPERS = 45, 250
POINTS_PER_100_YUAN = {level.code: level.points_per_100_yuan for level in LEVEL_STEPS}
VALID = timedelta(days=365)
CAMPAIGN = "C00"


class CourseShop:
    """The rows of the course data that this shop knows, read by DuckDB: pandas is not needed."""

    def table(self, name: str, where: str = "TRUE", **values: object) -> list[dict]:
        """The rows of a table that fit, with None for what is missing."""
        from crmkit.data.load import file_of

        found = self._engine.execute(
            f"SELECT * FROM read_parquet($file) WHERE {where}",
            {"file": str(file_of(name)), **values},
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @cached_property
    def _engine(self):
        import duckdb

        return duckdb.connect()

    @cached_property
    def sales(self) -> dict[str, list[dict]]:
        """Lines of the store's sales and returns in the window, by document, in order."""
        last = OPENING.astimezone(ZONE).date()
        documents: dict[str, list[dict]] = defaultdict(list)
        for row in self.table(
            "sales",
            "store_id = $home AND (sold_at::DATE >= $recent AND sold_at::DATE < $last"
            " OR sold_at::DATE BETWEEN $from_day AND $to_day)",
            home=HOME,
            recent=last - timedelta(days=RECENT_DAYS),
            last=last,
            from_day=A_YEAR_AGO[0],
            to_day=A_YEAR_AGO[1],
        ):
            documents[row["sale_id"]].append(row)
        return dict(documents)

    @cached_property
    def payments(self) -> dict[str, dict[str, int]]:
        paid: dict[str, dict[str, int]] = defaultdict(dict)
        for one in self.table("payments", "sale_id IN $sales", sales=list(self.sales)):
            so_far = paid[one["sale_id"]].get(one["method"], 0)
            paid[one["sale_id"]][one["method"]] = so_far + cents(one["amount"])
        return dict(paid)

    @cached_property
    def members(self) -> list[dict]:
        """Who bought here lately, and those who last did more than `SLEEPING_DAYS` ago.

        Whoever bought before the books begin but since then would look asleep: they stay out.
        """
        from crmkit.data.load import file_of

        buyers = {line["member_id"] for lines in self.sales.values() for line in lines} - {None}
        return self.table(
            "members",
            "member_id IN $buyers OR member_id IN (SELECT member_id FROM read_parquet($sales)"
            " WHERE member_id LIKE 'M%' GROUP BY member_id"
            " HAVING max(sold_at) < $asleep AND mode(store_id) = $home"
            " ORDER BY max(sold_at) DESC, member_id LIMIT $most)",
            home=HOME,
            buyers=list(buyers),
            sales=str(file_of("sales")),
            asleep=(OPENING - timedelta(days=SLEEPING_DAYS)).replace(tzinfo=None),
            most=SLEEPERS,
        )


def cents(yuan: float | None) -> int | None:
    return None if yuan is None else round(yuan * 100)


def utc(local: datetime | None) -> datetime | None:
    return None if local is None else local.replace(tzinfo=ZONE).astimezone(UTC)


def build(path: Path) -> Shop:
    """Make the course shop in this file, with its clock standing at the opening."""
    course = CourseShop()
    stores = {row["store_id"]: row for row in course.table("stores")}
    staff = course.table("staff", "store_id IN $stores", stores=[HOME, NEIGHBOUR])
    shop = Shop.create(
        path,
        name=stores[HOME]["name"],
        store=(HOME, stores[HOME]["name"]),
        owner=("T0001", _("Trainer")),
        kind="practice",
        scene="course",
        clock=FixedClock(OPENING),
    )
    in_a_hurry(shop.engine)
    with writing(shop.engine) as connection:
        _Past(connection, shop, course).write(stores, staff)
        chain.append(
            connection,
            shop.keys,
            at=OPENING,
            staff_id="T0001",
            store_id=HOME,
            action="shop.load",
            outcome="done",
            subject=None,
            detail={},
        )
    _what_is_on(shop)
    return shop


class _Past:
    """Writes the store's past into its tables, each with one insert."""

    def __init__(self, connection: Connection, shop: Shop, course: CourseShop):
        self.connection, self.keys, self.course = connection, shop.keys, course
        self.sold: dict[str, dict] = {}
        self.returned: list[dict] = []
        self.back_before: set[tuple[int, int]] = set()

    def rows(self, table, rows: list[dict]) -> None:
        if rows:
            said = table.info.get("said")  # of the past nobody remembers why
            self.connection.execute(
                insert(table), [{k: v for k, v in row.items() if k != said} for row in rows]
            )

    def seal(self, table, column: str, key, value: str | None) -> str | None:
        """As `Tx.seal`: this object stands in for the transaction when members are sealed."""
        return self.keys.seal(value, f"{table.name}.{column}:{key}")

    def write(self, stores: dict[str, dict], staff: list[dict]) -> None:
        self.connection.execute(update(schema.shop).values(clock_at=OPENING))
        self._stores(stores)
        self._staff(staff)
        self._goods()
        self._members()
        self._sales()
        self._stock()
        self._points()
        self._desk_work()

    def _stores(self, stores: dict[str, dict]) -> None:
        for one in stores.values():
            about = {
                "name": one["name"],
                "district": one["district"],
                "size": int(one["size"]),
                "climate": one["climate"],
                "spending_level": one["spending_level"],
            }
            if one["store_id"] == HOME:
                self.connection.execute(update(schema.store).values(about))
            else:
                self.rows(schema.store, [about | {"id": one["store_id"]}])
                self.rows(
                    schema.location,
                    [{"id": one["store_id"], "kind": "store", "store_id": one["store_id"]}],
                )

    def _staff(self, staff: list[dict]) -> None:
        self.staff_here = {one["staff_id"] for one in staff}
        self.a_seller = next(
            one["staff_id"] for one in staff if (one["store_id"], one["role"]) == (HOME, "sales")
        )
        self.rows(
            schema.staff,
            [
                {
                    "id": one["staff_id"],
                    "name": one["name"],
                    "home_store_id": one["store_id"],
                    "active": True,
                }
                for one in staff
            ],
        )
        self.rows(
            schema.staff_role,
            [
                {
                    "staff_id": one["staff_id"],
                    "role_id": one["role"],
                    "store_id": one["store_id"],
                }
                for one in staff
            ],
        )

    def _goods(self) -> None:
        self.rows(
            schema.product,
            [
                {
                    "id": one["product_id"],
                    "name": one["name"],
                    "category": one["category"],
                    "family": one["family"],
                    "brand": one["brand"],
                    "list_price": cents(one["list_price"]),
                    "cost": cents(one["cost"]),
                    "launched_on": one["launched_on"].date(),
                    "shelf": one["shelf"],
                    "initials": initials(one["name"]),
                    "barcode": f"69{int(one['product_id'][1:]):010d}",
                    "active": True,
                }
                for one in self.course.table("products")
            ],
        )
        offers = [
            {
                "id": one["promotion_id"],
                "name": one["name"],
                "kind": one["kind"],
                "category": one["category"],
                "threshold": cents(one["threshold"]),
                "amount_off": cents(one["amount_off"]),
                "percent_off": one["percent_off"],
                "gift_product_id": one["gift_product_id"],
                "level": None,
                "coupon_only": False,
                "starts_on": one["starts_on"].date(),
                "ends_on": one["ends_on"].date(),
            }
            for one in self.course.table("promotions")
        ]
        offers.append(
            {
                "id": CAMPAIGN,
                "name": _("Members only"),
                "kind": "percent_off",
                "category": None,
                "threshold": None,
                "amount_off": None,
                "percent_off": 5,
                "gift_product_id": None,
                "level": None,
                "coupon_only": True,
                "starts_on": date(2023, 1, 1),
                "ends_on": date(2025, 6, 30),
            }
        )
        self.rows(schema.promotion, offers)

    def _members(self) -> None:
        members = self.course.members
        self.joined = {one["member_id"]: utc(one["joined_at"]) for one in members}
        self.level = {one["member_id"]: one["level"] for one in members}
        rows, consents = [], []
        for one in members:
            number = one["member_id"]
            birth = one["birth_date"]
            rows.append(
                {
                    "id": number,
                    "survivor_id": number,
                    "status": "live",
                    "gender": one["gender"],
                    "district": one["district"],
                    "occupation": one["occupation"],
                    "household": one["household"],
                    "level": one["level"],
                    "joined_at": self.joined[number],
                    "home_store_id": one["home_store_id"],
                }
                | sealed_columns(
                    self,
                    number,
                    name=one["name"],
                    phone=one["phone"],
                    email=one["email"],
                    card=new_card(number),
                    birth_date=None if birth is None else birth.date(),
                )
            )
            if one["consent_marketing"]:
                consents += [
                    {
                        "at": self.joined[number],
                        "member_id": number,
                        "purpose": "marketing",
                        "channel": channel,
                        "given": True,
                        "source": "registration",
                        "staff_id": "T0001",
                    }
                    for channel in schema.MESSAGE_CHANNELS
                ]
        self.rows(schema.member, rows)
        self.rows(schema.consent_event, consents)
        highest = max(int(number[1:]) for number in self.joined)
        self.rows(schema.counter, [{"name": "member", "value": max(highest, 6000)}])
        self.rows(
            schema.referral,
            [
                {
                    "at": utc(one["at"]),
                    "member_id": one["member_id"],
                    "joined_member_id": joined,
                    "joined_at": utc(one["at"]) if joined else None,
                }
                for one in self.course.table("referrals")
                if one["member_id"] in self.joined
                for joined in [
                    one["joined_member_id"] if one["joined_member_id"] in self.joined else None
                ]
            ],
        )

    def _sales(self) -> None:
        """Sales with lines, offers and payments; returns of sales that were not paid in points."""
        sales, lines, offers, payments = [], [], [], []
        back_lines, refunds = [], []
        for document, content in self.course.sales.items():
            first = content[0]
            if first["quantity"] < 0:
                self._return(document, content, back_lines, refunds)
                continue
            number = int(document[1:])
            paid = dict(self.course.payments.get(document, {}))
            member = first["member_id"]
            points = paid.pop("points", 0) if member else 0
            gross = sum(cents(one["list_price"]) * one["quantity"] for one in content)
            total = sum(cents(one["amount"]) for one in content)
            earned = 0
            if member:
                earned = (total - points) * POINTS_PER_100_YUAN[self.level[member]] // 10_000
            sale = {
                "id": number,
                "at": utc(first["sold_at"]),
                "store_id": HOME,
                "staff_id": self._who(first["staff_id"]),
                "member_id": member,
                "channel": first["channel"],
                "gross": gross,
                "discount": gross - total,
                "total": total,
                "paid": total - points,
                "points_value": points,
                "points_paid": points,
                "points_earned": earned,
                "external_id": document,
            }
            sales.append(sale)
            self.sold[document] = sale | {"lines": content}
            given: dict[str, int] = defaultdict(int)
            for place, one in enumerate(content, start=1):
                list_price = cents(one["list_price"])
                discount = list_price * one["quantity"] - cents(one["amount"])
                promotion = one["promotion_id"] or (CAMPAIGN if discount else None)
                if discount:
                    given[promotion] += discount
                lines.append(
                    {
                        "sale_id": number,
                        "line": place,
                        "product_id": one["product_id"],
                        "quantity": one["quantity"],
                        "list_price": list_price,
                        "discount": discount,
                        "amount": cents(one["amount"]),
                        "cost": round(one["cost"] * 100 / one["quantity"]),
                        "promotion_id": promotion,
                        "is_gift": cents(one["amount"]) == 0 and list_price > 0,
                    }
                )
            offers += [
                {"sale_id": number, "promotion_id": promotion, "discount": off, "coupon_id": None}
                for promotion, off in given.items()
            ]
            payments += [
                {"sale_id": number, "line": place, "method": method, "amount": amount}
                for place, (method, amount) in enumerate(paid.items(), start=1)
                if amount
            ]
        self.rows(schema.sale, sales)
        self.rows(schema.sale_line, lines)
        self.rows(schema.sale_offer, offers)
        self.rows(schema.payment, payments)
        self.rows(schema.sale_return, [one["row"] for one in self.returned])
        self.rows(schema.return_line, back_lines)
        self.rows(schema.refund, refunds)

    def _return(self, document, content, back_lines, refunds) -> None:
        sale = self.sold.get(content[0]["return_of"])
        if sale is None or sale["points_paid"] or len(self.course.payments.get(document, {})) != 1:
            return
        number = len(self.returned) + 1
        parts, taken = [], set()
        for one in content:
            place, line = next(
                (
                    (place, line)
                    for place, line in enumerate(sale["lines"], start=1)
                    if line["product_id"] == one["product_id"]
                    and line["quantity"] >= -one["quantity"]
                    and place not in taken
                    and (sale["id"], place) not in self.back_before
                ),
                (None, None),
            )
            if place is None:
                return
            taken.add(place)
            worth = cents(line["amount"]) * -one["quantity"] // line["quantity"]
            if worth != -cents(one["amount"]):
                return
            parts.append((place, -one["quantity"], worth, one["product_id"]))
        total = sum(worth for _place, _units, worth, _product in parts)
        if total != -sum(self.course.payments[document].values()) or total == 0:
            return
        if sale["id"] in {key for key, _place in self.back_before}:
            return
        self.back_before |= {(sale["id"], place) for place in taken}
        points_taken = sale["points_earned"] * total // max(sale["total"], 1)
        self.returned.append(
            {
                "row": {
                    "id": number,
                    "sale_id": sale["id"],
                    "at": utc(content[0]["sold_at"]),
                    "store_id": HOME,
                    "staff_id": self._who(content[0]["staff_id"]),
                    "kind": "return",
                    "reason": content[0]["return_reason"],
                    "external_id": document,
                    "total": total,
                    "refunded": total,
                    "points_value": 0,
                    "points_missing_value": 0,
                    "points_back": 0,
                    "points_taken": points_taken,
                },
                "parts": parts,
                "sale": sale,
            }
        )
        for place, units, worth, _product in parts:
            back_lines.append(
                {"return_id": number, "line": place, "quantity": units, "amount": worth}
            )
        method = next(iter(self.course.payments[document]))
        refunds.append({"return_id": number, "line": 1, "method": method, "amount": total})

    def _who(self, staff_id: str | None) -> str:
        return staff_id if staff_id in self.staff_here else "T0001"

    def _stock(self) -> None:
        """An opening stock that lets everything happen and ends with what the data says."""
        latest = self.course.table(
            "stock_daily", "date = (SELECT max(date) FROM read_parquet($file))"
        )
        final = {(row["store_id"], row["product_id"]): row["on_hand"] for row in latest}
        events = []
        sold: dict[tuple[str, str], int] = defaultdict(int)
        for sale in self.sold.values():
            for one in sale["lines"]:
                sold[HOME, one["product_id"]] += one["quantity"]
                events.append(
                    (sale["at"], "sale", one["product_id"], one["quantity"], sale["id"], sale)
                )
        for back in self.returned:
            for _place, units, _worth, product in back["parts"]:
                events.append(
                    (back["row"]["at"], "return", product, units, back["row"]["id"], back["row"])
                )
        start = min(at for at, *_rest in events) - timedelta(hours=12)
        opening = []
        for place, product in sorted(set(final) | set(sold)):
            units = final.get((place, product), 0) + sold[place, product]
            if units:
                opening.append((start, "opening", product, units, place, None))
        balance: dict[tuple[str, str], int] = defaultdict(int)
        moves = []

        def move(at, kind, product, units, origin, target, staff, **about):
            balance[origin, product] -= units
            balance[target, product] += units
            moves.append(
                {
                    "at": at,
                    "kind": kind,
                    "product_id": product,
                    "from_id": origin,
                    "to_id": target,
                    "quantity": units,
                    "from_balance": balance[origin, product],
                    "to_balance": balance[target, product],
                    "staff_id": staff,
                    "sale_id": about.get("sale_id"),
                    "return_id": about.get("return_id"),
                }
            )

        for at, kind, product, units, place, _row in opening:
            move(at, kind, product, units, "@supplier", place, "T0001")
        for at, kind, product, units, number, row in sorted(
            events, key=lambda one: (one[0], one[1], one[4], one[2])
        ):
            if kind == "sale":
                move(
                    *(at, kind, product, units, HOME, "@customer", row["staff_id"]),
                    sale_id=number,
                )
            else:
                move(
                    *(at, kind, product, units, "@customer", HOME, row["staff_id"]),
                    return_id=number,
                )
        self.rows(schema.stock_move, moves)

    def _points(self) -> None:
        """Each member's carried-over points, what they earned and paid, in order."""
        paid: dict[str, int] = defaultdict(int)
        for sale in self.sold.values():
            if sale["member_id"]:
                paid[sale["member_id"]] += sale["points_paid"]
        lots, entries = [], []
        left: dict[int, int] = {}

        def post(lot, at, kind, points, staff, **about):
            left[lot] = left.get(lot, 0) + points
            entries.append(
                {
                    "lot_id": lot,
                    "at": at,
                    "kind": kind,
                    "points": points,
                    "lot_balance": left[lot],
                    "staff_id": staff,
                    "sale_id": about.get("sale_id"),
                    "return_id": about.get("return_id"),
                    "reason": about.get("reason"),
                }
            )

        def lot(member, at, expires, sale_id=None):
            number = len(lots) + 1
            lots.append(
                {
                    "id": number,
                    "member_id": member,
                    "earned_at": at,
                    "expires_at": day_bounds(local_day(expires, str(ZONE)), str(ZONE))[1],
                    "sale_id": sale_id,
                }
            )
            return number

        carried = {}
        for place, member in enumerate(sorted(self.joined)):
            points = paid[member] + (place * 37) % 260
            if points:
                at = max(self.joined[member], OPENING - VALID + timedelta(days=place % 60))
                at = min(at, OPENING - timedelta(days=RECENT_DAYS + 5))
                first = datetime(2024, 6, 1, tzinfo=UTC)
                at = first if paid[member] else at
                expires = OPENING + timedelta(days=20 + place % 200)
                carried[member] = lot(member, at, expires)
                post(carried[member], at, "adjust", points, "T0001", reason="carried over")
        for sale in sorted(self.sold.values(), key=lambda one: one["id"]):
            member = sale["member_id"]
            if not member:
                continue
            about = {"sale_id": sale["id"]}
            if sale["points_paid"]:
                post(
                    carried[member],
                    sale["at"],
                    "pay",
                    -sale["points_paid"],
                    sale["staff_id"],
                    **about,
                )
            if sale["points_earned"]:
                sale["lot"] = lot(member, sale["at"], sale["at"] + VALID, sale["id"])
                post(
                    sale["lot"],
                    sale["at"],
                    "earn",
                    sale["points_earned"],
                    sale["staff_id"],
                    **about,
                )
        for back in self.returned:
            row = back["row"]
            if row["points_taken"]:
                post(
                    back["sale"]["lot"],
                    row["at"],
                    "return_earned",
                    -row["points_taken"],
                    row["staff_id"],
                    sale_id=row["sale_id"],
                    return_id=row["id"],
                )
        self.rows(schema.points_lot, lots)
        self.rows(schema.points_entry, entries)

    def _desk_work(self) -> None:
        """Opportunities, tickets and survey answers of the store and its members."""
        self._opportunities()
        self._tickets()
        self._surveys()
        self.rows(
            schema.sales_target,
            [
                {
                    "store_id": HOME,
                    "staff_id": one["staff_id"],
                    "month": one["month"],
                    "revenue": cents(one["revenue"]),
                }
                for one in self.course.table(
                    "targets", "store_id = $home AND month >= '2024-06'", home=HOME
                )
                if one["staff_id"] is None or one["staff_id"] in self.staff_here
            ],
        )
        hours = self.course.table(
            "footfall", "store_id = $home AND hour >= $since", home=HOME, since=date(2025, 5, 1)
        )
        self.rows(schema.footfall, [row | {"hour": utc(row["hour"])} for row in hours])

    def _ours(self, table: str, since: str, column: str) -> list[dict]:
        """Rows of this store about members it knows, from that day on."""
        return self.course.table(
            table,
            f"store_id = $home AND {column} >= $since AND member_id IN $members",
            home=HOME,
            since=date.fromisoformat(since),
            members=list(self.joined),
        )

    def _opportunities(self) -> None:
        deals = {one["opportunity_id"]: one for one in self._ours(*OPPORTUNITIES)}
        names = {one["product_id"]: one["name"] for one in self.course.table("products")}
        stages: dict[str, list[dict]] = defaultdict(list)
        for step in self.course.table(
            "opportunity_stages", "opportunity_id IN $deals", deals=list(deals)
        ):
            stages[step["opportunity_id"]].append(step)
        history = []
        rows = []
        for number, deal in deals.items():
            steps = sorted(stages[number], key=lambda one: one["entered_at"])
            before = None
            for step in steps:
                history.append(
                    {
                        "opportunity_id": int(number[1:]),
                        "at": utc(step["entered_at"]),
                        "staff_id": self._who(deal["staff_id"]),
                        "from_stage": before,
                        "to_stage": step["stage"],
                        "reason": deal["lost_reason"] if step["stage"] == "lost" else None,
                    }
                )
                before = step["stage"]
            over = deal["stage"] in ("won", "lost")
            next_on, place = deal["next_action_on"], int(number[1:])
            rows.append(
                {
                    "id": place,
                    "member_id": deal["member_id"],
                    "store_id": HOME,
                    "staff_id": self._who(deal["staff_id"]),
                    "title_sealed": self.seal(
                        schema.opportunity, "title_sealed", place, names[deal["product_id"]]
                    ),
                    "product_id": deal["product_id"],
                    "amount": cents(deal["value"]),
                    "stage": deal["stage"],
                    "next_action_sealed": self.seal(
                        schema.opportunity,
                        "next_action_sealed",
                        place,
                        None if over else _("get in touch"),
                    ),
                    "next_on": None if over or next_on is None else next_on.date(),
                    "lost_reason": deal["lost_reason"],
                    "opened_at": utc(steps[0]["entered_at"]),
                    "closed_at": utc(steps[-1]["entered_at"]) if over else None,
                }
            )
        self.rows(schema.opportunity, rows)
        self.rows(schema.opportunity_stage, history)

    def _tickets(self) -> None:
        rows, messages = [], []
        for one in self._ours("tickets", "2025-04-01", "opened_at"):
            number = int(one["ticket_id"][1:])
            opened = utc(one["opened_at"])
            settled = one["status"] in ("resolved", "closed")
            rows.append(
                {
                    "id": number,
                    "member_id": one["member_id"],
                    "store_id": HOME,
                    "sale_id": self.sold[one["sale_id"]]["id"]
                    if one["sale_id"] in self.sold
                    else None,
                    "channel": one["channel"],
                    "kind": one["kind"],
                    "subject_sealed": self.seal(
                        schema.ticket, "subject_sealed", number, one["subject"]
                    ),
                    "priority": "high" if one["kind"] == "complaint" else "normal",
                    "status": one["status"],
                    "owner_id": self._who(one["staff_id"]),
                    "opened_at": opened,
                    "first_due_at": opened + timedelta(hours=4),
                    "due_at": opened + timedelta(hours=48),
                    "first_response_at": utc(one["first_response_at"]),
                    "resolved_at": utc(one["closed_at"]) if settled else None,
                    "satisfaction": one["satisfaction"] if settled else None,
                }
            )
            place = len(messages) + 1
            messages.append(
                {
                    "id": place,
                    "ticket_id": number,
                    "at": opened,
                    "direction": "in",
                    "channel": one["channel"],
                    "body_sealed": self.seal(
                        schema.ticket_message, "body_sealed", place, one["subject"]
                    ),
                }
            )
        self.rows(schema.ticket, rows)
        self.rows(schema.ticket_message, messages)

    def _surveys(self) -> None:
        self.rows(
            schema.survey,
            [{"id": 1, "name": _("After the visit"), "kind": "both", "active": True}],
        )
        channels = {"till": "store"}
        invites, answers = [], []
        for one in self._ours("surveys", "2025-05-01", "asked_at"):
            number = len(invites) + 1
            asked = utc(one["asked_at"])
            sale = self.sold.get(one["sale_id"])
            invites.append(
                {
                    "id": number,
                    "survey_id": 1,
                    "member_id": one["member_id"],
                    "sale_id": sale["id"] if sale else None,
                    "channel": channels.get(one["channel"], one["channel"]),
                    "code_token": self.keys.token("survey_code", f"past-{number}"),
                    "asked_at": asked,
                    "expires_at": asked + timedelta(days=14),
                }
            )
            if any(one[score] is not None for score in ("csat_goods", "csat_service", "nps")):
                place = len(answers) + 1
                answers.append(
                    {
                        "id": place,
                        "invite_id": number,
                        "at": asked + timedelta(minutes=10),
                        "csat_goods": one["csat_goods"],
                        "csat_service": one["csat_service"],
                        "nps": one["nps"],
                        "comment_sealed": self.seal(
                            schema.survey_answer, "comment_sealed", place, one["comment"]
                        ),
                    }
                )
        self.rows(schema.survey_invite, invites)
        self.rows(schema.survey_answer, answers)


OPPORTUNITIES = ("opportunities", "2025-04-01", "opened_on")


def _what_is_on(shop: Shop) -> None:
    """This morning's shop: offers, coupons, goods for points, a transfer on its way, two people
    who registered twice, plans for follow-up visits. All through the desks."""
    july = {"starts_on": "2025-07-01", "ends_on": "2025-07-31"}
    offers = shop.offers
    offers.add(
        "J199",
        _("30 off from 199"),
        "threshold",
        threshold=19_900,
        amount_off=3_000,
        **july,
    )
    offers.add(
        "JCARE",
        _("Care 10% off"),
        "percent_off",
        percent_off=10,
        category="personal_care",
        **july,
    )
    offers.add(
        "JGIFT",
        _("Gift from 299"),
        "gift",
        threshold=29_900,
        gift_product_id="P0255",
        **july,
    )
    offers.add(
        "JBIRTH",
        _("Birthday coupon"),
        "threshold",
        threshold=5_000,
        amount_off=1_000,
        coupon_only=True,
        **july,
    )
    with_birthday = shop.marketing.make_segment(
        "july_birthdays", _("Birthdays in July"), {"birthday_month": 7}
    )
    offers.issue("JBIRTH", member_ids=shop.marketing.members_of(with_birthday.id))
    shop.marketing.make_segment(
        "sleeping", _("Not bought for 45 days"), {"not_bought_for_days": SLEEPING_DAYS}
    )
    recent = shop.marketing.make_segment(
        "recent", _("Bought in the last 10 days"), {"bought_within_days": 10}
    )
    plan = shop.followups.plan(
        _("After a purchase"),
        recent.id,
        "product_use",
        _("How do you like what you bought?"),
        every_days=30,
        starts_on="2025-07-01",
        ends_on="2025-09-30",
        here_only=True,
    )
    shop.followups.make_tasks(plan.id)
    for product, points in (("P0255", 500), ("P0175", 900), ("P0009", 1_200)):
        shop.points.set_reward(product, points)
    shop.stock.receive([("P0255", 20)])
    _on_its_way(shop)
    _registered_twice(shop)


def _on_its_way(shop: Shop) -> None:
    keeper = shop.as_staff("T0001", store=NEIGHBOUR)
    plenty = [
        product
        for product in ("P0002", "P0004", "P0010", "P0020", "P0030", "P0040", "P0050", "P0060")
        if keeper.stock.look(product).on_hand >= 5
    ][:3]
    if plenty:
        keeper.stock.send(HOME, [(product, 4) for product in plenty])


def _registered_twice(shop: Shop) -> None:
    """Two members with sales here get a second record: the same name, the same last digits."""
    from sqlalchemy import select

    m = schema.member
    with shop.engine.connect() as connection:
        rows = connection.execute(
            select(m)
            .where(m.c.home_store_id == HOME, m.c.birth_date_sealed.isnot(None))
            .order_by(m.c.id)
            .limit(2)
        ).all()
    for row in rows:
        name = shop.keys.open(row.name_sealed, f"member.name_sealed:{row.id}")
        phone = shop.keys.open(row.phone_sealed, f"member.phone_sealed:{row.id}")
        prefix = "179" if phone[:3] != "179" else "168"
        shop.members.register(name, prefix + phone[3:], gender=row.gender)
