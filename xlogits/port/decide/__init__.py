"""What becomes of each call."""
