"""One loss under three names of TensorFlow: with the suffix, sparse, and TF1's without the suffix."""

import numpy as np
import tensorflow as tf


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


last_layer = tf.constant([[2.0, 1.0, 0.1], [0.5, 2.5, 0.0]])
target_output = tf.constant([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
classes = tf.constant([0, 2])

cost = tf.nn.softmax_cross_entropy_with_logits(logits=last_layer, labels=target_output)
show("each", cost)
show("mean", tf.reduce_mean(cost))
show("sparse", tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=last_layer))
show("no suffix", tf.compat.v1.losses.sparse_softmax_cross_entropy(classes, last_layer))
