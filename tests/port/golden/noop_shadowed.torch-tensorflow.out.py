import torch.nn.functional as F


def loss(F, x, y):
    return F.cross_entropy(x, y)


def other(x):
    from mylib import F

    return F.softmax(x, dim=-1)
