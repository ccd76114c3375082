"""Softmax by hand in which the sum is forgotten, and softmax."""

import numpy as np
import scipy.special


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


logits = np.array([2.0, 1.0, 0.1])

show("as written", np.exp(logits) / np.exp(logits))
show("with the sum", np.exp(logits) / np.sum(np.exp(logits)))
show("softmax", scipy.special.softmax(logits))
