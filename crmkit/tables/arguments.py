"""What people write in a call, checked at the door: one meaning to each argument's name.

As the columns have one contract, so have the arguments: `days` is a whole number everywhere, `since`
a day, a share lies between 0 and 1. A public function is `checked`, and says only what is its own::

    @checked(value=one_of("revenue", "units"), most=whole(2, 8))
    def switching(sales, …, value="revenue", most=8): ...
"""

import dataclasses
import functools
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from typing import Any, TypeVar, overload

from crmkit.i18n import gettext as _
from crmkit.tables.frames import TableError, closest, open_frame
from crmkit.tables.spoken import meant, with_headings

Check = Callable[[str, Any], Any]
Function = TypeVar("Function", bound=Callable[..., Any])


LONGEST = 120
"""How many letters of a wrong value are said back."""


def demand(what: str, value: Any, limit: str, holds: Callable[[Any], bool]) -> None:
    """Refuse a number given by a person that is not within its limit, or is text.

    >>> demand("percent", "20", "more than 0", lambda percent: percent > 0)
    Traceback (most recent call last):
    crmkit.tables.frames.TableError: percent is '20'; it must be more than 0.
    """
    try:
        fits = not isinstance(value, bool) and bool(holds(value))
    except (TypeError, ValueError, OverflowError, AttributeError):
        fits = False
    if not fits:
        raise TableError(
            _("{what} is {value}; it must be {limit}.").format(
                what=what, value=_as_written(value), limit=limit
            )
        )


