"""Two items of three classes: logits, labels that are class indexes, labels of one number per class."""

import numpy as np

X = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]])
Y = np.array([0, 2])
Q = np.array([[1.0, 0.0, 0.0], [0.2, 0.3, 0.5]])
