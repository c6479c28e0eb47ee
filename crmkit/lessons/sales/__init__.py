"""The sales floor."""
