"""What to offer whom, what goes together, and how good the recommendations are."""

from crmkit.recommend.baskets import also_bought, association_rules
from crmkit.recommend.judging import Evaluation, evaluate
from crmkit.recommend.models import Content, Hybrid, ItemCF, Popular, Recommender, UserCF
from crmkit.recommend.substitution import Substitution, substitutes

__all__ = [
    "Content",
    "Evaluation",
    "Hybrid",
    "ItemCF",
    "Popular",
    "Recommender",
    "Substitution",
    "UserCF",
    "also_bought",
    "association_rules",
    "evaluate",
    "substitutes",
]


def __dir__() -> list[str]:
    return __all__  # tab-completion shows what is meant to be called
