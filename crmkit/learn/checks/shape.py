"""What a result looks like before its values are compared: a table with these columns, or not.

Whoever comes from pivot tables gives back the right figures under another name, or one column for
a table; what to write behind it is told as code.
"""

import difflib
from collections.abc import Sequence
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn.checks.expectation import type_name
from crmkit.learn.checks.outcome import Fault


def no_table(value: Any, wanted: Sequence[str]) -> str:
    """What is told of a result that is no table at all."""
    asked = _("A table (DataFrame) with these columns is asked for: {columns}.").format(
        columns=_listed(wanted)
    )
    if type(value).__name__ != "Series":
        return asked + gap() + _("This is {kind}.").format(kind=type_name(value))
    labels = [str(name) for name in value.index.names if name is not None]
    rest = [name for name in wanted if name not in labels]
    if labels and len(rest) == 1 and len(labels) == len(wanted) - 1:
        name = "" if value.name == rest[0] else f'.rename("{rest[0]}")'
        return (
            asked
            + gap()
            + _("Yours is a single column (Series). Write behind it: {code}").format(
                code=f"{name}.reset_index()"
            )
        )
    return (
        asked
        + gap()
        + _(
            "Yours is a single column (Series): add .reset_index(), or choose columns with two "
            "pairs of brackets [[ ]]."
        )
    )


def wrong_columns(got: Any, wanted: Sequence[str], more_allowed: bool) -> Fault | None:
    """A column that is missing, too many or there twice; None when all are as asked for."""
    present = [str(name) for name in got.columns]
    missing = [name for name in wanted if name not in got.columns]
    more = [name for name in got.columns if str(name) not in map(str, wanted)]
    if missing:
        return Fault(
            "missing_column",
            _("Missing column: {names}.").format(names=", ".join(map(str, missing)))
            + (gap() + how if (how := _how_to_get(missing, more, got)) else "")
            + gap()
            + _("Asked for: {columns}. Yours: {yours}.").format(
                columns=_listed(wanted), yours=_listed(present)
            ),
        )
    if more and not more_allowed:
        keep = ", ".join(f'"{name}"' for name in wanted)
        return Fault(
            "extra_column",
            _("These columns are not asked for: {names}.").format(names=_listed(more))
            + gap()
            + _("Keep the others with {code}.").format(code=f"[[{keep}]]"),
        )
    if got.columns.duplicated().any():
        twice = str(got.columns[got.columns.duplicated()][0])
        return Fault("twice", _("Two columns are called {name}.").format(name=twice))
    return None


def _how_to_get(missing: Sequence[str], more: Sequence[Any], got: Any) -> str:
    """How the first missing column is made of what there is; nothing where that is not certain."""
    name = str(missing[0])
    if name in [str(level) for level in got.index.names]:
        return _("{name} is in the index: add .reset_index().").format(name=name)
    if heading(name) in map(str, got.columns) and heading(name) != name:
        return _("Take ck.show( ) away from it: that is for people, with other headings.")
    near = difflib.get_close_matches(name, list(map(str, more)), 1, 0.5)
    if near:
        return _("There is a column {near}: did you mean that?").format(near=near[0])
    if len(missing) == 1 and len(more) == 1:
        old = f'"{more[0]}"' if isinstance(more[0], str) else str(more[0])
        return _("If your column {old} is meant, name it with {code}.").format(
            old=more[0], code=f'.rename(columns={{{old}: "{name}"}})'
        )
    return ""


def _listed(names: Sequence[Any]) -> str:
    return ", ".join(map(str, names)) or "–"
