"""What tests of charts share."""

import warnings

import matplotlib.pyplot as plt
import matplotlib.text
import pytest

from crmkit.plot import _style


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    """All that stands on the chart, once it is drawn without a missing letter."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()
    found = [t for t in ax.figure.findobj(matplotlib.text.Text) if t.get_text()]
    assert {t.get_fontfamily()[0] for t in found} == {_style.FONT}
    return [t.get_text() for t in found]
