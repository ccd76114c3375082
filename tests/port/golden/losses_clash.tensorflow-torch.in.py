import tensorflow as tf


def loss(x, y):
    return tf.losses.mean_squared_error(x, x * 2)
