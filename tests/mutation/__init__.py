"""Something made wrong on purpose, and whether the tests notice: for `python compare mutation`.

`mutants`: one operator of cosmic-ray at one place; `equivalent`: those that are no other program;
`chosen`: the tests they are tried on; `running`: how. `faults`: twelve kinds of wrongness, and `rows`:
what each public name is held against.
"""
