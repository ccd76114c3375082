"""What becomes of each call: rewritten, or left to a person with the reason. No text changes yet.

In the order in which to read them:

- `rewrite` is the order in which everything is decided.
- `change` is what a decision is made of: a `Change` of the report, an `Edit` of the text, a `Proof` that
  can be run. `decisions` holds those of one text; whoever decides reads them and adds to them.
- `one_call` decides about a call, `instances` about a class that is made in one place and called in
  others.
- `rendering` asks `xlogits.translation` for a call in the other framework, and says what has to hold.
- `imports` spells it with the file's own names of modules; `reductions` reads the sum or mean around it;
  `hoist` gives a name to an argument that it uses twice; `hint` says what a call that is left would be.
"""
