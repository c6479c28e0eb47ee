"""Checks of columns and tables, compared by meaning and not by identity.

Nothing of the learner's is asked whether it is equal: every column becomes plain numbers, texts
or dates first, so an object that claims to equal everything gains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.learn.checks.expectation import Expectation, short, type_name
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.checks.shape import no_table, wrong_columns


class NotATable(Exception):
    """The value is no dataframe of any known kind."""


def row_count(value: Any) -> int | None:
    """How many rows a table has, without fetching a lazy one; None for no table."""
    import narwhals.stable.v2 as nw
    import pandas as pd

    if isinstance(value, pd.DataFrame) and type(value) is not pd.DataFrame:
        return None  # a class of its own could answer what it likes
    try:
        frame = nw.from_native(value)
    except TypeError:
        return None
    if isinstance(frame, nw.LazyFrame):
        return int(frame.select(nw.len()).collect().item())
    return len(frame)


def as_pandas(value: Any) -> Any:
    """Any dataframe as a pandas one; a pandas one as it is."""
    import narwhals.stable.v2 as nw
    import pandas as pd

    if type(value) is pd.DataFrame:
        return value
    try:
        frame = nw.from_native(value)
    except TypeError:
        raise NotATable from None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame.to_pandas()


def kind_of(column: Any) -> str:
    """What a column holds: number, boolean, date, text, empty, or other."""
    import pandas as pd

    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return "boolean"
    if isinstance(dtype, pd.CategoricalDtype):
        return kind_of(pd.Series(dtype.categories)) if len(dtype.categories) else "empty"
    if column.isna().all():
        return "empty"
    if pd.api.types.is_numeric_dtype(dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    if dtype != "object" and pd.api.types.is_string_dtype(dtype):
        return "text"
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    return {
        "string": "text",
        "integer": "number",
        "floating": "number",
        "mixed-integer-float": "number",
        "decimal": "number",
        "boolean": "boolean",
        "date": "date",
        "datetime": "date",
        "datetime64": "date",
        "period": "period",
    }.get(inferred, "other")


def _words(kind: str) -> str:
    return {
        "number": _("numbers"),
        "boolean": _("True and False"),
        "date": _("dates"),
        "text": _("text"),
        "empty": _("nothing at all"),
        "period": _("periods (Period)"),
        "other": _("mixed values"),
    }[kind]


def _plain(column: Any, kind: str) -> tuple[Any, Any]:
    """A column as an array of plain values, and where it is empty."""
    import numpy as np
    import pandas as pd

    empty = np.asarray(column.isna(), dtype=bool)
    if kind == "number":
        return np.asarray(
            pd.to_numeric(column.astype(object).where(~empty, None), errors="coerce")
            if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype)
            else column.to_numpy(dtype="float64", na_value=np.nan),
            dtype="float64",
        ), empty
    if kind == "date":
        moments = pd.to_datetime(
            column if column.dtype != object else column.astype(str),
            utc=True,
            errors="coerce",
            format=None if column.dtype != object else "mixed",
        )
        return moments.dt.tz_localize(None).to_numpy().astype("datetime64[us]"), empty
    if kind == "boolean":
        return np.asarray(column.astype(object).where(~empty, False), dtype=bool), empty
    if kind == "text":
        return np.asarray(
            [
                str.__str__(v) if isinstance(v, str) else ""
                for v in column.astype(object).to_numpy()
            ],
            dtype=object,
        ), empty
    plain = np.empty(len(column), dtype=object)
    plain[:] = [canonical(v) for v in column.to_numpy(dtype=object)]
    return plain, empty


def canonical(value: Any, depth: int = 0) -> str:
    """A nested value written out by its type and content, without asking the value itself."""
    kind = type(value)
    if depth > 20:
        return "…"
    if kind in (list, tuple):
        return "[" + ",".join(canonical(part, depth + 1) for part in value) + "]"
    if kind in (set, frozenset):
        return "{" + ",".join(sorted(canonical(part, depth + 1) for part in value)) + "}"
    if kind is dict:
        pairs = sorted(
            f"{canonical(key, depth + 1)}:{canonical(part, depth + 1)}"
            for key, part in value.items()
        )
        return "{" + ",".join(pairs) + "}"
    if kind in (int, float, bool, str, type(None)) or kind.__module__ in (
        "numpy",
        "datetime",
        "decimal",
    ):
        if isinstance(value, (int, float)) and kind is not bool:
            return repr(float(value))
        return repr(value)
    if kind.__module__.startswith("pandas"):
        return str(value)
    return f"<{kind.__module__}.{kind.__qualname__} at {id(value)}>"


def _same(
    kind: str, values: Any, empty: Any, right: Any, right_empty: Any, within: float | None
) -> Any:
    """Row by row, whether two plain columns say the same."""
    import numpy as np

    if kind == "number":
        with np.errstate(invalid="ignore"):
            size = np.abs(right)
            allowed = (
                np.where(size >= 1, 0.005, 0.00005) if within is None else within
            ) + 1e-9 * size
            same = (values == right) | (np.abs(values - right) <= allowed)
    else:
        same = np.asarray(values == right, dtype=bool)
    return np.where(empty | right_empty, empty & right_empty, same)


def _cell(values: Any, empty: Any, row: int, kind: str) -> str:
    if empty[row]:
        return _("empty (NaN)")
    value = values[row]
    if kind == "date":
        text = str(value.astype("datetime64[s]")).replace("T", " ")
        return text.removesuffix(" 00:00:00")
    return short(value.item() if hasattr(value, "item") else value)


@dataclass(frozen=True)
class Frame(Expectation):
    """A table: its columns, how many rows, and every cell.

    Column order never matters; row order only with `ordered`; the index only with `index`.
    A whole number and the same number as a float are equal; an empty cell equals an empty cell.

    columns: compare only these (default: all that `expected` has)
    extra:   further columns are allowed
    ordered: the rows must come in this order
    index:   the index counts as columns too
    key:     columns that name a row (default: the columns that are not fractions, if they do)
    within:  how far a number may be off (default: as for a single number)

    >>> import pandas as pd
    >>> right = pd.DataFrame({"store_id": ["S01", "S02"], "revenue": [120.0, 80.0]})
    >>> Frame(right).judge("by_store", right[::-1]).status
    'right'
    >>> Frame(right).judge("by_store", right.assign(revenue=[120.0, 8.0])).reason
    'cells'
    """

    columns: Sequence[str] | None = None
    extra: bool = False
    ordered: bool = False
    index: bool = False
    key: Sequence[str] | None = None
    within: float | None = None

    def fault(self, value: Any) -> Fault | None:
        right = as_pandas(self.expected)
        # A huge table with the wrong number of rows is refused before it is fetched.
        rows = row_count(value)
        if rows is None:
            return Fault("type", no_table(value, list(self.columns or right.columns)))
        if rows > 100 * len(right) + 100_000:
            return Fault("rows", self._wrong_rows(rows, len(right)))
        got = as_pandas(value)
        if self.index:
            right, got = _index_as_columns(right), _index_as_columns(got)
        wanted = list(self.columns or right.columns)
        fault = wrong_columns(got, wanted, self.extra or self.columns is not None)
        if fault is not None:
            return fault
        right, got = right[wanted], got[wanted]
        kinds = {name: kind_of(right[name]) for name in wanted}
        for name in wanted:
            held = kind_of(got[name])
            if held != kinds[name] and "empty" not in (held, kinds[name]):
                return Fault("dtype", _wrong_kind(name, held, kinds[name]))
        key = list(self.key or []) or _naming_columns(right, kinds)
        if len(got) != len(right):
            return Fault(
                "rows", self._wrong_rows(len(got), len(right)) + _strangers(got, right, key)
            )
        return self._compare(got, right, kinds, key)

    def _compare(self, got: Any, right: Any, kinds: dict[str, str], key: list[str]) -> Fault | None:
        got, right = got.reset_index(drop=True), right.reset_index(drop=True)
        fault = self._row_by_row(got, right, kinds, key)
        if fault is None:
            return None
        by_key = [name for name in key if name in right.columns]
        if by_key and not got.duplicated(by_key).any():
            stranger = _strangers(got, right, by_key)
            if stranger:
                return Fault("strangers", stranger.strip())
        sorted_got, sorted_right = (
            frame.iloc[_order(frame, kinds, by_key)].reset_index(drop=True)
            for frame in (got, right)
        )
        regardless = self._row_by_row(sorted_got, sorted_right, kinds, by_key)
        if not self.ordered:
            return regardless
        if regardless is None:
            return Fault("order", _("The rows are right, but in another order: sort them."))
        return fault

    def _row_by_row(
        self, got: Any, right: Any, kinds: dict[str, str], key: list[str]
    ) -> Fault | None:
        import numpy as np

        sames, cells = {}, {}
        for name, kind in kinds.items():
            kind = kind if kind != "empty" else kind_of(got[name])
            values, right_values = _plain(got[name], kind), _plain(right[name], kind)
            if kind == "empty":
                continue
            sames[name] = _same(kind, *values, *right_values, self.within)
            cells[name] = (values, right_values, kind)
        wrong = {name: ~same for name, same in sames.items() if not same.all()}
        if not wrong:
            return None
        anywhere = np.logical_or.reduce(list(wrong.values()))
        # an empty cell spoils the sums and shares of all other rows: it is where the fault lies
        gaps = {name: there & cells[name][0][1] for name, there in wrong.items()}
        shown = next((here for here in (gaps, wrong) if np.any(list(here.values()))), wrong)
        row = int(np.flatnonzero(np.logical_or.reduce(list(shown.values())))[0])
        column = next(name for name, there in shown.items() if there[row])
        (values, empty), (right_values, right_empty), kind = cells[column]
        where = ", ".join(self._named(name, right[name].iloc[row]) for name in key) or _(
            "row {number}"
        ).format(number=row + 1)
        message = self._differs().format(
            count=int(anywhere.sum()),
            rows=len(right),
            where=where,
            column=column,
            value=_cell(values, empty, row, kind),
            right=_cell(right_values, right_empty, row, kind),
        )
        if empty[row]:
            message += gap() + _(
                "An empty cell (NaN) means that a value was missing or could not be computed."
            )
        elif right_empty[row]:
            message += gap() + _("What cannot be known stays empty; it is not zero.")
        return Fault("cells", message)

    def _differs(self) -> str:
        return _(
            "{count} of {rows} rows differ. For example {where}, column {column}: "
            "yours is {value}, right is {right}."
        )

    def _named(self, name: str, value: Any) -> str:
        return f"{name} = {short(value)}"

    def _wrong_rows(self, rows: int, right: int) -> str:
        return _("The table has {rows} rows; it should have {right}.").format(
            rows=f"{rows:,}", right=f"{right:,}"
        )


def _wrong_kind(name: str, held: str, wanted: str) -> str:
    message = _("Column {name} holds {held}, but should hold {wanted}.").format(
        name=name, held=_words(held), wanted=_words(wanted)
    )
    if (held, wanted) == ("text", "number"):
        message += gap() + _("Convert it with pd.to_numeric(...).")
    if (held, wanted) == ("period", "text"):
        message += gap() + _("Turn them into text with .astype(str).")
    if (held, wanted) == ("text", "date"):
        message += gap() + _("Convert it with pd.to_datetime(...).")
    return message


def _index_as_columns(frame: Any) -> Any:
    names = [
        name if name is not None else f"index{level or ''}"
        for level, name in enumerate(frame.index.names)
    ]
    return frame.rename_axis(index=names).reset_index()


def _naming_columns(right: Any, kinds: dict[str, str]) -> list[str]:
    """Columns that name each row: the shortest run of text, date or whole-number columns."""
    key: list[str] = []
    for name, kind in kinds.items():
        column = right[name]
        whole = kind == "number" and column.notna().all() and (column % 1 == 0).all()
        if kind in ("text", "date", "boolean") or whole:
            if kind == "number" and key:
                continue
            key.append(name)
            if not right.duplicated(key).any():
                return key
    return []


def _order(frame: Any, kinds: dict[str, str], key: list[str]) -> Any:
    import numpy as np

    names = key or list(kinds)
    columns = []
    for name in reversed(names):
        kind = kinds[name] if kinds[name] != "empty" else kind_of(frame[name])
        values, empty = _plain(frame[name], kind)
        if kind == "number":
            values = np.where(empty, np.inf, np.round(values, 2))
        elif values.dtype == object:
            values = np.asarray(
                ["" if gone else str(v) for v, gone in zip(values, empty, strict=True)]
            )
        columns += [values, empty]
    return np.lexsort(columns)


def _strangers(got: Any, right: Any, key: list[str]) -> str:
    """Rows that are missing or too many, by name, as a sentence to append."""
    names = [name for name in key if name in got.columns]
    if not names or len(got) > 200_000:
        return ""

    def rows(frame: Any) -> dict[Any, None]:
        return dict.fromkeys(
            zip(*(map(canonical, frame[name].astype(object)) for name in names), strict=True)
        )

    have, want = rows(got), rows(right)
    lost = next((position for position, row in enumerate(want) if row not in have), None)
    found = next((position for position, row in enumerate(have) if row not in want), None)
    if lost is not None:
        row = list(want)[lost]
        return gap() + _("Missing, for example: {row}.").format(row=_row(names, row))
    if found is not None:
        row = list(have)[found]
        return gap() + _("Not asked for, for example: {row}.").format(row=_row(names, row))
    if len(got) > len(have):
        return gap() + _("Some rows are there twice.")
    return ""


def _row(names: list[str], row: tuple[str, ...]) -> str:
    return ", ".join(
        f"{name} = {value.strip(chr(39))}" for name, value in zip(names, row, strict=True)
    )


class _Values(Frame):
    """The values of one column, each under its label, told without names nobody gave."""

    def _differs(self) -> str:
        return _(
            "{count} of {rows} values differ. For example {where}: yours is {value}, right is {right}."
        )

    def _named(self, name: str, value: Any) -> str:
        if name != "label":
            return super()._named(name, value)
        if hasattr(value, "__index__"):
            return _("row {number}").format(number=int(value) + 1)
        return short(value)


def _numbered_afresh(value: Any, right: Any) -> bool:
    """Whether a column has lost its labels: 0, 1, 2 … where others are asked for."""
    import pandas as pd

    plain = isinstance(value.index, pd.RangeIndex) and len(value) == len(right)
    return plain and not pd.api.types.is_numeric_dtype(right.index.dtype)


@dataclass(frozen=True)
class Column(Expectation):
    """A Series: its values, each under its label. Without labels (`index=False`), by position.

    >>> import pandas as pd
    >>> right = pd.Series({"S01": 120.0, "S02": 80.0})
    >>> Column(right).judge("by_store", right[::-1]).status
    'right'
    """

    index: bool = True
    ordered: bool = False
    within: float | None = None

    def fault(self, value: Any) -> Fault | None:
        import narwhals.stable.v2 as nw
        import pandas as pd

        if isinstance(value, pd.DataFrame):
            return Fault(
                "type",
                _(
                    "A single column (Series) is expected here, but this is a table (DataFrame): "
                    "choose the column by its name in brackets."
                ),
            )
        labelled = self.index
        if type(value) is pd.Series and labelled and _numbered_afresh(value, self.expected):
            return Fault(
                "index",
                _(
                    "Your column is numbered 0, 1, 2 …: keep the labels of what you were given, as in pd.Series(values, index=table.index)."
                ),
            )
        if type(value) is not pd.Series:
            try:
                value = nw.from_native(value, series_only=True).to_pandas()
            except TypeError:
                return Fault(
                    "type",
                    _("A column (Series) is expected here, but this is {kind}.").format(
                        kind=type_name(value)
                    ),
                )
            labelled = False
        right, got = self._frame(self.expected, labelled), self._frame(value, labelled)
        key = [name for name in right.columns if name != "value"]
        if labelled and len(got.columns) != len(right.columns):
            return Fault(
                "index",
                _("Each value should be labelled by {names}.").format(
                    names=", ".join(str(name) for name in self.expected.index.names)
                ),
            )
        return _Values(
            right, ordered=self.ordered or not labelled, key=key or None, within=self.within
        ).fault(got)

    def _frame(self, series: Any, labelled: bool) -> Any:
        import pandas as pd

        if not labelled:
            return pd.DataFrame({"value": series.array})
        labels = self.expected.index.names
        names = [
            str(labels[level])
            if level < len(labels) and labels[level] is not None
            else f"label{level or ''}"
            for level in range(series.index.nlevels)
        ]
        frame = series.index.to_frame(index=False)
        frame.columns = names
        return frame.assign(value=series.array)
