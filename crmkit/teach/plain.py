"""Plain data between a learner's process and the one that marks: never an object, never a pickle.

`to_plain` runs beside the learner's code and turns a value into JSON; `from_plain` runs where marks
are decided and builds fresh numbers, texts and tables from it. What is not plain arrives as
`Other`, which no check takes for right.

>>> from_plain(to_plain({"a": (1, 2.5)}))
{'a': (1, 2.5)}
>>> from_plain(to_plain(object()))
Other('object')
"""

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd

DEEPEST = 12
MOST_ITEMS = 2_000_000
_DTYPES = {
    *("bool", "boolean", "object", "str", "string", "category", "float32", "float64"),
    *(f"{sign}{kind}{bits}" for sign in ("", "u", "U") for kind in ("int", "Int")
      for bits in (8, 16, 32, 64)),
    *("Float32", "Float64"),
}  # fmt: skip


class Other:
    """Something that is no plain data; only its kind is known."""

    def __init__(self, kind: str):
        self.kind = kind

    def __repr__(self) -> str:
        return f"Other({self.kind!r})"


def to_plain(value: Any, deep: int = 0) -> Any:
    """A value as JSON can hold it: scalars as they are, all else as ``[kind, content]``."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < 2**63 else ["int", hex(value)[:5000]]
    if kind is float:
        return value if math.isfinite(value) else ["float", repr(value)]
    if value is ...:
        return ["dots", None]
    if deep > DEEPEST:
        return ["other", "deep"]
    found = _table(value, deep) or _scalar(value, deep) or _container(value, deep)
    return found or ["other", kind.__name__[:80]]


def _container(value: Any, deep: int) -> list | None:
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        if len(value) > MOST_ITEMS:
            return ["other", kind.__name__]
        return [kind.__name__, [to_plain(one, deep + 1) for one in value]]
    if isinstance(value, dict) and kind.__module__ in ("builtins", "collections"):
        return ["dict", [[to_plain(k, deep + 1), to_plain(v, deep + 1)] for k, v in value.items()]]
    return None


def _scalar(value: Any, deep: int) -> list | Any | None:
    if value is pd.NaT:
        return ["nat", None]
    if value is pd.NA:
        return ["na", None]
    if isinstance(value, pd.Timestamp):
        return ["timestamp", value.isoformat()]
    if isinstance(value, (pd.Timedelta, dt.timedelta)):
        kind = "timedelta" if type(value) is dt.timedelta else "pdtimedelta"
        return [kind, value.total_seconds()]
    if type(value) is dt.datetime:
        return ["datetime", value.isoformat()]
    if type(value) is dt.date:
        return ["date", value.isoformat()]
    if isinstance(value, pd.Period):
        return ["period", [str(value), value.freqstr]]
    if isinstance(value, np.datetime64):
        return ["npdatetime", str(value)]
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return ["np", [value.dtype.name, to_plain(value.item(), deep + 1)]]
    if isinstance(value, np.str_):
        return str(value)
    return None


def _table(value: Any, deep: int) -> list | None:
    if isinstance(value, pd.DataFrame):
        columns = [_values(value.iloc[:, at], deep) for at in range(value.shape[1])]
        return ["frame", [to_plain(list(value.columns), deep + 1), columns, _index(value, deep)]]
    if isinstance(value, pd.Series):
        return [
            "series",
            [to_plain(value.name, deep + 1), _values(value, deep), _index(value, deep)],
        ]
    if isinstance(value, pd.Index):
        return ["index", [to_plain(value.name, deep + 1), _values(value.to_series(), deep)]]
    if isinstance(value, np.ndarray) and value.size <= MOST_ITEMS:
        return ["array", [value.dtype.name, to_plain(value.tolist(), deep + 1)]]
    if type(value).__module__.partition(".")[0] in ("polars", "pyarrow"):
        collected = value.collect() if hasattr(value, "collect") else value
        if hasattr(collected, "to_pandas"):
            return to_plain(collected.to_pandas(), deep)
    return None


def _index(value: Any, deep: int) -> list:
    index = value.index
    if isinstance(index, pd.RangeIndex):
        return ["range", [index.start, index.stop, index.step], to_plain(index.name, deep + 1)]
    if isinstance(index, pd.MultiIndex):
        return ["multi", to_plain(index.tolist(), deep + 1), to_plain(list(index.names), deep + 1)]
    return ["flat", _values(index.to_series(), deep), to_plain(index.name, deep + 1)]


def _values(column: pd.Series, deep: int) -> list:
    """A column as [dtype, values]; dates as text, categories as their labels in order."""
    if len(column) > MOST_ITEMS:
        return ["other", []]
    dtype = str(column.dtype)
    if dtype == "category":
        return [dtype, to_plain(column.astype(object).tolist(), deep + 1)[1],
                to_plain(list(column.cat.categories), deep + 1)[1], bool(column.cat.ordered)]  # fmt: skip
    if dtype.startswith(("datetime64", "timedelta64")):
        return [dtype, [None if one is pd.NaT else str(one) for one in column]]
    return [dtype, [to_plain(one, deep + 1) for one in column.tolist()]]


def from_plain(said: Any) -> Any:
    """The value again, freshly made; `Other` for whatever is not as `to_plain` writes it."""
    if said is None or type(said) in (bool, int, float, str):
        return said
    try:
        kind, content = said
        return _FROM[kind](content)
    except Exception:  # whatever stands there was not written by `to_plain`
        return Other(str(said)[:40])


def _column(said: list) -> pd.Series:
    dtype, values, *more = said
    if dtype.startswith(("datetime64", "timedelta64")):
        make = pd.to_datetime if dtype.startswith("d") else pd.to_timedelta
        return pd.Series(make(values)).astype(dtype)
    plain = [from_plain(one) for one in values]
    if dtype == "category":
        categories = [from_plain(one) for one in more[0]]
        return pd.Series(pd.Categorical(plain, categories=categories, ordered=more[1]))
    return pd.Series(plain, dtype=dtype if dtype in _DTYPES else "object")


def _index_from(said: list) -> pd.Index:
    kind, content, name = said
    if kind == "range":
        return pd.RangeIndex(*content, name=from_plain(name))
    if kind == "multi":
        return pd.MultiIndex.from_tuples(from_plain(content), names=from_plain(name))
    return pd.Index(_column(content), name=from_plain(name))


def _frame(content: list) -> pd.DataFrame:
    names, columns, index = content
    made = [_column(one) for one in columns]
    frame = pd.concat(made, axis=1) if made else pd.DataFrame(index=range(len(_index_from(index))))
    frame.columns = pd.Index(from_plain(names), dtype=None if names[1] else object)
    frame.index = _index_from(index)
    return frame


def _series(content: list) -> pd.Series:
    name, values, index = content
    series = _column(values)
    series.name, series.index = from_plain(name), _index_from(index)
    return series


_FROM = {
    "int": lambda c: int(c, 16),
    "float": float,
    "dots": lambda c: ...,
    "other": lambda c: Other(str(c)),
    "list": lambda c: [from_plain(one) for one in c],
    "tuple": lambda c: tuple(from_plain(one) for one in c),
    "set": lambda c: {from_plain(one) for one in c},
    "frozenset": lambda c: frozenset(from_plain(one) for one in c),
    "dict": lambda c: {from_plain(key): from_plain(value) for key, value in c},
    "nat": lambda c: pd.NaT,
    "na": lambda c: pd.NA,
    "timestamp": pd.Timestamp,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "timedelta": lambda c: dt.timedelta(seconds=c),
    "pdtimedelta": lambda c: pd.Timedelta(seconds=c),
    "period": lambda c: pd.Period(c[0], freq=c[1]),
    "npdatetime": np.datetime64,
    "np": lambda c: np.dtype(c[0] if c[0] in _DTYPES else "O").type(from_plain(c[1])),
    "frame": _frame,
    "series": _series,
    "index": lambda c: pd.Index(_column(c[1]), name=from_plain(c[0])),
    "array": lambda c: np.array(
        from_plain(c[1]), dtype=c[0] if c[0] in _DTYPES or c[0].startswith("datetime64") else None
    ),
}
