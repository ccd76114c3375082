import tensorflow as tf


def loss(x, y):
    # xlogits: tf.losses.mean_squared_error: it may be keras.losses.mean_squared_error or tensorflow.compat.v1.losses.mean_squared_error; say which with --assume tf1 or --assume tf2; called, it is torch.mean((predictions - targets) ** 2, dim=-1)
    return tf.losses.mean_squared_error(x, x * 2)
