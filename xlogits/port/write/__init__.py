"""How a decision becomes text, and text becomes a file."""
