"""For all of the tests, the examples in xlogits/ and the README: see `tests/absence/summary.py`."""

pytest_plugins = ["tests.absence.summary"]
