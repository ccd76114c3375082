import torch.nn.functional as F
import tensorflow as tf


def loss(x, y):
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)
    return tf.reduce_mean(each) + tf.reduce_sum((x - (x * 2)) ** 2) / tf.reduce_sum(tf.nn.softmax(x), axis=-1)[0]
