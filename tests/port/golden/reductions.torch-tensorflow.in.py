import torch.nn.functional as F


def loss(x, y):
    each = F.cross_entropy(x, y, reduction="none")
    return each.mean() + F.mse_loss(x, x * 2, reduction="none").sum() / F.softmax(x, -1).sum(dim=-1)[0]
