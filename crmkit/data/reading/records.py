"""JSON as rows: objects inside of objects, and lists of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from crmkit.data.reading.files import FileUnreadable
from crmkit.i18n import gettext as _
from crmkit.tables import TableError


def records_of(text: str, path: Path) -> tuple[pd.DataFrame, list[bool], list[str]]:
    """The objects of a text as rows, which of them are torn, and every one as it is written.

    A list of objects inside an object (an order's items) becomes a row each, the rest repeated.
    """
    try:
        whole = json.loads(text)
        records = whole if isinstance(whole, list) else [whole]
        torn = [not isinstance(record, dict) for record in records]
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        records, torn = map(list, zip(*map(_json_line, lines), strict=True))
    if all(torn):
        raise FileUnreadable(_("{file} holds no JSON object.").format(file=path))
    rows: list[dict[str, Any]] = []
    torn_rows: list[bool] = []
    written: list[str] = []
    for record, broken, line in zip(records, torn, lines, strict=True):
        for row in [{}] if broken else _flat(record):
            rows.append(row)
            torn_rows.append(broken)
            written.append(line)
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pd.DataFrame({name: _json_cells([row.get(name) for row in rows]) for name in names})
    return frame, torn_rows, written


def _json_line(line: str) -> tuple[Any, bool]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return None, True
    return record, not isinstance(record, dict)


def _flat(record: dict[str, Any]) -> list[dict[str, Any]]:
    """An object as rows: objects inside by dotted names, a list of objects as a row each."""
    flat: dict[str, Any] = {}
    items: list[dict[str, Any]] = []
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": v for row in _flat(value)[:1] for inner, v in row.items()}
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            if items:
                raise TableError(
                    _("A record holds two lists of objects; {name} is the second.").format(
                        name=name
                    )
                )
            items = [row for v in value for row in _flat(v)]
        elif isinstance(value, list):
            flat[name] = ", ".join(map(str, value)) or None
        else:
            flat[name] = value
    return [flat | item for item in items] or [flat]


def _json_cells(values: list[Any]) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return pd.Series(["" if v == "" else v for v in values], dtype="str")
    if kinds <= {int, float} or kinds == {bool}:
        return pd.Series(values, dtype=object).infer_objects().convert_dtypes()
    return pd.Series(values, dtype=object)