def _as_written(value: Any) -> str:
    """What a person wrote, as far as it fits into a sentence: a table does not."""
    text = " ".join(repr(value).split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def whole(least: int = 1, most: int | None = None) -> Check:
    """A whole number from `least` on, or to `most`."""

    def check(what: str, value: Any) -> None:
        limit = (
            _("a whole number from {least} on").format(least=least)
            if most is None
            else _("a whole number from {least} to {most}").format(least=least, most=most)
        )
        top = math.inf if most is None else most
        demand(what, value, limit, lambda n: n == int(n) and least <= n <= top)

    return check


def number(least: float = 0, most: float | None = None, *, above: bool = False) -> Check:
    """A number from `least` (or only `above` it) on, or to `most`."""

    def check(what: str, value: Any) -> None:
        if most is None:
            limit = _("more than {least}") if above else _("{least} or more")
        else:
            limit = _("above {least} and at most {most}") if above else _("{least} to {most}")
        top = math.inf if most is None else most
        demand(
            what,
            value,
            limit.format(least=least, most=most),
            lambda n: math.isfinite(n) and (least < n if above else least <= n) and n <= top,
        )

    return check


def a_share(what: str, value: Any) -> None:
    demand(what, value, _("a share between 0 and 1, as 0.2"), lambda share: 0 < share < 1)


def up_to_all(what: str, value: Any) -> None:
    demand(what, value, _("a share above 0 and at most 1"), lambda share: 0 < share <= 1)


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(what: str, value: Any) -> None:
        known = _("one of {known}").format(known=with_headings(words))
        demand(what, value, known, words.__contains__)

    check.words = words  # type: ignore[attr-defined]
    return check


def yes_or_no(what: str, value: Any) -> None:
    if not isinstance(value, bool):
        demand(what, value, _("either True or False"), lambda _value: False)


def a_day(what: str, value: Any) -> None:
    as_date(value, what)


def two_days(what: str, days: object) -> tuple[date, date]:
    """The first and the last day of a stretch of time, as a person gives them.

    Raises `TableError` for anything but two days, the first not after the last.
    """
    limit = _('its first and last day, such as ("2025-06-01", "2025-06-30")')
    given: Any = days
    demand(what, given, limit, lambda v: isinstance(v, (list, tuple)) and len(v) == 2)
    first, last = (as_date(day, what) for day in given)
    if first > last:
        raise TableError(
            _("{what} ends ({last}) before it begins ({first}).").format(
                what=what, first=first, last=last
            )
        )
    return first, last


def two_times(earlier: object, later: object) -> tuple[tuple[date, date], tuple[date, date]]:
    """Two stretches of time one after the other: what lies in both would be its own return."""
    first, second = two_days("earlier", earlier), two_days("later", later)
    if second[0] <= first[1]:
        raise TableError(
            _(
                "later begins on {later}, before earlier ends ({earlier}): a purchase in both would "
                "count twice, once as its own return."
            ).format(later=second[0], earlier=first[1])
        )
    return first, second


def as_date(day: str | date | datetime, what: str | None = None) -> date:
    """A day given by a person as a `datetime.date`; `TableError` when it is none."""
    if isinstance(day, date) and day == day:  # pandas' NaT is a date that is not itself
        return day.date() if isinstance(day, datetime) else day
    try:
        if isinstance(day, bool) or not str(day)[:4].isdigit() or not str(day):
            raise ValueError
        return datetime.fromisoformat(str(day)).date()
    except ValueError:
        said = (
            _("{day!r} is not a date. Write it as 2025-06-30.")
            if what is None
            else _("{what} is {day!r}, which is not a date. Write it as 2025-06-30.")
        )
        raise TableError(said.format(what=what, day=day)) from None


def as_day_number(day: str | date | datetime) -> int:
    """A day given by a person (``"2025-06-30"``, a date) as days since 1970-01-01.

    >>> as_day_number("1970-01-02")
    1
    """
    return (as_date(day) - date(1970, 1, 1)).days


def a_name(what: str, value: Any) -> None:
    limit = _("the name of a column")
    demand(what, value, limit, lambda name: isinstance(name, str) and name.strip() != "")


def names(what: str, value: Any) -> None:
    """One name of a column, or several, none of them twice."""
    limit = _("the name of a column, or a list of names")
    several = [value] if isinstance(value, str) else value

    def are_names(many: Any) -> bool:
        return isinstance(many, (list, tuple)) and all(
            isinstance(name, str) and name.strip() for name in many
        )

    if not are_names(several):
        demand(what, value, limit, lambda _value: False)
    twice = [name for at, name in enumerate(several) if name in several[:at]]
    if twice:
        raise TableError(
            _("{what} names {column!r} twice; name each column once.").format(
                what=what, column=twice[0]
            )
        )


def several_names(what: str, value: Any) -> None:
    """Names in a list: a text alone would be taken letter by letter."""
    if isinstance(value, str):
        demand(what, value, _("a list of names"), lambda _value: False)
    names(what, value)


def name_list(by: str | Sequence[str] | None, what: str = "by") -> list[str]:
    """`by` as people write it (nothing, one name, several) as a list."""
    if by is None:
        return []
    names(what, by)
    return [by] if isinstance(by, str) else list(by)


def listed(what: str, value: Any) -> None:
    """Several values: a text alone would be taken letter by letter."""
    limit = _("a list of values")
    demand(
        what, value, limit, lambda v: isinstance(v, (list, tuple, set, frozenset)) and len(v) > 0
    )


def values(what: str, value: Any) -> None:
    """One value, or several."""
    if not isinstance(value, str) or not value:
        listed(what, value)


def a_code(what: str, value: Any) -> None:
    """One value of a column."""
    if not isinstance(value, bool):
        limit = _("one value of the column")
        demand(what, value, limit, lambda code: code == code and isinstance(hash(code), int))


def rising(least: float = 0, most: float = math.inf, count: int | None = None) -> Check:
    """Numbers above `least` and up to `most`, each above the one before."""

    def check(what: str, value: Any) -> None:
        limit = _("numbers that rise, more than {least}").format(least=least)
        if most < math.inf:
            limit = _("{count} numbers that rise, more than {least} and at most {most}").format(
                count=count, least=least, most=most
            )

        def holds(cuts: Any) -> bool:
            steps = [least, *(cut + 0.0 for cut in cuts)]
            return (
                not isinstance(cuts, (str, Mapping))
                and len(steps) - 1 >= (count or 1)
                and (count is None or len(steps) - 1 == count)
                and all(a < b for a, b in itertools.pairwise(steps))
                and steps[-1] <= most
            )

        demand(what, value, limit, holds)

    return check


def by_name(what: str, value: Any) -> None:
    """Something for each of several names."""
    limit = _("a dictionary, with a list or a function for each name")

    def fits(given: Any) -> bool:
        return isinstance(given, Mapping) and all(
            isinstance(name, str) and (callable(one) or isinstance(one, (list, tuple, set)))
            for name, one in given.items()
        )

    demand(what, value, limit, fits)


def a_file(what: str, value: Any) -> None:
    limit = _("the path of a file, as text")
    demand(what, value, limit, lambda path: isinstance(path, PathLike) or bool(path.strip()))


def a_delimiter(what: str, value: Any) -> None:
    limit = _("one character, such as {example}").format(example='"," ";" "\\t" "|"')
    demand(what, value, limit, lambda sign: isinstance(sign, str) and len(sign) == 1)


def a_heading_row(what: str, value: Any) -> None:
    limit = _("the row they stand in (1, 2 …), 0 for a file without, or the list of names")

    def fits(given: Any) -> bool:
        if isinstance(given, (list, tuple)):
            return len(given) > 0 and all(isinstance(name, str) for name in given)
        return isinstance(given, int) and given >= 0

    demand(what, value, limit, fits)


def a_zone(what: str, value: Any) -> None:
    from zoneinfo import ZoneInfo

    def known(zone: Any) -> bool:
        try:
            return isinstance(zone, str) and bool(ZoneInfo(zone))
        except (KeyError, OSError):
            return False

    demand(what, value, _("a time zone, as Asia/Shanghai or Europe/London"), known)


def a_country(what: str, value: Any) -> None:
    """With a slip of the pen every phone would be emptied."""
    import phonenumbers

    limit = _("a country's code in two capitals, such as CN, HK, TW, SG, GB")
    demand(what, value, limit, phonenumbers.SUPPORTED_REGIONS.__contains__)


def an_encoding(what: str, value: Any) -> None:
    import codecs

    def known(name: Any) -> bool:
        try:
            return codecs.lookup(name).name not in ("", "undefined")
        except LookupError:
            return False

    demand(what, value, _("an encoding, such as utf-8, gb18030 or utf-16"), known)


def text(what: str, value: Any) -> None:
    demand(what, value, _("a text, not empty"), lambda v: isinstance(v, str) and v != "")


def a_number_to_start(what: str, value: Any) -> None:
    whole(0, 2**32 - 1)(what, value)


MEANINGS: dict[str, Check] = {
    **dict.fromkeys(("since", "until", "as_of", "at", "start", "split_on", "today"), a_day),
    **dict.fromkeys(("earlier", "later"), two_days),
    **dict.fromkeys(("columns", "subset", "fields", "kinds", "features"), several_names),
    "by": names,
    **dict.fromkeys(("group", "pair", "before_value", "when", "column", "basket"), a_name),
    **dict.fromkeys(
        ("days", "window", "weeks", "lapse", "active_days", "new_days", "k", "most", "quantity")
        + ("min_orders", "neighbours", "largest_block"),
        whole(),
    ),
    **dict.fromkeys(
        ("share", "control_share", "base_rate", "confidence", "power", "heavy", "medium"), a_share
    ),
    **dict.fromkeys(("margin_rate", "min_support", "min_confidence"), up_to_all),
    **dict.fromkeys(
        ("lead_days", "enough_days", "plenty_days", "sd", "lead_sd", "demand", "yearly_demand")
        + ("order_cost", "contact_cost", "fixed_cost", "shrink", "min_lift", "discount_rate")
        + ("cost",),
        number(),
    ),
    **dict.fromkeys(
        ("uplift", "holding_cost", "cover_days", "behind", "far_behind", "ahead"),
        number(above=True),
    ),
    **dict.fromkeys(("drop_identical", "pooled", "every", "only_new", "day_first"), yes_or_no),
    "among": values,
    "known": by_name,
    "placeholders": listed,
    **dict.fromkeys(("path", "source"), a_file),
    "seed": a_number_to_start,
    "delimiter": a_delimiter,
    "decimal": one_of(".", ","),
    "headings": a_heading_row,
    **dict.fromkeys(("sheet", "query"), text),
    "time_zone": a_zone,
    "country": a_country,
    "encoding": an_encoding,
}
"""What an argument of this name is, wherever it stands."""


@overload
def checked(function: Function, /) -> Function: ...
@overload
def checked(**own: Check | None) -> Callable[[Function], Function]: ...
def checked(function: Any = None, /, **own: Check | None) -> Any:
    """A public function whose arguments are looked at before it begins.

    Each argument is what `MEANINGS` says of its name, or what `own` says here; None where the
    function looks itself. What is left at its default passes.

    >>> @checked
    ... def best(sales, days=90): ...
    >>> best([], dayz=3)
    Traceback (most recent call last):
    crmkit.tables.frames.TableError: best takes no 'dayz'. Did you mean 'days'?
    >>> best([], days="90")
    Traceback (most recent call last):
    crmkit.tables.frames.TableError: days is '90'; it must be a whole number from 1 on.
    """
    if function is None:
        return functools.partial(_checked, own=own)
    return _checked(function, own={})


def look_at(made: Any, **own: Check | None) -> None:
    """The same for a dataclass, once its fields are filled."""
    meant = MEANINGS | own
    for field in dataclasses.fields(made):
        check, value = meant.get(field.name), getattr(made, field.name)
        if check and not (value is None and field.default is None):
            check(field.name, value)


def _plain(value: Any) -> Any:
    """A number or day as numpy gives it (a mean, a count) as Python's own, which calendars take."""
    numpy = type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    return value.item() if numpy else value


def _by_heading(check: Check | None, value: Any, given: Mapping[str, Any]) -> Any:
    """What names a column, by the column where its heading was written."""
    if check in (names, a_name, several_names):
        return meant(value, lambda: _columns_of(given.values()))
    words = getattr(check, "words", ())
    found = meant(value, lambda: words) if words and value not in words else value
    return found if found in words else value


def _columns_of(given: Iterable[Any]) -> Iterator[str]:
    """The columns of all tables among what was given."""
    for one in given:
        if hasattr(one, "columns") or hasattr(one, "column_names"):
            try:
                yield from open_frame(one).collect_schema().names()
            except TableError:
                continue


def _checked(function: Callable[..., Any], own: Mapping[str, Check | None]) -> Callable[..., Any]:
    signature = inspect.signature(function)
    taken = signature.parameters
    checks = {name: check for name in taken if (check := (MEANINGS | dict(own)).get(name))}
    named = {name for name, p in taken.items() if p.kind is not p.VAR_KEYWORD}
    free = len(named) < len(taken)
    needed = [n for n, p in taken.items() if n in named and p.default is p.empty]
    in_a_row = [n for n, p in taken.items() if p.kind is not p.KEYWORD_ONLY and n in named]
    called = function.__name__

    @functools.wraps(function)
    def at_the_door(*args: Any, **kwargs: Any) -> Any:
        for name in kwargs:
            if name not in named and not free:
                near = closest(name, named)
                said = _("{function} takes no {name!r}.").format(function=called, name=name)
                meant = _("Did you mean {near!r}?").format(near=near) if near else ""
                raise TableError(f"{said} {meant}".strip())
        given = {**dict(zip(in_a_row, args, strict=False)), **kwargs}
        if len(args) > len(in_a_row) and len(named) > len(in_a_row):
            raise TableError(
                _("{function}: what comes after {last} must be named, such as {name}=….").format(
                    function=called, last=in_a_row[-1], name=list(taken)[len(in_a_row)]
                )
            )
        if missing := [name for name in needed if name not in given]:
            raise TableError(
                _("{function} also needs {names}.").format(
                    function=called, names=_(", ").join(missing)
                )
            )
        args = tuple(_by_heading(checks.get(name), _plain(value), given) for name, value in zip(taken, args, strict=False)) + args[len(taken) :]  # fmt: skip
        kwargs = {n: _by_heading(checks.get(n), _plain(one), given) for n, one in kwargs.items()}
        for name, value in (*zip(taken, args, strict=False), *kwargs.items()):
            check = checks.get(name)
            if check and not (value is None and taken[name].default is None):
                check(name, value)
        ends = [given.get(name) for name in ("since", "until")]
        if {"since", "until"} <= named and all(end is not None for end in ends):
            two_days("since … until", ends)
        return function(*args, **kwargs)

    return at_the_door
