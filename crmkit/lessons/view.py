"""How lessons show tables, money and panels."""

import marshal
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from types import FunctionType
from typing import Any

from crmkit import data, labels
from crmkit.errors import CrmkitError
from crmkit.i18n import gap, get_language
from crmkit.i18n import gettext as _
from crmkit.screen import Part, parts


@lru_cache(maxsize=16)
def loaded(name: str, language: str) -> Any:
    return data.load(name)


def table_of(name: str, tables: Mapping[str, Any]) -> Any:
    return tables[name] if name in tables else loaded(name, get_language())


class once:
    """What comes from the course's own data is reckoned once for everybody who asks the same.

    With `tables` of one's own it is reckoned each time.
    """

    def __init__(self, reckon: Callable[..., Any]):
        self._reckon = reckon
        self._kept = lru_cache(maxsize=16)(lambda _language, *given: reckon(*given))

    def __call__(self, *given: Any, tables: Mapping[str, Any] | None = None) -> Any:
        return self._reckon(*given, tables) if tables else self._kept(get_language(), *given)


def store_names(tables: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Every store's id and name."""
    stores = table_of("stores", tables or {})
    return dict(sorted(zip(stores["store_id"], stores["name"], strict=True)))


def demand_store(store_id: str, tables: Mapping[str, Any] | None = None) -> None:
    """Raise `CrmkitError` for a store that does not exist."""
    known = sorted(table_of("stores", tables or {})["store_id"])
    if store_id not in known:
        raise CrmkitError(
            _("There is no store {store!r}. There are: {known}").format(
                store=store_id, known=", ".join(known)
            )
        )


@cache
def members_of(store_id: str) -> list[str]:
    """The members who belong to a store."""
    members = data.load("members")
    return sorted(members.loc[members["home_store_id"] == store_id, "member_id"])


def yuan(amount: float | None) -> str:
    """Money as it stands on a receipt: ``¥1,234.50``; – where there is none."""
    if amount is None or amount != amount:
        return "–"
    return f"{'-' if round(amount, 2) < 0 else ''}¥{abs(amount):,.2f}"


def share(value: float | None, signed: bool = False) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:+.1%}" if signed else f"{value:.1%}"


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


_CHINESE_PRINT = {",": "，", ";": "；", "?": "？", "!": "！", ":": "："}


def as_printed(words: str) -> str:
    """What somebody typed, with full-width punctuation behind Chinese characters.

    >>> as_printed("退换很方便,谢谢。"), as_printed("Easy, thanks.")
    ('退换很方便，谢谢。', 'Easy, thanks.')
    """
    return re.sub(r"(?<=[\u4e00-\u9fff])[,;?!:]", lambda mark: _CHINESE_PRINT[mark[0]], words)


FIRST_OF = ("#D55E00", *["#0072B2"] * 9)
"""Colours of bars of which the first stands out."""


GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 1}
"""A figure's own ground, or the line of a near guess strikes it out."""


def guessed_bars(
    ax: Any,
    values: Mapping[str, float],
    colours: Sequence[str],
    says: str,
    guess: float | None = None,
    most: float = 100,
) -> Any:
    """Bars of so many in a hundred, one below the other; with a guess, a line where it was."""
    bars = ax.barh(list(values), list(values.values()), color=colours)
    ax.bar_label(bars, fmt="%.0f", padding=4, bbox=GROUND)
    ax.invert_yaxis()
    ax.set(xlabel=says, xlim=(0, most))
    if guess is not None:
        ax.axvline(guess, color="#333333", linestyle="--")
    return ax


def beside_guess(
    found: Mapping[str, float],
    says: str,
    guess: float | None,
    shown: str,
    most: float,
    of: str | None = None,
) -> Part:
    """A claim and what is true as two bars, with what somebody guessed as a third; `shown` is the
    format of a number, `of` the axis."""
    if guess is not None:
        found = {**found, _("your guess"): guess}
        says += gap() + _("You guessed {guess}.").format(guess=f"{guess:,.0f}")

    def draw(ax: Any) -> None:
        from crmkit.plot import _style

        colours = [_style.BAD, _style.MAIN, _style.ACCENT][: len(found)]
        drawn = ax.barh(list(found), list(found.values()), color=colours)
        ax.bar_label(drawn, [format(value, shown) for value in found.values()], padding=3)
        ax.invert_yaxis()
        ax.set(xlim=(0, most), **({"xlabel": of} if of else {}))

    return parts.column(pictured(draw, says, size=(8, 2.2)), parts.text(says))


def guess_and_truth(guess: float | None, true: str, share: float, says: str) -> Part:
    """So many in a hundred as a bar, what somebody guessed above it; `true` names the bar."""
    bars = {true: share}
    if guess is not None:
        bars = {_("You guessed"): guess, true: share}
        says += gap() + _("You guessed {guess}.").format(guess=f"{guess:,.0f}")

    def draw(ax: Any) -> None:
        from crmkit.plot._style import MAIN, QUIET

        drawn = ax.barh(list(bars), list(bars.values()), color=[QUIET, MAIN][-len(bars) :])
        ax.bar_label(drawn, fmt="%.0f", padding=6)
        ax.set_xlim(0, 100)
        ax.grid(visible=True, axis="x")

    picture = pictured(draw, says, size=(8, 1.2 + 0.5 * len(bars)))
    return parts.column(picture, parts.message("noted", says))


def pictured(
    draw: Callable[..., Any], says: str, size: tuple[float, float] = (8, 3.4), dpi: int = 100
) -> Part:
    """A chart as a part of a screen: `draw(ax=…)` draws it, `says` tells what it shows."""
    key = _drawn_from(draw, size, dpi)
    png = _pictures.get(key) if key else None
    if png is None:
        png = _drawn(draw, size, dpi)
        if key:
            _pictures[key] = png
            while len(_pictures) > KEPT:
                _pictures.pop(next(iter(_pictures)), None)
    return parts.picture(png, says)


KEPT = 300
"""So many pictures are kept: a class of thirty looks at the same ones."""
_pictures: dict[bytes, bytes] = {}


def _drawn(draw: Callable[..., Any], size: tuple[float, float], dpi: int) -> bytes:
    from io import BytesIO

    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from crmkit.plot import _style

    _style.register_font()
    png = BytesIO()
    with rc_context(_style.STYLE):  # not pyplot's: nothing is left open for a notebook to show
        figure = Figure(figsize=size)
        draw(figure.subplots())
        figure.savefig(png, format="png", dpi=dpi, bbox_inches="tight")
    return png.getvalue()


def _drawn_from(draw: Callable[..., Any], *more: Any) -> bytes | None:
    """Stands for all that a picture is drawn from; None where that cannot be told."""
    try:
        return sha256(pickle.dumps((_inside(draw), get_language(), more))).digest()
    except Exception:  # what cannot be pickled, such as a shop at work
        return None


def _inside(one: Any) -> Any:
    """A function's code and what it has from around it; anything else as it is."""
    if not isinstance(one, FunctionType):
        return one
    around = [_inside(cell.cell_contents) for cell in one.__closure__ or ()]
    return marshal.dumps(one.__code__), one.__defaults__, one.__kwdefaults__, around


def shown_table(title: str, frame: Any, bars: Sequence[float] | None = None) -> Part:
    """A frame as a table of a screen, in the words of the current language."""
    read = labels.show(frame)
    return parts.table(title, list(read.columns), read.values.tolist(), bars)
