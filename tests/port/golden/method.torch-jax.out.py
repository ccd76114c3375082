import torch
import jax


def loss(x, y):
    return jax.nn.softmax(x)[0, 0] + jax.nn.sigmoid(x * 2)[0, 1] - x.mean()
