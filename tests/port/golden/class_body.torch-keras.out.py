import torch.nn as nn
import keras


class Trainer:
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    error = staticmethod(lambda input, target: keras.ops.mean((input - target) ** 2))

    def loss(self, x, y):
        return self.criterion(y, x) + self.error(x, x + 1)


class Other:
    sums = None

    @classmethod
    def prepare(cls):
        cls.sums = staticmethod(lambda input, target: keras.ops.sum((input - target) * keras.ops.sign(input - target)))

    def loss(self, x):
        return self.sums(x, 2 * x)


class given:
    pass


given.distance = staticmethod(lambda input, target: keras.ops.mean(keras.ops.clip(input - target, -1.0, 1.0) * (input - target - keras.ops.clip(input - target, -1.0, 1.0) / 2)))


def loss(x, y):
    Other.prepare()
    return Trainer().loss(x, y) + Other().loss(x) + given().distance(x, 3 * x)
