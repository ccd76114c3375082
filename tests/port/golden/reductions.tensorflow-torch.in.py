import tensorflow as tf


def loss(x, y):
    a = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(
            logits=x,  # not normalised
            labels=y,
        )
    )
    b = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)
    b = tf.reduce_sum(b)
    c = tf.reduce_sum(tf.nn.log_softmax(x), axis=-1)
    return -a * b + c[0]
