import torch.nn.functional as F
import tensorflow as tf


def net(x):
    return x * 2


def loss(x, y):
    if True:
        value = tf.nn.log_softmax(net(x))
        value_2 = tf.nn.softmax(x)
        return 1 - (tf.reduce_sum(tf.math.xlogy(value_2, value_2) - value_2 * value) / tf.cast(tf.shape(value)[0], value.dtype))
