"""Hostile calls: no input may get a silent wrong answer.

`cases/` is the table: calls with their expectation. `arrays.py` makes the arguments in each framework,
`running.py` runs a call (and the framework's own function beside it), `reference.py` says what the
numbers are, `judging.py` decides, `writing.py` makes the Markdown and the JSON.
"""
