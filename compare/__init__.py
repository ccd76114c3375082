"""Things to run or to read, which nothing imports; what they found is kept in compare/results/."""

from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
