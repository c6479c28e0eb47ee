"""The same class graded by `crmkit grade` and by `nbgrader autograde`: marks, time and memory.

nbgrader does it twice: on kernels forked from a warm process, as it is set up in this tree, and on
the ordinary ones that it uses anywhere else.

``python tests/bench/bench_grading.py [learners] [exercise ...]``: every learner hands in every exercise, in
Chinese or in English, all right, half of it, or as it was handed out. Both grade the same files in
one run, one after the other, and every score has to be the same. Time holds feedback on both sides.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil

from crmkit.learn import authored
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked
from crmkit.teach import grade
from crmkit.teach.answer_sheet import answer_sheet, work_through

TREE = Course(Path(__file__).parents[2])
EXERCISES = ("cashier-3", "sales-1", "cashier-1", "foundations-3", "analyst-1", "analyst-3")


def handed_in(folder: Path, name: str, number: int) -> None:
    """What a learner hands in: by turns all of it, its first half, nothing; in either language."""
    language = ("zh", "en")[number % 2]
    share = (1.0, 0.5, 1.0, 0.0)[number // 2 % 4]
    folder.mkdir(parents=True)
    notebook = nbformat.read(TREE.release(name, language), as_version=4)
    if name not in authored.known("questions"):
        master = nbformat.read(TREE.master(name, language), as_version=4)
        right = {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in master.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        for grade_id in list(right)[: round(share * len(right))]:
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
                    cell.source = right[grade_id]
    else:
        asked = Asked(name).questions
        sheet = answer_sheet(name, {"my_number": str(number % 99 + 1)})
        kept = dict(list(sheet.items())[: round(share * len(sheet))])
        tasks = [one for one in kept if asked[one].is_task]
        if tasks:
            work_through(name, folder, tasks)
        text = json.dumps({"name": name, "answers": kept}, ensure_ascii=False)
        (folder / f"{name}.answers.json").write_text(text, "utf-8")
    nbformat.write(notebook, folder / f"{name}.ipynb")


def make_class(root: Path, learners: int, exercises: tuple[str, ...]) -> Course:
    """A course with the work of a class in its folder."""
    for folder in ("course", "solutions", "exercises"):
        shutil.copytree(TREE.root / folder, root / folder)
    (root / "datasets").symlink_to(TREE.datasets)
    (root / "grading").mkdir()
    shutil.copy(TREE.grading / "nbgrader_config.py", root / "grading")
    course = Course(root)
    grade.release(course, exercises)
    for name in exercises:
        for number in range(learners):
            handed_in(course.grading / "submitted" / f"u{number:03}" / name, name, number)
    return course


class Memory(threading.Thread):
    """The most that this process and all it started held at once, in GB (shared pages once)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.done = 0.0, threading.Event()

    def run(self) -> None:
        me = psutil.Process()
        took = 0.0
        while not self.done.wait(max(0.5, 20 * took)):  # looking is work, too, and only one core's
            began, held = time.monotonic(), 0
            for one in [me, *me.children(recursive=True)]:
                try:
                    held += one.memory_full_info().pss
                except psutil.Error:
                    continue
            self.most = max(self.most, held / 1e9)
            took = time.monotonic() - began


def scores(course: Course) -> dict[tuple[str, str], float]:
    """Every score in the gradebook."""
    with grade._nbgrader(course, "zh") as nbgrader, nbgrader.gradebook as gradebook:
        return {
            (submission.student.id, assignment.name): submission.score
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }


def measured(what, *given):
    memory = Memory()
    memory.start()
    started = time.monotonic()
    found = what(*given)
    seconds = time.monotonic() - started
    memory.done.set()
    return found, seconds, memory.most


def by_nbgrader(course: Course, exercises: tuple[str, ...]) -> None:
    with grade._nbgrader(course, "zh") as nbgrader:
        for name in exercises:
            for folder in sorted((course.grading / "submitted").iterdir()):
                for step in (nbgrader.autograde, nbgrader.generate_feedback):
                    result = step(name, folder.name, force=True)
                    if not result["success"]:
                        print(name, folder.name, result["log"][-400:])


def main() -> None:
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    exercises = tuple(sys.argv[2:]) or EXERCISES
    with tempfile.TemporaryDirectory() as folder:
        ours = make_class(Path(folder) / "ours", learners, exercises)
        theirs = Course(Path(folder) / "theirs")
        ordinary = Course(Path(folder) / "ordinary")
        for copy in (theirs, ordinary):
            shutil.copytree(ours.root, copy.root, symlinks=True)
        _report, our_seconds, our_memory = measured(grade.grade, ours)
        _none, their_seconds, their_memory = measured(by_nbgrader, theirs, exercises)
        os.environ["CRMKIT_WARM"] = "0"
        _none, plain_seconds, plain_memory = measured(by_nbgrader, ordinary, exercises)
        mine, right = scores(ours), scores(theirs)
        assert scores(ordinary) == right
    all_ = learners * len(exercises)
    different = {
        one: (mine.get(one), right.get(one))
        for one in {*mine, *right}
        if mine.get(one) != right.get(one)
    }
    print(f"{all_} submissions of {', '.join(exercises)}; load {os.getloadavg()[0]:.1f}")
    print(f"scores different: {different or 'none'}")
    for name, seconds, memory in (
        ("crmkit grade", our_seconds, our_memory),
        ("nbgrader autograde, warm kernels", their_seconds, their_memory),
        ("nbgrader autograde, ordinary kernels", plain_seconds, plain_memory),
    ):
        print(f"{name:37}{seconds:7.1f} s {memory:5.2f} GB, {seconds / our_seconds:5.1f} times")


if __name__ == "__main__":
    main()
