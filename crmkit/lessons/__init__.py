"""What each lesson shows, and the keys of what it asks: one file per track."""
