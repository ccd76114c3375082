import torch.nn.functional as F

jnp = 1


def loss(x, y, optax=None):
    return F.mse_loss(x, x * 2) + F.softmax(x, dim=0)[0, 0]
