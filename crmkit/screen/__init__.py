"""The one component of every screen: its parts, its script, its style."""
