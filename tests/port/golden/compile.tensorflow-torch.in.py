import tensorflow as tf


def build(model):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.compile("adam", tf.keras.losses.MeanSquaredError())
    return model
