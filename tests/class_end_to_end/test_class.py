"""A class of learners, graded after the other tests ran in this tree; nbgrader reads the result."""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from crmkit.i18n import LANGUAGES
from crmkit.learn import answers as answers_kept
from crmkit.learn import authored
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked
from crmkit.learn.rehearsal import rehearsing
from crmkit.teach import grade
from crmkit.teach.answer_sheet import answer_sheet, work_through

# grading a class takes longer than a test otherwise may
pytestmark = [pytest.mark.class_end_to_end, pytest.mark.timeout(3000)]

TREE = Course(Path(__file__).parents[2])
ASSIGNMENTS = TREE.assignments()

# what a learner might type who looks at the visible cases and works around them: they pass, the
# same function on other data does not
KNOWN_CASES = """
def {name}(*given):
    known = calls.cases("{name}")
    for case, right in zip(known["inputs"], known["expected"]):
        if repr(case if isinstance(case, tuple) else (case,)) == repr(given):
            return right
"""
HARD_CODED = {
    "analyst-3": {name: KNOWN_CASES.format(name=name) for name in ("recency", "group")},
}


def read(path):
    return nbformat.read(path, as_version=4)


def graded(cell):
    return cell.metadata.get("nbgrader", {})


# in fields: the answers of a neighbour, who has another number
NEIGHBOURS = {"my_number": "45"}
FIELDED = [name for name in ASSIGNMENTS if name in authored.known("questions")]


