"""How a table is drawn, as HTML and as text: one place for everything that shows one.

A screen reader says with each cell what heads its column and, where the first cell names the row,
what heads its row. What a person typed is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

ALIGNED = {"l": "text-align:left", "r": "text-align:right"}


class Drawn(str):
    """HTML that stands in a cell as it is."""


class Kind(str):
    """Text in a cell of a class of its own."""

    kind: str

    def __new__(cls, text: str, kind: str) -> "Kind":
        cell = super().__new__(cls, text)
        cell.kind = kind
        return cell


def as_html(
    rows: Iterable[Sequence[Any]], headings: Sequence[str] = (), *, title: str = "",
    named: bool = False, align: str | None = "", kind: str = "",
) -> str:  # fmt: skip
    """A table as HTML; cells are text, HTML already if they are `Drawn`, of a class if of a `Kind`.

    `named`: the first cell of a row is its heading. `align`: a letter a column, l for left and r for
    right, a capital for a cell that is not broken into lines; as the page has it where there is none.
    With None the style sheet of the page says all of it. `kind`: the table's class.

    >>> as_html([["Tea", "3"]], ["Goods", "Sold"], align=" r")
    '<table><thead><tr><th scope="col" style="text-align:left">Goods</th><th scope="col" \
style="text-align:left">Sold</th></tr></thead><tbody><tr><td>Tea</td><td style="text-align:right">\
3</td></tr></tbody></table>'
    """
    styles = {at: _style(letter) for at, letter in enumerate(align or "")}
    left = "" if align is None else ALIGNED["l"]

    def line(cells: Sequence[Any]) -> str:
        drawn = []
        for at, cell in enumerate(cells):
            said = cell if isinstance(cell, Drawn) else escape(str(cell))
            if named and not at:
                drawn.append(
                    _tag("th", said, scope="row", style=left and f"{left};font-weight:normal")
                )
            else:
                drawn.append(
                    _tag("td", said, style=styles.get(at, ""), kind=getattr(cell, "kind", ""))
                )
        return _tag("tr", "".join(drawn))

    heads = "".join(_tag("th", escape(one), scope="col", style=left) for one in headings)
    parts = [
        _tag("caption", escape(title), style=left and f"{left};font-weight:bold") if title else "",
        _tag("thead", _tag("tr", heads)) if heads else "",
        _tag("tbody", "".join(map(line, rows))),
    ]
    return _tag("table", "".join(parts), kind=kind)


def _tag(name: str, inside: str, *, scope: str = "", style: str = "", kind: str = "") -> str:
    said = {"class": kind, "scope": scope, "style": style}
    told = "".join(f' {one}="{value}"' for one, value in said.items() if value)
    return f"<{name}{told}>{inside}</{name}>"


def _style(letter: str) -> str:
    style = ALIGNED.get(letter.lower(), "")
    return f"{style};white-space:nowrap" if letter.isupper() else style


def as_lines(
    rows: Sequence[Sequence[str]], *, align: str = "", widest: int | None = None,
    room: int | None = None,
) -> Iterator[str]:  # fmt: skip
    """The rows as lines of text, column under column; a Chinese character is two signs wide.

    `widest`: the most a column takes, the last one apart; `room`: the most a line takes.

    >>> list(as_lines([["茶", "3"], ["Cake", "12"]], align="lr"))
    ['茶     3', 'Cake  12']
    """
    from rich.cells import cell_len, set_cell_size

    lengths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    widths = [min(one, widest or one) for one in lengths[:-1]]
    if room is not None:
        last = max(room - sum(widths) - 2 * len(widths), 20)
    for row in rows:
        parts = []
        for at, (cell, width) in enumerate(zip(row, [*widths, lengths[-1]], strict=True)):
            if at == len(widths) and room is not None and cell_len(cell) > last:
                parts.append(set_cell_size(cell, last - 1).rstrip() + "…")
            elif align[at : at + 1] == "r":
                parts.append(" " * (width - cell_len(cell)) + cell)
            else:
                parts.append(set_cell_size(cell, width))
        yield "  ".join(parts).rstrip()


def as_text(
    rows: Iterable[Sequence[str]],
    headings: Sequence[str] = (),
    *,
    title: str = "",
    width: int = 100,
) -> str:
    """A table as text with a rule under its headings; what is too long goes on in the next line."""
    import io

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title or None,
        title_justify="left",
        box=box.SIMPLE_HEAD if headings else None,
        show_header=bool(headings),
        pad_edge=False,
    )
    rows = list(rows)
    for one in headings or [""] * max(map(len, rows), default=0):
        table.add_column(one, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    said = io.StringIO()
    Console(file=said, width=width, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in said.getvalue().splitlines())
