"""How the figures and the days along an axis are written: all of them alike."""

from datetime import timedelta
from typing import Any

from matplotlib import dates, ticker

from crmkit.labels import short_day, short_month
from crmkit.plot import _words


class Numbers(ticker.Formatter):
    """The numbers of an axis, all in the unit of the largest: 50万 beside 100万; shares in per cent."""

    def __init__(self, percent: bool = False) -> None:
        self.percent, self.unit, self.step, self.decimals = percent, "", 1.0, 0

    def set_locs(self, locs: Any) -> None:
        if self.axis is None:
            return
        low, high = sorted(self.axis.get_view_interval())
        seen = [abs(one) for one in locs if low <= one <= high]
        largest = max(seen, default=0)
        self.step, self.unit = (0.01, "%") if self.percent else _words.unit_of(largest)
        self.decimals = next(
            n for n in range(4) if n == 3 or all(_is(one / self.step, n) for one in seen)
        )

    def __call__(self, value: float, pos: Any = None) -> str:
        said = f"{value / self.step:,.{self.decimals}f}"
        if "." in said:
            said = said.rstrip("0").rstrip(".")
        if said.strip("-") == "0":
            return "0" + "%" * self.percent
        return said.replace("-", "−") + self.unit


def _is(number: float, decimals: int) -> bool:
    return abs(number - round(number, decimals)) < 1e-6


class Days(ticker.Formatter):
    """The days of an axis: 7月2日, or the month where each is the first of one; each year once."""

    def __call__(self, value: float, pos: Any = None) -> str:
        return f"{dates.num2date(value):%Y-%m-%d}"

    def format_ticks(self, values: Any) -> list[str]:
        """The names of all of them together."""
        near = timedelta(hours=1)  # a day may stand a moment before itself
        days = [(dates.num2date(one) + near).date() for one in values]
        if all(one.day == 1 for one in days):
            return _words.years_once([short_month(f"{one:%Y-%m}") for one in days])
        return _words.years_once([f"{short_day(one)}\n{one.year}" for one in days])
