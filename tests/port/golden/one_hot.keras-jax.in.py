import keras


def loss(x, y):
    p = keras.ops.softmax(x)
    sure = keras.losses.CategoricalCrossentropy()(keras.utils.to_categorical(y, 3), p)
    each = keras.losses.categorical_crossentropy(
        keras.ops.one_hot(y, 3), x, from_logits=True, label_smoothing=0.1)
    return sure + keras.ops.sum(each)
