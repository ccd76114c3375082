"""Rounding errors in units in the last place, native function beside ours, against 50 digits.

The matrix asks whether two functions compute the same thing, and lets pass what rounding explains.
This part asks how much is lost to rounding: `xlogits parity --ulp`, `python compare --ulp`.
"""
