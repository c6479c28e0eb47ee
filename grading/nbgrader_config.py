"""nbgrader's configuration for this course: `CRMKIT_LANG` picks the language of the sources."""

import os
import sys
from pathlib import Path

from crmkit import warm

c = get_config()  # noqa: F821

_root = Path(os.environ.get("CRMKIT_COURSE") or Path(__file__).resolve().parents[1])
_language = os.environ.get("CRMKIT_LANG") or "zh"

# nbgrader calls `alembic`, which stands beside python also where no environment is activated
_bin = str(Path(sys.executable).parent)
if _bin not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([_bin, os.environ.get("PATH", "")])

c.CourseDirectory.root = str(_root)
c.CourseDirectory.course_id = "crmkit"
c.CourseDirectory.source_directory = f"solutions/{_language}"
c.CourseDirectory.release_directory = f"exercises/{_language}"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{_root / 'grading' / 'gradebook.db'}"

c.OverwriteCells.add_missing_cells = True
c.ClearSolutions.code_stub = {"python": ""}
c.ClearSolutions.text_stub = ""
c.Execute.timeout = 120
# kernels with pandas and crmkit loaded already, where this machine can fork them
c.Execute.kernel_name = warm.kernel_name()
# a busy machine may take long to start a kernel
c.Execute.startup_timeout = 180
c.ExportApp.plugin_class = "nbgrader.plugins.export.CsvExportPlugin"

# learners read why they lost marks, but not the hidden tests
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "crmkit.teach.feedback.HideHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
