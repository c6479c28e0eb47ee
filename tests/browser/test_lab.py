"""A learner opens the course, goes from the start page to a lesson, and runs it."""

MENU = {"zh": "文件", "en": "File"}


def test_the_start_page_opens_in_the_learners_language(lab, language):
    lab.open("start.ipynb")
    lab.page.get_by_role("menuitem", name=MENU[language], exact=True).wait_for()
    assert lab.page.locator(".jp-NotebookPanel:visible h1").count()


def test_from_the_start_page_to_a_lesson_that_runs_without_error(lab, language):
    lab.open("start.ipynb")
    link = lab.page.locator(
        ".jp-NotebookPanel:visible .jp-RenderedMarkdown a[href*='2-cashier/03']"
    )
    link.first.click()
    lab.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.context?.path.startsWith('2-cashier/03')"
        " && window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'"
    )
    lab.run_all()
    assert lab.errors() == []


def test_an_untouched_exercise_runs_to_its_end(lab):
    lab.open("exercises/cashier-3/cashier-3.ipynb")
    lab.run_all()
    assert lab.errors() == []
