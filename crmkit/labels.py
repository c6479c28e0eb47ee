"""What people read for the codes in a table."""
