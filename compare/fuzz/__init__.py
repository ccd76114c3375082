"""Fuzzing: every loss with every option on arrays that Hypothesis makes up.

`drawing.py` has what the strategies of all families are made of, `families/` one file of strategies for
each kind of loss, `checks.py` what has to hold of an example, `running.py` lets Hypothesis look for one
where it does not, `second.py` has the frameworks' own gradient checks to second order, `writing.py`
makes the Markdown and the JSON.
"""
