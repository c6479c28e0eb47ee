"""Why a cell stopped while it ran: which name, which column, what to type."""

import builtins
import difflib
import json
import linecache
import re
from collections.abc import Iterable
from types import ModuleType, TracebackType
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn import learner

IMPORTS = {
    "pd": "import pandas as pd",
    "np": "import numpy as np",
    "ck": "import crmkit as ck",
    "plt": "import matplotlib.pyplot as plt",
    "check": "from crmkit.learn import check",
    "KMeans": "from sklearn.cluster import KMeans",
}
"""Names that stand for a library in every notebook of the course."""

EXCEL = {
    "sum": 'table["column"].sum()',
    "if": 'table["column"].where(condition, otherwise)',
    "countif": '(table["column"] >= 2).sum()',
    "countifs": '((table["one"] >= 2) & (table["other"] == "S01")).sum()',
    "sumif": 'table[table["column"] == "S01"]["amount"].sum()',
    "sumifs": 'table[(...) & (...)]["amount"].sum()',
    "averageif": 'table[table["column"] == "S01"]["amount"].mean()',
    "average": 'table["column"].mean()',
    "median": 'table["column"].median()',
    "count": 'table["column"].count()',
    "counta": 'table["column"].count()',
    "countblank": 'table["column"].isna().sum()',
    "vlookup": 'table.merge(other, on="column", how="left")',
    "xlookup": 'table.merge(other, on="column", how="left")',
    "hlookup": 'table.merge(other, on="column", how="left")',
    "ifs": 'table["column"].where(condition, otherwise)',
    "iferror": 'table["column"].fillna(0)',
    "unique": 'table["column"].unique()',
    "concatenate": 'table["one"] + table["other"]',
    "left": 'table["column"].str[:4]',
    "right": 'table["column"].str[-4:]',
    "mid": 'table["column"].str[3:7]',
    "today": "pd.Timestamp.today()",
}
"""Functions of a spreadsheet, and how the same is said of a table here."""

NEVER_MEANT = {
    "exit",
    "quit",
    "copyright",
    "credits",
    "license",
    "help",
    "In",
    "Out",
    "get_ipython",
    # what the course itself brings into a notebook
    "ask",
    "guess",
    "hint",
    "marks",
    "quiz",
    "way",
}
"""Names that a notebook has and nobody means who mistypes one."""

SPREADSHEET = {"total": "sum", "average": "mean", "avg": "mean", "distinct": "nunique"}
"""What spreadsheets call it, and what pandas does."""


def explain(error: BaseException) -> str:
    """One sentence for an error that stopped a cell while it ran."""
    for kind, sentence in _BY_KIND.items():
        if isinstance(error, kind):
            said = sentence(error, str(error))
            if said:
                return said
    return _("Python stopped in line {line}: {kind}. What it says is below.").format(
        line=_line(error), kind=type(error).__name__
    )


def _line(error: BaseException) -> int:
    """The line of the cell, where the error has one; 1 otherwise."""
    step, line = error.__traceback__, 1
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if step.tb_frame.f_globals.get("__name__") == "__main__" or "ipykernel_" in name:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _steps(error: BaseException) -> Iterable[TracebackType]:
    step = error.__traceback__
    while step is not None:
        yield step
        step = step.tb_next


def _closest(name: object, known: Iterable[object], cutoff: float = 0.55) -> str | None:
    names = {str(one): str(one) for one in known}
    lower = {one.lower(): one for one in names}
    found = difflib.get_close_matches(str(name).lower(), lower, n=1, cutoff=cutoff)
    return lower[found[0]] if found else None


def _frame_near(error: BaseException, key: object) -> Any:
    """The table that was asked for a column: the innermost one that has not got it."""
    found = None
    for step in _steps(error):
        frame = step.tb_frame
        of_cell = frame.f_code.co_name == "<module>"
        # a cell sees every table there is: the one its line speaks of is meant
        line = linecache.getline(frame.f_code.co_filename, step.tb_lineno) if of_cell else ""
        named = [
            value
            for name, value in frame.f_locals.items()
            if not line or re.search(rf"\b{re.escape(name)}\b", line)
        ]
        for value in [frame.f_locals.get("self"), *named]:
            if type(value).__name__.endswith("GroupBy"):
                value = vars(value).get("obj")  # the table that is grouped
            if type(value).__name__ == "DataFrame" and key not in list(value.columns):
                found = value
                break
    return found


