"""Charts of any small table: what is drawn is what the table holds, in the reader's words."""

import pandas as pd
import pytest

from crmkit import plot
from crmkit.i18n import use_language
from crmkit.tables import TableError

CHANNELS = pd.DataFrame(
    {"channel": ["web", "store"], "orders": [12, 40], "month": ["2025-05", "2025-06"]}
)


def words(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_bars_keep_the_tables_order_and_heights():
    ax = plot.bars(CHANNELS, "channel", "orders")
    assert [bar.get_height() for bar in ax.patches] == [12, 40]
    assert words(ax.xaxis) == ["Web shop", "Store"]


def test_charts_speak_the_current_language(language):
    ax = plot.bars(CHANNELS, "channel", "orders")
    with use_language(language):
        assert ax.get_ylabel() == {"zh": "订单数", "en": "Orders"}[language]


def test_lines_start_at_zero_so_that_small_changes_look_small():
    ax = plot.lines(CHANNELS, "month", "orders")
    assert ax.get_ylim()[0] == 0
    assert ax.lines[0].get_ydata().tolist() == [12, 40]


def test_spread_has_a_box_for_each_group_and_its_median():
    table = pd.DataFrame({"channel": ["web"] * 3 + ["store"] * 3, "amount": [1, 2, 9, 4, 5, 6]})
    ax = plot.spread(table, "channel", "amount")
    assert words(ax.yaxis) == ["Web shop", "Store"]
    medians = [line.get_xdata() for line in ax.lines]
    assert any(set(map(float, x)) == {2.0} for x in medians)
    assert any(set(map(float, x)) == {5.0} for x in medians)


@pytest.mark.parametrize("draw", [plot.bars, plot.lines, plot.spread])
def test_a_missing_column_is_named(draw):
    with pytest.raises(TableError, match="'income'"):
        draw(CHANNELS, "channel", "income")
