"""What is read of a file: its scopes, its calls, their operands."""
