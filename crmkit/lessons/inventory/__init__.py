"""The stock room."""
