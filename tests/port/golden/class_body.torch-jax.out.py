import torch.nn as nn
import jax.numpy as jnp
import optax


class Trainer:
    criterion = staticmethod(lambda input, target: jnp.mean(optax.softmax_cross_entropy_with_integer_labels(input, target)))
    plain, other = 1, 2; error = staticmethod(lambda input, target: jnp.mean(optax.squared_error(input, target)))

    def loss(self, x, y):
        return self.criterion(x, y) + self.error(x, x + 1)


class Other:
    sums = None

    @classmethod
    def prepare(cls):
        cls.sums = staticmethod(lambda input, target: jnp.sum((input - target) * jnp.sign(input - target)))

    def loss(self, x):
        return self.sums(x, 2 * x)


class given:
    pass


given.distance = staticmethod(lambda input, target: jnp.mean(jnp.clip(input - target, -1.0, 1.0) * (input - target - jnp.clip(input - target, -1.0, 1.0) / 2)))


def loss(x, y):
    Other.prepare()
    return Trainer().loss(x, y) + Other().loss(x) + given().distance(x, 3 * x)
