"""A certificate proves what it says, to anyone without a network, and nothing that it does not say."""

import base64
import json
import stat

import pytest
from typer.testing import CliRunner

from crmkit.cli import app
from crmkit.errors import CrmkitError
from crmkit.learn import certificates
from crmkit.learn.certificates import (
    CLASS,
    SELF,
    Certificate,
    in_words,
    of_class,
    read,
    sign,
    write,
)
from crmkit.learn.course import Course

EARNED = Certificate(
    "黄云", "cashier", 0.93, "2025-06-30", CLASS, (("cashier-1", 0.9), ("cashier-2", 0.96))
)


@pytest.fixture
def key(tmp_path):
    return tmp_path / "grading" / "class-key.pem"


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def pieces(code):
    whole = base64.urlsafe_b64decode(code.removeprefix("crmkit1.") + "==")
    return whole[:32], whole[32:96], json.loads(whole[96:])


def joined(public, signature, says):
    said = json.dumps(says, ensure_ascii=False, separators=(",", ":")).encode()
    return "crmkit1." + base64.urlsafe_b64encode(public + signature + said).decode().rstrip("=")


def test_the_pdf_carries_its_code_and_the_code_says_it_all(course, key, tmp_path, language):
    file = write(EARNED, key, tmp_path / "out")
    assert file.read_bytes().startswith(b"%PDF")
    assert read(certificates.code_of(str(file)))[0] == EARNED
    good, words = in_words(course, str(file))
    assert good and "黄云" in words and "93" in words and "2025-06-30" in words
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    broken = "\n".join(certificates.code_of(str(file))[at : at + 40] for at in range(0, 500, 40))
    assert read(broken)[0] == EARNED  # a code that a mail broke into lines


@pytest.mark.parametrize(
    ("place", "claimed"),
    [(0, "王芳"), (1, "sales"), (2, 1.0), (3, "2026-01-01"), (4, SELF), (5, [["cashier-1", 1.0]])],
)
def test_whatever_is_changed_the_code_proves_nothing(key, place, claimed):
    public, signature, says = pieces(sign(EARNED, key))
    says[place] = claimed
    with pytest.raises(CrmkitError, match="proves nothing"):
        read(joined(public, signature, says))


@pytest.mark.parametrize("part", [slice(0, -1), slice(1, None), slice(0, 60), slice(0, 0)])
def test_a_code_that_was_cut_proves_nothing(key, part):
    with pytest.raises(CrmkitError, match="proves nothing"):
        read(sign(EARNED, key)[part])


def test_another_key_can_sign_but_not_as_this_class(course, key, tmp_path):
    sign(EARNED, key)
    own = tmp_path / "own.pem"
    forged = sign(Certificate("王芳", "cashier", 1.0, "2025-06-30", CLASS, ()), own)
    good, words = in_words(course, forged)
    assert not good and words.startswith("Not proven") and "not this class's" in words
    public, *_rest = pieces(sign(EARNED, key))
    _own, signature, says = pieces(forged)
    with pytest.raises(CrmkitError, match="proves nothing"):
        read(joined(public, signature, says))  # the class's key beside a signature of one's own
    assert not in_words(None, forged)[0]  # on a machine that knows no class
    shown = certificates.fingerprint(public)
    assert in_words(None, sign(EARNED, key), shown.lower())[0]
    assert not in_words(None, forged, shown)[0]


def test_ones_own_word_is_never_the_class(course, key, tmp_path):
    sign(EARNED, key)
    alone = sign(Certificate("王芳", "cashier", 1.0, "2025-06-30", SELF, ()), tmp_path / "own.pem")
    good, words = in_words(course, alone)
    assert good and "no class signed it" in words
    known = certificates.known_key(course)
    assert not in_words(course, alone, known)[0]


