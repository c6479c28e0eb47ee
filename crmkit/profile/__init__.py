"""Customer records and what they tell: how good the records are, tags, personas."""

from crmkit.profile.quality import accuracy, completeness, gaps, mistakes

__all__ = ["accuracy", "completeness", "gaps", "mistakes"]
