"""What came back over the counter and what waiting cost: the figures."""

from functools import lru_cache
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import data, kpi, rates
from crmkit.codes import QUALITY_REASONS

STORE, LIKE_IT = "S03", "S04"
"""The store that once took in cheaper goods, and the one like it that did not."""


HALF_YEAR = ("2024-07-01", "2024-12-31")


FAMILIES = ("lunch_boxes", "cups_bottles", "charging", "audio")


PRODUCTS = ("P0140", "P0225", "P0133", "P0177")
"""The half-year and the shelves the lesson looks at: what came back most often, what is worst for
the number sold, and two beside them."""


WAITED = (("2", 0, 2), ("4", 2, 4), ("6", 4, 6), ("8", 6, 8), ("more", 8, 999))
"""How long people waited to pay: minutes, above the first and up to the second."""


ANSWERED = (("hour", 0, 1), ("four", 1, 4), ("later", 4, 9999))
"""How soon a complaint got its first answer: hours, above the first and up to the second."""


REGULAR_SINCE, RETURN_SINCE = "2025-01-01", "2025-05-01"


def faulty(
    by: list[str], *, sales: Any = None, since: str | None = None, until: str | None = None
) -> Any:
    """How much of what was sold came back because of the goods, at the two stores.

    `by`: any of store_id, family, product_id, quarter (of the sale and of the return). `sales`:
    one's own in place of the course shop's. Returns a frame, a row a group: faulty (pieces that
    came back as not durable, unreliable or of poor performance), sold (pieces), faulty_share
    (0 to 1), low and high (95 % interval, Wilson).
    """
    import pandas as pd

    sales = data.load("sales") if sales is None else sales
    lines = sales[sales["store_id"].isin([STORE, LIKE_IT])]
    if since is not None:
        lines = lines[lines["sold_at"] >= since]
    if until is not None:
        lines = lines[lines["sold_at"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    family = data.load("products").set_index("product_id")["family"]
    when = lines["sold_at"].dt
    lines = lines.assign(
        family=lines["product_id"].map(family),
        quarter=when.year.astype("str") + "-Q" + when.quarter.astype("str"),
        sold=lines["quantity"].clip(lower=0),
        faulty=(-lines["quantity"]).where(lines["return_reason"].isin(QUALITY_REASONS), 0),
    )
    counts = lines.groupby(by, as_index=False)[["faulty", "sold"]].sum()
    return rates.answer(nw.from_native(counts).lazy(), by, counts, "faulty_share", "faulty", "sold")


def reasons(sales: Any = None) -> Any:
    """Why lunch boxes came back to the store in the half-year: return_reason and pieces, most first."""
    import pandas as pd

    sales = data.load("sales") if sales is None else sales
    family = data.load("products").set_index("product_id")["family"]
    since, until = HALF_YEAR
    mine = sales[
        (sales["store_id"] == STORE)
        & (sales["quantity"] < 0)
        & (sales["product_id"].map(family) == FAMILIES[0])
        & (sales["sold_at"] >= since)
        & (sales["sold_at"] < pd.Timestamp(until) + pd.Timedelta(days=1))
    ]
    found = (-mine.groupby("return_reason")["quantity"].sum()).rename("pieces").reset_index()
    return found.sort_values(
        ["pieces", "return_reason"], ascending=[False, True], ignore_index=True
    )


def waiting(surveys: Any = None) -> Any:
    """How many were satisfied with the service, by how long they waited to pay.

    What `kpi.csat` gives by ``waiting``, in the order of `WAITED`.
    """
    surveys = data.load("surveys") if surveys is None else surveys
    return _grouped(surveys, surveys["waited"], WAITED)


def answered(tickets: Any = None) -> Any:
    """How many complainants were satisfied in the end, by how soon they got a first answer.

    What `kpi.csat` gives of the complaints' satisfaction by ``waiting``, in the order of `ANSWERED`.
    """
    tickets = data.load("tickets") if tickets is None else tickets
    mine = tickets[tickets["kind"] == "complaint"]
    hours = (mine["first_response_at"] - mine["opened_at"]).dt.total_seconds() / 3600
    return _grouped(mine.rename(columns={"satisfaction": "csat_service"}), hours, ANSWERED)


def _grouped(asked: Any, waited: Any, groups: Any) -> Any:
    import pandas as pd

    edges = [groups[0][1], *(until for _name, _from, until in groups)]
    names = [name for name, _from, _until in groups]
    group = pd.cut(waited, edges, labels=names, include_lowest=True).astype("object")
    asked = asked.assign(waiting=group)[group.notna()]
    found = kpi.csat(asked, by="waiting").set_index("waiting").loc[names]
    return found.reset_index()


def regular(sales: Any = None) -> dict[str, Any]:
    """The member on the card: a regular with one clear favourite who lately had trouble with goods.

    member_id, orders (this half-year), favourite (category), favourite_share (of what they spent),
    last_visit, returned (product_id), returned_on, reason.
    """
    sales = data.load("sales") if sales is None else sales
    here = sales[(sales["store_id"] == "S01") & sales["member_id"].notna()]
    bought = here[(here["quantity"] > 0) & (here["sold_at"] >= REGULAR_SINCE)]
    category = data.load("products").set_index("product_id")["category"]
    spent = bought.assign(category=bought["product_id"].map(category))
    spent = spent.groupby(["member_id", "category"])["amount"].sum().unstack(fill_value=0.0)
    favourite = spent.max(axis=1) / spent.sum(axis=1)
    back = here[here["return_reason"].isin(QUALITY_REASONS) & (here["sold_at"] >= RETURN_SINCE)]
    orders = bought.groupby("member_id")["sale_id"].nunique().rename("orders").reset_index()
    fit = orders[
        orders["member_id"].isin(favourite.index[favourite >= 0.5])
        & orders["member_id"].isin(back["member_id"])
    ].sort_values(["orders", "member_id"], ascending=[False, True])
    who = fit["member_id"].iloc[0]
    last = back[back["member_id"] == who].sort_values("sold_at").iloc[-1]
    return {
        "member_id": who,
        "orders": int(fit["orders"].iloc[0]),
        "favourite": spent.loc[who].idxmax(),
        "favourite_share": float(favourite[who]),
        "last_visit": bought.loc[bought["member_id"] == who, "sold_at"].max(),
        "returned": last["product_id"],
        "returned_on": last["sold_at"],
        "reason": last["return_reason"],
    }


@lru_cache(maxsize=1)
def half_year() -> tuple[Any, Any]:
    since, until = HALF_YEAR
    return tuple(
        faulty(["store_id", by], since=since, until=until) for by in ("family", "product_id")
    )


@lru_cache(maxsize=1)
def by_quarter() -> Any:
    family = data.load("products").set_index("product_id")["family"]
    sales = data.load("sales")
    return faulty(
        ["store_id", "quarter"], sales=sales[sales["product_id"].map(family).isin(FAMILIES)]
    )


known_reasons, known_regular = lru_cache(maxsize=1)(reasons), lru_cache(maxsize=1)(regular)


known_waiting, known_answered = lru_cache(maxsize=1)(waiting), lru_cache(maxsize=1)(answered)
