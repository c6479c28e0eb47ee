"""What analysts try beside the course shop: their own function store by store, a public set."""

from collections.abc import Callable
from typing import Any

from crmkit.data.conform import FileMissing, conform, public_sets
from crmkit.i18n import gettext as _
from crmkit.labels import show
from crmkit.learn.questions import Keys
from crmkit.lessons.view import store_names
from crmkit.screen import Part, Screen, parts

STORES = ("S01", "S02", "S03", "S04")


class StoreKeys(Keys):
    """Keys of questions that let one choose among the four stores."""

    def stores(self) -> list[tuple[str, str]]:
        """The four stores to choose from."""
        names = store_names()
        return [(one, f"{one} {names[one]}") for one in STORES]


def bought(lines: Any, but: str = "") -> Any:
    """What members bought and kept; `but` names what is forgotten: walk-ins, or returns."""
    known = lines.fillna({"member_id": "?"}) if but == "walk_ins" else lines.dropna(subset="member_id")  # fmt: skip
    return known if but == "returns" else known[known["quantity"] > 0]


def table(columns: str, *rows: tuple) -> Any:
    """A few rows written by hand: the columns' names in one line; what ends in _at are moments."""
    import pandas as pd

    found = pd.DataFrame(list(rows), columns=columns.split())
    return found.assign(
        **{name: pd.to_datetime(found[name]) for name in found if name.endswith("_at")}
    )


def forgets(function: Callable, **told: tuple[str, str] | str) -> dict[Any, Callable]:
    """A lesson's function with each of its steps forgotten, by what a learner is told then.

    `function` takes the forgotten step last; `told`: the name of a known mistake, or both languages.
    """

    def forgetting(step: str) -> Callable:
        return lambda *given: function(*given, step)

    return {says: forgetting(step) for step, says in told.items()}


def unwritten() -> Part:
    """What stands where a learner's own function is still to be written."""
    words = _("Write the function above first, then run this again.")
    return parts.card(parts.message("open", words))


def store_by_store(
    title: str,
    heading: str,
    function: Callable[[str], Any],
    shown: Callable[[Any], str],
    people: tuple[str, Callable[[str], int]] | None = None,
) -> Screen:
    """What a learner's own function gives for every store, side by side.

    people: the heading of a further column, and how many people a store's figure rests on.
    """

    def screen() -> Part:
        found = {store: function(store) for store in STORES}
        if any(value is ... for value in found.values()):
            return unwritten()
        names = store_names()
        rows = [
            (f"{one} {names[one]}", *([f"{people[1](one):,}"] if people else []), shown(value))
            for one, value in found.items()
        ]
        values = [float(value) for value in found.values()]
        most = max(values)
        bars = [value / most if most > 1 else value for value in values]  # a share is its own bar
        return parts.card(
            parts.table(title, [_("Store"), *([people[0]] if people else []), heading], rows, bars)
        )

    return Screen(screen, {}, "store by store")


def on_public_set(name: str, found: Callable[[Any], Any], rows: int = 12) -> Any:
    """`found` of a public set's sales, as a table; without a copy, where to get one.

    `name` is one of `crmkit.conform`'s ready maps, which says what its columns are called here.
    """
    try:
        sales = conform(name)
    except FileMissing:
        public = public_sets()[name]
        says = _(
            "You have no copy of it yet. {title}: {where} (licence {licence}). Put the file beside "
            "this notebook or into Downloads, then run this cell again."
        ).format(title=public.title, where=public.where, licence=public.licence)
        return Screen(lambda: parts.card(parts.message("open", says)), {}, "public set")
    return show(found(sales), rows=rows)
