import tensorflow.compat.v1 as tf
import torch.nn.functional as F


def loss(x, y):
    return F.cross_entropy(x, y.long()) + F.mse_loss(x * 2, x)
