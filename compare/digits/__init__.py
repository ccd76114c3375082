"""The same training run under every name: softmax regression on the digits of scikit-learn.

The same model is trained with each framework's own loss, with `xlogits.softmax_cross_entropy`, and
through every dialect that reads logits, on NumPy, PyTorch, TensorFlow and JAX. If a name means what
its record says, in the value and in the gradient, all losses are one curve, up to rounding. Runs
that are wrong on purpose show that the comparison would notice.

`python compare/digits` runs it. To read it: `data`, what is trained; `names`, the losses;
`frameworks`, how each framework trains; `training`, all runs and their comparison; `wrong`, the
mistakes; `picture`, the plot.
"""
