"""The typical mistakes a check can recognise, by name.

The sentence for each stands in the catalogues under the context "mistake". Whoever needs one
that is not here adds a code, and its sentence in both languages.
"""

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label

KNOWN = frozenset(
    {
        # numbers, recognised without being asked
        "sign_flipped",
        "percent_for_fraction",
        "fraction_for_percent",
        "cents_for_yuan",
        "upside_down",
        "rounded_too_early",
        # which lines are counted
        "returns_left_in",
        "returns_dropped",
        "returns_counted_as_orders",
        "walk_ins_counted",
        "walk_ins_left_out",
        "duplicates_counted",
        "first_row_lost",
        "last_day_missing",
        "one_day_too_many",
        "wrong_period",
        "all_stores",
        "members_without_orders_left_out",
        "empty_counted_as_zero",
        "empty_counted_as_filled",
        "invalid_counted_as_filled",
        # what is added up
        "gross_for_net",
        "margin_for_revenue",
        "revenue_for_margin",
        "cost_for_revenue",
        "cost_ignored",
        "discount_ignored",
        "discount_twice",
        "quantity_ignored",
        "lines_for_orders",
        "lines_for_units",
        "units_for_orders",
        "orders_for_members",
        "members_for_orders",
        "sum_for_mean",
        "mean_for_sum",
        "mean_of_means",
        "median_for_mean",
        "largest_for_total",
        # how it is compared or divided
        "greater_for_at_least",
        "at_least_for_greater",
        "smallest_for_largest",
        "swapped",
        "wrong_denominator",
        "not_divided",
        "opening_stock_for_average",
        "closing_stock_for_average",
        "units_for_value",
        "retail_for_cost",
        "price_for_cost",
        "days_for_turns",
        "turns_for_days",
        # dates
        "day_and_month_swapped",
        "wrong_year",
        # segments and scores
        "recency_upside_down",
        "first_purchase_for_last",
        "scores_upside_down",
        "value_for_frequency",
        "frequency_for_value",
        "lines_for_frequency",
        "no_tie_break",
    }
)


def sentence(mistake: str | tuple[str, str]) -> str:
    """What to tell the learner: a known code's sentence, or a writer's own (Chinese, English)."""
    if isinstance(mistake, tuple):
        return mistake[0] if get_language() == "zh" else mistake[1]
    if mistake not in KNOWN:
        raise CrmkitError(
            f"没有名为“{mistake}”的典型错误。 · There is no known mistake called {mistake!r}; "
            "use one of crmkit.learn.checks.mistakes.KNOWN, or a pair of sentences (zh, en)."
        )
    return label("mistake", mistake)


def code(mistake: str | tuple[str, str]) -> str:
    """A mistake's name in records and tests: its code, or its English sentence."""
    return mistake if isinstance(mistake, str) else mistake[1]
