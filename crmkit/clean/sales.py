"""A clean table of sales lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit.clean.columns import (
    MENDED,
    clean_amounts,
    clean_codes,
    clean_ids,
    clean_moments,
    clean_people,
    different_texts,
    mend_ids,
    renamed,
    set_aside_duplicates,
    set_aside_furniture,
    set_aside_tests,
    tell_once,
    tidy_all_text,
)
from crmkit.clean.frames import as_text, is_text
from crmkit.clean.pieces import cleaned
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.clean.values import SHOP_TIME_ZONE, clean_numbers, decimal_of
from crmkit.data.reading.kinds import decimal_comma_told, thousands_perhaps
from crmkit.data.receipts import repeated_in, told_of, walk_ins
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.tables import (
    TableError,
    arguments,
    as_date,
    closest,
    missing_column,
    open_frame,
)

IDS = ("sale_id", "store_id", "staff_id", "member_id", "product_id", "promotion_id", "return_of")
MONEY = ("list_price", "discount", "amount", "cost")
CENT = 0.0051
RULES = (
    "header_row", "total_row", "test_row", "cancelled", "placeholder", "letter_for_digit", "swapped",
    "date_future", "store_missing", "amount_scale", "amount_sign", "duplicate_row", "id_missing",
    "date_missing", "quantity_missing", "price_negative", "amount_missing", "receipt_repeats",
)  # fmt: skip
"""The rules of `clean_sales` that can be switched off; the others only read what is written."""

_CANCELLED = r"(?i).*(?:取消|作废|关闭|cancel|void).*"
_CURRENCIES = {
    "HKD": r"(?i:hk\$|hkd)|港",
    "TWD": r"(?i:nt\$|twd)",
    "SGD": r"(?i:s\$|sgd)",
    "USD": r"\$|(?i:usd)|美",
    "CNY": r"[¥￥]|元|(?i:rmb|cny)",
    "EUR": r"€|(?i:eur)",
    "GBP": r"£|(?i:gbp)",
}


@arguments.checked
def clean_sales(
    sales: Any,
    *,
    today: date | str | None = None,
    country: str = "CN",
    day_first: bool | None = None,
    time_zone: str = SHOP_TIME_ZONE,
    decimal: str | None = None,
    drop_identical: bool = True,
    without: Sequence[str] = (),
    **columns: str,
) -> tuple[Any, CleaningReport]:
    """Sales lines one can add up, and a report of everything that was done to them.

    Repaired: stray spaces, full-width digits, dates, numbers with ¥ or 元, phones, e-mails, a name
    and a phone in each other's column, the letter O in ids, a store that the sale's other lines or
    its cashier tell, an amount that is 10 or 100 times (in fen) what quantity × price − discount
    gives, or has the wrong sign. Emptied: phones and e-mails that cannot be. Set aside: headings
    and totals among the rows, test sales, cancelled orders, exact duplicates, lines without number,
    date, quantity or amount, negative prices (a bought line with a negative amount, too, and a
    return with a positive one). Only told: other amounts that do not fit, returns without a reason.
    Lines with a negative quantity are returns, and stay.

    Receipt numbers that begin again in every store, at every till or each day become store, till or
    day and number.

    A scanned file of any length is cleaned piece by piece: see `crmkit.clean`.

    Parameters
    ----------
    sales
        Any kind of table, one row per line, with the columns of the contract as far as they are
        there (sale_id, sold_at, quantity, amount …), and phone, email, name or status where an
        export has them.
    today, country, day_first, time_zone
        As in `clean_members`.
    decimal
        The mark before the cents ("." or ","; None: what the unmistakable amounts have).
    drop_identical
        Two equal lines may be two pieces rung up one by one: False keeps them.
    without
        Rules to switch off, by their code (RULES): ``["test_row", "amount_scale"]``. The report
        then says of each how many lines it would have touched.
    **columns
        Other names of theirs: ``sale_id="小票号"``.

    Returns
    -------
    ``(sales, report)``, the table of the same kind.

    Raises
    ------
    TableError
        When it is no table, a named column, sale_id or sold_at is not there, or amounts are marked
        with different currencies.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "sale_id": ["T1", "T1"], "sold_at": ["2025/3/5 10:00"] * 2, "quantity": ["１", "2"],
    ...     "list_price": ["￥9.50", "3.00"], "amount": ["9.50", "600"]})
    >>> lines, report = clean_sales(raw)
    >>> lines["amount"].tolist(), report.count("amount_scale")
    ([9.5, 6.0], 1)
    """
    day = date.today() if today is None else as_date(today)
    lines = renamed(sales, columns)
    present = open_frame(lines).collect_schema().names()
    for column in ("sale_id", "sold_at"):
        if column not in present:
            raise missing_column("sales", column, present)

    off = _switched_off(without) | (frozenset() if drop_identical else {"duplicate_row"})

    def steps(cleaning: Cleaning) -> None:
        tidy_all_text(cleaning)
        cleaning.shared["decimal"] = (
            decimal or cleaning.shared.get("decimal") or decimal_of(*_texts_of_money(cleaning))
        )
        if decimal is None:
            _tell_decimal(cleaning)
        set_aside_furniture(cleaning, {name: columns.get(name, name) for name in cleaning.frame})
        set_aside_tests(cleaning, "sale_id", "name", "product_name")
        _one_currency(cleaning)
        if cleaning.has("status") and is_text(cleaning.frame["status"]):
            cancelled = as_text(cleaning.frame["status"]).str.fullmatch(_CANCELLED)
            cleaning.set_aside("cancelled", cancelled, "status")
        clean_ids(cleaning, *IDS)
        for column in MENDED:
            mend_ids(cleaning, column)
        _walk_ins(cleaning)
        clean_people(cleaning, day, country, day_first, time_zone)
        clean_moments(cleaning, "sold_at", day_first=day_first, time_zone=time_zone, today=day)
        clean_amounts(cleaning, "quantity", whole=True)
        for column in MONEY:
            clean_amounts(cleaning, column)
        for column in ("channel", "return_reason"):
            clean_codes(cleaning, column)
        _store_of_the_sale(cleaning)
        _amounts_that_fit(cleaning)
        set_aside_duplicates(cleaning)  # last, since mending may make two lines the same
        _lines_that_count(cleaning)
        _receipts_that_repeat(cleaning)

    return cleaned(lines, "sales", steps, ["sale_id"], off)


def _switched_off(without: Sequence[str]) -> frozenset[str]:
    names = [without] if isinstance(without, str) else without
    for name in names if isinstance(names, (list, tuple, set, frozenset)) else [names]:
        if name not in RULES:
            near = closest(name, RULES) if isinstance(name, str) else None
            raise CrmkitError(
                _("There is no rule {name}; those that can be switched off are: {known}.").format(
                    name=repr(name), known=", ".join(RULES)
                )
                + (" " + _("Did you mean {near!r}?").format(near=near) if near else "")
            )
    return frozenset(names)


def _tell_decimal(cleaning: Cleaning) -> None:
    """Which mark was taken for the one before the cents, where it could have been the other."""
    mark = cleaning.shared["decimal"]
    if mark == ",":
        tell_once(cleaning, "decimal", decimal_comma_told())
    for column in filter(cleaning.has, MONEY if mark is None else ()):
        texts = different_texts(cleaning, column)
        if thousands_perhaps(texts):
            told = _("{column}: numbers such as {value} are read with a decimal point; where they are thousands, say decimal=\",\".")  # fmt: skip
            one = next(text for text in texts if "." in text)
            tell_once(cleaning, "decimal", told.format(column=label("column", column), value=one))


def _texts_of_money(cleaning: Cleaning) -> list[pd.Series]:
    held = [cleaning.frame[c] for c in (*MONEY, "quantity") if cleaning.has(c)]
    return [values for values in held if is_text(values)]


def _walk_ins(cleaning: Cleaning) -> None:
    """Empty the members that are nobody: 0, 散客, 99999 …"""
    if cleaning.has("member_id"):
        members = cleaning.frame["member_id"]
        counts = cleaning.shared.get("ids", {}).get("member_id") or members.value_counts().to_dict()
        cleaning.empty("member_id", "placeholder", members.isin(walk_ins(counts)))


def _receipts_that_repeat(cleaning: Cleaning) -> None:
    """Make one sale of one sale_id, where the numbers begin again in every store or each day."""
    frame = cleaning.frame
    lines = frame[cleaning.kept & frame["sale_id"].notna()]
    if not len(lines):
        return
    parts = cleaning.shared.get("receipts") or repeated_in(nw.from_native(lines))
    if not parts:
        return
    cleaning.shared["receipts"] = parts
    if "receipt_repeats" not in cleaning.off:
        cleaning.notes.append(told_of(parts))
    texts = [
        frame[name].dt.strftime("%Y-%m-%d") if name == "sold_at" else as_text(frame[name])
        for name in parts
    ]
    whole = as_text(frame["sale_id"])
    for text in reversed(texts):
        whole = (text + "-" + whole).where(text.notna(), whole)
    named = cleaning.kept & frame["sale_id"].notna()
    faults = pd.Series(None, index=frame.index, dtype=object).mask(named, "receipt_repeats")
    cleaning.replace("sale_id", whole.where(named, as_text(frame["sale_id"])), faults)


def _one_currency(cleaning: Cleaning) -> None:
    """Refuse amounts marked with different currencies: nobody may add them up."""
    marked: Counter[str] = cleaning.shared.setdefault("currencies", Counter())
    for column in MONEY:
        if not cleaning.has(column) or not is_text(cleaning.frame[column]):
            continue
        texts = as_text(cleaning.frame[column][cleaning.kept])
        for currency, mark in _CURRENCIES.items():
            hit = texts.str.contains(mark, regex=True).astype("boolean").fillna(False)
            if hit.any():
                marked[currency] += int(hit.sum())
                texts = texts[~hit]
    if cleaning.has("currency"):
        marked.update(map(str, cleaning.frame["currency"][cleaning.kept].dropna()))
    if len(marked) > 1:
        raise TableError(
            _(
                "The amounts are in {n} currencies ({counts}): amounts of different "
                "currencies must not be added. Convert them, or keep the rows of one."
            ).format(
                n=len(marked),
                counts=", ".join(f"{name}: {n:,}" for name, n in marked.most_common()),
            )
        )


def _store_of_the_sale(cleaning: Cleaning) -> None:
    """Fill a missing store from the sale's other lines, else from the one store of its cashier."""
    if not cleaning.has("store_id"):
        return
    for key in ("sale_id", "staff_id"):
        frame = cleaning.frame
        missing = frame["store_id"].isna() & cleaning.kept
        if not cleaning.has(key) or not missing.any():
            continue
        known = frame.loc[cleaning.kept & frame["store_id"].notna() & frame[key].notna()]
        stores = known.groupby(key)["store_id"].agg(["first", "nunique"])
        one = stores.loc[stores["nunique"] == 1, "first"]
        found = frame[key].map(one)
        filled = missing & found.notna()
        faults = pd.Series(None, index=frame.index, dtype=object).mask(filled, "store_missing")
        cleaning.replace("store_id", frame["store_id"].where(~filled, found), faults)
    cleaning.note("store_missing", "store_id", cleaning.frame["store_id"].isna())


