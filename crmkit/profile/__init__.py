"""Customer records and what they tell: how good the records are, tags, personas."""

from crmkit.profile.persona import Persona, persona
from crmkit.profile.quality import accuracy, completeness, gaps, mistakes
from crmkit.profile.tags import TagRule, default_rules, facts, tag_members

__all__ = [
    "Persona",
    "TagRule",
    "accuracy",
    "completeness",
    "default_rules",
    "facts",
    "gaps",
    "mistakes",
    "persona",
    "tag_members",
]


def __dir__() -> list[str]:
    return __all__  # tab-completion shows what is meant to be called
