"""What a notebook's variables are after each cell, written down so that the same notebook in the
other language can be compared with it: only free names and texts may differ."""

import hashlib
import pickle
import re

import numpy as np
import pandas as pd
from IPython import get_ipython
from matplotlib.artist import Artist

# what people call themselves and what they wrote, different in the two languages by design
FREE_TEXT = {
    *("name", "name_2", "product_name", "email", "street", "address", "brand"),
    *("comment", "text", "subject", "note", "title"),
}


def begin(path):
    """From this cell on, write every variable that a cell made or names into this file."""
    shell = get_ipython()
    before, last = set(shell.user_ns), {}

    def keep(result):
        said = set(re.findall(r"\w+", result.info.raw_cell))
        with open(path, "ab") as file:
            for name, value in list(shell.user_ns.items()):
                if name.startswith("_") or name in before or isinstance(value, Artist):
                    continue
                if name in said or last.get(name) is not value:
                    last[name] = value
                    pickle.dump((name, plain(value)), file)

    shell.events.register("post_run_cell", keep)


def kept(path):
    """What was written: the variables' names and values, in the order in which they came."""
    with open(path, "rb") as file:
        found = []
        while True:
            try:
                found.append(pickle.load(file))
            except EOFError:
                return found


def plain(value):
    """The value as something that can be compared in another process."""
    kind = type(value).__name__
    if isinstance(value, pd.DataFrame):
        columns = {str(c): plain(value[c]) for c in value.columns if c not in FREE_TEXT}
        return kind, len(value), list(map(str, value.columns)), columns
    if isinstance(value, pd.Series | pd.Index):
        if value.name in FREE_TEXT:
            return kind, len(value)
        index = plain(value.index) if isinstance(value, pd.Series) else None
        return kind, len(value), str(value.dtype), digest(value), str(list(value[:3])), index
    if isinstance(value, np.ndarray):
        return kind, value.shape, digest(pd.Series(value.ravel()))
    if isinstance(value, dict):
        return kind, [(plain(key), plain(one)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return kind, [plain(one) for one in value]
    if isinstance(value, int | float | bool | str | bytes | pd.Timestamp | np.generic):
        return kind, repr(value)
    # figures, widgets, functions: what they show is language, what they are made from is compared
    return kind


def digest(column):
    try:
        return hashlib.md5(pd.util.hash_pandas_object(column, index=False).to_numpy()).hexdigest()
    except TypeError:  # lists in cells
        return [plain(one) for one in column]
