"""The same thing twice: identical rows, and one person known under several ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from crmkit.clean.columns import clean_ids, clean_truth
from crmkit.clean.dates import clean_dates
from crmkit.clean.frames import as_text, is_text, like, to_pandas
from crmkit.clean.pieces import cleaned
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.clean.values import clean_emails, clean_phones
from crmkit.i18n import gettext as _
from crmkit.tables import TableError, arguments, missing_column, open_frame

LARGEST_BLOCK = 30
"""Rows that share a key are compared with each other only up to so many: a phone that 500 members
gave is the shop's own, and comparing all of them would take 500² steps and tell nothing."""

EVIDENCE = ("same", "near", "different", "missing")


# --- identical rows ------------------------------------------------------------------------------


@arguments.checked
def drop_duplicates_exact(
    frame: Any, subset: Sequence[str] | None = None
) -> tuple[Any, CleaningReport]:
    """Every row once: later rows identical to an earlier one are set aside.

    Two sales lines can be identical and both true (the same product scanned twice): look before you
    drop them.

    Parameters
    ----------
    frame
        Any kind of table.
    subset
        The columns that must be identical (default: all).

    Returns
    -------
    ``(frame, report)``, the frame of the same kind, in the same order.

    Raises
    ------
    TableError
        When a column of `subset` is not there.

    Examples
    --------
    >>> frame, report = drop_duplicates_exact(pd.DataFrame({"a": [1, 1, 2]}))
    >>> frame["a"].tolist(), report.rows_set_aside
    ([1, 2], 1)
    """
    present = open_frame(frame).collect_schema().names()
    for column in subset or ():
        if column not in present:
            raise missing_column("table", column, present)
    names = list(subset) if subset is not None else None

    def steps(cleaning: Cleaning) -> None:
        if len(cleaning.frame.columns):
            cleaning.set_aside("duplicate_row", cleaning.frame.duplicated(names))

    return cleaned(frame, "table", steps, names or present)


# --- one person, several ids ---------------------------------------------------------------------


@dataclass(frozen=True)
class Weight:
    """What one field says about two rows being one person, in bits (powers of two of the odds).

    `same` counts more the rarer the value is (between `least` and `most`).
    """

    least: float
    most: float
    near: float
    different: float


WEIGHTS = {
    "phone": Weight(least=10, most=30, near=6, different=-3),
    "email": Weight(least=10, most=30, near=6, different=-2),
    "name": Weight(least=7, most=12, near=3, different=-10),
    "birth_date": Weight(least=11, most=14, near=4, different=-9),
    "district": Weight(least=1, most=2, near=0, different=-1),
    "gender": Weight(least=1, most=1, near=0, different=-5),
}
OWN = 6
"""A phone or e-mail is chosen to be one's own: in two rows it says this many bits more than chance."""


