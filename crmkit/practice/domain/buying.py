"""What goods cost after a delivery at another price."""


def average_cost(on_hand: int, cost: int, received: int, paid_each: int) -> int:
    """The moving average in cents, half a cent rounded up; what is not there weighs nothing.

    >>> average_cost(10, 5_200, 10, 6_000), average_cost(0, 5_200, 4, 6_000)
    (5600, 6000)
    """
    units = max(on_hand, 0) + received
    return (max(on_hand, 0) * cost + received * paid_each + units // 2) // units
