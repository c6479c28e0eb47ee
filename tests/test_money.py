"""Money is reckoned in whole cents, for one amount as for a column of them."""

import pandas as pd

from crmkit.money import percent_of, yuan


def test_half_a_cent_goes_up_for_an_amount_and_for_a_column():
    assert percent_of(1_990, 25) == 498
    assert percent_of(pd.Series([1_990, 1_000]), 25).tolist() == [498, 250]


def test_a_percentage_may_have_decimals():
    assert percent_of(1_000, 12.5) == 125


def test_cents_are_written_as_yuan_with_their_sign():
    assert [yuan(one) for one in (123_450, 0, -5)] == ["1,234.50", "0.00", "-0.05"]
