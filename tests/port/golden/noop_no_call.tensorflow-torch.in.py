"""tf.nn.softmax in a docstring."""

import tensorflow as tf

x = tf.constant([1.0])
print("tf.nn.softmax(x)", tf.__version__)