def _amounts_that_fit(cleaning: Cleaning) -> None:
    """Reckon amounts that are missing, ten- or hundredfold or of the wrong sign; tell the others."""
    if not (cleaning.has("quantity") and cleaning.has("list_price")):
        return
    frame = cleaning.frame
    pieces = frame["quantity"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    price = frame["list_price"].to_numpy(dtype=float, na_value=np.nan)
    off = (
        frame["discount"].fillna(0).to_numpy(dtype=float, na_value=0)
        if cleaning.has("discount")
        else np.zeros(len(frame))
    )
    right = pd.Series((pieces * price - off).round(2), index=frame.index)
    if not cleaning.has("amount"):
        frame["amount"] = right
        return
    amount = frame["amount"].astype("float64")
    fault = pd.Series(None, index=frame.index, dtype=object)
    wrong = right.notna() & ((amount - right).abs() > CENT)
    scaled = pd.Series(False, index=frame.index)
    discounts_known = cleaning.has("discount")
    # without a discount column a tenth of the price may be true; ten times the price is not
    for factor in (10, 100, 0.1, 0.01) if discounts_known else (10, 100):
        scaled |= wrong & (right != 0) & ((amount - right * factor).abs() <= CENT)
    negated = wrong & ((amount + right).abs() <= CENT)
    fault[scaled] = "amount_scale"
    fault[negated] = "amount_sign"
    fault[right.notna() & amount.isna()] = "amount_missing"
    mended = fault.notna()
    if mended.any():
        cleaning.replace("amount", amount.where(~mended, right), fault)
    if discounts_known:
        cleaning.note("amount_mismatch", "amount", wrong & ~mended)


def set_aside_negative_prices(cleaning: Cleaning) -> None:
    """Set aside bought lines with a negative amount, and returned ones with a positive."""
    if cleaning.has("quantity") and cleaning.has("amount"):
        pieces, money = (
            clean_numbers(cleaning.frame[column])[0] for column in ("quantity", "amount")
        )
        against = (pieces > 0) & (money < 0) | (pieces < 0) & (money > 0)
        cleaning.set_aside("price_negative", against, "amount")


def _lines_that_count(cleaning: Cleaning) -> None:
    frame = cleaning.frame
    cleaning.set_aside("id_missing", frame["sale_id"].isna(), "sale_id")
    cleaning.set_aside("date_missing", frame["sold_at"].isna(), "sold_at")
    if cleaning.has("quantity"):
        quantity = frame["quantity"].astype("Float64")
        cleaning.set_aside("quantity_missing", quantity.isna() | (quantity == 0), "quantity")
    if cleaning.has("list_price"):
        cleaning.set_aside("price_negative", frame["list_price"] < 0, "list_price")
    if cleaning.has("amount"):
        cleaning.set_aside("amount_missing", cleaning.frame["amount"].isna(), "amount")
    set_aside_negative_prices(cleaning)
    if cleaning.has("return_reason") and cleaning.has("quantity"):
        returned = frame["quantity"].astype("Float64") < 0
        cleaning.note("reason_missing", "return_reason", returned & frame["return_reason"].isna())
