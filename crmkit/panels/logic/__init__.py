"""What the desks on screen do, with no widget in sight: act, then look at what is there."""
