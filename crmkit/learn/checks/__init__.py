"""What a value may be compared with, kind by kind, and what comes of it."""
