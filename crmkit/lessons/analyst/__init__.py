"""The analysts."""
