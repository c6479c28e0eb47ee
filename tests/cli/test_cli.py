"""The `crmkit` command as people type it."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.teach.till_class import make_course, raw, written


@pytest.fixture
def crmkit(tmp_path):
    def run(*words, **env):
        return subprocess.run(
            [sys.executable, "-m", "crmkit", *words],
            env=dict(os.environ, **env),
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize(
    ("lang", "message"),
    [("zh", "没有名为 no-such 的课或练习"), ("en", "no lesson or exercise no-such")],
)
def test_an_unknown_lesson_is_one_clear_line_in_the_users_language(crmkit, lang, message):
    said = crmkit("build", "no-such", CRMKIT_LANG=lang)
    assert said.returncode == 1
    assert message in said.stderr.replace("\n", "")
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("lang", "seen"),
    [
        ("zh", ("大概是这张表：销售表", "会员 (member_id)", "空", "可以直接粘贴")),
        ("en", ("Probably the table: ", "(member_id)", "Empty", "To paste:")),
    ],
)
def test_a_file_is_looked_at_in_the_users_language(crmkit, tmp_path, lang, seen):
    rows = "InvoiceNo,Date,Qty,Amount,Customer ID\nA1,31/12/2024,2,19,m1\nA2,13/1/2025,1,5,\n"
    (tmp_path / "till.csv").write_text(rows)
    said = crmkit("look", "till.csv", CRMKIT_LANG=lang)
    assert said.returncode == 0, said.stderr
    for words in (*seen, "InvoiceNo", "2024-12-31", "ck.data.conform("):
        assert words in said.stdout
    wrong = crmkit("look", "no-such.csv", CRMKIT_LANG=lang)
    assert wrong.returncode == 1
    assert "no-such.csv" in wrong.stderr.replace("\n", "") and "Traceback" not in wrong.stderr


@pytest.mark.parametrize("words", [("lab", "--only-fill"), ("build",), ("grade", "release")])
def test_an_unknown_language_is_refused(crmkit, words):
    said = crmkit(*words, CRMKIT_LANG="fr")
    assert said.returncode == 1
    assert "'fr'" in said.stderr
    assert "zh" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_wrong_course_folder_is_refused(crmkit, tmp_path):
    said = crmkit("build", CRMKIT_COURSE=str(tmp_path / "nowhere"), CRMKIT_LANG="en")
    assert said.returncode == 1
    assert "nowhere" in said.stderr.replace("\n", "")
    assert "CRMKIT_COURSE" in said.stderr


def test_help_names_every_command(crmkit):
    shown = crmkit("--help").stdout
    for command in ("lab", "build", "data", "grade"):
        assert command in shown


def test_grading_ends_with_the_page_of_the_class(crmkit, tmp_path, repository):
    course = make_course(tmp_path)
    shutil.copy(repository / "grading" / "nbgrader_config.py", course.grading)
    path = course.grading / "submitted" / "ann" / "till-1" / "till-1.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw(written(course, language="en")))
    said = crmkit("grade", CRMKIT_COURSE=str(tmp_path), CRMKIT_LANG="en")
    assert said.returncode == 0, said.stderr
    page = course.grading / "class" / "class.html"
    assert str(page) in said.stdout and "ann" in page.read_text("utf-8")
