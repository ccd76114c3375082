"""The suite with frameworks absent: they are hidden from every process, and what ran is counted."""
