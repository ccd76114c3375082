import torch.nn as nn
import torch.nn.functional as F
import tensorflow as tf


def loss(x, y):
    plain = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x))
    typed = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=0.9 * tf.one_hot(y, tf.shape(x)[-1], dtype=x.dtype) + 0.1 / tf.cast(tf.shape(x)[-1], x.dtype), logits=x))
    return plain + typed + tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x))
