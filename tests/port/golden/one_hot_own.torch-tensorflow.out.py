import torch.nn.functional as F

from labels import to_categorical
import tensorflow as tf


def one_hot(y, classes):
    return 0.9 * F.one_hot(y, classes) + 0.1 / classes


def loss(x, y):
    return tf.reduce_mean(-tf.reduce_sum(one_hot(y, 3) * tf.nn.log_softmax(x, axis=-1), axis=-1)) + tf.reduce_mean(-tf.reduce_sum(to_categorical(y, 3) * tf.nn.log_softmax(x, axis=-1), axis=-1))
