"""Goods that bear a date: when they are near it, what to do with them, what wastage costs."""

from datetime import date

NEAR = ((365, 45), (180, 30), (90, 20), (30, 10), (16, 5))
"""From a shelf life of so many days on, goods are near their date so many days before it: the steps
Beijing set for its food shops in 2012, which many Chinese supermarkets go by.
Below that it is one to four days, the shorter it keeps the fewer."""


def near_days(shelf_life: int) -> int:
    """How many days before the date goods of this shelf life are near it.

    >>> near_days(540), near_days(365), near_days(270), near_days(30)
    (45, 45, 30, 10)
    >>> near_days(16), near_days(15), near_days(7), near_days(2)
    (5, 4, 2, 1)
    """
    few = min(max(shelf_life * 4 // 14, 1), 4)
    return next((days for least, days in NEAR if shelf_life >= least), few)


def advice(
    days_left: int, shelf_life: int, units: int, pace: float, *, overtaken: bool = False
) -> str | None:
    """What to do with goods that bear a date; None while nothing is.

    `units` are those and all that go before them, `pace` how many sell in a day; `overtaken`: they
    came after goods that keep longer, which only asks for their place in the order. Past the date
    they are written off. In reach of it (twice as many days as goods are called near) they go to the
    front where they sell in time; where they do not, they are marked down when near, and before that
    offered back to the supplier.

    >>> advice(-1, 270, 3, 9.0), advice(18, 270, 6, 0.6), advice(18, 270, 6, 0.1)
    ('write_off', 'front', 'mark_down')
    >>> advice(50, 270, 6, 0.1), advice(90, 270, 6, 0.1), advice(90, 270, 6, 2.0, overtaken=True)
    ('send_back', None, 'in_order')
    """
    if days_left < 0:
        return "write_off"
    near = near_days(shelf_life)
    if days_left > 2 * near:
        return "in_order" if overtaken else None
    if units <= pace * (days_left + 1):  # they may be sold on the day itself
        return "front"
    return "mark_down" if days_left <= near else "send_back"


def wastage_rate(cost: int, sales: int) -> float | None:
    """What part of the sales goes into goods that were written off (报损率): their cost ÷ sales, both
    in cents; None where nothing was sold.

    It is the part of shrinkage (损耗) that is known and noted; what a stocktake finds missing is
    the other. Source: A. Rubizhevsky, "5 Retail Shrinkage Terms", Retail Dietitians Business
    Alliance: known loss (damage, past sell-by date), and shrink rate as value lost ÷ sales.

    >>> wastage_rate(26_100, 1_450_000), wastage_rate(100, 0)
    (0.018, None)
    """
    return cost / sales if sales > 0 else None


def off_first(
    standing: list[tuple[int, date | None, int]],
    quantity: int,
    today: date,
    dated: date | None = None,
) -> dict[int, int]:
    """How many of each lot (its number, date and units) are left when so many pieces go: of those
    `dated` first, then of those whose date nobody noted; where no date is known, of the earliest that
    is not over, then of those without one, and only then of what is past its date.

    >>> june, july = date(2025, 6, 28), date(2025, 7, 20)
    >>> off_first([(1, june, 3), (2, july, 6), (3, None, 2)], 9, date(2025, 7, 1))
    {2: 0, 3: 0, 1: 2}
    >>> off_first([(1, june, 3), (2, july, 6)], 2, date(2025, 7, 1), june)
    {1: 1}
    >>> off_first([(1, july, 6), (2, None, 2)], 2, date(2025, 7, 1), june)
    {2: 0}
    """

    def turn(lot: tuple[int, date | None, int]) -> tuple:
        day = lot[1] or today
        over = 2 if day < today else 1 if lot[1] is None else 0
        if dated and lot[1] is None:
            over = -1  # a date that is not among the noted ones is one of these
        return dated is None or lot[1] != dated, over, day

    left = {}
    for number, _day, units in sorted(standing, key=turn):
        gone = min(units, quantity)
        if gone:
            left[number] = units - gone
            quantity -= gone
    return left
