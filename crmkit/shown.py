"""How a table is drawn, as HTML and as text: one place for everything that shows one.

A screen reader says with each cell what heads its column and, where the first cell names the row,
what heads its row. What a person typed is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

ALIGNED = {"l": "text-align:left", "r": "text-align:right"}


class Drawn(str):
    """HTML that stands in a cell as it is."""


def as_html(
    rows: Iterable[Sequence[str]], headings: Sequence[str] = (), *, title: str = "",
    named: bool = False, align: str = "", kind: str = "",
) -> str:  # fmt: skip
    """A table as HTML; cells are text, or HTML already if they are `Drawn`.

    `named`: the first cell of a row is its heading. `align`: a letter a column, l for left and r for
    right, a capital for a cell that is not broken into lines; as the page has it where there is none.
    `kind`: the table's class.

    >>> as_html([["Tea", "3"]], ["Goods", "Sold"], align=" r")
    '<table><thead><tr><th scope="col" style="text-align:left">Goods</th><th scope="col" \
style="text-align:left">Sold</th></tr></thead><tbody><tr><td>Tea</td><td style="text-align:right">\
3</td></tr></tbody></table>'
    """
    styles = [_style(letter) for letter in align]

    def line(cells: Sequence[str]) -> str:
        drawn = []
        for at, cell in enumerate(cells):
            said = cell if isinstance(cell, Drawn) else escape(str(cell))
            if named and not at:
                drawn.append(
                    f'<th scope="row" style="text-align:left;font-weight:normal">{said}</th>'
                )
            else:
                drawn.append(f"<td{styles[at] if at < len(styles) else ''}>{said}</td>")
        return f"<tr>{''.join(drawn)}</tr>"

    heads = [f'<th scope="col"{_style("l")}>{escape(one)}</th>' for one in headings]
    parts = [
        f'<caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        if title
        else "",
        f"<thead><tr>{''.join(heads)}</tr></thead>" if heads else "",
        f"<tbody>{''.join(map(line, rows))}</tbody>",
    ]
    return f"<table{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{''.join(parts)}</table>"


def _style(letter: str) -> str:
    style = ALIGNED.get(letter.lower(), "")
    if letter.isupper():
        style += ";white-space:nowrap"
    return f' style="{style}"' if style else ""


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
