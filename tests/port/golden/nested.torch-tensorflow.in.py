import torch.nn.functional as F


def net(x):
    return x * 2


def loss(x, y):
    if True:
        return 1 - F.kl_div(F.log_softmax(net(x), dim=-1), F.softmax(x, dim=-1), reduction="batchmean")
