"""How lessons show tables, money and panels."""

import html
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from crmkit import data, labels
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.screen import Part, parts

_BAR = "#0072B2"


@lru_cache(maxsize=16)
def loaded(name: str, language: str) -> Any:
    return data.load(name)


def table_of(name: str, tables: Mapping[str, Any]) -> Any:
    return tables[name] if name in tables else loaded(name, get_language())


def store_names(tables: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Every store's id and name."""
    stores = table_of("stores", tables or {})
    return dict(sorted(zip(stores["store_id"], stores["name"], strict=True)))


def yuan(amount: float | None) -> str:
    """Money as it stands on a receipt: ``¥1,234.50``; – where there is none."""
    if amount is None or amount != amount:
        return "–"
    return f"{'-' if round(amount, 2) < 0 else ''}¥{abs(amount):,.2f}"


def share(value: float | None, signed: bool = False) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:+.1%}" if signed else f"{value:.1%}"


class View:
    """A table to read: HTML in a notebook, plain lines elsewhere; with a widget, usable."""

    def __init__(self, text: str, body: str, widget: Any = None):
        self._text, self._body, self._widget = text, body, widget

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        # a page that is only read shows the table, JupyterLab the widget
        bundle = {"text/plain": self._text, "text/html": self._body}
        if self._widget is not None:
            live = self._widget._repr_mimebundle_(**kwargs)
            bundle.update({k: v for k, v in live.items() if k not in bundle})
        return bundle


def html_table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], bars: Sequence[float] = ()
) -> str:
    """One table; `bars` (0 to 1, one a row) are drawn behind a last column without words."""
    cells = "".join(
        f'<th scope="col" style="text-align:left;padding:2px 8px">{html.escape(h)}</th>'
        for h in head
    )
    if bars:
        cells += '<td style="min-width:9em"></td>'
    lines = []
    for n, row in enumerate(rows):
        first, *rest = (html.escape(str(value)) for value in row)
        line = f'<th scope="row" style="text-align:left;font-weight:normal;padding:2px 8px">{first}</th>'
        line += "".join(
            f'<td style="text-align:right;padding:2px 8px">{value}</td>' for value in rest
        )
        if bars:
            width = max(0, min(100, round(100 * bars[n])))
            line += (
                '<td style="text-align:left"><div aria-hidden="true" '
                f'style="background:{_BAR};height:0.8em;width:{width}%"></div></td>'
            )
        lines.append(f"<tr>{line}</tr>")
    return (
        '<table style="display:inline-table;vertical-align:top;margin:0 2em 1em 0">'
        '<caption style="text-align:left;font-weight:bold;padding:4px 0">'
        f"{html.escape(caption)}</caption>"
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def text_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(map(str, row)) for row in [head, *rows]]
    return "\n".join([caption, *lines])


def cents(amount: float) -> float:
    return round(float(amount), 2) + 0.0


def divide(above: float, below: float, places: int = 6) -> float | None:
    return round(float(above) / float(below), places) if below else None


def largest_first(frame: Any, column: str, then: str) -> Any:
    return frame.sort_values([column, then], ascending=[False, True]).reset_index(drop=True)


def as_day(day: date | str) -> date:
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(str(day))
    except ValueError:
        raise CrmkitError(
            _('{day!r} is no date: write it as "2025-06-21".').format(day=day)
        ) from None


def panel(controls: Mapping[str, Any], render: Callable[..., View]) -> View:
    """Controls in a row and below them what `render` makes of their values."""
    import ipywidgets as widgets

    shown = widgets.HTML()

    def refresh(_change: Any = None) -> View:
        view = render(**{name: control.value for name, control in controls.items()})
        shown.value = view._body
        return view

    for control in controls.values():
        control.observe(refresh, names="value")
    view = refresh()
    row = widgets.HBox(list(controls.values()), layout=widgets.Layout(flex_flow="row wrap"))
    return View(view._text, view._body, widgets.VBox([row, shown]))


def pictured(draw: Callable[..., Any], says: str, size: tuple[float, float] = (8, 3.4)) -> Part:
    """A chart as a part of a screen: `draw(ax=…)` draws it, `says` tells what it shows."""
    from io import BytesIO

    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from crmkit.plot import _style

    _style.register_font()
    png = BytesIO()
    with rc_context(_style.STYLE):  # not pyplot's: nothing is left open for a notebook to show
        figure = Figure(figsize=size)
        draw(figure.subplots())
        figure.savefig(png, format="png", dpi=100, bbox_inches="tight")
    return parts.picture(png.getvalue(), says)


def shown_table(title: str, frame: Any, bars: Sequence[float] | None = None) -> Part:
    """A frame as a table of a screen, in the words of the current language."""
    read = labels.show(frame)
    return parts.table(title, list(read.columns), read.values.tolist(), bars)
