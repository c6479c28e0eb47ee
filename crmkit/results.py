"""What every answer that is more than one number has in common: its figures by name, and a table."""

from collections.abc import Iterator
from dataclasses import fields
from html import escape
from typing import Any, ClassVar

from crmkit import shown
from crmkit.labels import heading


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


class Listed(Result):
    """An answer that reads as a table, made for people by `_read`, and one sentence."""

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        raise NotImplementedError

    def _read(self) -> Any:
        """The table as people read it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self._read().to_string(index=False)}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self._read().to_html(index=False)}<p>{escape(self.sentence)}</p>"


def _is_single(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float | str):
        return True
    return hasattr(value, "isoformat")


class Finding(Result):
    """What all findings have in common: they read as a few figures and one sentence."""

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        raise NotImplementedError

    def figures(self) -> Iterator[tuple[str, str]]:
        """Each figure as people read it: its name and its value."""
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if value is not None and field.metadata.get("shown", True):
                yield heading(field.name), self._shown(field.name, value)

    def _shown(self, name: str, value: Any) -> str:
        return number(value) if isinstance(value, int | float) else str(value)

    def __str__(self) -> str:
        rows = [f"{name}: {value}" for name, value in self.figures()]
        return "\n".join([*rows, self.sentence])

    def _repr_html_(self) -> str:
        table = shown.as_html(self.figures(), named=True, align=" r")
        return f"{table}<p>{escape(self.sentence)}</p>"


def number(value: float, share: bool = False) -> str:
    """A figure as people read it: a share as a percentage, large numbers without decimals."""
    if share:
        return f"{value:.1%}"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}"
