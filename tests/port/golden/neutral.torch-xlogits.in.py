import torch
import torch.nn.functional as F


def loss(x, y):
    a = F.cross_entropy(x, y, ignore_index=1)
    return a + F.cross_entropy(x, y, reduction="none").mean() + F.mse_loss(x, x * 2) + F.softmax(x, 1)[0, 0]
