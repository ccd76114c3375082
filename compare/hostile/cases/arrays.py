"""Arrays that the cases share: few shapes, because JAX compiles each of them."""

import numpy as np

X = np.array([[2.0, 1.0, -0.5], [0.25, 3.0, 0.0]])
Y = np.array([0, 2])
Q = np.array([[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]])
Z = np.array([[1.0, 0.0, 0.5], [0.0, 0.25, 1.0]])
W = np.array([1.0, 2.0, 0.5])
V = np.array([0.5, 3.0])
WIDE = np.linspace(-3, 3, 600).reshape(2, 300)  # more classes than int8 and uint8 have numbers
