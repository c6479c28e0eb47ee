"""Every chart can be read: in both languages, by all eyes, from the back of the room."""

import itertools
import re
import runpy
import warnings
from pathlib import Path

import matplotlib
import pandas as pd
import pytest

import crmkit as ck
from crmkit import i18n
from crmkit.plot import _style, _words

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle


def test_the_font_holds_the_standard_list_and_its_licence():
    from fontTools.ttLib import TTFont

    letters = TTFont(_style.FONT_FILE).getBestCmap()
    han = {c for c in letters if 0x3400 <= c <= 0x9FFF or c >= 0x20000}
    gb2312 = {
        ord(bytes([row, cell]).decode("gb2312"))
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    }
    assert len(gb2312) == 6763 and gb2312 <= han
    assert len(han) == 8105 + 125, "the standard list, and what only GB 2312 has"
    assert all(ord(c) in letters for c in "㑇㕮𬭚鿍，。《》“”￥%€–×²")
    assert _style.FONT_FILE.stat().st_size < 2_100_000
    licence = _style.FONT_FILE.with_name("OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_every_chinese_message_can_be_drawn(repository):
    from babel.messages.pofile import read_po
    from fontTools.ttLib import TTFont

    letters = TTFont(_style.FONT_FILE).getBestCmap()
    with (repository / "crmkit/locale/zh/LC_MESSAGES/analysis.po").open("rb") as source:
        said = [str(message.string) for message in read_po(source)]
    said += [text for kind in i18n._labels() for text in i18n.labels(kind, "zh").values()]
    missing = {letter for text in said for letter in text if ord(letter) not in letters}
    missing -= {"\n"}
    assert not missing


def test_a_missing_letter_would_be_noticed():
    ax = plt.subplots()[1]
    _style.register_font()
    ax.set_title("\U0001f600", fontfamily=_style.FONT)
    with pytest.warns(UserWarning, match="missing from font"):
        ax.figure.canvas.draw()


def luminance(colour):
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def seen_with(colour, kind):
    """The colour as someone sees it who lacks the green or the red cones (Viénot, 1999)."""
    import numpy as np
    from matplotlib.colors import to_rgb

    to_lms = np.array(
        [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
    )
    lost = {
        "deuteranopia": [[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]],
        "protanopia": [[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]],
    }[kind]
    linear = np.array(to_rgb(colour)) ** 2.2
    seen = np.linalg.inv(to_lms) @ np.array(lost) @ to_lms @ linear
    return np.clip(seen, 0, 1) ** (1 / 2.2)


@pytest.mark.parametrize("kind", ["deuteranopia", "protanopia"])
def test_the_first_colours_differ_for_colour_blind_eyes(kind):
    import itertools

    import numpy as np

    for one, other in itertools.combinations(_style.PALETTE[:6], 2):
        distance = np.linalg.norm(seen_with(one, kind) - seen_with(other, kind))
        assert distance > 0.11, (one, other)


@pytest.mark.parametrize("kind", ["deuteranopia", "protanopia"])
def test_what_has_one_colour_everywhere_is_told_apart_too(kind):
    import itertools

    import numpy as np

    for colours in _style.SAME.values():
        for one, other in itertools.combinations(colours.values(), 2):
            distance = np.linalg.norm(seen_with(one, kind) - seen_with(other, kind))
            assert distance > 0.11, (one, other)


def test_numbers_are_said_as_people_say_them():
    with ck.use_language("zh"):
        assert [_words.short(n) for n in (0, 7.5, 999, 12_345, 7_308_000, 1.5e8)] == [
            "0", "7.5", "999", "1.23万", "731万", "1.5亿",
        ]  # fmt: skip
    assert [_words.short(n) for n in (1234, -250_000, 1_160_000)] == ["1.23k", "-250k", "1.16M"]
    assert _words.said("margin_rate", 0.3456) == "34.6%"
    assert [_words.some_percent(n) for n in (0, 0.0002, 0.004, 0.123)] == [
        "0%",
        "<0.1%",
        "0.4%",
        "12%",
    ]


def drawn_without_warning(ax):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()
    fonts = {t.get_fontfamily()[0] for t in ax.figure.findobj(matplotlib.text.Text) if t.get_text()}
    assert fonts == {_style.FONT}
    return ax


def test_a_chart_keeps_the_settings_of_the_notebook_as_they_were():
    before = dict(matplotlib.rcParams)
    ck.plot.sales_summary(pd.DataFrame({"hour": [9, 10], "revenue": [1.0, 2.0]}))
    assert dict(matplotlib.rcParams) == before


def test_a_chart_draws_on_the_axes_it_is_given():
    mine = plt.subplots()[1]
    assert ck.plot.sales_summary(pd.DataFrame({"hour": [9], "revenue": [1.0]}), ax=mine) is mine
    drawn_without_warning(mine)


def test_months_are_a_line_from_zero_and_hours_are_bars(language):
    months = pd.DataFrame(
        {"month": ["2025-01", "2025-02", "2025-03"], "revenue": [100.0, 110.0, 105.0]}
    )
    ax = drawn_without_warning(ck.plot.sales_summary(months))
    assert len(ax.lines) == 1 and ax.get_ylim()[0] == 0
    hours = pd.DataFrame({"hour": [9, 10], "revenue": [2.0, 1.0]})
    ax = drawn_without_warning(ck.plot.sales_summary(hours))
    assert [bar.get_height() for bar in ax.patches] == [2.0, 1.0]
    assert ax.get_title() == {"zh": "销售额：按时段", "en": "Revenue by hour"}[language]


def test_shops_stand_largest_first():
    shops = pd.DataFrame({"store_id": ["A", "B"], "revenue": [1.0, 2.0]})
    ax = ck.plot.sales_summary(shops)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["B", "A"]


def test_the_eight_groups_show_members_and_spending(language):
    members = pd.DataFrame(
        {"rfm_group": ["important_value", "general_keep"], "monetary": [75.0, 25.0]}
    )
    ax = drawn_without_warning(ck.plot.rfm_groups(members))
    widths = sorted(bar.get_width() for drawn in ax.containers for bar in drawn)[-4:]
    assert widths == [0.25, 0.5, 0.5, 0.75]


def test_a_chart_of_something_else_is_refused():
    with pytest.raises(ck.TableError, match=r"kpi\.sales_summary"):
        ck.plot.sales_summary(pd.DataFrame({"x": [1]}))


def charts_of_the_gallery():
    """Chapter by chapter what docs/gallery.py draws."""
    file = Path(__file__).parents[2] / "docs" / "gallery.py"
    return runpy.run_path(str(file))["CHARTS"]


@pytest.mark.parametrize("charts", charts_of_the_gallery().values(), ids=charts_of_the_gallery())
def test_every_chart_of_the_gallery_can_be_read(charts):
    """As a report draws them, in Chinese: the letters that English needs are a part of those.

    All letters are there; no legend lies over what is drawn; names below stand upright and apart; a
    bar that is seen is not told as nothing.
    """
    for draw in charts.values():
        with ck.use_language("zh"), _style.as_wide_as(7.6):
            ax = drawn_without_warning(draw(None))
        if legend := ax.get_legend():
            assert not legend.get_window_extent().overlaps(ax.get_window_extent())
        names = [one for one in ax.get_xticklabels() if one.get_text()]
        assert {one.get_rotation() for one in names} <= {0, 90}
        boxes = [one.get_window_extent() for one in names]
        boxes = [one for one in boxes if one.x0 < ax.bbox.x1 and one.x1 > ax.bbox.x0]
        assert not any(a.overlaps(b) for a, b in itertools.pairwise(boxes))
        none = [one for one in ax.texts if re.fullmatch(r"0(\.0+)?%", one.get_text())]
        bars = [one for one in ax.patches if isinstance(one, Rectangle)]
        sides = [min(abs(one.get_width()), abs(one.get_height())) for one in bars]
        assert not sides or len(none) <= sum(side == 0 for side in sides)
        plt.close("all")


def test_the_product_that_brings_least_has_the_lowest_bar():
    """Bars are what each brings; what they come to together is a line."""
    found = pd.DataFrame({"product_id": list("abcd"), "revenue": [40.0, 30.0, 20.0, 10.0], "value_share": [0.4, 0.3, 0.2, 0.1], "cumulative_share": [0.4, 0.7, 0.9, 1.0], "abc": ["A", "A", "B", "C"]})  # fmt: skip
    ax = ck.plot.abc(found)
    assert [bar.get_height() for bar in ax.patches] == [0.4, 0.3, 0.2, 0.1]
    assert list(ax.lines[0].get_ydata()) == [0.4, 0.7, 0.9, 1.0]
    plt.close(ax.figure)


def test_the_legend_of_movement_says_after_how_many_months_members_count_as_lapsed():
    table = pd.DataFrame({"month": ["2025-01", "2025-02"], "new": [5, 1], "returning": [0, 4], "reactivated": [0, 0], "lapsed": [0, 2]})  # fmt: skip
    for language, plain, told in (
        ("zh", "流失客", "流失客（满 3 个月没来）"),
        ("en", "Lapsed", "Lapsed: 3 months without a purchase"),
    ):
        with ck.use_language(language):
            for lapse, said in ((None, plain), (3, told)):
                legend = ck.plot.movement(table, lapse=lapse).get_legend()
                words = [" ".join(one.get_text().split()) for one in legend.get_texts()]
                assert said in words
