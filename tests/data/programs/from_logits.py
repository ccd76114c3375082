"""Keras' from_logits: right, forgotten on logits, set on probabilities, and right on probabilities."""

import keras
import numpy as np


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


logits = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]], "float32")
labels = np.array([0, 2])
probabilities = np.asarray(keras.ops.softmax(logits))

of_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
of_probabilities = keras.losses.SparseCategoricalCrossentropy()

show("right", of_logits(labels, logits))
show("forgotten", of_probabilities(labels, logits))
show("set on probabilities", of_logits(labels, probabilities))
show("right on probabilities", of_probabilities(labels, probabilities))
