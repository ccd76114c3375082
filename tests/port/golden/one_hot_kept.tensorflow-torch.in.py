import tensorflow as tf


def loss(x, y, hot, smooth):
    rows = tf.one_hot(y, 3)
    a = tf.nn.softmax_cross_entropy_with_logits(labels=rows, logits=x)
    b = tf.nn.sigmoid_cross_entropy_with_logits(labels=rows, logits=x)
    c = tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(y, 3, 0.9, 0.05), x)
    d = tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(y, 3, on_value=1 - smooth), x)
    e = tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(y, 3, axis=0), x)
    f = tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(y, next(hot)), x)
    g = tf.nn.softmax_cross_entropy_with_logits(hot, x)
    return a, b, c, d, e, f, g
