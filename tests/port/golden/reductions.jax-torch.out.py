import jax
import jax.numpy as jnp
import optax
import torch
import torch.nn.functional as F


def loss(x, y):
    a = F.cross_entropy(x, y.long())
    b = F.cross_entropy(x, y.long())
    return a + b + torch.sum(F.softmax(x, dim=-1), dim=0)[0]