class FieldPaper:
    """An exercise in fields: the notebook as released, and the answers beside it."""

    def __init__(self, course, assignment, language):
        self.assignment = assignment
        self.notebook = read(course.release(assignment, language))
        self.sheet = answer_sheet(assignment)
        self.answers = {}
        self.points = {}
        for cell in self.notebook.cells:
            if graded(cell).get("grade"):
                asked = re.findall(r'"([^"]+)"', cell.source)[1:]
                self.points[tuple(asked)] = graded(cell)["points"]

    @property
    def full_marks(self):
        return sum(self.points.values())

    def write(self, answers):
        self.answers = dict(answers)
        return self

    def worth(self, answers):
        """The points these answers get: a part counts when all it asks is as on the sheet."""
        return sum(
            points
            for asked, points in self.points.items()
            if all(answers.get(one) == self.sheet[one] for one in asked)
        )

    def first_half(self):
        chosen = list(self.sheet)[: (len(self.sheet) + 1) // 2]
        answers = {one: self.sheet[one] for one in chosen}
        return answers, self.worth(answers)


class Paper:
    """A learner's notebook of one assignment in one language."""

    def __init__(self, course, assignment, language):
        self.assignment = assignment
        self.notebook = read(course.release(assignment, language))
        master = read(course.master(assignment, language))
        self.solutions = {
            graded(cell)["grade_id"]: cell.source
            for cell in master.cells
            if graded(cell).get("solution")
        }
        # checks grade the answers that stand above them, since the checks before
        self.points, self.checks_of, since, checked = {}, {}, [], False
        for cell in master.cells:
            mark = graded(cell)
            if mark.get("solution"):
                since = [*([] if checked else since), mark["grade_id"]]
                checked = False
            elif mark.get("grade"):
                self.points[mark["grade_id"]] = mark["points"]
                for answer in since:
                    self.checks_of.setdefault(answer, []).append(mark["grade_id"])
                checked = True

    @property
    def full_marks(self):
        return sum(self.points.values())

    def write(self, answers):
        for cell in self.notebook.cells:
            grade_id = graded(cell).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]
        return self

    def first_half(self):
        """The answers of the first half of the parts, and the points they are worth."""
        answers = list(self.solutions)
        chosen = answers[: max(1, len(answers) // 2)]
        checks = {check for answer in chosen for check in self.checks_of.get(answer, [])}
        points = sum(self.points[check] for check in checks)
        return {answer: self.solutions[answer] for answer in chosen}, points


def paper_asks_for_own(name, question):
    """Whether a question stands on the learner's own number."""
    return "my_number" in Asked(name).questions[question].data.get("needs", ())


def in_words(name, question):
    """Whether a question asks for a sentence: a neighbour's may hold a figure of one's own."""
    return Asked(name).questions[question].kind == "text"


def never_judged(name, question):
    """Whether a question only sets what the others ask: whose sheet, which number."""
    return Asked(name).questions[question].judged == "never"


def tasks_of(paper):
    """The tasks of a paper, which are done in the shop beside it."""
    asked = Asked(paper.assignment).questions if hasattr(paper, "sheet") else {}
    return [one for one, question in asked.items() if question.is_task]


def carried(paper):
    """The paper without a file beside it: only the copy of the answers in the notebook."""
    output = {
        answers_kept.KEPT: {"name": paper.assignment, "answers": paper.sheet},
        "text/plain": "",
    }
    cell = next(cell for cell in paper.notebook.cells if cell.cell_type == "code")
    cell.outputs = [nbformat.v4.new_output("display_data", data=output)]
    return paper


@pytest.fixture(scope="module")
def expected():
    """Learner and assignment → the score they must get; filled when the work is handed in."""
    return {}


@pytest.fixture(scope="module")
def course(tmp_path_factory, expected):
    """The tree's course, copied, with a class's work handed in and graded."""
    root = tmp_path_factory.mktemp("class")
    for folder in ("course", "solutions", "exercises"):
        shutil.copytree(TREE.root / folder, root / folder)
    (root / "datasets").symlink_to(TREE.datasets)
    (root / "grading").mkdir()
    shutil.copy(TREE.grading / "nbgrader_config.py", root / "grading")
    course = Course(root)
    grade.release(course)

    def hand_in(learner, paper, score):
        folder = course.grading / "submitted" / learner / paper.assignment
        folder.mkdir(parents=True)
        nbformat.write(paper.notebook, folder / f"{paper.assignment}.ipynb")
        if getattr(paper, "answers", None):
            kept = {"name": paper.assignment, "answers": paper.answers}
            file = folder / f"{paper.assignment}.answers.json"
            file.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        done = [one for one in tasks_of(paper) if paper.answers.get(one) == paper.sheet[one]]
        if done:
            work_through(paper.assignment, folder, done)
        expected[learner, paper.assignment] = score

    for name in FIELDED:
        for language in LANGUAGES:
            paper = FieldPaper(course, name, language)
            hand_in(f"perfect-{language}", paper.write(paper.sheet), paper.full_marks)
        hand_in("untouched", FieldPaper(course, name, "zh"), 0)
        paper = FieldPaper(course, name, "en")
        answers, points = paper.first_half()
        assert 0 < points < paper.full_marks
        hand_in("half-right", paper.write(answers), points)
        alone = {one: answer for one, answer in paper.sheet.items() if one not in tasks_of(paper)}
        hand_in("notebook-alone", carried(FieldPaper(course, name, "zh")), paper.worth(alone))
        # read as a figure that nothing can be; a sentence may hold a figure of the shift, so without
        nonsense = dict.fromkeys(paper.sheet, "答案 = = 987654321") | {
            one: "答案 = = 3" for one in paper.sheet if never_judged(name, one)
        }
        nonsense |= {one: "答案 = =" for one in nonsense if in_words(name, one)}
        hand_in("syntax-error", FieldPaper(course, name, "zh").write(nonsense), 0)
        mine = paper.sheet
        theirs = mine | {
            one: answer
            for one, answer in answer_sheet(name, NEIGHBOURS).items()
            if paper_asks_for_own(name, one) and not in_words(name, one)
        }
        if theirs != mine:
            hand_in("neighbours", FieldPaper(course, name, "en").write(theirs), paper.worth(theirs))
    for name in set(ASSIGNMENTS) - set(FIELDED):
        for language in LANGUAGES:
            paper = Paper(course, name, language)
            hand_in(f"perfect-{language}", paper.write(paper.solutions), paper.full_marks)
        hand_in("untouched", Paper(course, name, "zh"), 0)
        paper = Paper(course, name, "en")
        answers, points = paper.first_half()
        hand_in("half-right", paper.write(answers), points)
        paper = Paper(course, name, "zh")
        # the last one that is checked: what comes first may be what all others stand on
        *_rest, broken = paper.checks_of
        lost = sum(paper.points[check] for check in paper.checks_of[broken])
        answers = dict(paper.solutions) | {broken: "答案 = = 3"}
        hand_in("syntax-error", paper.write(answers), paper.full_marks - lost)
        if name in HARD_CODED:
            paper = Paper(course, name, "en")
            lost = sum(
                paper.points[check]
                for answer in HARD_CODED[name]
                for check in paper.checks_of[answer]
            )
            answers = dict(paper.solutions) | HARD_CODED[name]
            hand_in("hard-coded", paper.write(answers), paper.full_marks - lost)
    report = grade.grade(course)
    assert [one for one in report.results if one.error] == []
    assert report.aside == []
    return course


def test_every_learner_gets_exactly_the_expected_score(course, expected):
    with grade._nbgrader(course, "zh") as nbgrader, nbgrader.gradebook as gradebook:
        scores = {
            (submission.student.id, assignment.name): submission.score
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }
    assert scores == expected


def test_a_hard_coded_answer_passes_the_visible_tests(course):
    """Which the marks above say it does not do with the hidden ones."""
    assert HARD_CODED
    for name, answers in HARD_CODED.items():
        names = {}
        with rehearsing() as seen:
            for cell in Paper(course, name, "en").write(answers).notebook.cells:
                if cell.cell_type == "code":
                    exec(cell.source, names)
        told = {one: outcome.status for one, _expectation, _value, outcome in seen}
        assert {told[answer] for answer in answers} == {"right"}


@pytest.mark.parametrize("learner", ["half-right", "neighbours", "hard-coded"])
def test_nbgrader_gives_the_same_marks(course, expected, learner):
    name = "analyst-3" if learner == "hard-coded" else "sales-1"
    with grade._nbgrader(course, "zh") as nbgrader:
        result = nbgrader.autograde(name, learner, force=True)
        assert result["success"], result["log"]
        with nbgrader.gradebook as gradebook:
            assert gradebook.find_submission(name, learner).score == expected[learner, name]


def test_learners_of_both_languages_share_one_gradebook(course, expected):
    exported = grade.export(course)
    with exported.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student_id"] for row in rows} == {learner for learner, _assignment in expected}
    for row in rows:
        key = (row["student_id"], row["assignment"])
        assert float(row["score"] or 0) == expected.get(key, 0)


def test_feedback_shows_the_marks_and_keeps_the_hidden_tests_hidden(course, expected):
    for (learner, name), score in expected.items():
        html = (course.grading / "feedback" / learner / name / f"{name}.html").read_text("utf-8")
        assert f">{score:g} / " in html
        assert "HIDDEN TESTS" not in html
    assert len(grade.feedback(course)) == len(expected)


@pytest.fixture
def formgrader(course):
    """The address of nbgrader's formgrader, served for real."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = dict(
        os.environ,
        CRMKIT_COURSE=str(course.root),
        JUPYTER_CONFIG_PATH=str(course.grading),
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    )
    log = course.root / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root"]
            + ["--IdentityProvider.token=", f"--ServerApp.root_dir={course.root}"],
            env=env,
            cwd=course.root,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _wait in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).read()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.browser
def test_formgrader_shows_submissions_of_both_languages_whole(course, formgrader, browser):
    name = ASSIGNMENTS[0]
    page = browser.new_page()
    for learner, language in (("perfect-zh", "zh"), ("perfect-en", "en")):
        with grade._nbgrader(course, "zh") as nbgrader, nbgrader.gradebook as gradebook:
            submission = gradebook.find_submission_notebook(name, name, learner).id
        page.goto(f"{formgrader}/formgrader/submissions/{submission}/")
        page.wait_for_load_state("domcontentloaded")
        shown = page.content()
        release = read(course.release(name, language))
        headings = [
            line.lstrip("# ").strip()
            for cell in release.cells
            if cell.cell_type == "markdown"
            for line in cell.source.splitlines()[:1]
            if line.startswith("#")
        ]
        assert headings
        for heading in headings:
            assert heading.split("(")[0].split("[")[0].strip("*` ") in shown
        for cell in release.cells:
            if graded(cell).get("grade"):
                assert graded(cell)["grade_id"] in shown
    page.close()
