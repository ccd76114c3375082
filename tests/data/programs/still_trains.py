"""Two networks, one of which forgets from_logits: both are right about every point."""

import keras
import numpy as np


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


def trained(loss):
    start = keras.initializers.Constant(0.3)
    layer = keras.layers.Dense(3, use_bias=False, kernel_initializer=start)
    model = keras.Sequential([keras.layers.Input((3,)), layer])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss=loss, metrics=["accuracy"])
    for _ in range(40):
        model.train_on_batch(points, labels)
    return model(points).numpy(), *model.evaluate(points, labels, verbose=0)


points = np.array([[1.0, 0.2, 0.0], [0.1, 0.9, 0.2], [0.0, 0.3, 0.8]], "float32")
labels = np.array([0, 1, 2])

of_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
logits, loss, accuracy = trained(of_logits)
show("right", [loss, accuracy])
logits, loss, accuracy = trained(keras.losses.SparseCategoricalCrossentropy())
show("forgotten", [loss, accuracy, of_logits(labels, logits)])
show("its logits", logits)
