"""Where the course shop's data lies, and loading one of its tables by name."""

import difflib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, get_language
from crmkit.i18n import gettext as _
from crmkit.tables import TableError, arguments

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = Path(__file__).resolve().parent
# a folder that holds this file holds the course shop
_MARK = "truth.json"


def folder() -> Path:
    """The folder with the course shop's data.

    ``CRMKIT_DATA`` if it is set, else the copy inside the installed package, else the repository's
    ``datasets/``.

    Raises
    ------
    CrmkitError
        When none of them holds the data.
    """
    named = os.environ.get("CRMKIT_DATA")
    if named:
        path = Path(named).expanduser()
        if not (path / _MARK).is_file():
            what = _("does not exist") if not path.exists() else _("holds no course data")
            raise CrmkitError(
                _(
                    "CRMKIT_DATA points to {path}, which {what}. Unset it to use the course "
                    "shop that comes with crmkit, or run `crmkit data --to {path}` to make it."
                ).format(path=path, what=what)
            )
        return path
    for path in (_PACKAGE / "_datasets", _PACKAGE.parents[1] / "datasets"):
        if (path / _MARK).is_file():
            return path
    raise CrmkitError(
        _("The course shop's data is not there. Make it with `crmkit data`, or set CRMKIT_DATA.")
    )


def table_names() -> list[str]:
    """The names `load` knows, in alphabetical order."""
    here = folder()
    places = [here, here / get_language()]
    return sorted({path.stem for place in places for path in place.glob("*.parquet")})


@arguments.checked
def load(name: str, language: str | None = None) -> "pd.DataFrame":
    """One table of the course shop as a pandas frame, e.g. ``load("sales")``.

    All ids are text (``"M000001"``, ``"T00000001"``), missing ones are null; times are
    ``datetime64`` in local time, money is in yuan to the cent, counts are integers (nullable where
    an answer may be missing). DATASHEET.md has every column.

    Parameters
    ----------
    name
        One of `table_names`.
    language
        ``"zh"`` or ``"en"``, for names and texts (the current language when not given); ids, codes
        and numbers are the same in both.

    Raises
    ------
    TableError
        For a name it does not know.

    Examples
    --------
    >>> from crmkit.data import load
    >>> list(load("payments").columns)
    ['sale_id', 'method', 'amount']
    """
    return _read(file_of(name, language))


def file_of(name: str, language: str | None = None) -> Path:
    """The Parquet file of a table, as `load` finds it: for engines that read only a part.

    >>> from crmkit.data.load import file_of
    >>> file_of("sales").name
    'sales.parquet'
    """
    if language is not None and language not in LANGUAGES:
        raise CrmkitError(
            _("There is no language {language!r}: use zh or en.").format(language=language)
        )
    here = folder()
    for path in (here / f"{name}.parquet", here / (language or get_language()) / f"{name}.parquet"):
        if path.is_file():
            return path
    known = table_names()
    close = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    hint = _(" Did you mean {close!r}?").format(close=close[0]) if close else ""
    raise TableError(
        _("There is no table {name!r}.{hint} The tables are: {known}.").format(
            name=name, hint=hint, known=", ".join(known)
        )
    )


@arguments.checked(name=arguments.text)
def raw(name: str) -> Path:
    """The file of one raw export in the current language, e.g. ``raw("till")``.

    Parameters
    ----------
    name
        till, web_orders, mini_program, join_forms, survey_form or social_comments;
        ``truth()["raw"]`` counts the faults in each.

    Raises
    ------
    TableError
        For any other name.
    """
    place = folder() / "raw" / get_language()
    files = {path.stem.rsplit("_", 1)[0]: path for path in sorted(place.glob("*_*.*"))}
    if name not in files:
        raise TableError(
            _("There is no raw export {name!r}. There are: {known}.").format(
                name=name, known=", ".join(files)
            )
        )
    return files[name]


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except Exception as error:
        raise CrmkitError(
            _("{path} cannot be read ({error}). Make the data again with `crmkit data`.").format(
                path=path, error=error
            )
        ) from error


@cache
def _truth(path: Path) -> dict:
    import json

    return json.loads(path.read_text(encoding="utf-8"))


def truth() -> dict:
    """What was planted in the course shop, as in ``truth.json``: for trainers and tests."""
    return _truth(folder() / _MARK)
