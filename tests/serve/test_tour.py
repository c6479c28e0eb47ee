"""A newcomer is shown around in a real browser: once, by keyboard, and again when they ask."""

import pytest

from crmkit.i18n import LANGUAGES
from crmkit.serve import tour

pytestmark = pytest.mark.browser
PLACES = {"/": len(tour.start_page()), "/shop/till": len(tour.practice_shop(True))}


def open_in(page, served, path, language="en"):
    page.context.add_cookies([{"name": "crmkit_language", "value": language, "url": served.address}])  # fmt: skip
    if path.startswith("/shop"):
        page.goto(f"{served.address}/shop?change=1")
        page.locator("button[value=C1]").click()
        page.wait_for_url("**/shop/till")
    page.goto(served.address + path)


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tour_points_at_things_that_are_there_and_can_be_read_by_everybody(
    newcomer, served, serious, path, language
):
    page = newcomer
    for width, theme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 720})
        page.context.add_cookies([{"name": "crmkit_theme", "value": theme, "url": served.address}])
        open_in(page, served, path, language)
        if width == 390:
            page.locator("#around").click()
        said = []
        for step in range(PLACES[path]):
            page.locator("#tour .steps small", has_text=f"{step + 1} / {PLACES[path]}").wait_for()
            ring, card = (page.locator(f"#tour {one}").bounding_box() for one in (".ring", ".card"))
            assert card["x"] >= 0 and card["x"] + card["width"] <= width
            assert card["y"] >= 0 and card["y"] + card["height"] <= 720
            assert ring["y"] >= 0 and ring["y"] + ring["height"] <= 720
            assert ring["y"] + ring["height"] <= card["y"] or card["y"] + card["height"] <= ring["y"]  # fmt: skip
            said.append(page.locator("#tour-words").inner_text())
            assert serious() == [], said
            assert page.locator("#tour .go:not(.second):focus").count() == 1
            page.keyboard.press("Enter")
        assert page.locator("#tour[open]").count() == 0
        assert len(set(said)) == PLACES[path]


def test_it_comes_once_and_again_when_it_is_called(newcomer, served):
    page = newcomer
    open_in(page, served, "/shop/till")
    page.locator("#tour[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("[data-scan]:focus").count() == 1  # on with the work
    page.reload()
    page.locator("[data-scan]:focus").wait_for()
    assert page.locator("#tour[open]").count() == 0
    page.get_by_role("button", name="Show me around").click()
    page.get_by_role("dialog", name="Who you are here").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Previous").click()
    page.get_by_role("dialog", name="Who you are here").wait_for()
    page.get_by_role("button", name="Skip").click()
    assert page.get_by_role("button", name="Show me around").evaluate("n => n === document.activeElement")  # fmt: skip


def test_steps_without_their_place_are_passed_over(newcomer, served):
    page = newcomer
    open_in(page, served, "/shop/manager")
    page.locator("#tour .steps small", has_text="1 / 4").wait_for()