def _headed(key: object, frame: Any) -> str | None:
    """The column whose heading on the screen was typed for its name."""
    headings = {heading(str(one)): str(one) for one in frame.columns}
    return headings.get(str(key))


def _made_before(name: str) -> bool:
    """Whether a cell of this notebook gives the name its value, and has yet to be run."""
    path = learner.session_notebook()
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"] if path else []
        texts = ["".join(one["source"]) for one in cells if one["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    made = rf"^(?:{name}\s*=[^=]|def {name}\b|class {name}\b|.*\bimport\b.*\b{name}\b)"
    return any(re.search(made, text, re.M) for text in texts)


def _columns(frame: Any, most: int = 12) -> str:
    names = [str(column) for column in frame.columns]
    return ", ".join(names[:most]) + (_("...") if len(names) > most else "")


def _no_name(error: NameError, said: str) -> str | None:
    name = getattr(error, "name", None) or (re.findall(r"'([^']+)'", said) or [""])[0]
    if isinstance(error, UnboundLocalError):
        return _(
            "The name {name} gets its value later in the function than line {line} uses it: give it "
            "a value before."
        ).format(name=name, line=_line(error))
    if name in IMPORTS:
        return _("{name} is not loaded yet: run the cell with “{line}”, or type it above.").format(
            name=name, line=IMPORTS[name]
        )
    if name.isidentifier() and _made_before(name):
        return _(
            "{name} is made in another cell, which has not run yet: run the cells above first (▶▶ "
            "runs them all)."
        ).format(name=name)
    if name.lower() in EXCEL:
        return _("{name} is a function of spreadsheets. Here it is written: {here}").format(
            name=name.upper(), here=EXCEL[name.lower()]
        )
    frames = list(_steps(error))
    known = {*dir(builtins)}
    columns: set[str] = set()
    if frames:
        scope = {**frames[-1].tb_frame.f_globals, **frames[-1].tb_frame.f_locals}
        known |= {one for one in scope if not one.startswith("_")}
        for value in scope.values():
            if hasattr(value, "columns") and hasattr(value, "shape"):
                columns |= {str(column) for column in value.columns}
    own = dir(builtins)
    near = _closest(name, known.difference(NEVER_MEANT, own)) or _closest(name, own, 0.75)
    if near and near.lower() == name.lower():
        return _("There is no {name}. Did you mean {near}?").format(name=name, near=near)
    if name in columns or not name.isascii():
        return _('A text goes in quotes: type "{name}" instead of {name}.').format(name=name)
    if given := _given_to_function(error, near, name):
        return _(
            "There is no {name} here. This function is given {given} and knows nothing of other functions or notebooks: use these names, or make {name} inside it first."
        ).format(name=name, given=given)
    if near:
        return _("There is no {name}. Did you mean {near}?").format(name=name, near=near)
    return _(
        "There is no {name} yet: run the cell that makes it, or put quotes around it if it is a text."
    ).format(name=name)


def _given_to_function(error: NameError, near: str | None, name: str) -> str:
    """The names a function is given, where one of a lesson's was typed for them; else nothing."""
    steps = list(_steps(error))
    code = steps[-1].tb_frame.f_code if steps else None
    if code is None or code.co_name.startswith("<") or not code.co_argcount:
        return ""
    if near in code.co_varnames or difflib.SequenceMatcher(None, name, near or "").ratio() > 0.75:
        return ""
    return ", ".join(code.co_varnames[: code.co_argcount])


def _tables_as_numbers(error: TypeError) -> str | None:
    """What to type where two whole tables are divided, added or compared as if they were numbers."""
    for step in reversed(list(_steps(error))):
        frame = step.tb_frame
        names = {**frame.f_globals, **frame.f_locals}
        line = linecache.getline(frame.f_code.co_filename, step.tb_lineno)
        for one, other in re.findall(r"\b(\w+)\s*[-+*/]\s*(\w+)\b", line):
            if {type(names.get(name)).__name__ for name in (one, other)} == {"DataFrame"}:
                return _(
                    '{one} and {other} are tables, and tables are no numbers: len({one}) counts its rows, {one}["column"] takes one column.'
                ).format(one=one, other=other)
    return None


def _no_key(error: KeyError, said: str) -> str | None:
    key = error.args[0] if error.args else ""
    if isinstance(key, str):
        key = key.removeprefix("Column not found: ")
    if isinstance(key, tuple) and all(isinstance(one, str) for one in key):
        names = ", ".join(f'"{one}"' for one in key)
        return _("Several columns go in two pairs of square brackets: [[{names}]].").format(
            names=names
        )
    listed = re.match(r"None of \[Index\(\[(.+?)\]|\[(.+?)\] not in index", str(key))
    if listed:
        key = next(iter(re.findall(r"'([^']+)'", str(key))), str(key))
    steps = list(_steps(error))
    # an error of a dictionary is raised in the cell itself, that of a table inside the library
    inside = (steps and "self" in steps[-1].tb_frame.f_locals) or listed
    frame = _frame_near(error, key) if inside or len(steps) > 2 else None
    if frame is not None:
        if called := _headed(key, frame):
            return _(
                "{name} is the heading on the screen; in code this column is {column}."
            ).format(name=key, column=f'"{called}"')
        near = _closest(key, frame.columns)
        if near:
            return _("The table has no column {name}. Did you mean {near}?").format(
                name=key, near=near
            )
        return _("The table has no column {name}. It has: {columns}").format(
            name=key, columns=_columns(frame)
        )
    for step in reversed(steps):
        for value in step.tb_frame.f_locals.values():
            if isinstance(value, dict) and key not in value and (near := _closest(key, value)):
                return _("The key {name} is not there. Did you mean {near}?").format(
                    name=key, near=near
                )
    return _("{name} is not there: look up how it is written.").format(name=key)


def _no_attribute(error: AttributeError, said: str) -> str | None:
    thing, name = getattr(error, "obj", None), getattr(error, "name", None) or ""
    if thing is ...:
        return _left_open()
    if thing is None:
        return _(
            "What stands before .{name} is None: the step before it gave nothing back. Does it end "
            "with return, or did you write inplace=True?"
        ).format(name=name)
    columns = getattr(thing, "columns", None)
    offered = [one for one in dir(thing) if not one.startswith("_")]
    if columns is not None:
        near = _closest(name, [*columns, *offered])
        if near:
            return _("A table has no .{name}. Did you mean {near}?").format(name=name, near=near)
        return _("The table has no column {name}. It has: {columns}").format(
            name=name, columns=_columns(thing)
        )
    if type(thing).__name__ == "Series" and name in (
        "contains",
        "strip",
        "lower",
        "upper",
        "split",
        "replace",
        "startswith",
    ):
        return _("For the texts of a whole column, type .str.{name}.").format(name=name)
    if callable(thing) and not isinstance(thing, type) and not hasattr(thing, "__file__"):
        return _("Round brackets are missing: type {function}() before .{name}.").format(
            function=getattr(thing, "__name__", ""), name=name
        )
    if inner := _inside(thing, name):
        return _("There is no {name}. Did you mean {near}?").format(name=f"ck.{name}", near=inner)
    known = SPREADSHEET.get(name.lower())
    near = known if known in offered else _closest(name, offered)
    kind = getattr(thing, "__name__", None) or type(thing).__name__
    if near:
        return _("{kind} has no .{name}. Did you mean .{near}?").format(
            kind=kind, name=name, near=near
        )
    return _("{kind} has no .{name}: look up what it offers, or what kind of thing it is.").format(
        kind=kind, name=name
    )


def _inside(thing: Any, name: str) -> str | None:
    """Where a library keeps, one step further in, what was looked for at its door."""
    of_kit = isinstance(thing, ModuleType) and thing.__name__ == "crmkit"
    rooms = {room: getattr(thing, room) for room in dir(thing) if room[:1] != "_"} if of_kit else {}
    found = [
        f"ck.{room}.{name}"
        for room, what in rooms.items()
        if isinstance(what, ModuleType) and name in dir(what)
    ]
    return min(found, key=lambda one: one.startswith("ck.plot."), default=None)


def _left_open() -> str:
    return _("Three dots (...) are still standing there: put your own code in their place.")


def _wrong_type(error: TypeError, said: str) -> str | None:
    if "ellipsis" in said:
        return _left_open()
    if tables := _tables_as_numbers(error):
        return tables
    if match := re.search(r"(\w+)\(\) missing \d+ required .*?: (.+)", said):
        return _("{function} still needs: {names}. Write them between its brackets.").format(
            function=match[1], names=match[2].replace("'", "")
        )
    if match := re.search(
        r"(\w+)\(\) got an unexpected keyword argument '(\w+)'(?:. Did you mean '(\w+)')?", said
    ):
        return _("{function} knows no {name}=: look up how it is written.").format(
            function=match[1], name=match[2]
        )
    if match := re.search(r"(\w+)\(\) takes .*positional arguments? but (\d+)", said):
        return _("{function} was given too many values between its brackets ({n}).").format(
            function=match[1], n=match[2]
        )
    if match := re.search(r"'(\w+)' object is not callable", said):
        return _(
            "What stands before the round brackets is a {kind}, not something to call: for a column type [ ], for a number take the brackets away."
        ).format(kind=match[1])
    if "not subscriptable" in said:
        if re.search(r"function|method|type", said):
            return _("A function takes round brackets ( ), not square ones.")
        return _("What stands before the square brackets holds nothing to pick from.")
    if match := re.search(r"can only concatenate (\w+) \(not \"(\w+)\"\) to", said):
        return _(
            "A text and a number cannot be added: turn the text into a number with float(...), or the number into a text with str(...)."
        )
    if match := re.search(r"'(.+?)' not supported between instances of '(\w+)' and '(\w+)'", said):
        return _(
            "{one} and {other} cannot be compared with {sign}: bring both to the same kind first (float(...), pd.Timestamp(...))."
        ).format(sign=match[1], one=match[2], other=match[3])
    if "Invalid comparison between dtype" in said or "not supported between" in said:
        return _(
            'A column of dates is compared with something else: write the date as pd.Timestamp("2025-06-30").'
        )
    if re.search(r"for [&|]:|'?r?(?:and|or)_'?\b", said):
        return _(
            "Put round brackets around each condition before joining them with & or |: (...) & (...)."
        )
    if match := re.search(r"unsupported operand type\(s\) for (.+?): '(\w+)' and '(\w+)'", said):
        if "NoneType" in match.groups():
            return _("One side of {sign} is None: the step before it gave nothing back.").format(
                sign=match[1]
            )
        if "str" in match.groups() and re.search("Date|Time", match[2] + match[3]):
            return _(
                'One of the two days is still text: make it a moment first with pd.Timestamp("2025-06-30").'
            )
        return _(
            "{one} {sign} {other} cannot be worked out: bring both to the same kind first."
        ).format(sign=match[1], one=match[2], other=match[3])
    if "NoneType" in said:
        return _("A None stands where a value is needed: the step before it gave nothing back.")
    if match := re.search(r"'(\w+)' object is not iterable", said):
        return _(
            "One {kind} alone cannot be gone through one by one: a list in square brackets can."
        ).format(kind=match[1])
    if "unhashable" in said:
        return _("A list cannot be looked up or put into a set: take its elements one by one.")
    if "Could not convert" in said or "does not support" in said:
        return _(
            "This column holds texts, so it cannot be calculated with: choose a column of numbers, or turn it into numbers with pd.to_numeric(...)."
        )
    return _(
        "In line {line} something is of another kind than is needed there. type(name) tells what it is: a number, a text, a column (Series) or a table (DataFrame)."
    ).format(line=_line(error))


def _wrong_value(error: ValueError, said: str) -> str | None:
    if "truth value of a" in said:
        return _(
            "A whole column is neither true nor false: combine conditions with & and |, each in its own brackets, not with and/or/if."
        )
    if match := re.search(
        r"could not convert string to float: (.+)|invalid literal for int\(\) .*?: (.+)", said
    ):
        return _(
            "{text} is not a number for Python: take the unit, sign or comma out of it."
        ).format(text=match[1] or match[2])
    if "Length of values" in said or "All arrays must be of the same length" in said:
        return _("The new column is not as long as the table: it needs one value for each row.")
    if "not enough values to unpack" in said or "too many values to unpack" in said:
        return _("On the left of = stand more or fewer names than there are values on the right.")
    if re.search(
        r"(time data|doesn't match format|Unknown datetime|unconverted data|month must be|day is out of range)",
        said,
    ):
        return _(
            "A date cannot be read: write it like 2025-06-30, or say how it is written with format=."
        )
    if "You are trying to merge on" in said:
        return _(
            "The columns to merge on are of two kinds (text and number): turn one into the other's with .astype(...)."
        )
    if "Can only compare identically-labeled" in said:
        return _(
            "Two columns of different tables are compared: bring them into one table first, with merge."
        )
    if "duplicate" in said:
        return _("Some labels occur more than once: look for them with .duplicated().")
    if "math domain" in said:
        return _("The root or logarithm of a negative number was asked for.")
    if "NaN" in said or "missing" in said.lower():
        return _(
            "Some cells are empty: fill them with .fillna(...) or leave them out with .dropna()."
        )
    return None


def _no_module(error: ImportError, said: str) -> str | None:
    import sys

    name = error.name or ""
    if isinstance(error, ModuleNotFoundError):
        near = _closest(
            name.partition(".")[0],
            [
                *IMPORTS,
                "pandas",
                "numpy",
                "crmkit",
                "matplotlib",
                "sklearn",
                "scipy",
                *sys.stdlib_module_names,
            ],
        )
        if near:
            return _("There is no library {name}. Did you mean {near}?").format(
                name=name, near=near
            )
        return _(
            "The library {name} is not installed here: the course does without it; ask your trainer."
        ).format(name=name)
    wanted = (re.findall(r"cannot import name '(\w+)'", said) or [""])[0]
    near = _closest(wanted, dir(sys.modules[name])) if name in sys.modules else None
    if near:
        return _("{module} has no {name}. Did you mean {near}?").format(
            module=name, name=wanted, near=near
        )
    return _("{module} has no {name}: look up how it is written.").format(module=name, name=wanted)


_BY_KIND: dict[type[BaseException], Any] = {
    KeyboardInterrupt: lambda e, s: _("You stopped the cell. Run it again when you are ready."),
    NameError: _no_name,
    KeyError: _no_key,
    AttributeError: _no_attribute,
    ImportError: _no_module,
    ZeroDivisionError: lambda e, s: _("Something was divided by 0: look which number below the line is 0, or leave those rows out."),
    IndexError: lambda e, s: _("There is no such place: counting begins at 0, and the last place is the number of elements less 1."),
    FileNotFoundError: lambda e, s: _("There is no file {name} here: look at its folder and how its name is written.").format(name=e.filename),
    PermissionError: lambda e, s: _("The file {name} may not be opened: is it open in Excel?").format(name=e.filename),
    UnicodeDecodeError: lambda e, s: _('The file is not written in UTF-8: try encoding="gbk", or let ck.clean.read_any find out.'),
    RecursionError: lambda e, s: _("A function calls itself without end: it needs a case in which it stops."),
    MemoryError: lambda e, s: _("The table is too large for this computer: take fewer columns or rows."),
    OverflowError: lambda e, s: _("A number became too large: look for a power or a multiplication too many."),
    NotImplementedError: lambda e, s: _("This is not available here: write it yourself, as the exercise asks."),
    AssertionError: lambda e, s: _("A condition that was to hold does not: {said}").format(said=s or "assert"),
    StopIteration: lambda e, s: _("There is nothing left to take: the list was gone through already, or is empty."),
    TypeError: _wrong_type,
    ValueError: _wrong_value,
}  # fmt: skip
