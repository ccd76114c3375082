import tensorflow as tf
import torch.nn.functional as F


def loss(x, y, hot, smooth):
    rows = tf.one_hot(y, 3)
    a = F.cross_entropy(x, rows, reduction='none')
    b = F.binary_cross_entropy_with_logits(x, rows, reduction='none')
    c = F.cross_entropy(x, tf.one_hot(y, 3, 0.9, 0.05), reduction='none')
    d = F.cross_entropy(x, tf.one_hot(y, 3, on_value=1 - smooth), reduction='none')
    e = F.cross_entropy(x, tf.one_hot(y, 3, axis=0), reduction='none')
    f = F.cross_entropy(x, tf.one_hot(y, next(hot)), reduction='none')
    g = F.cross_entropy(x, hot, reduction='none')
    return a, b, c, d, e, f, g
