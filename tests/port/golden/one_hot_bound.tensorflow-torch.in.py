import tensorflow as tf

criterion = tf.keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)


def loss(x, y):
    first = criterion(tf.one_hot(y, 3), x)
    return first + criterion(y_pred=x, y_true=tf.one_hot(y, x.shape[-1]))
