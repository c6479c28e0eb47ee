"""Run a notebook's Chinese and English copies in one process each way and compare every value.

Usage: compare_languages.py ZH.ipynb EN.ipynb. After each code cell the variables of both copies
must be equal (only free names and texts may differ).
"""

import os
import sys

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.artist import Artist

# what people call themselves and what they wrote, different in the two languages by design
FREE_TEXT = {
    "name",
    "name_2",
    "product_name",
    "email",
    "street",
    "address",
    "comment",
    "text",
    "brand",
    "subject",
    "note",
    "title",
}


def differs(zh, en, path):
    """Where two values differ, or None."""
    if type(zh) is not type(en):
        return f"{path}: {type(zh).__name__} and {type(en).__name__}"
    if isinstance(zh, pd.DataFrame):
        if list(zh.columns) != list(en.columns):
            return f"{path}: columns {list(zh.columns)} and {list(en.columns)}"
        if len(zh) != len(en):
            return f"{path}: {len(zh)} and {len(en)} rows"
        for column in zh.columns:
            if column not in FREE_TEXT:
                found = differs(zh[column], en[column], f"{path}[{column!r}]")
                if found:
                    return found
        return None
    if isinstance(zh, pd.Series | pd.Index):
        if getattr(zh, "name", None) in FREE_TEXT:
            return None
        return None if zh.equals(en) else f"{path}: {zh!r} and {en!r}"
    if isinstance(zh, np.ndarray):
        return None if np.array_equal(zh, en, equal_nan=zh.dtype.kind == "f") else path
    if isinstance(zh, dict):
        if zh.keys() != en.keys():
            return f"{path}: keys {list(zh)} and {list(en)}"
        return next(filter(None, (differs(zh[k], en[k], f"{path}[{k!r}]") for k in zh)), None)
    if isinstance(zh, list | tuple):
        if len(zh) != len(en):
            return f"{path}: {len(zh)} and {len(en)} long"
        pairs = enumerate(zip(zh, en, strict=True))
        return next(filter(None, (differs(a, b, f"{path}[{i}]") for i, (a, b) in pairs)), None)
    if isinstance(zh, int | float | bool | str | bytes | pd.Timestamp | np.generic):
        return None if zh == en or (zh != zh and en != en) else f"{path}: {zh!r} and {en!r}"
    # figures, widgets, functions: what they show is language, what they are made from is compared
    return None


def variables(shell, builtin):
    return {
        name: value
        for name, value in shell.user_ns.items()
        if not name.startswith("_") and name not in builtin and not isinstance(value, Artist)
    }


def run(path):
    """Yield the id and the variables after each code cell."""
    notebook = nbformat.read(path, as_version=4)
    language = notebook.metadata.crmkit.language
    os.environ["CRMKIT_LANG"] = language
    os.makedirs(language, exist_ok=True)
    os.chdir(language)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(history_length=0)
    shell.history_manager.enabled = False
    builtin = {"In", "Out", "get_ipython", "exit", "quit", "open"}
    after = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        result = shell.run_cell(cell.source)
        if result.error_in_exec or result.error_before_exec:
            raise SystemExit(
                f"{path}: {cell.id} failed: {result.error_in_exec or result.error_before_exec}"
            )
        plt.close("all")
        after.append((cell.id, dict(variables(shell, builtin)), result.result))
    os.chdir("..")
    return after


def main(zh_path, en_path):
    zh, en = run(zh_path), run(en_path)
    assert len(zh) == len(en)
    compared = 0
    for (cell, zh_values, _z), (_same, en_values, _e) in zip(zh, en, strict=True):
        if zh_values.keys() != en_values.keys():
            raise SystemExit(f"{cell}: different variables {zh_values.keys() ^ en_values.keys()}")
        for name in zh_values:
            compared += 1
            found = differs(zh_values[name], en_values[name], name)
            if found:
                raise SystemExit(f"{cell}: {found}")
    print(f"{compared} values compared")


main(*sys.argv[1:])
