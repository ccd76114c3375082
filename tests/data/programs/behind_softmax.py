"""Keras on TensorFlow finds the logits behind its own softmax: from_logits=True does no harm there."""

import keras
import numpy as np


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


logits = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]], "float32")
labels = np.array([0, 2])

loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
show("of logits", loss(labels, logits))
show("of its softmax", loss(labels, keras.ops.softmax(logits)))
