"""The foundations: everyone."""
