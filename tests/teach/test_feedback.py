import nbformat

from crmkit.teach.feedback import HideHiddenTests

SOURCE = """assert revenue([1]) == 1
### BEGIN HIDDEN TESTS
assert revenue([5, -1]) == 4, "returns count"
### END HIDDEN TESTS"""


def checked(source):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = {"grade": True, "grade_id": "c", "schema_version": 3}
    cell.outputs = [
        nbformat.v4.new_output(
            "error",
            ename="AssertionError",
            evalue="returns count",
            traceback=["----> 3 assert revenue([5, -1]) == 4", "AssertionError: returns count"],
        )
    ]
    cell, _resources = HideHiddenTests().preprocess_cell(cell, {}, 0)
    return cell


def test_hidden_tests_leave_the_cell_and_the_traceback_but_the_reason_stays():
    cell = checked(SOURCE)
    assert cell.source == "assert revenue([1]) == 1"
    assert cell.outputs[0].traceback == ["AssertionError: returns count"]


def test_an_error_of_a_visible_test_keeps_its_traceback():
    assert len(checked("assert revenue([1]) == 1").outputs[0].traceback) == 2
