"""The cross-entropy of a linear layer, a few rows at a time."""
