"""Promotions and campaigns: what an offer costs, whom to leave out, and whether it worked."""

from crmkit.campaign.arms import ArmComparison, compare_arms
from crmkit.campaign.findings import Difference, Finding, Return, SegmentUplift
from crmkit.campaign.offers import (
    Gift,
    Offer,
    PercentOff,
    ThresholdDiscount,
    apply_offer,
    gift,
    percent_off,
    threshold_discount,
)
from crmkit.campaign.planning import Plan, plan, power, sample_size
from crmkit.campaign.trial import (
    before_after,
    compare_groups,
    difference_in_differences,
    outcomes,
    roi,
    split_control,
    uplift_by_segment,
)

__all__ = [
    "ArmComparison",
    "Difference",
    "Finding",
    "Gift",
    "Offer",
    "PercentOff",
    "Plan",
    "Return",
    "SegmentUplift",
    "ThresholdDiscount",
    "apply_offer",
    "before_after",
    "compare_arms",
    "compare_groups",
    "difference_in_differences",
    "gift",
    "outcomes",
    "percent_off",
    "plan",
    "power",
    "roi",
    "sample_size",
    "split_control",
    "threshold_discount",
    "uplift_by_segment",
]


def __dir__() -> list[str]:
    return __all__  # tab-completion shows what is meant to be called