@arguments.checked(at_least=arguments.up_to_all)
def find_duplicate_members(
    members: Any, *, at_least: float = 0.9, largest_block: int = LARGEST_BLOCK
) -> Any:
    """Pairs of rows that are probably one person, across channels, with the evidence.

    Not every row is compared with every other: only those that share a phone, an e-mail, name and
    birth date, name and part of the phone, birth date and the name's beginning. Each field then
    adds its weight of evidence: a rare name counts more than a common one, and a family that shares
    a phone differs in name and birth date. Look at pairs before merging them: two people can be
    that alike.

    Parameters
    ----------
    members
        Any kind of table with a unique member_id and some of phone, email, name, birth_date,
        district, gender (clean it first: `clean_members`).
    at_least
        Pairs below this probability are left out.
    largest_block
        What more rows than this share is no key to compare by.

    Returns
    -------
    A table of the same kind, a row per pair, surest first: member_id, other_id, probability (0–1,
    an estimate), and per field "same", "near" (one digit, one letter, day and month exchanged),
    "different" or "missing".

    Raises
    ------
    TableError
        When there is no member_id, one stands twice, or there is nothing to compare by.

    References
    ----------
    I. P. Fellegi and A. B. Sunter (1969).

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "member_id": ["T1", "W1", "T2"], "name": ["张伟", "张伟", "李娜"],
    ...     "phone": ["14001234567", "14001234567", "14001234567"]})
    >>> find_duplicate_members(rows)[["member_id", "other_id", "name"]].values.tolist()
    [['T1', 'W1', 'same']]
    """
    table = _comparable(to_pandas(members))
    left, right = _candidates(table, largest_block)
    evidence = _compare(table, left, right)
    probability = _probability(table, evidence, left)
    sure = probability >= at_least
    ids = table["member_id"].to_numpy()
    pairs = pd.DataFrame(
        {
            "member_id": ids[left[sure]],
            "other_id": ids[right[sure]],
            "probability": probability[sure].round(4),
        }
        | {field: np.array(EVIDENCE)[codes[sure]] for field, codes in evidence.items()}
    )
    pairs = pairs.sort_values(
        ["probability", "member_id", "other_id"],
        ascending=[False, True, True],
        kind="stable",
        ignore_index=True,
    )
    texts = ["member_id", "other_id", *evidence]
    return like(members, pairs.astype(dict.fromkeys(texts, "str")))


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns to compare by, in one form each."""
    if "member_id" not in frame:
        raise missing_column("members", "member_id", list(frame.columns))
    if not {"phone", "email", "name"} & set(frame.columns):
        raise TableError(
            _("To find members who are one person, the table needs a phone, an e-mail or a name.")
        )
    cleaning = Cleaning(frame, "members")
    clean_ids(cleaning, "member_id")
    ids = as_text(cleaning.frame["member_id"])
    twice = ids[ids.duplicated() & ids.notna()]
    if len(twice) or ids.isna().any():
        raise TableError(
            _(
                "Every member needs an id of their own, but {ids} stands twice or is empty. "
                "Run ck.clean.clean_members first."
            ).format(ids=twice.iloc[0] if len(twice) else "member_id")
        )
    table = pd.DataFrame({"member_id": ids})
    if "phone" in frame:
        table["phone"] = as_text(clean_phones(frame["phone"])[0])
    if "email" in frame:
        table["email"] = as_text(clean_emails(frame["email"])[0])
    if "name" in frame:
        table["spelled"] = as_text(frame["name"]).str.lower().str.strip()
        table["name"] = _plain_names(table["spelled"])
    if "birth_date" in frame:
        table["birth_date"] = clean_dates(frame["birth_date"])[0].dt.normalize()
    for column in ("district", "gender"):
        if column in frame:
            values = as_text(frame[column])
            table[column] = values.mask(values == "undisclosed")
    return table


def _plain_names(names: pd.Series) -> pd.Series:
    """Lower case, Latin names with their words in one order: Wei Li and Li Wei are one name."""
    spaced = names.str.contains(r"[ ,.]", regex=True).fillna(False).astype(bool)
    if spaced.any():
        words = names[spaced].str.replace(r"[,.]", " ", regex=True)
        names = names.copy()
        names[spaced] = words.map(lambda name: " ".join(sorted(name.split())))
    return names.mask(names == "")


def _candidates(table: pd.DataFrame, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows worth comparing, as two arrays of row numbers, left before right, each pair once."""
    nothing = pd.Series(pd.NA, index=table.index, dtype="str")
    phone, email, name, district = (
        table.get(column, nothing) for column in ("phone", "email", "name", "district")
    )
    day = as_text(table["birth_date"].dt.strftime("%Y%m%d")) if "birth_date" in table else nothing
    first = name.str[:1]
    keys = [
        phone,
        email,
        name + "|" + day,
        name + "|" + phone.str[-4:],
        name + "|" + phone.str[:7],
        day + "|" + first,
        day + "|" + district + "|" + first,
        day + "|" + phone.str[-4:],
        name + "|" + email.str.replace(r"@.*", "", regex=True),
    ]
    n = len(table)
    found = [np.empty(0, dtype=np.int64)]
    for key in keys:
        found += [a * n + b for a, b in _within_blocks(key, largest)]
    pairs = np.unique(np.concatenate(found))
    return pairs // max(n, 1), pairs % max(n, 1)


