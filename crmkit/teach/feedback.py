"""What a learner sees of the grading: marks and reasons, not the hidden tests."""

import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class HideHiddenTests(ClearHiddenTests):
    """Take hidden tests out of a feedback page, from the cell and from the error's traceback.

    The last line of the error stays: it says what was wrong.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        if self.begin_test_delimeter in cell.source:
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [_ANSI.sub("", f"{output.ename}: {output.evalue}")]
        return super().preprocess_cell(cell, resources, cell_index)
