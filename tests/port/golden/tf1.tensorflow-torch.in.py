import tensorflow.compat.v1 as tf


def loss(x, y):
    return tf.losses.sparse_softmax_cross_entropy(y, x) + tf.losses.mean_squared_error(x, x * 2)