def _within_blocks(key: pd.Series, largest: int) -> list[tuple[np.ndarray, np.ndarray]]:
    codes = pd.factorize(key)[0]
    rows = np.flatnonzero(codes >= 0)
    if not len(rows):
        return []
    rows = rows[np.argsort(codes[rows], kind="stable")]
    block = codes[rows]
    size = np.bincount(block)[block]
    fits = (size > 1) & (size <= largest)
    rows, block = rows[fits], block[fits]
    found = []
    for step in range(1, largest):
        together = block[step:] == block[:-step]
        if not together.any():
            break
        found.append((rows[:-step][together].astype(np.int64), rows[step:][together]))
    return found


def _compare(table: pd.DataFrame, left: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
    """Per field and pair the position in EVIDENCE."""
    near = {"phone": _near_phone, "email": _near_text, "birth_date": _near_day}
    if "name" in table:
        near["name"] = partial(_near_name, table["spelled"])
    evidence = {}
    for field in WEIGHTS:
        if field not in table:
            continue
        codes = pd.factorize(table[field])[0]
        a, b = codes[left], codes[right]
        found = np.where((a < 0) | (b < 0), 3, np.where(a == b, 0, 2)).astype(np.int8)
        if field in near:
            open_ones = np.flatnonzero(found == 2)
            close = near[field](table[field], left[open_ones], right[open_ones])
            found[open_ones[close]] = 1
        evidence[field] = found
    return evidence


def _near_phone(phones: pd.Series, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """One digit wrong, or two neighbours exchanged."""
    digits = phones.fillna("").to_numpy(dtype="S16").view(np.uint8).reshape(len(phones), 16)
    a, b = digits[left], digits[right]
    wrong = (a != b).sum(axis=1)
    exchanged = (wrong == 2) & (np.sort(a, axis=1) == np.sort(b, axis=1)).all(axis=1)
    return (wrong == 1) | exchanged


def _similarity(texts: pd.Series, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import cpdist

    values = texts.fillna("").to_numpy(dtype=object)
    if not len(left):
        return np.empty(0)
    return cpdist(values[left], values[right], scorer=DamerauLevenshtein.distance, dtype=np.int32)


def _near_text(texts: pd.Series, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return _similarity(texts, left, right) <= 2


def _near_name(
    spelled: pd.Series, names: pd.Series, left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """One letter off in a name long enough for it: 欧阳娜 and 欧阳那, not 张伟 and 张娜."""
    values = names.fillna("").to_numpy(dtype=object)
    length = np.fromiter((len(value) for value in values), dtype=np.int64, count=len(values))
    longer = np.maximum(length[left], length[right])
    off = np.minimum(_similarity(names, left, right), _similarity(spelled, left, right))
    return (off <= 1) & (longer >= 3) | (off <= 2) & (longer >= 8)


def _near_day(days: pd.Series, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Two of year, month and day the same, or day and month exchanged."""
    y, m, d = (
        getattr(days.dt, part).fillna(0).to_numpy(dtype=np.int64)
        for part in ("year", "month", "day")
    )
    same = (y[left] == y[right]).astype(int) + (m[left] == m[right]) + (d[left] == d[right])
    exchanged = (y[left] == y[right]) & (m[left] == d[right]) & (d[left] == m[right])
    return (same == 2) | exchanged


def _probability(
    table: pd.DataFrame, evidence: dict[str, np.ndarray], left: np.ndarray
) -> np.ndarray:
    n = max(len(table), 2)
    # before looking: one row in ten has a double, so of all pairs 0.2 in n are doubles
    bits = np.full(len(left), np.log2(0.2 / n))
    for field, found in evidence.items():
        weight = WEIGHTS[field]
        codes, values = pd.factorize(table[field])
        shared = (
            np.bincount(codes[codes >= 0], minlength=len(values)) if len(values) else np.ones(1)
        )
        rarity = np.log2(n / np.maximum(shared[codes[left]], 1))
        if field in ("phone", "email"):
            # what more than two rows share is a family's or the shop's
            rarity = np.log2(n) + OWN - 2 * np.log2(np.maximum(shared[codes[left]] / 2, 1))
        same = np.clip(rarity, weight.least, weight.most)
        bits += np.select(
            [found == 0, found == 1, found == 2], [same, weight.near, weight.different], 0.0
        )
    return 1 / (1 + np.exp2(-np.clip(bits, -60, 60)))


# --- merging -------------------------------------------------------------------------------------


@arguments.checked(at_least=arguments.up_to_all)
def merge_members(members: Any, pairs: Any, *, at_least: float = 0.9) -> tuple[Any, CleaningReport]:
    """One row per person: the rows that `pairs` join become one, and nothing of them is lost.

    Of rows joined, directly or through others, the member of longest standing stays (then the
    fullest row, then the first); its empty values are filled from the others, fullest first.
    Consent is kept only if all of them gave it.

    Parameters
    ----------
    members
        Any kind of table with member_id.
    pairs
        What `find_duplicate_members` found (take out the pairs you do not believe).
    at_least
        Pairs below this probability are passed over.

    Returns
    -------
    ``(members, report)``. The other rows are in `report.set_aside` as they came, with ``kept_id``,
    the id that stands for them now; `rekey` puts it into sales and other tables.

    Raises
    ------
    TableError
        When an id of `pairs` is not among the members.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "member_id": ["T1", "W1"], "phone": ["14001234567", "14001234567"],
    ...     "email": [None, "zhang@example.com"]})
    >>> merged, report = merge_members(rows, find_duplicate_members(rows))
    >>> merged.to_dict("list")
    {'member_id': ['W1'], 'phone': ['14001234567'], 'email': ['zhang@example.com']}
    >>> report.set_aside[["member_id", "kept_id"]].values.tolist()
    [['T1', 'W1']]
    """
    cleaning = Cleaning(members, "members")
    if not cleaning.has("member_id"):
        raise missing_column("members", "member_id", list(cleaning.frame.columns))
    joined = to_pandas(pairs)
    for column in ("member_id", "other_id"):
        if column not in joined:
            raise missing_column("pairs", column, list(joined.columns))
    if "probability" in joined:
        joined = joined[joined["probability"] >= at_least]
    group = _groups(as_text(cleaning.frame["member_id"]), joined)
    _merge(cleaning, group)
    return cleaning.done()


def _groups(ids: pd.Series, pairs: pd.DataFrame) -> np.ndarray:
    """For each row the number of the person it belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    row_of = pd.Series(np.arange(len(ids)), index=ids)
    if not row_of.index.is_unique:
        raise TableError(
            _(
                "Every member needs an id of their own, but {ids} stands twice or is empty. "
                "Run ck.clean.clean_members first."
            ).format(ids=row_of.index[row_of.index.duplicated()][0])
        )
    ends = [as_text(pairs[column]).map(row_of) for column in ("member_id", "other_id")]
    for column, end in zip(("member_id", "other_id"), ends, strict=True):
        if end.isna().any():
            raise TableError(
                _(
                    "The pairs name {member}, who is not among the members. Look for pairs in these "
                    "members: ck.clean.find_duplicate_members(members)."
                ).format(member=pairs.loc[end.isna(), column].iloc[0])
            )
    a, b = (end.to_numpy(dtype=np.int64) for end in ends)
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(ids), len(ids)))
    return connected_components(graph, directed=False)[1]


def _merge(cleaning: Cleaning, group: np.ndarray) -> None:
    frame = cleaning.frame
    size = np.bincount(group)[group] if len(group) else group
    rows = np.flatnonzero(size > 1)
    cleaning.extra["kept_id"] = pd.Series(None, index=frame.index, dtype=object)
    if not len(rows):
        return
    order = pd.DataFrame(
        {
            "group": group[rows],
            "joined": frame["joined_at"].iloc[rows].to_numpy()
            if "joined_at" in frame and not is_text(frame["joined_at"])
            else 0,
            "filled": -frame.iloc[rows].notna().sum(axis=1).to_numpy(),
            "row": rows,
        }
    )
    standing = order.sort_values(["group", "joined", "filled", "row"], kind="stable")
    stays = standing.drop_duplicates("group").set_index("group")["row"]
    order = order.sort_values(["group", "filled", "row"], kind="stable")
    members = frame.iloc[order["row"]]
    for column in frame.columns:
        if column in ("member_id", "consent_marketing"):
            continue
        best = members[column].groupby(order["group"].to_numpy(), sort=False).first()
        _fill(cleaning, column, stays, best)
    if cleaning.has("consent_marketing"):
        clean_truth(cleaning, "consent_marketing")
        members = cleaning.frame.iloc[order["row"]]
        consent = members["consent_marketing"].astype("boolean")
        gave_all = consent.groupby(order["group"].to_numpy(), sort=False).min()
        _withdraw(cleaning, stays, gave_all)
    absorbed = np.setdiff1d(rows, stays.to_numpy())
    kept_id = frame["member_id"].to_numpy()[stays.loc[group[absorbed]].to_numpy()]
    cleaning.extra["kept_id"].iloc[absorbed] = kept_id
    gone = pd.Series(False, index=frame.index)
    gone.iloc[absorbed] = True
    cleaning.set_aside("merged", gone, "member_id")


def _fill(cleaning: Cleaning, column: str, stays: pd.Series, best: pd.Series) -> None:
    """Fill the empty values of the rows that stay with the best of their group."""
    values = cleaning.frame[column]
    empty = stays[values.iloc[stays.to_numpy()].isna().to_numpy()]
    found = best.loc[empty.index].dropna()
    if not len(found):
        return
    after = values.copy()
    rows = empty.loc[found.index].to_numpy()
    after.iloc[rows] = found.to_numpy()
    faults = pd.Series(None, index=values.index, dtype=object)
    faults.iloc[rows] = "filled_by_merge"
    cleaning.replace(column, after, faults)


def _withdraw(cleaning: Cleaning, stays: pd.Series, gave_all: pd.Series) -> None:
    values = cleaning.frame["consent_marketing"].astype("boolean")
    now = gave_all.loc[stays.index].to_numpy(dtype=object)
    changed = np.array(
        [
            not pd.isna(n) and (pd.isna(v) or bool(v) != bool(n))
            for v, n in zip(values.iloc[stays.to_numpy()], now, strict=True)
        ],
        dtype=bool,
    )
    rows = stays.to_numpy()[changed]
    after = values.copy()
    after.iloc[rows] = now[changed]
    faults = pd.Series(None, index=values.index, dtype=object)
    faults.iloc[rows] = "consent_by_merge"
    cleaning.replace("consent_marketing", after, faults)


@arguments.checked
def rekey(frame: Any, report: CleaningReport, column: str = "member_id") -> Any:
    """A table of sales, surveys … in which the ids of merged members are those kept.

    Parameters
    ----------
    frame
        Any kind of table with the ids.
    report
        What `merge_members` returned.
    column
        The column of the ids.

    Returns
    -------
    A table of the same kind, rows unchanged in number.

    Raises
    ------
    TableError
        When there is no such column, or the report is of another cleaning.

    Examples
    --------
    >>> members = pd.DataFrame({"member_id": ["T1", "W1"], "phone": ["14001234567"] * 2})
    >>> merged, report = merge_members(members, find_duplicate_members(members))
    >>> rekey(pd.DataFrame({"member_id": ["W1", None, "T1"]}), report)["member_id"].tolist()
    ['T1', nan, 'T1']
    """
    import narwhals.stable.v2 as nw

    opened = nw.from_native(frame)
    if column not in opened.collect_schema().names():
        raise missing_column("table", column, opened.collect_schema().names())
    aside = to_pandas(report.set_aside)
    if "kept_id" not in aside:
        raise TableError(_("This report is not one of ck.clean.merge_members."))
    ids = pd.DataFrame({column: aside["member_id"], "kept_id_": aside["kept_id"]})
    if not len(ids):
        return frame
    native = like(frame, ids.astype("str"))
    if opened.implementation.is_pyarrow():  # Arrow tells text from large text
        native = native.cast(
            native.schema.set(0, native.schema.field(0).with_type(frame.schema.field(column).type))
        )
    new = nw.from_native(native)
    joined = opened.join(new, on=column, how="left")
    return (
        joined.with_columns(
            nw.when(~nw.col("kept_id_").is_null())
            .then(nw.col("kept_id_"))
            .otherwise(nw.col(column))
            .alias(column)
        )
        .drop("kept_id_")
        .to_native()
    )
