import tensorflow as tf


def loss(x, y):
    each = tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(y, 3), logits=x)
    cast = tf.nn.softmax_cross_entropy_with_logits(
        tf.cast(tf.one_hot(y, depth=x.shape[-1], on_value=1.0, off_value=0.0), tf.float32), x)
    last = tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(y, 3, axis=1), logits=x)
    old = tf.compat.v1.losses.softmax_cross_entropy(tf.one_hot(y, 3), x, label_smoothing=0.1)
    return tf.reduce_mean(each) + tf.reduce_mean(cast) + tf.reduce_sum(last) + old
