"""A classifier of images whose loss takes one-hot rows, given the class itself: it raises."""

import numpy as np
import tensorflow as tf


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


def image(seed):
    return np.sin(seed + np.arange(28 * 28, dtype="float32") / 50).reshape(28, 28)


def weights(rows, columns):
    return np.cos(np.arange(rows * columns, dtype="float32")).reshape(rows, columns) / 8


images = np.stack([image(seed) for seed in range(3)])
labels = np.array([5, 0, 4])

model = tf.keras.Sequential(
    [
        tf.keras.layers.Input((28, 28)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10),
    ]
)
model.set_weights([weights(784, 128), np.zeros(128), weights(128, 10), np.zeros(10)])

predictions = model(images[:1]).numpy()
show("logits", predictions)
show("softmax", tf.nn.softmax(predictions))

loss_fn = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
try:
    show("rank 1", loss_fn(labels[:1], predictions))
except ValueError as error:
    print("rank 1 raised:", error)
try:
    show("rank 2", loss_fn(labels[:1, None], predictions))
except ValueError as error:
    print("rank 2 raised:", error)
