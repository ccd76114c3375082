"""What a file says: the calls that compute a loss or an activation, and what their arguments show.

In the order in which to read them:

- `tree` says which files are meant, `scan` which of them can hold a call at all, from their bytes.
- `text` decodes a file and finds the place of every node of its syntax tree; `notebook` makes one text
  of the cells of a notebook.
- `scopes` says what a name stands for where it is used; `paths` says which function of the catalogue a
  dotted path means, in TensorFlow 1 and 2.
- `calls` finds the calls, and what has to be left; `makers` the instances of classes, with every use of
  their names.
- `operands` tells the arguments of a call apart; `labels` says which kind of labels they show, and
  `activations` whether a loss would look behind its prediction.
"""
