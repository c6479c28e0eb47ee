"""A lesson, an exercise and the start page in JupyterLab's window."""

import pytest

PAGES = {
    "start": "start.ipynb",
    "lesson": "2-cashier/03-my-shift-in-numbers.ipynb",
    "exercise": "exercises/cashier-3/cashier-3.ipynb",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window(lab, name):
    lab.open(PAGES[name])
    lab.run_all()
    lab.page.evaluate(
        """() => {
            const app = window.jupyterapp;
            app.shell.collapseLeft();
            app.shell.currentWidget.content.activeCellIndex = 0;
            app.shell.currentWidget.node.querySelector('.jp-WindowedPanel-outer').scrollTop = 0;
        }"""
    )
    lab.page.wait_for_timeout(1500)
    sideways = lab.page.evaluate(
        """() => {
            const outer = window.jupyterapp.shell.currentWidget.node
                .querySelector('.jp-WindowedPanel-outer');
            return outer.scrollWidth - outer.clientWidth;
        }"""
    )
    assert sideways <= 1, "the page must be scrolled sideways to be read"
