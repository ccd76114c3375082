"""The loss as TF1's programs have it: placeholders for the last layer and its targets, and a session."""

import numpy as np
import tensorflow.compat.v1 as tf


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


def costs(last_layer, target_output, classes):
    cost = tf.nn.softmax_cross_entropy_with_logits(logits=last_layer, labels=target_output)
    sparse = tf.losses.sparse_softmax_cross_entropy(labels=classes, logits=last_layer)
    return tf.reduce_mean(cost), sparse


outputs = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.0]], "float32")
targets = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], "float32")
labels = np.array([0, 2])

with tf.Graph().as_default():
    last_layer = tf.placeholder(tf.float32, [None, 3])
    target_output = tf.placeholder(tf.float32, [None, 3])
    classes = tf.placeholder(tf.int64, [None])
    wanted = costs(last_layer, target_output, classes)
    with tf.Session() as session:
        fed = {last_layer: outputs, target_output: targets, classes: labels}
        mean, sparse = session.run(wanted, fed)
show("mean", mean)
show("no suffix", sparse)
