import torch
import jax


def loss(x, y):
    p = jax.nn.softmax(x, axis=1)
    q = jax.nn.log_softmax(x)
    total = jax.nn.logsumexp(x, axis=1, keepdims=True)
    return (p * q).sum() + total.sum() + jax.nn.logsumexp(x, axis=0).sum()
