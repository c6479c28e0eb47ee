"""What each lesson shows, and the keys of what it asks: a room a track, a file a lesson."""
