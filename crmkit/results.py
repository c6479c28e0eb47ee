"""What every answer that is more than one number has in common: its figures by name, and a table."""

from dataclasses import fields
from typing import Any, ClassVar


class Result:
    """An answer that can be taken apart: ``to_dict()`` for its figures, ``to_frame()`` for a table.

    `table_of` names the attribute that holds the answer's table, where it has one.
    """

    table_of: ClassVar[str | None] = None

    def to_dict(self) -> dict[str, Any]:
        """The single figures, by name; tables, models and lists of findings are left out."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {name: value for name, value in named.items() if _is_single(value)}

    def to_frame(self) -> Any:
        """The answer's table; of an answer without one, its figures as a pandas frame of one row."""
        import pandas as pd

        if self.table_of is not None:
            return getattr(self, self.table_of)
        return pd.DataFrame([self.to_dict()])


def _is_single(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float | str):
        return True
    return hasattr(value, "isoformat")
