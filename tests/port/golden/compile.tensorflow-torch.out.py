import tensorflow as tf


def build(model):
    # xlogits: keras.losses.sparse_categorical_crossentropy: a loss by name belongs to Keras' own training loop, compile() and fit()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    # xlogits: tf.keras.losses.MeanSquaredError: it is passed on without being called, and who calls it cannot be seen from here; called, it is F.mse_loss(predictions, torch.reshape(targets, predictions.shape))
    model.compile("adam", tf.keras.losses.MeanSquaredError())
    return model