def test_a_copied_code_names_whom_it_was_written_for(course, key, tmp_path):
    mine = write(EARNED, key, tmp_path)
    copied = tmp_path / "certificate-wang.pdf"
    copied.write_bytes(
        mine.read_bytes().replace(b"(Certificate of completion)", b"(Wang Fang passed it all!!)")
    )
    words = in_words(course, str(copied))[1]
    assert words.startswith("黄云") and "Wang" not in words and "not certified" in words


def test_a_second_code_beside_the_first_is_noticed(course, key, tmp_path):
    file = write(EARNED, key, tmp_path)
    own = sign(Certificate("王芳", "cashier", 1.0, "2025-06-30", CLASS, ()), tmp_path / "own.pem")
    file.write_bytes(file.read_bytes() + b"\n%" + own.encode())
    with pytest.raises(CrmkitError, match="more than one code"):
        in_words(course, str(file))


@pytest.mark.parametrize("name", ["  ", "\u200b\u202e", "x" * 61, "\U0002b740"])
def test_a_name_that_cannot_be_printed_is_refused(key, tmp_path, name):
    with pytest.raises(CrmkitError):
        write(
            Certificate(certificates.tidy_name(name), "cashier", 1.0, "2025-06-30", SELF, ()),
            key,
            tmp_path,
        )


def test_a_name_cannot_hide_anything(key):
    assert certificates.tidy_name("Ann\u202e \n Lee\x00") == "Ann Lee"
    hidden = Certificate("Ann\u202eLee", "cashier", 1.0, "2025-06-30", CLASS, ())
    with pytest.raises(CrmkitError, match="proves nothing"):
        read(sign(hidden, key))


def test_in_a_class_the_graded_exercises_count(repository, tmp_path, monkeypatch):
    from crmkit.teach import gradebook as books

    for part in ("course", "solutions"):
        (tmp_path / part).symlink_to(repository / part)
    course = Course(tmp_path)
    monkeypatch.setenv("CRMKIT_COURSE", str(tmp_path))
    monkeypatch.setenv("CRMKIT_PROGRESS", str(tmp_path / "progress.jsonl"))
    with pytest.raises(CrmkitError, match="Cashier exercise 1 is not graded yet"):
        of_class(course, "ann", "Ann Lee", "cashier", tmp_path)
    marks = {"cashier-1": 10, "cashier-2": 8, "cashier-3": 7}
    with books.opened(course) as book:
        book.add_student("ann", last_name="Lee", first_name="Ann")
        for name in marks:
            book.add_assignment(name)
            book.add_notebook(name, name)
            book.add_grade_cell("all", name, name, max_score=10, cell_type="code")
            book.add_submission(name, "ann")
        for name, points in marks.items():
            grade = book.find_grade("all", name, name, "ann")
            grade.auto_score, grade.needs_manual_grade = points, name == "cashier-2"
        book.db.commit()
    with pytest.raises(CrmkitError, match="Cashier exercise 3 has 70%, 80% is needed") as told:
        of_class(course, "ann", "Ann Lee", "cashier", tmp_path)
    assert "exercise 1" not in str(told.value)
    assert "Cashier exercise 2 waits for the trainer's marks" in str(told.value)
    assert not list(tmp_path.glob("*.pdf"))
    with books.opened(course) as book:
        book.find_grade("all", "cashier-2", "cashier-2", "ann").needs_manual_grade = False
        book.find_grade("all", "cashier-3", "cashier-3", "ann").manual_score = 9
        book.db.commit()
    ran = CliRunner().invoke(
        app,
        [
            "certificate",
            "--class",
            "--track",
            "cashier",
            "--to",
            str(tmp_path / "out"),
            "--lang",
            "en",
        ],
    )
    assert ran.exit_code == 0, ran.output
    (file,) = (tmp_path / "out").glob("*.pdf")
    good, words = in_words(course, str(file))
    assert good and words.startswith("Lee Ann") and "90%" in words
    assert CliRunner().invoke(app, ["verify", str(file)]).exit_code == 0
    (course.grading / "class-key.pem").unlink()
    assert CliRunner().invoke(app, ["verify", str(file)]).exit_code != 0
