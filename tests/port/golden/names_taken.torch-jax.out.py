import torch.nn.functional as F
import jax

jnp = 1


def loss(x, y, optax=None):
    # xlogits: torch.nn.functional.mse_loss: optax cannot be imported: optax is something else in this file
    return F.mse_loss(x, x * 2) + jax.nn.softmax(x, axis=0)[0, 0]
