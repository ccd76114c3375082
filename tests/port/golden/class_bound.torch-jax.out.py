import torch.nn as nn
import jax
import jax.numpy as jnp
import optax

def criterion(input, target):
    return jnp.sum(optax.softmax_cross_entropy_with_integer_labels(input, target))  # the sum


class Step:
    def __init__(self):
        self.sigmoid = lambda input: jax.nn.sigmoid(input)
        self.criterion = lambda input, target: jnp.mean(optax.squared_error(input, target))

    def __call__(self, x):
        return self.criterion(self.sigmoid(x), x)


def loss(x, y):
    return criterion(x, y) + Step()(x)
