"""Charts in a notebook: every one is shown, not only the first."""

import nbformat
from nbclient import NotebookClient

CELLS = [
    "import pandas as pd, crmkit as ck; one = pd.DataFrame({'hour': [9], 'revenue': [1.0]})",
    "try:\n    ck.plot.sales_summary(one.rename(columns={'revenue': 'x'}))\nexcept ck.TableError:\n    pass",
    "first = ck.plot.sales_summary(one)",
    "second = ck.plot.sales_summary(one)",
]


def test_every_cell_shows_its_chart_even_after_one_that_failed():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    NotebookClient(notebook, kernel_name="python3").execute()
    shown = [
        [out for out in cell.outputs if "image/png" in out.get("data", {})]
        for cell in notebook.cells
    ]
    assert [len(charts) for charts in shown[2:]] == [1, 1]
