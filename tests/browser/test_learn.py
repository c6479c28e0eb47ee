"""A learner with a keyboard: a wrong answer, its reason, a hint, the right one; a quiz; a talk."""

import itertools
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from crmkit.learn import dialogue, quiz
from crmkit.learn.course import Course

NAME = "learning.ipynb"
CELLS = [
    "import crmkit as ck\nfrom crmkit.learn import check, dialogue, hint, progress, quiz",
    "orders = ...  # 在这里写 · write here",
    'check.number("orders", 40, mistakes={"lines_for_orders": 95})',
    'hint("recency")',
    'quiz("analyst-03")',
    'dialogue("complaint")',
    'progress("analyst")',
]


@pytest.fixture
def page(lab, learners_course: Course, language, monkeypatch, tmp_path):
    work = learners_course.work(language)
    for left in work.glob("*.answers.json"):
        left.unlink()
    cells = [f'import os\nos.environ["CRMKIT_PROGRESS"] = {str(tmp_path / "p.jsonl")!r}', *CELLS]
    notebook = new_notebook(
        cells=[new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    nbformat.write(notebook, work / NAME)
    lab.open(NAME)
    lab.run_all()
    assert lab.errors() == []
    lab.page.wait_for_selector(".ck form")
    return lab.page


def run_again(page, cell):
    """Run one cell anew and wait for what it shows."""
    page.evaluate(
        """async number => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.activeCellIndex = number;
            await window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        cell,
    )


def shown(page, cell):
    return page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(cell)


def tab_to(page, locator, most=60):
    """Press Tab until this has the focus, as someone without a mouse would."""
    for _press in range(most):
        if locator.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {locator}")


def serious(page, selector):
    """What axe-core finds that would keep someone out."""
    import axe_playwright_python

    script = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(script.read_text("utf-8"))
    found = page.evaluate(
        "async selector => (await axe.run({include: [[selector]]}, {resultTypes: ['violations']}))"
        ".violations",
        selector,
    )
    return [
        (one["id"], one["help"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


RIGHT, WRONG = "✓", "✗"
WORDS = {
    "zh": {"untouched": "还没有作答", "lines": "像是数了明细行", "done": "正确", "hint": "还差三步",
           "next": "下一步", "used": "用了 1 条提示", "outcome": "顾客满意", "customer": "陈女士（生气）："},
    "en": {"untouched": "Not attempted yet", "lines": "This counts lines", "done": "Right.",
           "hint": "Three steps are missing", "next": "next", "used": "(1 hint", "outcome": "The customer is content",
           "customer": "Ms Chen (angry):"},
}  # fmt: skip


def test_a_learner_with_a_keyboard_alone(page, learners_course, language):
    from_a_wrong_answer_by_its_reason_and_a_hint_to_the_right_one(page, language)
    a_quiz(page, learners_course, language)
    a_conversation(page, learners_course, language)


def from_a_wrong_answer_by_its_reason_and_a_hint_to_the_right_one(page, language):
    words = WORDS[language]
    assert words["untouched"] in shown(page, 3).inner_text()
    for answer, says in (("95", words["lines"]), ("40", words["done"])):
        page.evaluate(
            "([number, source]) => { window.jupyterapp.shell.currentWidget.content"
            ".widgets[number].model.sharedModel.setSource(source) }",
            [2, f"orders = {answer}"],
        )
        run_again(page, 2)
        run_again(page, 3)
        shown(page, 3).get_by_text(says).wait_for()
        if answer == "95":
            button = shown(page, 4).get_by_role("button")
            button.focus()
            page.keyboard.press("Enter")
            shown(page, 4).get_by_text(words["hint"]).wait_for()
    run_again(page, 7)
    shown(page, 7).get_by_role("table").wait_for()
    assert words["next"] in shown(page, 7).inner_text()
    assert words["used"] in shown(page, 7).inner_text()
    assert serious(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output table") == []
    assert serious(page, ".jp-NotebookPanel:not(.lm-mod-hidden) [role=status]") == []


def answer_by_keyboard(page, form, question):
    submit = form.locator("button[type=submit]")
    if question.kind == "single":
        first = form.locator("input").first
        tab_to(page, first)
        page.keyboard.press("Space")
        for _option in range(len(question.ids)):
            now = page.evaluate("document.activeElement.value")
            if now == question.key:
                break
            page.keyboard.press("ArrowDown")
    elif question.kind == "multiple":
        for box in form.locator("input").all():
            if box.get_attribute("value") in question.key:
                tab_to(page, box)
                page.keyboard.press("Space")
    elif question.kind == "number":
        tab_to(page, form.locator("input"))
        page.keyboard.type(str(question.key))
    elif question.kind == "match":
        for select in form.locator("select").all():
            tab_to(page, select)
            left = select.evaluate("node => node.previousElementSibling.textContent")
            pair = next(one for one in question.data["pairs"] if left in one["left"].values())
            for _option in range(len(question.ids)):
                page.keyboard.press("ArrowDown")
                if select.input_value() == pair["id"]:
                    break
    else:
        texts = {one[lang]: one["id"] for one in question.data["options"] for lang in ("zh", "en")}
        for place, wanted in enumerate(question.key):
            while True:
                lines = form.locator("li").all()
                names = [re.sub(r"[↑↓]+$", "", line.inner_text().replace("\n", "")).strip()
                         for line in lines]  # fmt: skip
                at = [texts[name] for name in names].index(wanted)
                if at == place:
                    break
                tab_to(page, lines[at].locator("button").first)
                page.keyboard.press("Enter")
                form.locator("li").nth(at - 1).get_by_text(names[at], exact=True).wait_for()
    tab_to(page, submit)
    page.keyboard.press("Enter")


def one_below_the_other(form):
    """Whether each option of a question begins a line of its own, all at the same edge."""
    boxes = [option.bounding_box() for option in form.locator(".ck-choice label").all()]
    lines = [(one["y"] + one["height"], other["y"]) for one, other in itertools.pairwise(boxes)]
    return all(end <= start + 1 for end, start in lines) and len({box["x"] for box in boxes}) <= 1


def a_quiz(page, learners_course, language):
    bank = quiz("analyst-03").bank
    root = shown(page, 5).locator(".ck")
    for form in root.locator("form").all():
        assert one_below_the_other(form), form.inner_text()
    root.evaluate("node => { node.tabIndex = -1; node.focus(); }")
    forms = root.locator("form").all()
    assert len(forms) == 5
    for form in forms:
        question = form.locator("[data-question]").get_attribute("data-question")
        answer_by_keyboard(page, form, bank[question])
        form.locator(".ck-message.ck-right").wait_for()
        assert form.locator(".ck-message").inner_text().startswith(RIGHT)
    assert "5" in root.locator(".ck-message").last.inner_text()
    saved = json.loads(
        (learners_course.work(language) / "analyst-03.answers.json").read_text("utf-8")
    )
    assert len(saved["answers"]) == 5
    assert all(
        bank[one].judge(answer).status == "right" for one, answer in saved["answers"].items()
    )
    assert serious(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .ck") == []
    run_again(page, 7)
    shown(page, 7).get_by_text(re.compile(r"^5 / \d+")).first.wait_for()


def a_conversation(page, learners_course, language):
    root = shown(page, 6).locator(".ck")
    root.evaluate("node => { node.tabIndex = -1; node.focus(); }")
    for reply in ("hear", "sum-up", "choice"):
        button = root.locator(f"""button[data-arg='"{reply}"']""")
        tab_to(page, button)
        page.keyboard.press("Enter")
        button.wait_for(state="detached")
    root.get_by_text(WORDS[language]["outcome"]).wait_for()
    assert root.locator(".ck-said b").first.inner_text().strip() == WORDS[language]["customer"]
    assert root.locator(".ck-talk li").count() == 7
    talk = dialogue("complaint").follow(
        json.loads((learners_course.work(language) / "complaint.answers.json").read_text("utf-8"))[
            "answers"
        ]["replies"]
    )
    assert talk.share == 1.0
    assert serious(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .ck") == []
    again = root.get_by_role("button")
    again.focus()
    page.keyboard.press("Enter")
    root.locator("""button[data-arg='"hear"']""").wait_for()


FIELD = "exercises/sales-1/sales-1.ipynb"
SAYS = {
    "zh": {"understood": "读作 90%", "wrong": "应填的是全部会员", "right": "家庭完整率是", "empty": "请先填上答案"},
    "en": {"understood": "Understood as 90%", "wrong": "that is all members", "right": "have a household on record", "empty": "Type your answer first"},
}  # fmt: skip


def test_a_seller_answers_in_a_field_and_finds_it_again_the_next_day(
    lab, learners_course, language
):
    from crmkit.lessons.sales.profiles_asked import CheckUp

    words, kept = (
        SAYS[language],
        learners_course.work(language) / "exercises/sales-1/sales-1.answers.json",
    )
    kept.unlink(missing_ok=True)
    lab.open(FIELD)
    lab.run_all()
    assert lab.errors() == []
    page = lab.page
    # not a word of code is to be seen
    assert page.locator(".jp-NotebookPanel:visible .jp-InputArea-editor:visible").count() == 0
    shown_code = page.locator(
        ".jp-NotebookPanel:visible .jp-PlaceholderText:visible"
    ).all_inner_texts()
    assert not any(shown_code)
    choose = page.locator(".ck select, .ck input[type=radio][value=s02]").first
    choose.select_option("s02") if choose.evaluate(
        "n => n.nodeName"
    ) == "SELECT" else choose.check()
    page.locator(".ck form").first.locator("button[type=submit]").click()
    page.locator(".ck table").first.wait_for()
    field = page.locator(".ck input[name=household_rate]")
    form = page.locator(".ck form").filter(has=page.locator("input[name=household_rate]"))
    field.click()
    field.press("Enter")
    form.get_by_text(words["empty"]).wait_for()
    field.type("0.90")
    field.press("Enter")
    form.get_by_text(words["understood"]).wait_for()
    form.get_by_text(words["wrong"]).wait_for()
    assert field.input_value() == "0.90"
    assert field.evaluate("node => node === document.activeElement")
    right = round(CheckUp({"my_store": "s02"}).household_rate().value, 1)
    field.fill(f"{right}％")
    field.press("Enter")
    form.locator(".ck-message.ck-right").get_by_text(words["right"]).wait_for()
    assert serious(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .ck") == []
    lab.end_kernels()
    lab.open(FIELD)
    lab.run_all()
    again = page.locator(".ck form").filter(has=page.locator("input[name=household_rate]"))
    again.locator(".ck-message.ck-right").wait_for()
    assert again.locator("input").input_value() == f"{right}％"
