"""Source code, read and rewritten as text: no framework is imported, and nothing that is read is run."""
