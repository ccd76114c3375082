import torch.nn.functional as functional
from torch.nn.functional import log_softmax as ls
import torch as th
import tensorflow as tf


def loss(x, y):
    a = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=0.9 * tf.one_hot(y, tf.shape(x)[-1], dtype=x.dtype) + 0.1 / tf.cast(tf.shape(x)[-1], x.dtype), logits=x))
    b = tf.reduce_mean((x - (x * 2)) ** 2)  # by name, in the other order
    return a + b - tf.nn.log_softmax(x)[0, 0] + tf.nn.softmax(x, axis=1)[0, 1]
